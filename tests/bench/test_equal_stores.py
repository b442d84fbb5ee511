"""Equal stores are not called different, and stores that differ are: the page's own decision on made-up chains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.drawn_chain import Model, draw
from bench.equal_stores import Claims, counted, keeps_its_word, period, report

SMALL = Model(stores=100, visitors_a_day=120)
RUNS = 20


@pytest.fixture(scope="module")
def equal() -> list[Claims]:
    return [period(SMALL, seed) for seed in range(RUNS)]


def test_equal_stores_are_rarely_called_different_and_rarely_ranked(equal):
    assert keeps_its_word(equal)
    assert min(one.judged for one in equal) > 50


def test_a_page_without_corrections_would_name_many_of_them(equal):
    assert all(one.naive > 5 for one in equal)
    assert sum(one.naive for one in equal) / RUNS > 15


def test_stores_that_differ_are_found_and_few_others_with_them():
    worse = Model(stores=100, visitors_a_day=120, days=28, worse=dict.fromkeys(range(10), 0.10))
    found = [period(worse, seed) for seed in range(4)]
    named = [one.named & set(worse.worse) for one in found]
    assert sum(map(len, named)) > 20
    assert sum(len(one.named - set(worse.worse)) for one in found) <= 0.15 * sum(map(len, named))
    assert all(one.ranked and one.low for one in found)
    assert not keeps_its_word(found * 5)


def test_the_sums_are_those_of_the_visitors():
    model = replace(SMALL, stores=5, days=7)
    drawn = draw(model, 3)
    for store, one in counted(drawn, 5, 7).items():
        here = drawn.store == store
        both = here & (drawn.service >= 0) & (drawn.experience >= 0)
        assert one.service.total == (drawn.service[here] >= 0).sum()
        assert one.service.positive == (drawn.service[here] == 1).sum()
        assert sum(one.visits) == both.sum()
        assert one.visits.service_only == (both & (drawn.service == 1) & (drawn.experience == 0)).sum()
        assert sum(n for _, n in one.experience_strata) == one.experience.total
        assert one.experience_days.clusters == len(np.unique(drawn.day[here & (drawn.experience >= 0)]))
        groups = [drawn.service[here & (drawn.group == group) & (drawn.service >= 0)] for group in np.unique(drawn.group[here])]
        assert one.service.sums.sum_nn == sum(len(group) ** 2 for group in groups)
        assert one.service.sums.sum_xn == sum(group.sum() * len(group) for group in groups)


def test_the_same_seed_draws_the_same_and_the_report_says_what_was_judged(equal):
    assert period(SMALL, 0) == equal[0]
    said = report(SMALL, equal)
    assert f"{RUNS} periods of 7 days, 100 stores, 0 of them 5 points worse" in said
