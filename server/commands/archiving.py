"""`salve-server archive`: old reactions to Parquet files, by hand and as the worker does it each day."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from server.audit import COMMAND_LINE, Act
from server.commands.backups import progress
from server.commands.workplace import at_work, show_json
from server.database.audit import note
from server.database.engine import writing
from server.errors import Refusal, Unfit
from server.export.archive import Archived, Archiving, closed_before
from server.export.archive_rows import select_before
from server.settings import LEAST_KEPT_MONTHS
from server.worker.schedule import Job, Worker

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.commands.workplace import Workplace
    from server.database.holdings import Tell
    from server.settings import Settings

log = logging.getLogger("salve.archive")
LEASE = "archive"


@click.command("archive")
@click.option("--before", metavar="MONTH", help="Archive all months before this one, like 2026-08, in place of the setting's.")
@click.option("--dry-run", is_flag=True, help="Only say how much that is.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def archive(before: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Move reactions older than SALVE_KEEP_MONTHS into Parquet files; figures stay. May be broken off at any moment.

    Example: salve-server archive --before 2026-08 --dry-run
    """
    with at_work() as place:
        end_day = _end_day(place, before)
        if dry_run:
            _tell_due(end_day, select_before(place.engine, end_day).rows, as_json=as_json)
            return
        with progress("Archiving") as tell:
            done = _under_lease(place, end_day, tell)
    _tell_done(done, as_json=as_json)


def keep_archived(engine: Engine, settings: Settings, now_ms: int) -> int:
    """Archive what the setting says; returns how many reactions. What stands in the way is told, and tried again."""
    try:
        end_day = closed_before(engine, now_ms, settings.keep_months)
        work = Archiving(engine, settings.archive, now_ms, lambda _done, _whole: None, make=settings.archive_dir is None)
        return work.archive(end_day).rows
    except (OSError, Unfit, Refusal) as error:
        log.warning("Nothing more is archived for now, and nothing is lost: %s", error)
        return 0


def _under_lease(place: Workplace, end_day: int, tell: Tell) -> Archived:
    """Archive while no worker does. Raises Unfit when one is at it."""
    ended: list[Archived | Exception] = []

    def work(now_ms: int) -> int:
        settings = place.settings
        try:
            with writing(place.engine) as connection:
                note(connection, now_ms, COMMAND_LINE, Act.ARCHIVED, _month(end_day))
            archiving = Archiving(place.engine, settings.archive, now_ms, tell, make=settings.archive_dir is None)
            ended.append(archiving.archive(end_day))
        except Exception as error:  # noqa: BLE001  (it is raised again, where the command says it in a sentence)
            ended.append(error)
        return 0

    if not Worker(place.engine, place.clock, []).do(Job(LEASE, 0, work)):
        raise Unfit("Another program is archiving, or was until a moment ago; try again in two minutes.")
    if isinstance(ended[0], Exception):
        raise ended[0]
    return ended[0]


def _end_day(place: Workplace, before: str | None) -> int:
    now_ms, months = place.clock.now_ms(), place.settings.keep_months
    if before is None:
        if not months:
            raise Unfit("SALVE_KEEP_MONTHS is 0, which keeps everything; set it, or name a month with --before.")
        return closed_before(place.engine, now_ms, months)
    try:
        end_day = date.fromisoformat(f"{before}-01").toordinal()
    except ValueError as error:
        raise Unfit(f"{before!r} is no month; write it like 2026-08.") from error
    latest = closed_before(place.engine, now_ms, LEAST_KEPT_MONTHS)
    if end_day > latest:
        raise Unfit(
            f"Pages need the last {LEAST_KEPT_MONTHS} whole months in the database: give {_month(latest)} or an earlier month."
        )
    return end_day


def _tell_due(end_day: int, rows: int, *, as_json: bool) -> None:
    if as_json:
        show_json({"before": _month(end_day), "reactions": rows})
    else:
        click.echo(f"{rows} reactions from before {_month(end_day)} are due; nothing was done.")


def _tell_done(done: Archived, *, as_json: bool) -> None:
    if as_json:
        files: list[dict[str, Any]] = [{"path": one.path, "reactions": one.rows, "sha256": one.digest} for one in done.files]
        show_json({"reactions": done.rows, "files": files, "set_aside": done.aside})
        return
    click.echo(f"Archived {done.rows} reactions in {len(done.files)} file(s).")
    for name in done.aside:
        click.echo(f"This database does not know {name.rpartition('.')[0]}; it is now called {name}.", err=True)


def _month(day: int) -> str:
    return f"{date.fromordinal(day):%Y-%m}"
