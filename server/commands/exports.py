"""`salve-server export`: what the export addresses give, into a file."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from server.access.tokens import ExportToken
from server.commands.workplace import Commands, Workplace, at_work
from server.comparison.periods import DEFAULT
from server.comparison.summary import chain_summary
from server.database.engine import reading
from server.database.export_rows import ledger_end
from server.database.stores import store_ids
from server.export.csv_text import BYTE_ORDER_MARK
from server.export.cursor import Cursor, read_cursor
from server.export.hourly import hourly_chunks
from server.export.reactions import ReactionLines
from server.export.stores import stores_csv
from server.export.wanted import Wanted, read_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Whoever may run this on the server may read the database anyway.
EVERYTHING = ExportToken(0, "command line", all_stores=True, employees=True)


@click.group("export", cls=Commands)
def export() -> None:
    """What the export addresses give, into a file or to standard output.

    Example: salve-server export reactions -o reactions.csv
    """


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every export has."""
    for option in (
        click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; else standard output."),
        click.option("--format", "kind", type=click.Choice(["csv"]), default="csv", show_default=True),
        click.option("--raw", is_flag=True, help="Leave texts as they are, also those a spreadsheet would run."),
        click.option("--bom", is_flag=True, help="Begin with a byte order mark, for Excel."),
        click.option("--store", "stores", multiple=True, help="Only this store; may be given again."),
        click.option("--to", "end", default="", help="First local day that is not wanted, like 2026-12-01."),
        click.option("--from", "first", default="", help="First local day, like 2026-11-01."),
    ):
        command = option(command)
    return command


@export.command("reactions")
@click.option("--after", default="", help="Only what arrived after this cursor, from an earlier export.")
@_common
def reactions(
    first: str, end: str, stores: tuple[str, ...], after: str, output: Path | None, kind: str, *, bom: bool, raw: bool
) -> None:
    """Export single reactions in the order they arrived; says the cursor for the next time on standard error.

    Example: salve-server export reactions --from 2026-11-01 --to 2026-12-01 -o november.csv
    """
    with at_work() as place:
        wanted = _wanted(place, stores, first, end, raw=raw)
        with reading(place.engine) as connection:
            epoch, last = ledger_end(connection)
        begin = read_cursor(after, epoch, last).position
        lines = ReactionLines(place.engine, wanted)
        with _opened(output) as file, _bar(last - begin) as bar:
            file.write(BYTE_ORDER_MARK.encode() if bom else b"")
            done = begin
            for chunk in lines.chunks(begin, last):
                file.write(chunk)
                bar.update(lines.position - done)
                done = lines.position
    click.echo(f"Salve-Cursor: {Cursor(epoch, last)}", err=True)


@export.command("hourly")
@_common
def hourly(first: str, end: str, stores: tuple[str, ...], output: Path | None, kind: str, *, bom: bool, raw: bool) -> None:
    """Export hourly counts.

    Example: salve-server export hourly --store S014 -o hours.csv
    """
    with at_work() as place:
        wanted = _wanted(place, stores, first, end, raw=raw)
        with _opened(output) as file:
            file.write(BYTE_ORDER_MARK.encode() if bom else b"")
            file.writelines(hourly_chunks(place.engine, wanted))


@export.command("stores")
@click.option("--period", default=DEFAULT, show_default=True, help="today, 7d, 4w or 13w, where no days are given.")
@_common
def stores_figures(
    first: str, end: str, stores: tuple[str, ...], period: str, output: Path | None, kind: str, *, bom: bool, raw: bool
) -> None:
    """Export the figures of every store, those without reactions too.

    Example: salve-server export stores --from 2026-11-01 --to 2026-12-01 -o stores.csv
    """
    with at_work() as place:
        wanted = _wanted(place, stores, first, end, raw=raw)
        with reading(place.engine) as connection:
            summary = chain_summary(connection, wanted.stores, wanted.period(period), place.clock.now_ms())
        with _opened(output) as file:
            file.write(BYTE_ORDER_MARK.encode() if bom else b"")
            file.write(stores_csv(summary, raw=raw))


def _wanted(place: Workplace, stores: tuple[str, ...], first: str, end: str, *, raw: bool) -> Wanted:
    with reading(place.engine) as connection:
        store_ids(connection, stores)
        return read_wanted(connection, EVERYTHING, stores, first, end, raw=raw)


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole, so that nobody takes half of one for all."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = output.with_name(f"{output.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _bar(length: int) -> AbstractContextManager[Any]:
    return click.progressbar(length=length, label="Exporting", file=sys.stderr, hidden=not sys.stderr.isatty())
