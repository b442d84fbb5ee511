"""What each store's roll-ups of some days come to: read at once for all stores, or for some, and summed up once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.beside import Counted
from server.comparison.indexes import LEAST_DAYS_AS_CLUSTERS, NO_CLUSTERS, NO_VISITS, tally, visits_of
from server.comparison.marking import much_marked
from server.database.figures import day_clusters, store_counts, visit_counts
from server.database.rushed import rushed_stores
from server.database.strata import strata_of
from server.database.weekends import WEEKENDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from server.analysis.clustering import ClusterSums
    from server.database.figures import StoreCount, VisitCount

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
    """One store's presses by question, its visits by the definition's two questions, and what both come to."""

    counts: tuple[StoreCount, ...]
    visits: tuple[VisitCount, ...]
    counted: Counted


def read_rows(connection: Connection, asking: Asking, store_ids: Collection[int] | None = None) -> dict[int, StoreRows]:
    """The rows of all stores that have presses, or of these stores alone, by the store's id."""
    first, end, service_ids, experience_ids, compared = asking
    counts: dict[int, list[StoreCount]] = defaultdict(list)
    for count in store_counts(connection, first, end, WEEKENDS if compared else (), store_ids):
        counts[count.store_id].append(count)
    visits: dict[int, list[VisitCount]] = defaultdict(list)
    for visit in visit_counts(connection, first, end, store_ids):
        if visit.service_id in service_ids and visit.experience_id in experience_ids:
            visits[visit.store_id].append(visit)
    long_enough = end - first >= LEAST_DAYS_AS_CLUSTERS
    days = day_clusters(connection, first, end, (service_ids, experience_ids), store_ids) if long_enough else {}
    rushed = rushed_stores(connection, first, end, store_ids) if compared else {}
    return {
        store: StoreRows(
            tuple(own),
            tuple(visits[store]),
            _counted(own, visits[store], days.get(store, NO_DAYS), asking, rushed.get(store, 0)),
        )
        for store, own in counts.items()
    }


def presses_of(count: StoreCount) -> int:
    """The presses that count."""
    return count.positive + count.neutral + count.negative


def _counted(
    counts: list[StoreCount],
    visits: list[VisitCount],
    days: tuple[ClusterSums, ClusterSums],
    asking: Asking,
    rushed: int,
) -> Counted:
    service = [count for count in counts if count.question_id in asking.service_ids]
    experience = [count for count in counts if count.question_id in asking.experience_ids]
    return Counted(
        tally(service, days[0]),
        tally(experience, days[1]),
        visits_of(visits) if visits else NO_VISITS,
        strata_of(service),
        strata_of(experience),
        suspect=much_marked(sum(count.marked for count in counts), sum(map(presses_of, counts)), rushed),
        service_days=days[0],
        experience_days=days[1],
    )
