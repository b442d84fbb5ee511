"""Where damaged buffers are set aside: moved, and deleted only when read to the end, not among the last two, and in the way."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from kiosk.buffer.schema import COMPANIONS, NAME
from kiosk.files import sync_folder, write_durably

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "quarantine"
NOTE = "note.json"
KEPT = 2


class Case(NamedTuple):
    """One damaged buffer: its folder, how many buffers this card had before the one after it, and whether it was salvaged."""

    folder: Path
    generation: int
    is_salvaged: bool


def cases(data_dir: Path) -> list[Case]:
    """Every damaged buffer that is kept, oldest first."""
    notes = ((path.parent, _read(path)) for path in (data_dir / FOLDER).glob(f"*/{NOTE}"))
    found = [Case(folder, int(note["generation"]), bool(note.get("salvaged"))) for folder, note in notes if note]
    return sorted(found, key=lambda case: case.generation)


def generation(data_dir: Path) -> int:
    """How many buffers this card has set aside so far."""
    return max((case.generation for case in cases(data_dir)), default=0)


def set_aside(data_dir: Path, reason: str, boot_id: str, wall_ms: int, most_bytes: int) -> Path:
    """Move the buffer with all that belongs to it into a folder of its own; raises OSError when the card takes no change."""
    number = generation(data_dir) + 1
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = data_dir / FOLDER / f"{moment}-{boot_id[:8]}"
    while folder.exists():
        folder = folder.with_name(f"{folder.name}-again")
    folder.mkdir(parents=True, mode=0o700)
    write_durably(folder / NOTE, json.dumps({"generation": number, "reason": reason}).encode())
    sync_folder(folder.parent)
    _move(data_dir, folder)
    _let_oldest_go(data_dir, most_bytes)
    return folder


def orphans(data_dir: Path) -> bool:
    """Whether a WAL or journal lies there without its buffer; it must never meet the next one.

    A move that a power cut ended is completed first.
    """
    left = [name for name in COMPANIONS if (data_dir / name).exists()]
    if (data_dir / NAME).exists() or not left:
        return False
    last = cases(data_dir)[-1:]
    if last and (last[0].folder / NAME).exists() and not any((last[0].folder / name).exists() for name in left):
        _move(data_dir, last[0].folder)
        return False
    return True


def close_case(case: Case, result: dict[str, Any]) -> None:
    """Write down that a case was salvaged, and with what result."""
    note = _read(case.folder / NOTE) or {"generation": case.generation}
    write_durably(case.folder / NOTE, json.dumps(note | {"salvaged": result}).encode())


def _move(data_dir: Path, folder: Path) -> None:
    for name in (NAME, *COMPANIONS):
        if (data_dir / name).exists():
            (data_dir / name).replace(folder / name)
    sync_folder(folder)
    sync_folder(data_dir)


def _let_oldest_go(data_dir: Path, most_bytes: int) -> None:
    kept = cases(data_dir)
    # What is not salvaged yet may be the only place where presses are.
    for case in [case for case in kept[:-KEPT] if case.is_salvaged]:
        if sum(_size(one.folder) for one in kept) <= most_bytes:
            return
        shutil.rmtree(case.folder)
        kept.remove(case)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _read(path: Path) -> dict[str, Any] | None:
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and isinstance(note.get("generation"), int) else None
