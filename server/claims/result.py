"""What a claim came to: each store's change, the effect with its range, and the outcome, as it is kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

SHOWED, OTHER_WAY, NOT_SEEN, UNTESTABLE = "showed", "other-way", "not-seen", "untestable"
# Why a store could not be counted.
TOO_FEW, OTHER_FACES, OTHER_QUESTIONS, THIN_HOURS = "too-few", "faces", "questions", "hours"


@dataclass(frozen=True, slots=True)
class Presses:
    """Counted presses on one set of questions in one store: the positive ones of all, before and after."""

    positive_before: int
    before: int
    positive_after: int
    after: int


@dataclass(frozen=True, slots=True)
class StoreChange:
    """One store before and after, in points, both at the hours of before; `change` is None where `left_out` says why.

    `presses` are those of each share that the figure is made of (claim.Claim.parts).
    """

    store_id: int
    treated: bool
    presses: tuple[Presses, ...]
    before: float | None
    after: float | None
    change: float | None
    left_out: str


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome and what it rests on, in points.

    `effect` is the mean change of the treated stores less that of the others, `low` to `high` its 95 % range, `p` how probable
    so large an effect is had chance chosen the stores; None where too few stores were left. `waiting` are presses that kiosks
    of these stores still hold, `unheard` the kiosks that were not heard since the last day.
    """

    outcome: str
    stores: tuple[StoreChange, ...]
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    error: float | None
    treated_change: float | None
    control_change: float | None
    rule_version: int
    filter_version: int
    definition_version: int
    waiting: int
    unheard: int

    def side(self, *, treated: bool) -> list[StoreChange]:
        """The stores of one side that were counted."""
        return [one for one in self.stores if one.treated is treated and one.change is not None]


def write_result(result: Result) -> str:
    """A result as JSON; the order of its keys is always the same, so equal results are equal texts."""
    return json.dumps(asdict(result), sort_keys=True)


def read_result(body: str) -> Result:
    """A result from its JSON."""
    found: dict[str, Any] = json.loads(body)
    stores = tuple(
        StoreChange(**one | {"presses": tuple(Presses(**presses) for presses in one["presses"])}) for one in found.pop("stores")
    )
    return Result(stores=stores, **found)
