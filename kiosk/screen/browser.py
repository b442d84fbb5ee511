"""Show the question page in a browser, and end when the page no longer calls home, so that the service begins anew with it.

A browser may crash, hang, or stand on an error page for ever while its process lives: the only sign that counts is the page's
own. It runs as a service of its own, without rights over the kiosk; what happens here never touches the counting. By hand:
`python -m kiosk.screen.browser`.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PORT = 8010
DISPLAYS = Path("/sys/class/drm")
# The page calls every ten seconds.
SILENT_S = 60.0
# A browser on a Pi 4 with a slow card takes half a minute to its first page.
STARTS_S = 120.0
LOOK_S = 5.0
ASK_S = 3.0
END_S = 5.0
FLAGS = (
    "--kiosk",
    "--ozone-platform=wayland",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--disable-infobars",
    "--password-store=basic",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--no-first-run",
)


def command(port: int, runtime_dir: str) -> list[str]:
    """The compositor with the browser in it; raises FileNotFoundError where neither name of the browser is installed."""
    # chromium on Trixie, chromium-browser on Bookworm.
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise FileNotFoundError("There is no chromium. Install it with: apt install chromium")
    # Profile and cache lie in memory: a power cut leaves no question whether pages should be restored, and the card is spared.
    folders = (f"--user-data-dir={runtime_dir}/profile", f"--disk-cache-dir={runtime_dir}/cache")
    return ["cage", "-s", "--", browser, *FLAGS, f"--app=http://127.0.0.1:{port}", *folders]


def page_s(port: int) -> float | None:
    """Seconds since the page last called, infinite when it never did; None when the kiosk does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_S)
    try:
        connection.request("GET", "/alive")
        answer = json.loads(connection.getresponse().read())["page_s"]
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return float("inf") if answer is None else float(answer)


def displays(root: Path = DISPLAYS) -> frozenset[str]:
    """The connectors at which the kernel sees a display."""
    found = set()
    for connector in root.glob("card*-*"):
        try:
            if (connector / "status").read_text().strip() == "connected":
                found.add(connector.name)
        except OSError:
            continue
    return frozenset(found)


class Keeper:
    """Decides when a browser that runs has to go: its page fell silent, or a display came that it does not fill."""

    def __init__(
        self,
        ask: Callable[[], float | None],
        now_s: Callable[[], float],
        seen: Callable[[], frozenset[str]] = displays,
    ) -> None:
        self._ask = ask
        self._now_s = now_s
        self._seen = seen
        self._displays = seen()
        self._patient_until_s = now_s() + STARTS_S

    def has_to_go(self) -> bool:
        """Whether a display came, or the page is silent although the kiosk would hear it."""
        before, self._displays = self._displays, self._seen()
        if self._displays - before:
            # A screen that was switched off and on again: the browser comes back small, in a corner.
            return True
        silent_s = self._ask()
        if silent_s is None:
            # The kiosk restarts, or is being installed: the page waits for it just as we do, and needs time to return.
            self._patient_until_s = max(self._patient_until_s, self._now_s() + SILENT_S)
            return False
        return silent_s > SILENT_S and self._now_s() > self._patient_until_s


def keep(browser: Sequence[str], ask: Callable[[], float | None], told: threading.Event, look_s: float = LOOK_S) -> int:
    """Run the browser until told to end (0), until it ended by itself, or until its page fell silent (1)."""
    process = subprocess.Popen(browser)  # noqa: S603  # our own command
    keeper = Keeper(ask, time.monotonic)
    try:
        while not told.wait(look_s):
            if process.poll() is not None:
                return 1
            if keeper.has_to_go():
                print("The page is silent, or a display came; the browser begins anew.", file=sys.stderr)  # noqa: T201
                return 1
        return 0
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the compositor; what it leaves behind systemd ends, with all that belongs to the service."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> int:
    """Run as the service does; systemd starts it again after each end."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    try:
        browser = command(PORT, os.environ.get("RUNTIME_DIRECTORY", "/run/salve-screen"))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return keep(browser, lambda: page_s(PORT), told)


if __name__ == "__main__":
    sys.exit(main())
