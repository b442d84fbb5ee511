"""Partitions of reactions by ranges of the stream number, made ahead; PostgreSQL alone has them.

Streams are renewed weekly, so their numbers follow time: a range holds about what arrived in a month, and one that is
older than what is kept is dropped in a moment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Of a chain of some hundred kiosks; fewer streams are not worth a table.
LEAST_STREAMS = 1_000
MONTH_MS = 30 * 24 * 3_600_000
NAME = re.compile(r"reactions_(\d+)_(\d+)\Z")
PARTS = (
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = to_regclass('reactions') ORDER BY c.oid"
)


def partitions(connection: Connection) -> list[tuple[int, int]]:
    """The ranges [first, end) of stream numbers that have a table of their own, in order."""
    found = (NAME.match(name) for name in run(connection, PARTS).scalars())
    return sorted((int(one[1]), int(one[2])) for one in found if one)


def make_partitions(connection: Connection, least_streams: int = LEAST_STREAMS) -> int:
    """Make tables for the streams of the next month or so, and return how many; on SQLite nothing is to be done.

    What has arrived in such a range before its table was there moves into it. Gives up after two seconds where somebody else
    holds the table; the next run finds the same to do.
    """
    if connection.dialect.name != "postgresql":
        return 0
    run(connection, "SET LOCAL lock_timeout = '2s'")
    last = _last_number(connection)
    width = max(least_streams, _in_a_month(connection))
    end = max((end for _, end in partitions(connection)), default=1)
    made = 0
    while end <= last + width:
        make_partition(connection, end, end + width)
        end += width
        made += 1
    return made


def make_partition(connection: Connection, first: int, end: int) -> None:
    """Give the streams [first, end) a table of their own."""
    name = f"reactions_{first}_{end}"
    run(connection, "LOCK TABLE reactions_rest IN ACCESS EXCLUSIVE MODE")
    run(connection, f"CREATE TABLE {name} (LIKE reactions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    # The rows first: attaching builds the key over them at once.
    run(
        connection,
        f"WITH moved AS (DELETE FROM reactions_rest WHERE stream >= {first} AND stream < {end} RETURNING *)"  # noqa: S608
        f" INSERT INTO {name} SELECT * FROM moved",
    )
    run(connection, f"ALTER TABLE reactions ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})")


def _last_number(connection: Connection) -> int:
    last: int = run(connection, "SELECT last_value FROM stream_numbers").scalar_one()
    return last


def _in_a_month(connection: Connection) -> int:
    """How many streams began in the thirty days before the newest."""
    statement = "SELECT COUNT(*) FROM streams WHERE first_ms > (SELECT MAX(first_ms) FROM streams) - ?"
    count: int = run(connection, statement, (MONTH_MS,)).scalar_one()
    return count
