"""Archives what a database has, and ends itself by SIGKILL at the n-th sign of progress: URL, folder, moment, day, n."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from server.database.engine import make_engine
from server.export import archive_moving
from server.export.archive import Archiving

# Several transactions where one would do.
archive_moving.MOST_AT_ONCE = 100


def main(url: str, folder: str, now_ms: str, end_day: str, signs: str) -> None:
    left = int(signs)

    def tell(_done: int, _whole: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    place = Path(folder)
    Archiving(make_engine(url, place), place, int(now_ms), tell, make=True).archive(int(end_day))


main(*sys.argv[1:])
