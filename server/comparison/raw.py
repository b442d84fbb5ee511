"""What was set aside and by which rule, and what the indexes would be with all presses: nothing is hidden by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.comparison.marking import much_marked
from server.database.codes import ASIDE
from server.database.figures import set_aside_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from server.comparison.chain import Figures
    from server.database.figures import AsideCount

# Beyond this, somebody should look at the kiosk.
MUCH_MOVED_POINTS = 5.0


@dataclass(frozen=True, slots=True)
class Raw:
    """How many presses each rule set aside, and each index with all presses (0 to 100, None where it is withheld)."""

    rules: tuple[tuple[str, int], ...]
    service: float | None
    experience: float | None


def raw_of(connection: Connection, figures: Figures, signals: tuple[Collection[int], Collection[int]]) -> Raw:
    """A store's raw figures beside its counted ones; `signals` are the questions of each index."""
    period = figures.period
    found = set_aside_counts(connection, figures.store.id, period.first.toordinal(), period.end.toordinal())
    sums = {rule: sum(_total(one) for one in found if one.reason == rule) for rule in ASIDE}
    shares = []
    for index, ids in zip((figures.service, figures.experience), signals, strict=True):
        own = [one for one in found if one.question_id in ids]
        shares.append(None if index.value is None else _with(index.positive, index.total, own))
    return Raw(tuple((rule, count) for rule, count in sums.items() if count), *shares)


def needs_a_look(figures: Figures, raw: Raw) -> bool:
    """Whether so much was set aside, or moves an index so far, that somebody should look at the kiosks."""
    pairs = ((figures.service.value, raw.service), (figures.experience.value, raw.experience))
    moved = any(abs((one or 0.0) - (other or 0.0)) > MUCH_MOVED_POINTS for one, other in pairs)
    return much_marked(figures.marked, figures.counted, dict(raw.rules).get("rush", 0)) or moved


def _with(positive: int, total: int, set_aside: Iterable[AsideCount]) -> float:
    found = list(set_aside)
    return 100 * (positive + sum(one.positive for one in found)) / (total + sum(_total(one) for one in found))


def _total(count: AsideCount) -> int:
    return count.positive + count.neutral + count.negative
