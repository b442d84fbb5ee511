"""How many presses repeat the one before."""

from __future__ import annotations

import math
from random import Random

import pytest

from server.analysis.repeats import repeated_share


def presses(seed: int, repeated: float, number: int = 6_000) -> list[tuple[float, bool]]:
    """Half of the presses come soon after another, and of these so many repeat it."""
    chance, at_s, happy, found = Random(seed), 0.0, True, []
    for _ in range(number):
        soon = chance.random() < 0.5
        at_s += chance.uniform(2, 19) if soon else chance.uniform(130, 400)
        if not (soon and chance.random() < repeated):
            happy = chance.random() < 0.8
        found.append((at_s, happy))
    return found


@pytest.mark.parametrize("repeated", [0.0, 0.25, 0.6])
def test_what_was_repeated_is_found_again(repeated):
    assert repeated_share(presses(1, repeated)) == pytest.approx(repeated, abs=0.08)


def test_too_few_pairs_say_nothing():
    assert repeated_share(presses(1, 0.5, number=40)) is None
    assert repeated_share([]) is None


def test_where_all_agree_repeating_can_not_be_told():
    assert repeated_share([(at_s, True) for at_s, _ in presses(1, 0.5)]) is None


@pytest.mark.parametrize("times", [(5.0, 4.0), (0.0, math.nan)])
def test_times_out_of_order_are_refused(times):
    with pytest.raises(ValueError, match="order of their times"):
        repeated_share([(at_s, True) for at_s in times])
