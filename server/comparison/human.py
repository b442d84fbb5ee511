"""HX: one number out of the experiences of customers, employees and whom the chain adds, always beside its parts.

A part is the index of its dimension's questions about experience over the last 13 weeks: customers' are those that the
definition names, employees' come from stretches that may be shown alone (comparison.employees). Weights are the definition's.
A part that is withheld is missing, never zero; what is then said of HX is analysis.composite's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.analysis.clustering import ClusterSums
from server.analysis.composite import Composite, composite
from server.comparison.employees import RECENT_WEEKS, employees_together
from server.comparison.indexes import NO_INDEX, Index, Tally, add, index_of, tally
from server.comparison.periods import local_today
from server.database.experience_counts import DimensionCount, experience_counts
from server.database.life import read_life
from server.survey.definitions import valid_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.survey.definition import Definition


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension: its index, and its weight, None where the definition gives it none."""

    dimension: str
    weight: float | None
    index: Index


@dataclass(frozen=True, slots=True)
class HumanExperience:
    """HX over the days [first, end) of these stores; `whole` is None where no weights are declared."""

    parts: tuple[Part, ...]
    whole: Composite | None
    first: date
    end: date
    stores: int
    definition: Definition
    made_up: bool


def human_experience(connection: Connection, stores: Sequence[StoreRef], now_ms: int) -> HumanExperience:
    """HX of these stores together under the definition that is valid now, up to yesterday."""
    definition = valid_at(connection, now_ms)
    end = local_today("UTC", now_ms)
    first = end - timedelta(weeks=RECENT_WEEKS)
    ids = [store.id for store in stores]
    counts = experience_counts(connection, ids, first.toordinal(), end.toordinal(), definition.experience)
    tallies = {name: add(_tally(one) for one in counts if one.dimension == name) for name in {one.dimension for one in counts}}
    _, _, tallies["EX"] = employees_together(connection, stores, now_ms)
    weights = dict(definition.weights)
    parts = tuple(
        Part(name, weights.get(name), index_of(tallies[name], definition.least_count) if name in tallies else NO_INDEX)
        for name in dict.fromkeys(["CX", "EX", *weights, *sorted(tallies)])
    )
    weighed = {part.dimension: _weighed(part.index) for part in parts if part.weight is not None}
    return HumanExperience(
        parts=parts,
        whole=composite(weighed, weights) if weights else None,
        first=first,
        end=end,
        stores=len(stores),
        definition=definition,
        made_up=read_life(connection).made_up,
    )


def _weighed(index: Index) -> tuple[float, float] | None:
    """Positive and all presses as independent ones; None for an index whose number is withheld."""
    if index.value is None:
        return None
    return index.value / 100 * index.effective, index.effective


def _tally(count: DimensionCount) -> Tally:
    """One store's presses, its days as clusters too: what happens on a day happens to all who press on it."""
    return tally([count], ClusterSums(count.days, count.days_xx, count.days_xn, count.days_nn))
