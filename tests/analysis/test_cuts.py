"""Parts of a stream, counted each by itself, add up to the stream counted as a whole, whatever its clocks did."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from presses import Press, side_by_side

from server.analysis.cuts import Place, cut_before, part_around
from server.analysis.tallies import NEGATIVE, POSITIVE, Tally


def presses_of(facts: list[tuple[int, int, int, bool, bool]]) -> list[Press]:
    found: list[Press] = []
    elapsed = 0
    for seq, (step_ms, boot, question, positive, paired) in enumerate(facts, 1):
        elapsed = max(0, elapsed + step_ms)
        signal = "service" if question == 1 else "experience"
        visit = seq - 1 if paired and seq > 1 else None
        polarity = POSITIVE if positive else NEGATIVE
        found.append(Press(seq, boot, elapsed, 1, question, signal, 2, polarity, 700_000, elapsed // 3_600_000, 0, visit))
    return found


def places(presses: list[Press]) -> list[Place]:
    return [Place(press.seq, press.boot, press.elapsed_ms, press.visit) for press in presses]


def parts(presses: list[Press]) -> list[tuple[int, int]]:
    found, first = [], 1
    while first <= len(presses):
        found.append(part_around(places(presses), first, first))
        first = found[-1][1] + 1
    return found


steps = st.sampled_from([0, 500, 19_999, 20_000, 50_000, 4_000_000, -25_000, -500])
facts = st.tuples(steps, st.integers(1, 2), st.integers(1, 2), st.booleans(), st.booleans())


@given(st.lists(facts, min_size=1, max_size=40))
def test_the_parts_add_up_to_the_whole(drawn) -> None:
    presses = presses_of(drawn)
    whole, sums = Tally(), Tally()
    whole.add(side_by_side(presses))
    for first, last in parts(presses):
        part = Tally()
        part.add(side_by_side(presses[first - 1 : last]))
        sums.subtract(part)
    whole_again = Tally()
    whole_again.subtract(sums)
    assert {key: row for key, row in whole_again.days.items() if any(row)} == whole.days
    assert {key: row for key, row in whole_again.visits.items() if any(row)} == whole.visits


def test_quiet_moments_cut_and_close_presses_and_visits_do_not() -> None:
    quiet = presses_of([(0, 1, 1, True, False), (20_000, 1, 1, True, False), (50_000, 1, 2, True, False)])
    assert parts(quiet) == [(1, 1), (2, 2), (3, 3)]
    close = presses_of([(0, 1, 1, True, False), (19_999, 1, 2, True, False), (50_000, 1, 2, True, True)])
    assert parts(close) == [(1, 3)]
    assert part_around(places(quiet), 1, 2) == (1, 2)


def test_a_clock_that_runs_back_leaves_no_cut_between_presses_that_it_brings_together() -> None:
    back = presses_of([(100_000, 1, 1, True, False), (50_000, 1, 1, True, False), (-45_000, 1, 1, True, False)])
    assert parts(back) == [(1, 3)]
    assert parts([press._replace(boot=press.seq) for press in back]) == [(1, 1), (2, 2), (3, 3)]


@given(st.lists(facts, min_size=1, max_size=40), st.integers(0, 41))
def test_what_is_cut_off_and_what_is_left_add_up_to_the_whole(drawn, at) -> None:
    presses = presses_of(drawn)
    count = cut_before(places(presses), at)
    assert 0 <= count <= min(at, len(presses))
    assert count in {0, len(presses), *(first - 1 for first, _ in parts(presses))}
    whole, front, back = Tally(), Tally(), Tally()
    for tally, some in ((whole, presses), (front, presses[:count]), (back, presses[count:])):
        tally.add(side_by_side(some))
    whole.subtract(front)
    whole.subtract(back)
    assert not any(any(row) for figures in (whole.hours, whole.days, whole.visits) for row in figures.values())


def test_a_stream_without_presses_is_no_more_than_what_was_asked_for() -> None:
    assert part_around([], 3, 7) == (3, 7)
