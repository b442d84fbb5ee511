"""How long a chance walk goes on until it ends: exact expected steps of an absorbing Markov chain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # Of each state: the probability of each next state; what is missing to 1 ends the walk.
    Walk = Sequence[Mapping[int, float]]

MOST_ROUNDS = 20_000
SETTLED = 1e-14


def expected_steps(walk: Walk) -> float:
    """The mean number of steps from state 0 to the end; infinite where the end is never reached.

    States are taken out one by one, the last first, without a single subtraction (Grassmann, Taksar and Heyman 1985), so that
    also a walk of a billion steps keeps its digits.

    Raises:
        ValueError: no state, or probabilities that can not be.
    """
    _check(walk)
    rows = [dict(row) for row in walk]
    ends = [max(0.0, 1 - math.fsum(row.values())) for row in walk]
    steps = [1.0] * len(rows)
    into: list[set[int]] = [set() for _ in rows]
    for here, row in enumerate(rows):
        for there in row:
            into[there].add(here)
    for gone in range(len(rows) - 1, 0, -1):
        row = {there: share for there, share in rows[gone].items() if there < gone}
        leaves = math.fsum([*row.values(), ends[gone]])
        for here in into[gone]:
            share = rows[here].pop(gone) if here < gone else 0.0
            if share and leaves:
                _pass_on(rows[here], here, row, share / leaves, into)
                ends[here] += share * ends[gone] / leaves
                steps[here] += share * steps[gone] / leaves
            elif share:
                steps[here] = math.inf  # from there it never gets out
    return steps[0] / ends[0] if ends[0] else math.inf


def still_walking(walk: Walk) -> list[float]:
    """The probability of each state after a long time in which the walk has not ended (its quasi-stationary distribution).

    Raises:
        ValueError: no state, or probabilities that can not be.
    """
    _check(walk)
    shares = [1 / len(walk)] * len(walk)
    for _ in range(MOST_ROUNDS):
        # Half of the walks wait a step: the shares stay the same, and a walk back and forth settles too.
        then = list(shares)
        for share, row in zip(shares, walk, strict=True):
            for there, probability in row.items():
                then[there] += share * probability
        whole = math.fsum(then)
        then = [share / whole for share in then]
        moved = sum(abs(new - old) for new, old in zip(then, shares, strict=True))
        shares = then
        if moved < SETTLED:
            break
    return shares


def _pass_on(row: dict[int, float], here: int, through: Mapping[int, float], share: float, into: list[set[int]]) -> None:
    for there, onward in through.items():
        row[there] = row.get(there, 0.0) + share * onward
        into[there].add(here)


def _check(walk: Walk) -> None:
    if not walk:
        raise ValueError("A walk has at least one state.")
    for row in walk:
        if not all(share >= 0 for share in row.values()) or math.fsum(row.values()) > 1 + 1e-9:
            raise ValueError("The ways out of a state are probabilities and sum to 1 at most.")
        if not all(0 <= there < len(walk) for there in row):
            raise ValueError("A walk leads to states that exist.")
