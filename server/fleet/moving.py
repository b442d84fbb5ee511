"""Moves figures with the reactions that they come from: whatever changes of a part of a stream, its roll-ups follow."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.analysis.cuts import part_around
from server.analysis.tallies import Tally
from server.database.judgements import give_reasons
from server.database.presses import presses_between
from server.database.reactions import last_in_clusters, places_of_stream
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.rollups import add_tally, drop_clusters, save_clusters
from server.database.streams import lock_stream_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from server.analysis.tallies import Cluster

# New times or reasons in one transaction: some 100 ms, which on SQLite every sync has to wait for.
MOST_AT_ONCE = 2_000


def part_of(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> tuple[int, int]:
    """First and last seq of the part of a stream that holds these two and that no figure reaches out of; locks the stream."""
    lock_stream_number(connection, kiosk_id, stream)
    return part_around(places_of_stream(connection, kiosk_id, stream), first, last)


@contextmanager
def moving(connection: Connection, kiosk_id: int, stream: int, part: tuple[int, int], now_ms: int) -> Iterator[None]:
    """Whatever the block changes of the reactions of a part, as `part_of` gives it, every roll-up moves with it."""
    before, after = Tally(), Tally()
    before.add(presses_between(connection, kiosk_id, stream, *part, now_ms))
    old_ends = last_in_clusters(connection, kiosk_id, stream)
    yield
    after.add(presses_between(connection, kiosk_id, stream, *part, now_ms))
    clusters = after.open_clusters
    after.subtract(before)
    add_tally(connection, kiosk_id, after)
    ends = last_in_clusters(connection, kiosk_id, stream)
    for question in sorted(_ending_in(part, old_ends) | _ending_in(part, ends)):
        _remember_last(connection, (kiosk_id, stream, question), ends.get(question), clusters, now_ms)


def _ending_in(part: tuple[int, int], ends: Mapping[int, int]) -> set[int]:
    return {question for question, seq in ends.items() if part[0] <= seq <= part[1]}


def _remember_last(
    connection: Connection, place: tuple[int, int, int], end: int | None, clusters: Mapping[int, Cluster], now_ms: int
) -> None:
    """Keep the cluster that a question's last counted press stands in, also where that lies before the part."""
    kiosk_id, stream, question = place
    if end is None:
        drop_clusters(connection, kiosk_id, stream, question)
        return
    if question not in clusters:
        tally = Tally()
        first, last = part_around(places_of_stream(connection, kiosk_id, stream), end, end)
        tally.add(presses_between(connection, kiosk_id, stream, first, last, now_ms))
        clusters = tally.open_clusters
    save_clusters(connection, kiosk_id, stream, {question: clusters[question]})


def recount(connection: Connection, kiosk_id: int, stream: int, reasons: Mapping[int, str], now_ms: int) -> int:
    """Give votes of one stream (by seq) another reason, "" to let them count; their figures move, the ledger tells.

    Returns how many. For at most MOST_AT_ONCE at a time, and near each other: all between them are counted anew.
    """
    if not reasons:
        return 0
    part = part_of(connection, kiosk_id, stream, min(reasons), max(reasons))
    with moving(connection, kiosk_id, stream, part, now_ms):
        give_reasons(connection, kiosk_id, stream, reasons)
    add_revisions(connection, [Revision(kiosk_id, stream, seq, COUNTED) for seq in sorted(reasons)], now_ms)
    return len(reasons)
