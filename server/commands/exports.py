"""`salve-server export`: what the export addresses give, into a file."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.access.tokens import ExportToken
from server.audit import COMMAND_LINE, Act
from server.commands.export_files import bar, opened, parquet_into, sqlite_into
from server.commands.workplace import Commands, Workplace, at_work
from server.comparison.periods import DEFAULT
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.stores import store_ids
from server.errors import Unfit
from server.export.delivery import DELIVERY, Delivery
from server.export.package import package_json
from server.export.parquet import ParquetMonths
from server.export.producing import KINDS, produce
from server.export.sqlite import SqliteFile
from server.export.wanted import Wanted, read_wanted
from server.worker.schedule import Job, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

# Whoever may run this on the server may read the database anyway.
EVERYTHING = ExportToken(0, "command line", all_stores=True, employees=True)
# What the audit log keeps of an export's options, and what it calls them.
ASKED = {"first": "from", "end": "to", "stores": "stores", "after": "after"}


@click.group("export", cls=Commands)
def export() -> None:
    """What the export addresses give, into a file or to standard output.

    Example: salve-server export reactions -o reactions.csv
    """
    # Rows by the million have no cycles among them; looking for some after every 700 takes a tenth of the time.
    gc.set_threshold(50_000)


def _common(*kinds: str, days: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that every export has."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        options = [
            click.option(
                "-o", "--output", type=click.Path(path_type=Path), help="The file (a folder for Parquet); else standard output."
            ),
            click.option("--format", "kind", type=click.Choice(kinds), default="csv", show_default=True),
            click.option("--raw", is_flag=True, help="Leave texts as they are, also those a spreadsheet would run."),
            click.option("--bom", is_flag=True, help="Begin with a byte order mark, for Excel."),
            click.option("--store", "stores", multiple=True, help="Only this store; may be given again."),
        ]
        if days:
            options += [
                click.option("--to", "end", default="", help="First local day that is not wanted, like 2026-12-01."),
                click.option("--from", "first", default="", help="First local day, like 2026-11-01."),
            ]
        for option in options:
            command = option(command)
        return command

    return add


@export.command("reactions")
@click.option("--after", default="", help="Only what arrived after this cursor, from an earlier export.")
@_common(*KINDS, "parquet", "sqlite")
def reactions(kind: str, output: Path | None, after: str, **wishes: Any) -> None:
    """Export single reactions in the order they arrived; says the cursor for the next time on standard error.

    With --format parquet a folder gets a file for each month; with sqlite the file holds all exports and opens in Datasette.

    Example: salve-server export reactions --from 2026-11-01 --to 2026-12-01 -o november.csv
    """
    if kind in KINDS:
        _lines("reactions", kind, output, after=after, **wishes)
        return
    if output is None or after:
        raise Unfit(f"--format {kind} needs -o, and takes no --after.")
    with at_work() as place:
        wanted = _wanted(place, **wishes)
        _note(place, f"reactions.{kind}", **wishes)
        if kind == "sqlite":
            file = SqliteFile(place.engine, wanted, place.clock.now_ms(), wanted.period(DEFAULT))
            sqlite_into(output, file)
            cursor = file.cursor
        else:
            months = ParquetMonths(place.engine, wanted)
            parquet_into(output, months)
            cursor = months.cursor
    click.echo(f"Salve-Cursor: {cursor}", err=True)


@export.command("revisions")
@click.option("--after", default="", help="Only what changed after this cursor, from an earlier export of revisions.")
@_common(*KINDS, days=False)
def revisions(kind: str, output: Path | None, **wishes: Any) -> None:
    """Export reactions that changed after they were stored; says the cursor for the next time on standard error.

    Example: salve-server export revisions --after 5be1c0.r120 -o changes.csv
    """
    _lines("revisions", kind, output, **wishes)


@export.command("hourly")
@_common(*KINDS)
def hourly(kind: str, output: Path | None, **wishes: Any) -> None:
    """Export hourly counts.

    Example: salve-server export hourly --store S014 -o hours.csv
    """
    _lines("hourly", kind, output, **wishes)


@export.command("stores")
@click.option("--period", default=DEFAULT, show_default=True, help="today, 7d, 4w or 13w, where no days are given.")
@_common(*KINDS)
def stores_figures(kind: str, output: Path | None, **wishes: Any) -> None:
    """Export the figures of every store, those without reactions too.

    Example: salve-server export stores --from 2026-11-01 --to 2026-12-01 -o stores.csv
    """
    _lines("stores", kind, output, **wishes)


@export.command("kiosks")
@_common(*KINDS, days=False)
def kiosks(kind: str, output: Path | None, **wishes: Any) -> None:
    """Export the kiosks that stand in stores now, and how they are.

    Example: salve-server export kiosks --format ndjson
    """
    _lines("kiosks", kind, output, **wishes)


@export.command("recoveries")
@_common(*KINDS)
def recoveries(kind: str, output: Path | None, **wishes: Any) -> None:
    """Export the recoveries: when each was noticed, when somebody was on it, when it was normal again.

    Example: salve-server export recoveries --from 2026-11-01 --to 2026-12-01 -o recoveries.csv
    """
    _lines("recoveries", kind, output, **wishes)


@export.command("package")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; else standard output.")
def package(output: Path | None) -> None:
    """Export what every column means, the data cards and the definition, as a Frictionless data package.

    Example: salve-server export package -o datapackage.json
    """
    with at_work() as place, reading(place.engine) as connection:
        body = package_json(connection, read_wanted(connection, EVERYTHING, [], "", ""))
        _note(place, "datapackage.json")
    with opened(output) as file:
        file.write(body)


@export.command("deliver")
def deliver() -> None:
    """Put the closed days into SALVE_DELIVERY_DIR now, as the worker does each day.

    Example: salve-server export deliver
    """
    with at_work() as place:
        if place.settings.delivery_dir is None:
            raise Unfit("SALVE_DELIVERY_DIR names no folder.")
        _note(place, "delivery")
        days = _alone(place, Delivery(place.engine, place.settings.delivery_dir).deliver)
    click.echo(f"Delivered {days} day(s).")


def _alone(place: Workplace, deliver: Callable[[int], int]) -> int:
    """Deliver while no worker does: two in one folder would write each other's files."""
    done: list[int | Exception] = []

    def work(now_ms: int) -> int:
        try:
            done.append(deliver(now_ms))
        except Exception as error:  # noqa: BLE001  (raised again below, where it is told)
            done.append(error)
        return 0

    Worker(place.engine, place.clock, []).do(Job(DELIVERY, 0, work))
    if not done:
        raise Unfit("A worker delivers just now, or did until a moment ago; try again in a minute.")
    if isinstance(done[0], Exception):
        raise done[0]
    return done[0]


def _lines(
    name: str, kind: str, output: Path | None, *, bom: bool = False, after: str = "", period: str = DEFAULT, **wishes: Any
) -> None:
    with at_work() as place:
        made = produce(
            place.engine, place.clock.now_ms(), _wanted(place, **wishes), name, kind, bom=bom, after=after, period=period
        )
        _note(place, f"{name}.{kind}", after=after, **wishes)
        with opened(output) as file, bar(made.length, made.done) as step:
            for chunk in made.chunks:
                file.write(chunk)
                step()
    if made.cursor:
        click.echo(f"Salve-Cursor: {made.cursor}", err=True)


def _note(place: Workplace, name: str, **wishes: Any) -> None:
    """Tell the audit log before the first byte leaves; what was not asked for stays out of it."""
    asked = {known: wishes[key] for key, known in ASKED.items() if wishes.get(key)}
    with writing(place.engine) as connection:
        note(connection, place.clock.now_ms(), COMMAND_LINE, Act.EXPORTED, name, **asked)


def _wanted(
    place: Workplace, *, stores: tuple[str, ...], raw: bool, first: str = "", end: str = "", bom: bool = False
) -> Wanted:
    with reading(place.engine) as connection:
        store_ids(connection, stores)
        return read_wanted(connection, EVERYTHING, stores, first, end, raw=raw)
