"""What is known of a boot's clock at one moment, and how far that clock may drift from there; pure."""

from __future__ import annotations

from typing import NamedTuple

# A Pi's crystal is within 50 ppm of its rated speed; 60 leaves room for heat.
DRIFT_PPM = 60
# How long a request may be on its way: a kiosk has it in hand for 60 s and its kernel for 20 more (kiosk/upload.py), and the
# server closes a connection that brings nothing for 120 s; the rest is for a proxy and a queue.
ONE_SIDED_MS = 300_000


class Fix(NamedTuple):
    """A completed exchange: elapsed time and server time of one moment, give or take the uncertainty."""

    elapsed_ms: int
    server_ms: int
    uncertainty_ms: int


class Bound(NamedTuple):
    """A request's arrival: at `elapsed_ms` of the boot the server's time was `elapsed_ms + offset_ms` or earlier."""

    elapsed_ms: int
    offset_ms: int


def drift(away_ms: int) -> int:
    """How far a kiosk's clock may have run off over that long, rounded up."""
    return -(-abs(away_ms) * DRIFT_PPM // 1_000_000)
