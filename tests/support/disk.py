"""A disk that is watched: builds the recorder, runs a program on it, and replays its record up to any power cut."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENTRY = struct.Struct("<cIQII")
SECTOR_BYTES = 512


def build(folder: Path) -> Path:
    """Compile the recorder; a machine without a C compiler fails the test, because the promise is untested there."""
    library = folder / "disk.so"
    command = ["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(HERE / "disk.c"), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"a C compiler is needed (gcc, libc6-dev): {done.stderr}"
    return library


def run(library: Path, script: str, *arguments: object) -> str:
    """Run a script of this folder with its disk watched, and answer what it printed."""
    done = subprocess.run(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        env={**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": f"{ROOT}:{HERE}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Change(NamedTuple):
    """One recorded operation; `file` tells files apart even when names move."""

    kind: str
    file: int
    at: int
    path: str
    data: bytes


def read_record(path: Path) -> list[Change]:
    """The whole record in order."""
    raw, place, found = path.read_bytes(), 0, []
    while place < len(raw):
        kind, file, at, length, size = ENTRY.unpack_from(raw, place)
        place += ENTRY.size
        text = raw[place : place + length].decode()
        found.append(Change(kind.decode(), file, at, text, raw[place + length : place + length + size]))
        place += length + size
    return found


class Disk:
    """What may be on the disk after a cut: what was synced for certain, and any part of what was not."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self._names: dict[str, int] = {}
        self._pending_names: list[Change] = []
        self._synced: dict[int, bytearray] = {}
        self._pending: list[Change] = []

    def apply(self, change: Change) -> None:
        """Go on by one operation."""
        if change.kind == "M":
            self.marks.append(change.path)
        elif change.kind in "CURK":
            self._pending_names.append(change)
            if change.kind == "C":
                self._synced[change.file] = bytearray()
        elif change.kind in "WT":
            self._pending.append(change)
        elif change.kind == "S":
            for one in self._pending:
                if one.file == change.file:
                    _write(self._synced[one.file], one)
            self._forget(change.file)
        elif change.kind == "F":
            # The kernel has called the pages clean: no later sync will bring them.
            self._forget(change.file)
        elif change.kind == "D":
            self._sync_names(change.path)

    def after_cut(self, how: str, chance: random.Random) -> dict[str, bytes]:
        """The files after a power cut now: "nothing" unsynced, "everything", a torn "prefix", or "any" subset."""
        names, pending = list(self._pending_names), list(self._pending)
        if how == "nothing":
            names, pending = [], []
        elif how == "prefix":
            names = names[: chance.randint(0, len(names))]
            pending = pending[: chance.randint(0, len(pending))]
            pending[-1:] = [_torn(one, chance) for one in pending[-1:]]
        elif how == "any":
            names = names[: chance.randint(0, len(names))]
            pending = [_torn(one, chance) if chance.random() < 0.1 else one for one in pending if chance.random() < 0.5]
        contents = {file: bytearray(content) for file, content in self._synced.items()}
        for one in pending:
            _write(contents[one.file], one)
        table = dict(self._names)
        for one in names:
            _rename(table, one)
        return {path: bytes(contents[file]) for path, file in table.items()}

    def _forget(self, file: int) -> None:
        self._pending = [one for one in self._pending if one.file != file]

    def _sync_names(self, folder: str) -> None:
        here = [one for one in self._pending_names if folder.rstrip("/") in (_folder(one.path), _folder(one.data.decode()))]
        for one in here:
            _rename(self._names, one)
        self._pending_names = [one for one in self._pending_names if one not in here]


def cuts(record: list[Change], count: int, chance: random.Random) -> Iterator[tuple[dict[str, bytes], list[str], str]]:
    """`count` power cuts spread evenly over the record: the files, what had been said by then, and where the cut was."""
    disk, done = Disk(), 0
    places = [index for index, change in enumerate(record) if change.kind != "M"]
    for order, index in enumerate(places):
        start = places[order - 1] + 1 if order else 0
        for change in record[start : index + 1]:
            disk.apply(change)
        due = count * (order + 1) // len(places)
        for number in range(done, due):
            how = ("nothing", "everything", "prefix", "any")[number % 4]
            yield disk.after_cut(how, chance), list(disk.marks), f"{how} after operation {index}"
        done = due


def lay_out(files: dict[str, bytes], watched: Path, target: Path) -> None:
    """Write the files of a cut below another folder."""
    for path, content in files.items():
        place = target / Path(path).relative_to(watched)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _write(content: bytearray, change: Change) -> None:
    if change.kind == "T":
        del content[change.at :]
        content.extend(bytes(change.at - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.data)] = change.data


def _torn(change: Change, chance: random.Random) -> Change:
    if change.kind == "T":
        return change
    return change._replace(data=change.data[: SECTOR_BYTES * chance.randint(0, len(change.data) // SECTOR_BYTES)])


def _rename(table: dict[str, int], change: Change) -> None:
    if change.kind == "C":
        table[change.path] = change.file
    elif change.kind == "U":
        table.pop(change.path, None)
    elif change.kind == "R" and change.path in table:
        table[change.data.decode()] = table.pop(change.path)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
