"""What this machine is and stands on: its hash, the file system of a folder and its free space."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.files import write_durably

SERIAL = Path("/proc/device-tree/serial-number")
MACHINE_ID = Path("/etc/machine-id")
MOUNTS = Path("/proc/self/mountinfo")
# A reboot empties them, whatever fsync answered. Pi OS's read-only mode lays an overlay over every partition.
FORGETTING = frozenset({"tmpfs", "ramfs", "overlay"})


def hardware_hash(data_dir: Path, serial: Path = SERIAL) -> str:
    """Name this machine without telling its serial number; a board without one is told apart by its data folder too."""
    try:
        known = serial.read_bytes().strip(b"\0\n")
    except OSError:
        known = _stand_in(data_dir)
    # The library behind it takes 3 MB, and nothing before the first sync needs it.
    import hashlib

    return "sha256:" + hashlib.sha256(b"salve-kiosk:" + known).hexdigest()


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds `path`, "unknown" when the kernel does not tell."""
    target = path.resolve()
    best, kind = -1, "unknown"
    for line in mounts.read_text("utf-8", "replace").splitlines():
        fields = line.split()
        # proc(5): the mount point is the 5th field, the type follows a lone hyphen; blanks are written \040.
        point = Path(fields[4].replace("\\040", " "))
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[fields.index("-") + 1]
    return kind


def free_bytes(folder: Path) -> int:
    """Bytes that the kiosk may still write in the file system of `folder`."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def _stand_in(data_dir: Path) -> bytes:
    salt = data_dir / "machine.salt"
    if not salt.exists():
        write_durably(salt, os.urandom(16).hex().encode())
    machine = MACHINE_ID.read_bytes().strip() if MACHINE_ID.exists() else b""
    return b":".join((machine, salt.read_bytes(), os.fsencode(data_dir.resolve())))
