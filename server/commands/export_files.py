"""Where an export goes: a file that gets its name when it is whole, or standard output; and how far it is."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import click

from server.database.targets import is_regular, part_of, remove_left, target_of
from server.database.whole_files import flush_if_possible, take_name
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server.export.parquet import ParquetMonths
    from server.export.sqlite import SqliteFile

LOOK_S = 0.2


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole, so that nobody takes half of one for all; None is standard output.

    Into a pipe or a device it is written as it comes.
    """
    with named(output):
        if output is None or _is_standard_output(output):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif not is_regular(output):
            with output.open("wb") as file:
                yield file
        else:
            with _whole(output) as part, part.open("wb") as file:
                yield file


def sqlite_into(output: Path, made: SqliteFile) -> None:
    """The SQLite file under its name once it is whole. Raises Unfit for a name that leads to a device or a pipe."""
    with named(output), _whole(output) as part, bar(made.length, made.done):
        part.unlink(missing_ok=True)
        made.write(part)


def parquet_into(folder: Path, made: ParquetMonths) -> None:
    """The files of months in a folder that holds none yet: two exports in one would be read as one."""
    if any(folder.glob("month=*")):
        raise Unfit(f"{folder} holds months of another export, which would be mixed with these; name a new or empty folder.")
    for left in remove_left(folder, ".part-"):
        shutil.rmtree(left, ignore_errors=True)
    with named(folder), ended_by_signals(), bar(made.length, made.done):
        made.write(folder)


@contextmanager
def named(output: Path | None) -> Iterator[None]:
    """A disk's failure is told with the name that was asked for; until it is whole, what is written has another one."""
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError) or (error.filename and ".part-" not in str(error.filename)):
            raise
        name = "standard output" if output is None else str(output)
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), name) from error


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """What to write in its stead, which takes the name at the end, also where the name is a link."""
    target = target_of(output)
    part = part_of(target)
    with ended_by_signals():
        try:
            yield part
            take_name(part, target, flush_if_possible)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end what is going on as Ctrl-C does, so that nothing half made stays behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    # Who called with nohup wants SIGHUP ignored.
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    heard = [number for number, handler in before.items() if handler == signal.SIG_DFL]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def _is_standard_output(output: Path) -> bool:
    """Whether a name like /dev/stdout leads there: taking a file's place would leave what the shell has opened empty."""
    try:
        return os.path.samestat(output.stat(), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):
        return False


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
