"""Presses add up to hours, days, visits and clusters, each counted in one place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from presses import Press, side_by_side

from server.analysis.tallies import BAND_COLUMNS, NEGATIVE, NEUTRAL, POSITIVE, Tally

SERVICE, EXPERIENCE = 1, 2


def press(seq: int, elapsed_s: float = 0, question: int = SERVICE, polarity: int = POSITIVE, **more) -> Press:
    facts = {
        "boot": 1,
        "placement": 10,
        "signal": "service" if question == SERVICE else "experience",
        "faces": 2,
        "day": 700,
        "hour": 9,
        "arrival_day": 700,
        "visit": None,
    } | more
    return Press(seq=seq, elapsed_ms=round(elapsed_s * 1000), question=question, polarity=polarity, **facts)


def tally_of(*presses: Press) -> Tally:
    tally = Tally()
    tally.add(side_by_side(presses))
    return tally


def test_each_press_stands_in_one_column_of_its_day_and_hour() -> None:
    tally = tally_of(
        press(1),
        press(2, 100, polarity=NEUTRAL),
        press(3, 200, polarity=NEGATIVE),
        press(4, 300, aside=1),
        press(5, 400, hour=None),
        press(6, 500, day=None, hour=None, arrival_day=703),
    )
    assert tally.hours == {(10, 700, SERVICE, 2, 9): [1, 1, 1, 1]}
    assert tally.days[10, 700, SERVICE, 2][:5] == [2, 1, 1, 1, 0]
    assert tally.days[10, 703, SERVICE, 2] == [0, 0, 0, 0, 1, *[0] * 10]


def test_counted_presses_of_a_known_hour_stand_in_their_part_of_the_day() -> None:
    tally = tally_of(
        press(1, 0, hour=0),
        press(2, 100, hour=11, polarity=NEGATIVE),
        press(3, 200, hour=12),
        press(4, 300, hour=16, polarity=NEUTRAL),
        press(5, 400, hour=17),
        press(6, 500, hour=23),
        press(7, 600, hour=23, aside=1),
        press(8, 700, hour=None),
    )
    row = tally.days[10, 700, SERVICE, 2]
    assert dict(zip(BAND_COLUMNS, row[9:], strict=True)) == {
        "morning_counted": 2,
        "morning_positive": 1,
        "afternoon_counted": 2,
        "afternoon_positive": 1,
        "evening_counted": 2,
        "evening_positive": 2,
    }


def clusters(*presses: Press) -> list[int]:
    return tally_of(*presses).days[10, 700, SERVICE, 2][5:9]


def test_presses_less_than_twenty_seconds_apart_are_one_cluster() -> None:
    assert clusters(press(1, 0), press(2, 19.999, polarity=NEGATIVE), press(3, 39.998)) == [1, 4, 6, 9]
    assert clusters(press(1, 0), press(2, 20)) == [2, 2, 2, 2]


def test_another_boot_question_place_or_number_of_faces_is_another_cluster() -> None:
    assert clusters(press(1), press(2, 1, boot=2))[0] == 2
    assert clusters(press(1), press(2, 1, EXPERIENCE), press(3, 2))[0] == 1
    assert tally_of(press(1), press(2, 1, placement=11)).days[10, 700, SERVICE, 2][5] == 1
    assert tally_of(press(1), press(2, 1, faces=3)).days[10, 700, SERVICE, 3][5] == 1


def test_what_does_not_count_joins_no_cluster() -> None:
    assert clusters(press(1), press(2, 15, aside=1), press(3, 25)) == [2, 2, 2, 2]


def test_a_cluster_across_midnight_belongs_to_the_day_of_its_first_press() -> None:
    tally = tally_of(press(1), press(2, 1, day=701))
    assert tally.days[10, 700, SERVICE, 2][:9] == [1, 0, 0, 0, 0, 1, 4, 4, 4]
    assert tally.days[10, 701, SERVICE, 2][:9] == [1, 0, 0, 0, 0, 0, 0, 0, 0]


def cells(first: Press, second: Press) -> list[int]:
    (row,) = tally_of(first, second).visits.values()
    return row


def test_a_visits_two_answers_meet_in_the_cell_of_what_was_positive() -> None:
    assert cells(press(1), press(2, 1, EXPERIENCE, visit=1)) == [1, 0, 0, 0]
    assert cells(press(1), press(2, 1, EXPERIENCE, NEGATIVE, visit=1)) == [0, 1, 0, 0]
    assert cells(press(1, 0, EXPERIENCE), press(2, 1, polarity=NEUTRAL, visit=1)) == [0, 0, 1, 0]
    assert cells(press(1, 0, EXPERIENCE, NEGATIVE), press(2, 1, polarity=NEGATIVE, visit=1)) == [0, 0, 0, 1]


def test_a_visit_belongs_to_the_day_and_place_of_its_first_press() -> None:
    tally = tally_of(press(1), press(2, 1, EXPERIENCE, visit=1, day=701, placement=11))
    assert list(tally.visits) == [(10, 700, SERVICE, EXPERIENCE, 2)]


def test_no_pair_is_made_of_one_signal_or_of_what_does_not_count_or_is_not_there() -> None:
    assert tally_of(press(1), press(2, 1, 3, signal="service", visit=1)).visits == {}
    assert tally_of(press(1, aside=1), press(2, 1, EXPERIENCE, visit=1)).visits == {}
    assert tally_of(press(1), press(2, 1, EXPERIENCE, aside=1, visit=1)).visits == {}
    assert tally_of(press(1, day=None), press(2, 1, EXPERIENCE, visit=1)).visits == {}
    assert tally_of(press(2, 1, EXPERIENCE, visit=1)).visits == {}


PRESSES = st.lists(
    st.tuples(st.floats(0, 30), st.sampled_from([SERVICE, EXPERIENCE]), st.integers(0, 2), st.booleans(), st.integers(1, 3)),
    max_size=30,
)


@given(drawn=PRESSES, cut=st.integers(0, 30))
def test_in_two_parts_or_in_one_the_figures_are_the_same(drawn, cut) -> None:
    at_s, presses = 0.0, []
    for seq, (after_s, question, polarity, counted, back) in enumerate(drawn, 1):
        at_s += after_s
        visit = seq - back if seq > back else None
        presses.append(press(seq, at_s, question, polarity, aside=int(not counted), visit=visit))
    whole, first = tally_of(*presses), tally_of(*presses[:cut])
    second = Tally(first.open_clusters)
    second.add(side_by_side(presses[cut:]), side_by_side(presses[:cut]))
    assert second.open_clusters == whole.open_clusters
    whole.subtract(first)
    whole.subtract(second)
    assert not any(any(row) for figures in (whole.hours, whole.days, whole.visits) for row in figures.values())


def test_what_is_set_aside_stands_by_reason_and_face() -> None:
    tally = tally_of(
        press(1, aside=1),
        press(2, 100, aside=1, polarity=NEGATIVE),
        press(3, 200, aside=4, hour=None),
        press(4, 300, aside=4, day=None, hour=None),
        press(5, 400),
    )
    assert tally.aside == {(10, 700, SERVICE, 1): [1, 0, 1], (10, 700, SERVICE, 4): [1, 0, 0]}
    assert sum(map(sum, tally.aside.values())) == tally.days[10, 700, SERVICE, 2][3]
