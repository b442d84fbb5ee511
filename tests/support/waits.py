"""Waits for what other threads and processes do, and never longer than it may take."""

import time


def until(condition, within_s=10):
    """Whether a condition became true in time; it is asked again and again."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
