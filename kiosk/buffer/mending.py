"""A copy of a damaged buffer with what can be put back by rule: zeros for unreadable blocks, and the file's beginning."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from kiosk.buffer.schema import APPLICATION_ID
from kiosk.buffer.updating import bring_up_to_date

if TYPE_CHECKING:
    from pathlib import Path

BLOCK_BYTES = 4096


def copy_readable(source: Path, target: Path) -> None:
    """Copy block by block; one that the card can not read any more becomes zeros."""
    with source.open("rb", buffering=0) as file, target.open("wb") as copy:
        for place in range(0, source.stat().st_size, BLOCK_BYTES):
            try:
                block = os.pread(file.fileno(), BLOCK_BYTES, place)
            except OSError:
                block = bytes(BLOCK_BYTES)
            copy.write(block)


def put_back_beginning(path: Path, *, whole_page: bool) -> None:
    """Give a copy the header, or the whole first page, of a buffer made by the same steps: they are always alike."""
    pattern = path.with_name("pattern.db")
    pattern.unlink(missing_ok=True)
    conn = sqlite3.connect(pattern, isolation_level=None)
    conn.execute("PRAGMA synchronous=OFF")
    conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    bring_up_to_date(conn)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.close()
    page = bytearray(pattern.read_bytes()[:BLOCK_BYTES])
    pattern.unlink()
    size = path.stat().st_size
    # The size in pages, and no free ones: https://www.sqlite.org/fileformat.html
    page[28:40] = (max(1, size // BLOCK_BYTES)).to_bytes(4, "big") + bytes(8)
    with path.open("r+b") as file:
        file.write(page if whole_page or size < BLOCK_BYTES else page[:100])
