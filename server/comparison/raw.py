"""What was set aside and by which rule, and what the indexes would be with all presses: nothing is hidden by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.comparison.periods import end_ms, start_ms
from server.comparison.verdict import much_marked
from server.database.set_aside import set_aside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

    from server.comparison.chain import Figures
    from server.database.set_aside import SetAside

# The rules' names in their order, each with the marks and reasons that it stands for: a rush is marked from the moment it is
# noticed, and what counted shortly before stops counting as a burst.
RULES = {
    "repeat": ("repeat",),
    "mash": ("mash",),
    "rush": ("rate", "burst"),
    "out-of-hours": ("out-of-hours",),
    "closing-run": ("closing-run",),
}
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
    store, period = figures.store, figures.period
    bounds = start_ms(period, store.timezone), end_ms(period, store.timezone)
    found = set_aside(connection, store.id, *bounds)
    sums = {rule: sum(one.total for one in found if one.rule in names) for rule, names in RULES.items()}
    shares = []
    for index, ids in zip((figures.service, figures.experience), signals, strict=True):
        own = [one for one in found if one.question_id in ids]
        shares.append(None if index.value is None else _with(index.positive, index.total, own))
    return Raw(tuple((rule, count) for rule, count in sums.items() if count), *shares)


def needs_a_look(figures: Figures, raw: Raw) -> bool:
    """Whether so much was set aside, or moves an index so far, that somebody should look at the kiosks."""
    pairs = ((figures.service.value, raw.service), (figures.experience.value, raw.experience))
    moved = any(abs((one or 0.0) - (other or 0.0)) > MUCH_MOVED_POINTS for one, other in pairs)
    return much_marked(figures.marked, figures.counted) or moved


def _with(positive: int, total: int, set_aside: Iterable[SetAside]) -> float:
    found = list(set_aside)
    return 100 * (positive + sum(one.positive for one in found)) / (total + sum(one.total for one in found))
