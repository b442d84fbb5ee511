"""All stores are judged at once, by equal hours, and nothing is claimed that chance would make."""

from __future__ import annotations

from random import Random

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.beside import Counted
from server.comparison.indexes import Tally, Visits
from server.comparison.standing import ALIKE, ALONE, NARROWER, TOO_FEW, WIDER, middle_of, stand

MIX = (0.25, 0.30, 0.20, 0.10, 0.10, 0.05)
Parts = tuple[tuple[int, int], ...]


def tally(strata: Parts, clusters: int = 1) -> Tally:
    """Presses alone, or in clusters of so many that all say the same."""
    x, n = sum(x for x, _ in strata), sum(n for _, n in strata)
    return Tally(x, n, ClusterSums(n // clusters, x * clusters, x * clusters, n * clusters))


def store(service: Parts, experience: Parts, clusters: int = 1, **more) -> Counted:
    return Counted(tally(service, clusters), tally(experience, clusters), Visits(0, 0, 0, 0), service, experience, **more)


def even(share: float, presses: int = 1000, mix=MIX) -> Parts:
    return tuple((round(presses * part * share), round(presses * part)) for part in mix)


def chain(*first: Counted, others: int = 8) -> dict[int, Counted]:
    usual = store(even(0.84), even(0.68))
    return dict(enumerate([*first, *[usual] * others]))


def test_groups_are_by_the_gap_beside_the_others():
    found = stand(
        chain(
            store(even(0.84), even(0.50)),
            store(even(0.70), even(0.78)),
            store(even(0.84), even(0.67)),
            store(even(0.84, 40), even(0.30, 40)),
        ),
        MIX,
    )
    assert [found.store(number).group for number in range(5)] == [WIDER, NARROWER, ALIKE, TOO_FEW, ALIKE]
    assert found.store(0).gap.away.points == pytest.approx(-18, abs=1)
    assert found.store(0).compared == 11
    assert found.store(99).group == TOO_FEW


def test_a_store_that_is_far_off_does_not_make_the_others_differ_from_each_other():
    found = stand(chain(store(even(0.30, 4000), even(0.30, 4000)), others=11), MIX)
    assert found.store(0).service.sure
    assert not any(found.store(number).service.sure or found.store(number).experience.sure for number in range(1, 12))


def test_as_many_are_left_out_at_either_end_and_none_of_a_few():
    shares = [0.50 + 0.03 * number for number in range(10)]
    stores = {number: store(even(share), even(share)) for number, share in enumerate(shares)}
    assert middle_of(stores) == frozenset(range(1, 9)) - _ends_of_gap(stores)
    few = {number: stores[number] for number in range(7)}
    assert middle_of(few) == frozenset(few)


def test_those_left_in_the_middle_are_never_fewer_than_four():
    odd = [(0.95, 0.9), (0.1, 0.12), (0.9, 0.97), (0.12, 0.05), (0.3, 0.8), (0.8, 0.3), (0.5, 0.5), (0.5, 0.52)]
    stores = {number: store(even(served), even(welcomed)) for number, (served, welcomed) in enumerate(odd)}
    assert middle_of(stores) == frozenset(stores)


def _ends_of_gap(stores: dict[int, Counted]) -> set[int]:
    gaps = sorted(stores, key=lambda number: stores[number].experience.positive - stores[number].service.positive)
    return {gaps[0], gaps[-1]}


def test_where_the_others_welcome_better_than_they_serve_wider_is_the_other_way():
    others = [store(even(0.68), even(0.84))] * 8
    found = stand(dict(enumerate([store(even(0.50), even(0.84)), store(even(0.84), even(0.84)), *others])), MIX)
    assert (found.store(0).group, found.store(1).group) == (WIDER, NARROWER)


def test_each_index_is_judged_too():
    found = stand(chain(store(even(0.60), even(0.44))), MIX)
    assert found.store(0).service.sure
    assert found.store(0).experience.away.high < 0
    assert found.store(0).group == ALIKE


def test_fewer_than_three_others_are_nobody_to_stand_beside():
    found = stand(chain(store(even(0.9), even(0.2)), others=2), MIX)
    assert (found.store(0).group, found.store(0).gap.away.points) == (ALONE, None)


QUIET_BUSY = (0.5, 0.5, 0.0, 0.0, 0.0, 0.0)


def parts(quiet: tuple[int, int], busy: tuple[int, int]) -> Parts:
    return (quiet, busy, *[(0, 0)] * 4)


def test_a_store_whose_presses_come_at_busy_hours_is_not_blamed_for_that():
    """Simpson's paradox: 90/100 and 280/400 look worse than 352/400 and 66/100, but are better hour by hour."""
    busy = store(parts((900, 1000), (2800, 4000)), parts((900, 1000), (2800, 4000)))
    quiet = store(parts((3520, 4000), (660, 1000)), parts((3520, 4000), (660, 1000)))
    found = stand(dict(enumerate([busy, *[quiet] * 4])), QUIET_BUSY).store(0)
    assert found.standardised
    assert found.service.own == pytest.approx(80)
    assert found.service.others == pytest.approx(77)
    assert found.service.crude.points == pytest.approx(74 - 83.6)
    assert found.service.away.points == pytest.approx(3)
    assert found.service.reversed
    assert found.reversed


def test_two_differences_that_round_to_nothing_are_no_reversal():
    found = stand(chain(store(even(0.843), even(0.681))), MIX).store(0)
    assert not found.reversed


def test_a_part_of_the_week_with_too_few_presses_is_named_and_the_crude_figures_are_used():
    bare = (*even(0.84)[:2], (2, 3), *even(0.84)[3:])
    found = stand(chain(store(bare, even(0.60))), MIX).store(0)
    assert found.thin == ("evening",)
    assert not found.standardised
    assert found.service.away == found.service.crude


def test_without_a_mix_figures_are_compared_as_they_came():
    found = stand(chain(store(even(0.84), even(0.50))), None).store(0)
    assert (found.group, found.standardised, found.thin) == (WIDER, False, ())


def test_presses_that_came_together_weigh_less():
    assert stand(chain(store(even(0.84, 400), even(0.55, 400))), MIX).store(0).group == WIDER
    assert stand(chain(store(even(0.84, 400), even(0.55, 400), clusters=5)), MIX).store(0).group == TOO_FEW


def test_a_store_with_much_set_aside_stands_but_is_not_ranked():
    found = stand(chain(store(even(0.84), even(0.50), suspect=True)), MIX)
    assert found.store(0).group == WIDER
    assert 0 not in found.experience
    assert len(found.experience) == 8


def drawn(chance: Random, share: float, presses: int) -> Parts:
    """Presses of a store with a mix of hours of its own."""
    own = [chance.gammavariate(30 * part, 1) for part in MIX]
    sizes = [round(presses * part / sum(own)) for part in own]
    return tuple((sum(chance.random() < share for _ in range(size)), size) for size in sizes)


def test_equal_stores_are_told_apart_in_no_more_than_one_chain_in_twenty():
    chance, claimed = Random(11), 0
    for _ in range(60):
        stores = {number: store(drawn(chance, 0.85, 220), drawn(chance, 0.70, 220)) for number in range(40)}
        found = stand(stores, MIX)
        claimed += any(one.service.sure or one.experience.sure or one.gap.sure for one in found.of.values())
    # With one in twenty, more than 7 of 60 come once in 130 times.
    assert claimed <= 7


def test_a_store_is_named_only_for_what_stands_with_and_without_a_run_in_doubt():
    cold, usual = store(even(0.84), even(0.50)), store(even(0.84), even(0.68))
    for counted, doubted in ((cold, usual), (usual, cold)):
        found = stand(chain(counted), MIX, doubted={0: doubted})
        assert found.store(0).waits
        assert found.store(0).group == ALIKE
        assert not found.store(0).experience.sure
        assert 0 not in found.experience
        assert not any(found.store(number).waits for number in range(1, 9))
    named = stand(chain(cold), MIX, doubted={0: store(even(0.84), even(0.48))}).store(0)
    assert (named.group, named.waits, named.experience.sure) == (WIDER, False, True)


def test_a_run_that_turns_a_store_round_leaves_it_unnamed():
    found = stand(chain(store(even(0.84), even(0.90))), MIX, doubted={0: store(even(0.84), even(0.50))}).store(0)
    assert (found.group, found.waits, found.experience.sure) == (ALIKE, True, False)


def test_a_store_too_small_without_its_run_waits():
    found = stand(chain(store(even(0.84), even(0.50))), MIX, doubted={0: store(even(0.84, 40), even(0.50, 40))}).store(0)
    assert (found.group, found.waits) == (ALIKE, True)
