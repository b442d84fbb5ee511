"""Score intervals: they agree with their tests, keep their limits, and turn with the two sides."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from server.analysis.score import mee, miettinen_nurminen, net_score, tango

TOTALS = st.integers(1, 200)


@st.composite
def two_counts(draw):
    total_1, total_2 = draw(TOTALS), draw(TOTALS)
    return draw(st.integers(0, total_1)), total_1, draw(st.integers(0, total_2)), total_2


CELLS = st.tuples(*[st.integers(0, 60)] * 4).filter(any)


@given(two_counts())
def test_the_limits_stay_between_minus_1_and_1_and_hold_what_was_found(counts):
    found = miettinen_nurminen(*counts)
    assert -1 <= found.lower <= counts[0] / counts[1] - counts[2] / counts[3] + 1e-9
    assert counts[0] / counts[1] - counts[2] / counts[3] - 1e-9 <= found.upper <= 1


@given(two_counts())
def test_with_the_sides_changed_the_limits_change_their_signs(counts):
    one, other = miettinen_nurminen(*counts), miettinen_nurminen(*counts[2:], *counts[:2])
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-9)


@given(two_counts())
def test_without_its_factor_the_interval_is_narrower(counts):
    wide, narrow = miettinen_nurminen(*counts), mee(*counts)
    assert wide.lower <= narrow.lower + 1e-9
    assert narrow.upper <= wide.upper + 1e-9


def likeliest(x1: int, n1: int, x2: int, n2: int, difference: float) -> tuple[float, float]:
    """The likeliest shares that differ by so much, by search instead of by the cubic."""

    def unlikely(share_2: float) -> float:
        share_1 = share_2 + difference
        return -(stats.binom.logpmf(x1, n1, share_1) + stats.binom.logpmf(x2, n2, share_2))

    ends = (max(0.0, -difference) + 1e-12, min(1.0, 1 - difference) - 1e-12)
    share_2 = optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-10}).x
    return share_2 + difference, share_2


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (9, 10, 3, 10), (7, 34, 1, 34), (400, 900, 380, 700), (0, 12, 3, 9)])
def test_at_each_limit_the_score_test_is_just_at_five_per_cent(counts):
    # Against a search, not against statsmodels: at 0.15 its score interval, and its score test of a difference that is not 0,
    # put the likeliest shares at the wrong place (0.6704 instead of 0.6724 at the first of these limits).
    x1, n1, x2, n2 = counts
    found = miettinen_nurminen(*counts)
    for limit in (found.lower, found.upper):
        one, two = likeliest(*counts, limit)
        variance = (one * (1 - one) / n1 + two * (1 - two) / n2) * (n1 + n2) / (n1 + n2 - 1)
        z = abs(x1 / n1 - x2 / n2 - limit) / math.sqrt(variance)
        assert 2 * NormalDist().cdf(-z) == pytest.approx(0.05, abs=1e-5)


@given(CELLS)
def test_a_paired_interval_stays_inside_turns_and_holds_what_was_found(cells):
    both, first, second, neither = cells
    found, turned = tango(*cells), tango(both, second, first, neither)
    assert -1 <= found.lower <= (first - second) / sum(cells) + 1e-9
    assert (first - second) / sum(cells) - 1e-9 <= found.upper <= 1
    assert (found.lower, found.upper) == pytest.approx((-turned.upper, -turned.lower), abs=1e-7)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_it_leaves_out_0_just_where_mcnemars_test_rejects(first, second, rest):
    rejected = abs(first - second) / math.sqrt(first + second) > NormalDist().inv_cdf(0.975)
    assert tango(rest, first, second, 0).holds(0) is not rejected


def test_a_net_score_of_two_faces_is_that_of_the_pressed_ones():
    assert net_score(12, 3, 20) == tango(5, 12, 3, 0)
    assert net_score(420, 315, 1161).lower == pytest.approx(0.0448, abs=6e-5)
    assert net_score(420, 315, 1161).upper == pytest.approx(0.1357, abs=6e-5)


# Bentur's airway data, and 43 pairs that agree but for one (90 %), as Tango and Newcombe print them.
@pytest.mark.parametrize(
    ("cells", "confidence", "limits"), [((1, 1, 7, 12), 0.95, (-0.517, -0.026)), ((43, 0, 1, 0), 0.90, (-0.096, 0.037))]
)
def test_tangos_published_intervals_are_ours(cells, confidence, limits):
    found = tango(*cells, confidence)
    assert (found.lower, found.upper) == pytest.approx(limits, abs=6e-4)


def test_it_covers_what_it_says():
    # All outcomes of 30 and 30 presses with true shares 0.9 and 0.8, weighed by their probability.
    first, second = stats.binom.pmf(range(31), 30, 0.9), stats.binom.pmf(range(31), 30, 0.8)
    covered = sum(
        first[x] * second[y]
        for x in range(31)
        for y in range(31)
        if first[x] * second[y] > 1e-7 and miettinen_nurminen(x, 30, y, 30).holds(0.1)
    )
    assert 0.94 < covered < 0.97


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: miettinen_nurminen(5, 4, 1, 4), "more positive"),
        (lambda: miettinen_nurminen(1, 4, -1, 4), "negative"),
        (lambda: miettinen_nurminen(0.1, 0.5, 0.1, 0.5), "no difference to itself"),
        (lambda: miettinen_nurminen(1, 4, 1, 4, 1.5), "confidence"),
        (lambda: tango(1, -1, 0, 0), "not negative"),
        (lambda: tango(0, 0, 0, 0), "at least one pair"),
        (lambda: tango(math.nan, 0, 0, 1), "finite"),
        (lambda: net_score(12, 9, 20), "12 positive and 9 negative of 20"),
    ],
)
def test_impossible_counts_are_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
