"""A disk that takes its time for every sync, for programs started with its library."""

from __future__ import annotations

import subprocess
from pathlib import Path

SYNC_MS = 5


def slowed(folder: Path) -> dict[str, str]:
    """What a program's environment needs for every sync to take SYNC_MS; builds a library, for which it needs a C compiler."""
    library = folder / "slow_disk.so"
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)  # noqa: S603, S607
    return {"LD_PRELOAD": str(library), "SALVE_SYNC_MS": str(SYNC_MS)}
