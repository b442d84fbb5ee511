"""`salve-server worker`: the background jobs, until somebody ends it."""

from __future__ import annotations

import logging
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

import click

from server.access.sessions import IDLE_MS, LONGEST_MS, MEMORY_MS
from server.claims.judging import judge_all
from server.commands.archiving import LEASE, keep_archived
from server.commands.workplace import at_work
from server.comparison.mix import freeze
from server.database.audit import forget_addresses
from server.database.audit_check import check_and_keep
from server.database.audit_tallies import close_tallies
from server.database.engine import writing
from server.database.partitions import make_partitions
from server.database.tidying import delete_old
from server.export.delivery import DELIVERY, Delivery
from server.fleet.buttons import find_silent
from server.fleet.enrolment import TRIES_MS
from server.fleet.retiming import retime
from server.fleet.reviewing import look_for_runs
from server.fleet.states import DAY_MS
from server.fleet.watching import LOOK_MS, UNIX_EPOCH_DAY, count_heard, learn_pauses, watch
from server.ingest.releasing import release
from server.recovery.watch import learn_usual, watch_presses
from server.worker.schedule import Job, Worker
from wire.redacting import begin_logging

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings

HOUR_S = 3_600
# What goes wrong now is to be heard of within a minute.
RECOVERIES_S = 15
HEARD_KEPT_DAYS = 60
DELIVERY_S = 600
ADDRESSES_KEPT_DAYS = 90
log = logging.getLogger("salve.worker")


@click.command("worker")
def worker() -> None:
    """Do the background jobs until SIGTERM or Ctrl-C; several workers share them.

    Example: salve-server worker
    """
    begin_logging(logging.INFO, "%(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    with at_work() as place:
        of_settings = [*deliveries(place.engine, place.settings), *archiving(place.engine, place.settings)]
        working = Worker(place.engine, place.clock, [*jobs(place.engine), *of_settings])
        for number in (signal.SIGTERM, signal.SIGINT):
            # Ending waits for what has begun, which a signal's handler must not.
            signal.signal(number, lambda _number, _frame: threading.Thread(target=working.stop).start())
        click.echo("The worker is at work.")
        working.run()


def jobs(engine: Engine) -> list[Job]:
    """Everything that is done in the background, and how often."""
    return [
        Job("retime", 30, partial(retime, engine)),
        Job("watch", 60, partial(watch, engine)),
        Job("recoveries", RECOVERIES_S, partial(watch_presses, engine)),
        Job("usual", 600, partial(learn_usual, engine)),
        Job("heard", LOOK_MS // 1000, partial(count_heard, engine)),
        Job("buttons", 600, partial(find_silent, engine)),
        Job("pauses", 600, partial(learn_pauses, engine)),
        Job("held", HOUR_S, partial(release, engine)),
        Job("mix", HOUR_S, partial(freeze, engine)),
        Job("claims", HOUR_S, partial(judge_all, engine)),
        Job("runs", 6 * HOUR_S, partial(look_for_runs, engine)),
        Job("tidy", HOUR_S, partial(tidy, engine)),
        Job("partitions", HOUR_S, partial(make_room, engine)),
        Job("audit", HOUR_S, partial(add_up_audit, engine)),
        Job("audit-check", 6 * HOUR_S, partial(check_audit, engine)),
    ]


def deliveries(engine: Engine, settings: Settings) -> list[Job]:
    """The daily delivery, where a folder is set; looked at often, so that a mount that was away is soon caught up with."""
    if settings.delivery_dir is None:
        return []
    return [Job(DELIVERY, DELIVERY_S, Delivery(engine, settings.delivery_dir).work)]


def archiving(engine: Engine, settings: Settings) -> list[Job]:
    """The archive, where single reactions are not kept for ever."""
    return [Job(LEASE, DAY_MS // 1000, partial(keep_archived, engine, settings))] if settings.keep_months else []


def make_room(engine: Engine, now_ms: int) -> int:
    """Make tables ahead for the streams to come; returns how many."""
    with writing(engine) as connection:
        return make_partitions(connection)


def add_up_audit(engine: Engine, now_ms: int) -> int:
    """Write what the audit log counted until now, and forget old addresses; returns how many of both."""
    with writing(engine) as connection:
        forgotten = forget_addresses(connection, now_ms - ADDRESSES_KEPT_DAYS * DAY_MS)
        return forgotten + close_tallies(connection, now_ms)


def check_audit(engine: Engine, now_ms: int) -> int:
    """Check the whole audit log; returns how many faults were told, 0 or 1."""
    fault = check_and_keep(engine, now_ms).fault
    if fault is not None:
        log.error("the audit log was changed: entry %d does not fit; `salve-server audit verify` tells more", fault.number)
    return int(fault is not None)


def tidy(engine: Engine, now_ms: int) -> int:
    """Delete what has served its time; returns how many rows."""
    with writing(engine) as connection:
        return delete_old(
            connection,
            delays_ms=now_ms - MEMORY_MS,
            failures_ms=now_ms - TRIES_MS,
            sessions_made_ms=now_ms - LONGEST_MS,
            sessions_seen_ms=now_ms - IDLE_MS,
            day=UNIX_EPOCH_DAY + now_ms // DAY_MS - HEARD_KEPT_DAYS,
        )
