"""Other watches: Wald's test for "has the store recovered?", points that follow the hour, an exponentially weighted mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

from server.analysis.absorbing import expected_steps
from server.analysis.detection import ODDS_RATIO

STATES = 400


@dataclass(frozen=True, slots=True)
class Sprt:
    """Wald's sequential test between two shares: lines over presses against which negative presses are counted.

    At `slope` n + `reject` negative presses of n the worse share is believed, at `slope` n - `accept` the better one; the two
    samples are the mean numbers of presses until then, where the better or the worse share is true (Wald's approximation).
    """

    slope: float
    accept: float
    reject: float
    sample_better: float
    sample_worse: float

    def judge(self, negatives: int, presses: int) -> bool | None:
        """True where the better share is believed, False where the worse one is, None where more presses are needed.

        Raises:
            ValueError: more negatives than presses, or negative counts.
        """
        if not 0 <= negatives <= presses:
            raise ValueError(f"There can not be {negatives} negative of {presses} presses.")
        if negatives >= self.slope * presses + self.reject:
            return False
        return True if negatives <= self.slope * presses - self.accept else None


def sprt(better: float, worse: float, false_worse: float, false_better: float) -> Sprt:
    """The test that calls the worse share wrongly with probability `false_worse`, and the better with `false_better`.

    Raises:
        ValueError: shares not in order between 0 and 1, or errors that together leave no test.
    """
    if not 0 < better < worse < 1:
        raise ValueError("The better share of negative presses lies below the worse one, both between 0 and 1.")
    if not (min(false_worse, false_better) > 0 and false_worse + false_better < 1):
        raise ValueError("Both errors are above 0 and together below 1.")
    up, down = math.log(worse / better), math.log((1 - better) / (1 - worse))
    to_worse, to_better = math.log((1 - false_better) / false_worse), math.log((1 - false_worse) / false_better)
    gain_better = better * up - (1 - better) * down
    gain_worse = worse * up - (1 - worse) * down
    return Sprt(
        down / (up + down),
        to_better / (up + down),
        to_worse / (up + down),
        (false_worse * to_worse - (1 - false_worse) * to_better) / gain_better,
        ((1 - false_better) * to_worse - false_better * to_better) / gain_worse,
    )


def points_by_hour(negative: bool, share_usual: float, odds_ratio: float = ODDS_RATIO) -> float:
    """A CUSUM's points for one press where the usual share of negative ones changes with the hour (Steiner et al. 2000).

    Raises:
        ValueError: a share outside 0 to 1, or odds that do not rise.
    """
    if not 0 <= share_usual <= 1 or not 1 < odds_ratio < math.inf:
        raise ValueError("A share lies between 0 and 1, and the odds to notice are higher than the usual ones.")
    return negative * math.log(odds_ratio) - math.log(1 - share_usual + odds_ratio * share_usual)


def ewma_run_length(newest: float, start: float, limit: float, share_negative: float, states: int = STATES) -> float:
    """The mean presses until z = (1 - newest) z + newest * negative reaches `limit`, by a Markov chain over `states` cells.

    Not on a lattice, so approximate: 400 cells are within 3 %.

    Raises:
        ValueError: a weight or share outside 0 to 1, or a limit that is not above the start.
    """
    if not 0 < newest < 1 or not 0 <= share_negative <= 1:
        raise ValueError("The newest press's weight lies between 0 and 1, and so does the share of negative presses.")
    if not 0 <= start < limit < 1 or states < 2:
        raise ValueError("The limit lies above the start and below 1, and there are two cells at least.")
    width = limit / states
    first = min(states - 1, int(start / width))

    def place(cell: int) -> int:
        """The start's cell is state 0, and the cell 0 takes its number."""
        return 0 if cell == first else first if cell == 0 else cell

    walk: list[dict[int, float]] = [{} for _ in range(states)]
    for cell in range(states):
        kept = (1 - newest) * (cell + 0.5) * width
        for value, share in ((kept + newest, share_negative), (kept, 1 - share_negative)):
            if value < limit and share:
                there = place(int(value / width))
                walk[place(cell)][there] = walk[place(cell)].get(there, 0.0) + share
    return expected_steps(walk)
