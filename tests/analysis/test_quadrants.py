"""A store is named only where both sides are probable enough, and what is stated of visitors who answered both is true."""

from __future__ import annotations

import math

import numpy as np
import pytest

from server.analysis.quadrants import likeness_of_cells, probability_above, quadrant

# By whether service and experience are strong.
QUADRANTS = ((True, True), (True, False), (False, True), (False, False))


def of_pairs(cells, cut_service: float, cut_experience: float, together: float | None = None):
    both, service_only, experience_only, _ = cells
    total = sum(cells)
    service = probability_above(both + service_only, total, cut_service)
    experience = probability_above(both + experience_only, total, cut_experience)
    return quadrant(service, experience, likeness_of_cells(cells) if together is None else together)


def drawn(cells, cut_service: float, cut_experience: float, chance: np.random.Generator, draws: int = 40_000):
    """How often each quadrant comes of a Dirichlet with 1/2 added to each cell."""
    shares = chance.dirichlet([cell + 0.5 for cell in cells], size=draws)
    strong = shares[:, 0] + shares[:, 1] > cut_service, shares[:, 0] + shares[:, 2] > cut_experience
    return {(s, e): float(np.mean((strong[0] == s) & (strong[1] == e))) for s, e in QUADRANTS}


def test_the_clear_store_serves_well_and_the_unclear_one_stays_below_four_fifths():
    clear = quadrant(probability_above(45, 50, 0.8), probability_above(30, 50, 0.8))
    assert (clear.service_strong, clear.experience_strong) == (True, False)
    assert clear.probability == pytest.approx(0.9689, abs=1e-4)
    unclear = quadrant(probability_above(34, 40, 0.8), probability_above(29, 40, 0.8))
    assert unclear.probability == pytest.approx(0.6871, abs=1e-4)


def test_a_cut_at_the_edge_is_certain():
    assert probability_above(3, 10, 0) == 1
    assert probability_above(10, 10, 1) == 0


@pytest.mark.parametrize(
    ("cells", "cut", "near"),
    [
        ((27, 18, 3, 2), 0.8, 0.02),
        ((40, 0, 0, 10), 0.8, 0.05),
        ((150, 40, 20, 40), 0.7, 0.02),
        ((200, 20, 20, 60), 0.74, 0.02),
        ((40, 240, 240, 40), 0.5, 0.02),
    ],
)
def test_of_visitors_who_answered_both_it_says_what_draws_of_their_four_cells_say(cells, cut, near):
    found, draws = of_pairs(cells, cut, cut), drawn(cells, cut, cut, np.random.default_rng(1))
    stated = draws[found.service_strong, found.experience_strong]
    assert found.probability == pytest.approx(stated, abs=near)
    assert stated > max(draws.values()) - 0.01


def test_answers_out_of_one_mood_leave_the_two_mixed_quadrants_empty():
    assert of_pairs((40, 0, 0, 10), 0.8, 0.8).probability > 0.42
    assert of_pairs((40, 0, 0, 10), 0.8, 0.8, together=0.0).probability < 0.27


def test_a_visitor_in_both_makes_strong_in_one_and_weak_in_the_other_no_surer_than_it_is():
    apart = quadrant(0.9, 0.11)
    assert (apart.service_strong, apart.experience_strong) == (True, False)
    assert quadrant(0.9, 0.11, 0.5).probability < apart.probability


def stated_and_true(cells, shares, cut: tuple[float, float], *, together: bool) -> tuple[float, float, float]:
    """The mean loss (minus the log of what the truth was given), and of those named the mean stated and the share true."""
    loss, stated, right = 0.0, [], []
    for counts, (service, experience) in zip(cells, shares, strict=True):
        found = of_pairs(counts, *cut, None if together else 0.0)
        truly = (service > cut[0], experience > cut[1]) == (found.service_strong, found.experience_strong)
        loss -= math.log(max(1e-4, found.probability if truly else 1 - found.probability))
        if found.probability >= 0.8:
            stated.append(found.probability)
            right.append(truly)
    return loss / len(cells), float(np.mean(stated)), float(np.mean(right))


@pytest.mark.parametrize(("visitors", "mood"), [(100, 0.5), (100, 0.9), (300, 0.5)])
def test_what_is_stated_of_stores_whose_visitors_answered_both_is_as_often_true(visitors, mood):
    """Stores around the cut, whose visitors answer both out of one mood now and then."""
    chance, cut = np.random.default_rng(5), (0.8, 0.7)
    reach = 3.5 * math.sqrt(0.2 / visitors)
    shares = [(c[0] + chance.uniform(-reach, reach), c[1] + chance.uniform(-reach, reach)) for c in [cut] * 4_000]
    cells = []
    for service, experience in shares:
        both = mood * min(service, experience) + (1 - mood) * service * experience
        chances = np.clip([both, service - both, experience - both, 1 - service - experience + both], 0, 1)
        cells.append(tuple(map(int, chance.multinomial(visitors, chances / chances.sum()))))
    loss, stated, true = stated_and_true(cells, shares, cut, together=True)
    loss_apart, stated_apart, true_apart = stated_and_true(cells, shares, cut, together=False)
    assert loss < loss_apart
    assert abs(true - stated) < 0.02
    assert abs(true - stated) < abs(true_apart - stated_apart) + 0.01


def test_large_counts_are_as_exact_as_small_ones():
    assert probability_above(5000, 10_000, 0.5) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: probability_above(4, 3, 0.5),
        lambda: quadrant(1.2, 0.5),
        lambda: quadrant(0.5, 0.5, 1.5),
        lambda: likeness_of_cells((1, -1, 0, 0)),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match=r"lies between|can not be|not negative"):
        call()
