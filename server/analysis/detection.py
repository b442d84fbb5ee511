"""Notice a change while it happens: the Bernoulli CUSUM, how long it takes, and how to choose it for a budget of false alarms.

Points go up for a negative press and down for any other, never below 0; at the threshold it alarms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from server.analysis.absorbing import expected_steps, still_walking

# The change that is watched for, as a ratio of odds: negative presses go from 10 to 30 of 100.
ODDS_RATIO = 27 / 7
# A budget that needs more than this is no budget: the walk drifts to the threshold by itself.
MOST_POINTS = 500


class BernoulliCusum:
    """Watches presses one by one; it goes on after an alarm until it is reset.

    Args:
        weight_negative: points for a negative press, above 0.
        weight_other: points taken off for any other, above 0.
        threshold: points at which it alarms, above 0.
        head_start: points to begin with, below the threshold; half of it notices sooner what is wrong from the beginning.

    Raises:
        ValueError: weights or a threshold that can not be.
    """

    def __init__(self, weight_negative: float, weight_other: float, threshold: float, head_start: float = 0) -> None:
        given = (weight_negative, weight_other, threshold, head_start)
        if not all(map(math.isfinite, given)) or min(given[:3]) <= 0:
            raise ValueError("Both weights and the threshold are above 0.")
        if not 0 <= head_start < threshold:
            raise ValueError("A head start lies between 0 and the threshold.")
        # Whole numbers of the largest common step, so that 0.1 + 0.2 reaches 0.3. str: 1.1 is meant as it is written.
        exact = [Fraction(str(value)) for value in given]
        step = Fraction(math.gcd(*(value.numerator for value in exact)), math.lcm(*(value.denominator for value in exact)))
        self.up, self.down, self.limit, self.start = (int(value / step) for value in exact)
        self._step = step
        self._at = self.start
        self.run = 0

    @property
    def points(self) -> float:
        """Where it stands."""
        return float(self._at * self._step)

    def add(self, negative: bool) -> bool:
        """Count one press; True while the threshold is reached. `run` is how many presses ago it last stood at 0."""
        self._at = self._at + self.up if negative else max(0, self._at - self.down)
        self.run = self.run + 1 if self._at else 0
        return self._at >= self.limit

    def resume(self, points: int) -> None:
        """Go on from where another stood, whole points; `run` counts from here."""
        self._at = int(points / self._step)
        self.run = 0

    def reset(self) -> None:
        """Begin anew at 0, as after an alarm."""
        self._at = self.run = 0


class Weights(NamedTuple):
    """Points up for a negative press and down for another."""

    negative: int
    other: int


@dataclass(frozen=True, slots=True)
class Design:
    """A CUSUM for one kiosk, and the presses that it takes on average: between false alarms, and to notice the change."""

    weights: Weights
    threshold: int
    between_false_alarms: float
    to_notice: float


def average_run_length(cusum: BernoulliCusum, share_negative: float) -> float:
    """The mean number of presses from its start to the alarm when so many are negative (0 to 1); exact, by its Markov chain.

    Raises:
        ValueError: a share outside 0 to 1.
    """
    return expected_steps(_walk(cusum, cusum.start, share_negative)[0])


def steady_delay(cusum: BernoulliCusum, share_before: float, share_after: float) -> float:
    """The same from the moment of a change that comes after a long time without alarm, when it rarely stands at 0."""
    walk, states = _walk(cusum, 0, share_before)
    shares = still_walking(walk)
    return math.fsum(
        share * expected_steps(_walk(cusum, state, share_after)[0]) for share, state in zip(shares, states, strict=True)
    )


def share_to_notice(share_usual: float) -> float:
    """The share of negative presses that the watch is made for, where so many are usual: odds 27/7 times as high."""
    _check_share(share_usual)
    odds = ODDS_RATIO * share_usual / (1 - share_usual) if share_usual < 1 else math.inf
    return odds / (1 + odds) if odds < math.inf else 1.0


def weights_for(share_usual: float) -> Weights:
    """Whole points near the best ones (Reynolds and Stoumbos 1999): of one and two down, what comes closer.

    Raises:
        ValueError: a share that is not between 0 and 1.
    """
    if not 0 < share_usual < 1:
        raise ValueError(f"The usual share of negative presses lies between 0 and 1, not at {share_usual}.")
    worse = share_to_notice(share_usual)
    down = -math.log((1 - worse) / (1 - share_usual))
    ratio = math.log(worse / share_usual) / down
    one, two = max(1, round(ratio)), max(1, round(2 * ratio))
    return Weights(one, 1) if abs(one - ratio) <= abs(two / 2 - ratio) else Weights(two, 2)


def design(share_usual: float, presses_between_false_alarms: float, weights: Weights | None = None) -> Design:
    """The lowest threshold that alarms falsely at most once in so many presses on average.

    Args:
        share_usual: of negative presses, between 0 and 1: this kiosk's own of the last weeks, shrunk to the others'.
        presses_between_false_alarms: the budget: presses a day times days.
        weights: to keep; else `weights_for` the usual share.

    Raises:
        ValueError: a share or a budget that can not be kept.
    """
    found = weights or weights_for(share_usual)
    _check_share(share_usual)
    if not 1 <= presses_between_false_alarms < math.inf:
        raise ValueError("A budget of false alarms is at least one press.")
    most = found.negative
    while _length(found, most, share_usual) < presses_between_false_alarms:
        if most >= MOST_POINTS:
            raise ValueError("No threshold keeps this budget.")
        most = min(2 * most, MOST_POINTS)
    least = 1
    while least < most:
        middle = (least + most) // 2
        if _length(found, middle, share_usual) < presses_between_false_alarms:
            least = middle + 1
        else:
            most = middle
    to_notice = _length(found, least, share_to_notice(share_usual))
    return Design(found, least, _length(found, least, share_usual), to_notice)


def _length(weights: Weights, threshold: int, share: float) -> float:
    return average_run_length(BernoulliCusum(*weights, threshold), share)


def _walk(cusum: BernoulliCusum, start: int, share: float) -> tuple[list[dict[int, float]], list[int]]:
    """Its Markov chain: ways between the points it can reach from `start`, which is state 0, and these points."""
    _check_share(share)
    states, places = [start], {start: 0}
    walk: list[dict[int, float]] = []
    while len(walk) < len(states):
        at = states[len(walk)]
        row: dict[int, float] = {}
        for then, probability in ((at + cusum.up, share), (max(0, at - cusum.down), 1 - share)):
            if then < cusum.limit and probability:
                if then not in places:
                    places[then] = len(states)
                    states.append(then)
                row[places[then]] = row.get(places[then], 0.0) + probability
        walk.append(row)
    return walk, states


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"A share lies between 0 and 1, not at {share}.")
