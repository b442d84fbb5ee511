"""Makes an export of any kind by its name, for the door, for the command line and for the daily delivery alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.comparison.periods import DEFAULT
from server.comparison.summary import chain_summary
from server.database.engine import reading
from server.database.export_columns import HOURLY, KIOSKS, REACTIONS, RECOVERIES, REVISIONS, STORES, TABLES
from server.database.export_revisions import revisions_end
from server.database.export_rows import ledger_end
from server.export.cursor import ARRIVALS, REVISED, Cursor, read_cursor
from server.export.hourly import hourly_chunks
from server.export.kiosks import kiosks_text
from server.export.reactions import ReactionLines
from server.export.recoveries import recoveries_chunks
from server.export.revisions import RevisionLines
from server.export.shapes import Csv, row, shape_of
from server.export.stores import stores_csv
from server.export.typed import typed_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from server.export.shapes import Shape
    from server.export.wanted import Wanted

KINDS = ("csv", "ndjson")
SMALL = frozenset({STORES.name, KIOSKS.name})


class Export(NamedTuple):
    """An export that is made while it is read.

    `cursor` is where the next one begins, "" where there is no such thing; of `length` steps `done()` are made.
    """

    chunks: Iterator[bytes]
    content_type: str
    cursor: str = ""
    length: int = 0
    done: Callable[[], int] = lambda: 0


def produce(
    engine: Engine,
    now_ms: int,
    wanted: Wanted,
    name: str,
    kind: str = "csv",
    *,
    bom: bool = False,
    after: str = "",
    period: str = DEFAULT,
) -> Export:
    """One of TABLES in one of KINDS. Raises 400 for a cursor or a period that does not fit, 410 for an old cursor."""
    shape = shape_of(kind, TABLES[name], raw=wanted.raw, bom=bom)
    if name in {REACTIONS.name, REVISIONS.name}:
        return _feed(engine, wanted, name, shape, after)
    if name == HOURLY.name:
        return Export(hourly_chunks(engine, wanted, shape), shape.content_type)
    if name == KIOSKS.name:
        return Export(iter([kiosks_text(engine, wanted, now_ms, shape)]), shape.content_type)
    if name == RECOVERIES.name:
        return Export(recoveries_chunks(engine, wanted, shape), shape.content_type)
    return Export(iter([_stores(engine, now_ms, wanted, shape, wanted.period(period))]), shape.content_type)


def _feed(engine: Engine, wanted: Wanted, name: str, shape: Shape, after: str) -> Export:
    revised = name == REVISIONS.name
    feed = REVISED if revised else ARRIVALS
    with reading(engine) as connection:
        epoch, end = revisions_end(connection) if revised else ledger_end(connection)
    begin = read_cursor(after, epoch, end, feed).position
    lines = RevisionLines(engine, wanted, shape) if revised else ReactionLines(engine, wanted, shape)
    return Export(
        lines.chunks(begin, end),
        shape.content_type,
        str(Cursor(epoch, end, feed)),
        end - begin,
        lambda: max(0, lines.position - begin),
    )


def _stores(engine: Engine, now_ms: int, wanted: Wanted, shape: Shape, period: str) -> bytes:
    with reading(engine) as connection:
        summary = chain_summary(connection, wanted.stores, period, now_ms)
    if isinstance(shape, Csv):
        # The byte order mark alone is the shape's: the rest is one text with the page's figures.
        return shape.mark.encode() + stores_csv(summary, raw=wanted.raw)
    rows = typed_rows(STORES, [stores_csv(summary, raw=True)])
    return "".join(row(shape, STORES.names, values) for values in rows).encode()
