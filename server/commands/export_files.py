"""Where an export goes: a file that gets its name when it is whole, or standard output; and how far it is."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import click

from server.database.holdings import flush_if_possible, take_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server.export.sqlite import SqliteFile

LOOK_S = 0.2


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole, so that nobody takes half of one for all; None is standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = part_of(output)
    try:
        with part.open("wb") as file:
            yield file
        take_name(part, output, flush_if_possible)
    finally:
        part.unlink(missing_ok=True)


def sqlite_into(output: Path, made: SqliteFile) -> None:
    """The SQLite file under its name once it is whole."""
    part = part_of(output)
    try:
        with bar(made.length, made.done):
            made.write(part)
        take_name(part, output, flush_if_possible)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def bar(length: int, done: Callable[[], int]) -> Iterator[Callable[[], None]]:
    """A bar on a terminal's standard error, moved by calling it, and by itself where the work is one long call."""
    with click.progressbar(length=length, label="Exporting", file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        lock, over = threading.Lock(), threading.Event()

        def step() -> None:
            with lock:
                shown.update(done() - shown.pos)

        def watch() -> None:
            while not over.wait(LOOK_S):
                step()

        watcher = threading.Thread(target=watch, name="progress", daemon=True)
        watcher.start()
        try:
            yield step
        finally:
            over.set()
            watcher.join()
            step()


def part_of(output: Path) -> Path:
    """What the file is called until it is whole."""
    return output.with_name(f"{output.name}.part-{os.getpid()}")
