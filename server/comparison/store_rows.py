"""What each store's roll-ups of some days come to: read at once for all stores, or for some, and summed up once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.beside import Counted
from server.comparison.indexes import LEAST_DAYS_AS_CLUSTERS, NO_CLUSTERS, NO_TALLY, NO_VISITS, Visits, tally
from server.comparison.marking import much_marked
from server.database.rushed import rushed_stores
from server.database.store_figures import day_clusters, store_counts, visit_counts
from server.database.strata import NO_STRATA, strata_of
from server.database.weekends import weekends_here

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from server.analysis.clustering import ClusterSums
    from server.database.store_figures import StoreCount

NO_DAYS = (NO_CLUSTERS, NO_CLUSTERS)


class Asking(NamedTuple):
    """What is read: the days [first, end), the questions of service and of experience, weekends apart where `compared`."""

    first: int
    end: int
    service_ids: frozenset[int]
    experience_ids: frozenset[int]
    compared: bool


@dataclass(frozen=True, slots=True)
class StoreRows:
    """One store's presses by question, and what they and its visits come to.

    `presses` are those that count, on any question; `asked` the (question, faces) of the definition that were answered.
    """

    counts: tuple[StoreCount, ...]
    counted: Counted
    presses: int
    marked: int
    uncertain: int
    asked: frozenset[tuple[int, int]]


NO_ROWS = StoreRows(
    (), Counted(NO_TALLY, NO_TALLY, NO_VISITS, NO_STRATA, NO_STRATA), presses=0, marked=0, uncertain=0, asked=frozenset()
)


def read_rows(connection: Connection, asking: Asking, store_ids: Collection[int] | None = None) -> dict[int, StoreRows]:
    """The rows of all stores that have presses, or of these stores alone, by the store's id."""
    first, end, service_ids, experience_ids, compared = asking
    counts: dict[int, list[StoreCount]] = defaultdict(list)
    for count in store_counts(connection, first, end, weekends_here(connection) if compared else (), store_ids):
        counts[count.store_id].append(count)
    signals = (service_ids, experience_ids)
    visits = {store: Visits(*cells) for store, *cells in visit_counts(connection, first, end, signals, store_ids)}
    long_enough = end - first >= LEAST_DAYS_AS_CLUSTERS
    # Of a dozen wordings two were asked, and each that a statement asks about costs time with every row.
    asked = {count.question_id for own in counts.values() for count in own}
    pressed = (service_ids & asked, experience_ids & asked)
    days = day_clusters(connection, first, end, pressed, store_ids) if long_enough else {}
    rushed = rushed_stores(connection, first, end, store_ids) if compared else {}
    return {
        store: _rows_of(own, visits.get(store, NO_VISITS), days.get(store, NO_DAYS), asking, rushed.get(store, 0))
        for store, own in counts.items()
    }


def presses_of(count: StoreCount) -> int:
    """The presses that count."""
    return count.positive + count.neutral + count.negative


def _rows_of(
    counts: list[StoreCount], visits: Visits, days: tuple[ClusterSums, ClusterSums], asking: Asking, rushed: int
) -> StoreRows:
    service = [count for count in counts if count.question_id in asking.service_ids]
    experience = [count for count in counts if count.question_id in asking.experience_ids]
    presses, marked = sum(map(presses_of, counts)), sum(count.marked for count in counts)
    return StoreRows(
        tuple(counts),
        Counted(
            tally(service, days[0]),
            tally(experience, days[1]),
            visits,
            strata_of(service),
            strata_of(experience),
            suspect=much_marked(marked, presses, rushed),
            service_days=days[0],
            experience_days=days[1],
        ),
        presses,
        marked,
        sum(count.uncertain for count in counts),
        frozenset((count.question_id, count.faces) for count in (*service, *experience) if presses_of(count)),
    )
