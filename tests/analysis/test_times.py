"""Press times come from what the server itself saw of a boot, and say how far off they may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.analysis.drift import ONE_SIDED_MS, Bound, Fix
from server.analysis.times import ESTIMATED, EXACT, UNKNOWN, BootClock, PressTime

ARRIVED = 1_795_262_400_000
DAY_MS = 86_400_000


def test_between_two_exchanges_a_press_is_interpolated() -> None:
    clock = BootClock([Fix(0, ARRIVED - 2_000_000, 40), Fix(1_000_000, ARRIVED - 1_000_050, 30)], [], ARRIVED)
    assert clock.at(500_000, 0, False) == PressTime(ARRIVED - 1_500_025, 40 + 30, EXACT)


def test_outside_them_the_nearest_exchange_counts_and_drift_widens_it() -> None:
    clock = BootClock([Fix(0, ARRIVED - 2_000_000, 40), Fix(1_000_000, ARRIVED - 1_000_000, 30)], [], ARRIVED)
    assert clock.at(1_100_000, 0, False) == PressTime(ARRIVED - 900_000, 30 + 6, EXACT)
    assert BootClock([Fix(1_000_000, ARRIVED, 30)], [], ARRIVED).at(900_000, 0, False) == PressTime(
        ARRIVED - 100_000, 36, EXACT
    )


def test_exchanges_that_contradict_each_other_are_not_mixed() -> None:
    clock = BootClock([Fix(0, 5_000_000, 40), Fix(1_000_000, ARRIVED - 1_000, 30)], [], ARRIVED)
    assert clock.at(100_000, 0, False) == PressTime(5_100_000, 46, EXACT)


def test_an_arrival_alone_gives_a_time_to_as_long_as_a_request_may_be_on_its_way() -> None:
    clock = BootClock([], [Bound(60_000, ARRIVED - 60_000)], ARRIVED)
    assert clock.at(50_000, 0, False) == PressTime(ARRIVED - 10_000, 300_001, ESTIMATED)


def test_a_disciplined_wall_clock_that_agrees_is_preferred_and_one_that_does_not_is_ignored() -> None:
    clock = BootClock([], [Bound(60_000, ARRIVED - 60_000)], ARRIVED)
    assert clock.at(60_000, ARRIVED - 900, True).pressed_ms == ARRIVED - 900
    assert clock.at(60_000, ARRIVED - 90 * DAY_MS, True).pressed_ms == ARRIVED
    assert clock.at(60_000, ARRIVED - 900, False).pressed_ms == ARRIVED


def test_an_arrival_that_was_delayed_is_pulled_back_by_an_earlier_one() -> None:
    prompt, delayed = Bound(60_000, ARRIVED - 120_000), Bound(70_000, ARRIVED - 70_000)
    assert BootClock([], [prompt, delayed], ARRIVED).at(70_000, 0, False).pressed_ms == ARRIVED - 120_000 + 70_000 + 1


def test_after_months_without_exchange_a_fresh_arrival_is_surer_than_the_old_exchange() -> None:
    long = 70 * DAY_MS
    clock = BootClock([Fix(0, ARRIVED - long - 30_000, 20)], [Bound(long, ARRIVED - long)], ARRIVED)
    late, early = clock.at(long - 1_000, 0, False), clock.at(1_000, 0, False)
    assert (late.quality, late.pressed_ms) == (ESTIMATED, ARRIVED - 1_000)
    assert (early.quality, early.pressed_ms) == (EXACT, ARRIVED - long - 29_000)


def test_a_week_after_the_last_exchange_a_disciplined_clock_is_surer_than_it_and_the_arrival_is_not() -> None:
    week = 7 * DAY_MS
    clock = BootClock([Fix(0, ARRIVED - week, 20)], [Bound(week, ARRIVED - week)], ARRIVED)
    assert clock.at(week - 1_000, 0, False).quality == EXACT
    assert clock.at(week - 1_000, ARRIVED - 4_000, True) == PressTime(ARRIVED - 4_000, 16_000, ESTIMATED)


def test_with_nothing_but_a_disciplined_clock_that_clock_is_taken() -> None:
    assert BootClock([], [], ARRIVED).at(5, ARRIVED - DAY_MS, True) == PressTime(ARRIVED - DAY_MS, 16_000, ESTIMATED)


def test_with_nothing_at_all_the_time_is_unknown_and_no_rule_takes_it_for_known() -> None:
    for wall_ms, synced in ((ARRIVED - DAY_MS, False), (ARRIVED + DAY_MS, True)):
        found = BootClock([], [], ARRIVED).at(5, wall_ms, synced)
        assert (found.pressed_ms, found.quality) == (wall_ms, UNKNOWN)
        assert found.uncertainty_ms > 365 * DAY_MS


def test_no_press_is_later_than_its_arrival_or_before_time_began() -> None:
    assert BootClock([Fix(0, ARRIVED, 10)], [], ARRIVED).at(50_000, 0, False).pressed_ms == ARRIVED
    assert BootClock([Fix(50_000, 100, 10)], [], ARRIVED).at(0, 0, False).pressed_ms == 0


@given(
    boot_ms=st.integers(ARRIVED - 40 * DAY_MS, ARRIVED - 20 * DAY_MS),
    ppm=st.integers(-60, 60),
    pressed=st.integers(0, 19 * DAY_MS),
    exchanges=st.lists(st.tuples(st.integers(0, 19 * DAY_MS), st.integers(0, 4_000), st.floats(0, 1)), max_size=4),
    sends=st.lists(st.tuples(st.integers(0, 19 * DAY_MS), st.integers(0, ONE_SIDED_MS)), max_size=2),
)
def test_the_true_time_is_within_the_stated_uncertainty(boot_ms, ppm, pressed, exchanges, sends) -> None:
    def true_ms(elapsed_ms: int) -> int:
        return boot_ms + elapsed_ms - elapsed_ms * ppm // 1_000_000

    fixes = {
        elapsed: Fix(elapsed, true_ms(elapsed) + round((share - 0.5) * trip), trip // 2 + 1)
        for elapsed, trip, share in exchanges
    }
    bounds = [Bound(elapsed, true_ms(elapsed) + delay - elapsed) for elapsed, delay in sends]
    found = BootClock([fixes[key] for key in sorted(fixes)], bounds, ARRIVED).at(pressed, 0, False)
    if found.quality != UNKNOWN:
        # A millisecond for each rounding on the way.
        assert abs(found.pressed_ms - true_ms(pressed)) <= found.uncertainty_ms + 3
