"""The correlation over stores: chance pulls it down, shared visitors push it up, and both are taken out."""

from __future__ import annotations

import math
from random import Random
from statistics import fmean

import pytest

from server.analysis.correlation import StorePair, correlate, without_chance


def chain(seed: int, together: float, stores: int = 150, presses: int = 150, paired: bool = False) -> list[StorePair]:
    """Stores whose true logits go together by so much; paired visitors press alike in three of ten visits beyond that."""
    chance, found = Random(seed), []
    for _ in range(stores):
        one, other = chance.gauss(0, 1), chance.gauss(0, 1)
        service = 1 / (1 + math.exp(-(1.2 + 0.4 * one)))
        experience = 1 / (1 + math.exp(-(0.8 + 0.4 * (together * one + math.sqrt(1 - together**2) * other))))
        cells = [0, 0, 0, 0]
        for _ in range(presses):
            mood = chance.random()
            happy_s = mood < service
            happy_e = (mood if paired and chance.random() < 0.3 else chance.random()) < experience
            cells[2 * (not happy_s) + (not happy_e)] += 1
        both, service_only, experience_only, _ = cells
        found.append(
            StorePair(both + service_only, presses, both + experience_only, presses, tuple(cells) if paired else (0, 0, 0, 0))
        )
    return found


def test_what_few_presses_pull_down_is_set_right():
    crude = fmean(correlate(chain(seed, 0.8), seed=1, draws=100).crude for seed in range(12))
    corrected = fmean(without_chance(chain(seed, 0.8)) for seed in range(12))
    assert crude < 0.72
    assert corrected == pytest.approx(0.8, abs=0.05)


def test_what_shared_visitors_push_up_is_set_right():
    alike = [chain(seed, 0.0, paired=True) for seed in range(12)]
    assert fmean(correlate(stores, seed=1, draws=100).crude for stores in alike) > 0.05
    assert fmean(without_chance(stores) for stores in alike) == pytest.approx(0, abs=0.06)


def test_the_interval_holds_the_truth_and_the_same_seed_gives_it_again():
    found = correlate(chain(1, 0.6), seed=4)
    assert found.refused is None
    assert found.interval.holds(0.6)
    assert found.interval.holds(found.corrected)
    assert found == correlate(chain(1, 0.6), seed=4)


def test_equal_stores_have_no_correlation_to_speak_of():
    chance = Random(2)
    refused = 0
    for _ in range(40):
        stores = [
            StorePair(sum(chance.random() < 0.8 for _ in range(100)), 100, sum(chance.random() < 0.7 for _ in range(100)), 100)
            for _ in range(60)
        ]
        refused += correlate(stores, seed=1, draws=100).corrected is None
    assert refused >= 38


@pytest.mark.parametrize(
    ("stores", "reason"),
    [
        ([], "few_stores"),
        (chain(1, 0.5, stores=19), "few_stores"),
        ([StorePair(80, 100, 70, 100)] * 25, "no_spread"),
        (chain(3, 0.5, presses=8), ("no_spread", "unreliable", "beyond_one")),
    ],
)
def test_what_can_not_be_estimated_is_refused_with_a_reason(stores, reason):
    found = correlate(stores, seed=1)
    assert found.corrected is None
    assert found.refused in reason


def test_one_visitor_tells_nothing_about_going_together():
    stores = chain(1, 0.6)
    assert without_chance([store._replace(both=(1, 0, 0, 0)) for store in stores]) == without_chance(stores)
    assert without_chance(stores[:1]) is None


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        (StorePair(5, 4, 1, 4), "more positive"),
        (StorePair(1, 4, 1, 1), "more than one press"),
        (StorePair(1, 4, 1, 4, (-1, 0, 0, 0)), "no negative number"),
        (StorePair(math.nan, 4, 1, 4), "finite"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(store, sentence):
    with pytest.raises(ValueError, match=sentence):
        correlate([store] * 20, seed=1)
    with pytest.raises(ValueError, match="confidence"):
        correlate([], seed=1, confidence=1)
