"""Which stores can stand beside those with the change, and what stores usually hear: from the last four weeks before today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.claims import controls_needed
from server.analysis.clustering import ClusterSums, design_effect_of_sums
from server.analysis.planning import effect_to_be_seen
from server.claims.claim import read_claims
from server.claims.counting import LEAST_PRESSES, counted, question_ids
from server.database.changes import noted_changes
from server.database.store_figures import store_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from server.claims.claim import Claim, Window
    from server.database.changes import Noted
    from server.database.store_figures import StoreCount

USUAL_DAYS = 28
# So many stores of the same regions are enough; with fewer, all comparable ones are proposed.
ENOUGH_NEAR = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """What one store hears in a day about one set of questions: presses, the positive share, how alike neighbours are."""

    presses_a_day: float
    share: float
    design_effect: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What one store usually hears, for each share that is counted, and under which numbers of faces."""

    heard: tuple[Heard, ...]
    faces: frozenset[int]

    def enough(self, days: int) -> bool:
        """Whether so many days hold enough presses to count the store."""
        return all(one.presses_a_day * days >= LEAST_PRESSES for one in self.heard)


class Busy(NamedTuple):
    """That a store has a part in another claim on these days."""

    store_id: int
    claim: Claim


def usual_of(connection: Connection, parts: Sequence[Collection[str]], stores: Collection[int], today: int) -> dict[int, Usual]:
    """What these stores usually hear about these questions; `today` is a proleptic ordinal."""
    wanted = question_ids(connection, parts)
    rows: dict[int, list[StoreCount]] = {}
    for count in store_counts(connection, today - USUAL_DAYS, today, (), stores):
        rows.setdefault(count.store_id, []).append(count)
    return {store: _usual(rows.get(store, []), wanted) for store in stores}


def busy_stores(connection: Connection, days: Window, start: Window, replaces: int | None) -> list[Busy]:
    """Stores with another claim's change in these days, and controls of others in the days `start` that ours changes.

    Args:
        connection: an open transaction.
        days: from the first day before to the last day after.
        start: from the change to the last day after.
        replaces: the claim that ours is written in place of, which does not matter.
    """
    found = []
    for claim in read_claims(connection):
        if not claim.stands or claim.id == replaces:
            continue
        if claim.start < days.end and days.first < claim.after.end:
            found += [Busy(store, claim) for store in claim.treated]
        if claim.before.first < start.end and start.first < claim.after.end:
            found += [Busy(store, claim) for store in claim.control]
    return found


def noted_in(connection: Connection, store: int, days: Window) -> list[Noted]:
    """What was noted for a store itself in these days."""
    found = noted_changes(connection, store, days.first.toordinal(), days.end.toordinal())
    return [noted for noted in found if noted.store_id is not None]


def propose(treated: Mapping[int, str], others: Mapping[int, str]) -> list[int]:
    """Controls: the stores of the same regions, or all that are comparable where these are few; both map ids to regions."""
    regions = set(treated.values())
    near = [store for store, region in others.items() if region in regions]
    return near if len(near) >= max(ENOUGH_NEAR, controls_needed(len(treated))) else list(others)


def smallest_effect(treated: Sequence[Usual], control: Sequence[Usual], before_days: int, after_days: int) -> float | None:
    """The effect in points that would be found four times in five; None where a store's presses say nothing of it."""
    one, other = ([_variance(usual, before_days, after_days) for usual in side] for side in (treated, control))
    if not one or not other or min(*one, *other) <= 0:
        return None
    return 100 * effect_to_be_seen(one, other)


def _variance(usual: Usual, before_days: int, after_days: int) -> float:
    """Of a store's change: each share's own, before and after; 0 where it is not known."""
    if not all(one.presses_a_day for one in usual.heard):
        return 0.0
    each = [one.design_effect * one.share * (1 - one.share) / one.presses_a_day for one in usual.heard]
    return sum(each) * (1 / before_days + 1 / after_days)


def _usual(rows: Sequence[StoreCount], wanted: Sequence[frozenset[int]]) -> Usual:
    parts = [[row for row in rows if row.question_id in ids and counted(row)] for ids in wanted]
    return Usual(tuple(map(_heard, parts)), frozenset(row.faces for part in parts for row in part))


def _heard(rows: Sequence[StoreCount]) -> Heard:
    positive, total = sum(row.positive for row in rows), sum(map(counted, rows))
    if not total:
        return Heard(0.0, 0.0, 1.0)
    runs = ClusterSums(*(sum(getattr(row, name) for row in rows) for name in ("clusters", "sum_xx", "sum_xn", "sum_nn")))
    return Heard(total / USUAL_DAYS, positive / total, design_effect_of_sums(positive, total, runs))
