"""Figures move with the presses, in whatever pieces, order and repetition they come."""

from __future__ import annotations

import itertools
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from server.database.engine import writing
from server.database.rollup_check import repair
from server.database.tables import boots, days, hours, open_clusters, reactions, stores, streams, visit_days
from server.export.archive import Archiving
from server.fleet import kiosks as fleet

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
# 21 November 2026, 13:00 in Warsaw, is when the house's clock stands still.
TODAY = date(2026, 11, 21).toordinal()


def test_a_kiosk_whose_clock_is_ninety_days_behind_gives_press_times_right_to_fifteen_seconds(house, kiosk, clock) -> None:
    now_ms = clock.now_ms()
    booted_ms = now_ms - 3 * HOUR_MS
    pressed = [booted_ms + at for at in (1_000, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS - 5_000)]
    presses = [kiosk.press(at - booted_ms, wall_ms=at - 90 * DAY_MS, synced=True) for at in pressed]
    # The request takes 800 ms to arrive.
    kiosk.sync(presses, sent_ms=3 * HOUR_MS - 800)
    found = house.rows(reactions)
    assert all(abs(row.pressed_ms - at) <= 15_000 for row, at in zip(found, pressed, strict=True))
    assert all(abs(row.pressed_ms - at) <= row.uncertainty_ms for row, at in zip(found, pressed, strict=True))
    assert [(row.local_day, row.hour, row.positive) for row in house.rows(hours)] == [
        (TODAY, 10, 1),
        (TODAY, 11, 1),
        (TODAY, 12, 2),
    ]


def test_a_completed_exchange_makes_later_presses_exact(house, kiosk, clock) -> None:
    now_ms = clock.now_ms()
    kiosk.sync([kiosk.press(10_000)], anchors=[[1, 9_000, now_ms - 5_000, 40]], sent_ms=11_000)
    (row,) = house.rows(reactions)
    assert (row.pressed_ms, row.uncertainty_ms, row.time_quality) == (now_ms - 4_000, 41, 0)


def test_a_replayed_old_request_does_not_move_the_clock(house, kiosk, clock) -> None:
    first = kiosk.request([kiosk.press(1_000)], sent_ms=2_000)
    kiosk.send(first)
    clock.advance(5 * HOUR_MS)
    kiosk.send(first)
    kiosk.sync([kiosk.press(5 * HOUR_MS + 1_000)], first_seq=2, sent_ms=5 * HOUR_MS + 2_000)
    assert house.rows(reactions)[1].pressed_ms == clock.now_ms() - 1_000


def test_a_request_that_was_held_up_is_set_right_by_an_earlier_prompt_one(house, kiosk, clock) -> None:
    kiosk.sync([], sent_ms=1_000)
    booted_ms = clock.now_ms() - 1_000
    clock.advance(70_000)
    # Sent 60 s after the first, 10 s on its way; the next one again prompt.
    kiosk.sync([kiosk.press(60_000)], sent_ms=61_000)
    kiosk.sync([kiosk.press(70_000)], first_seq=2, sent_ms=71_000)
    assert [abs(row.pressed_ms - booted_ms - row.elapsed_ms) < 10 for row in house.rows(reactions)] == [True, True]
    assert [row.offset_ms for row in house.rows(boots)] == [booted_ms]


def test_a_week_offline_lands_in_its_own_local_hours(house, kiosk, clock) -> None:
    week_ms = 7 * DAY_MS
    presses = [kiosk.press(at) for at in range(0, week_ms, HOUR_MS)]
    for start in range(0, len(presses), 50):
        kiosk.sync(presses[start : start + 50], first_seq=start + 1, sent_ms=week_ms)
    assert [(row.local_day, row.hour) for row in house.rows(hours)][:2] == [(TODAY - 7, 13), (TODAY - 7, 14)]
    assert {row.positive for row in house.rows(hours)} == {1}
    assert house.total(hours, "positive") == house.total(days, "positive") == 7 * 24
    assert [row.local_day for row in house.rows(days)] == list(range(TODAY - 7, TODAY + 1))


def test_an_hour_that_daylight_saving_repeats_is_one_local_hour(house, kiosk, clock) -> None:
    # 25 October 2026: Warsaw's clocks go from 03:00 back to 02:00 at 01:00 UTC.
    clock.set(1_792_900_800_000)  # 04:00 UTC
    presses = [kiosk.press(at) for at in range(0, 4 * HOUR_MS, HOUR_MS // 2)]
    kiosk.sync(presses, sent_ms=4 * HOUR_MS)
    assert [(row.hour, row.positive) for row in house.rows(hours)] == [(2, 4), (3, 2), (4, 2)]


def test_presses_of_a_boot_nobody_heard_of_count_as_uncertain_on_the_day_they_arrive(house, kiosk) -> None:
    request = kiosk.request([kiosk.press(5_000, boot=2), kiosk.press(5_000)], boots=[["boot-one", 1], ["lost-boot", 2]])
    kiosk.send(request)
    assert [(row.local_day, row.positive, row.uncertain, row.clusters) for row in house.rows(days)] == [(TODAY, 1, 1, 1)]
    assert house.total(hours, "positive") == 1
    assert [row.time_quality for row in house.rows(reactions)] == [3, 1]
    assert house.wrong_figures() == []


def test_both_answers_of_one_visit_meet_in_one_cell_also_across_batches(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000, "welcome-unhappy"), kiosk.press(3_000, visit=1), kiosk.press(90_000, "served-unhappy")])
    kiosk.sync(
        [kiosk.press(95_000, "welcome-happy", visit=3), kiosk.press(96_000, "welcome-happy", mark="repeat")], first_seq=4
    )
    (row,) = house.rows(visit_days)
    assert (row.both, row.service_only, row.experience_only, row.neither) == (0, 1, 1, 0)
    assert house.wrong_figures() == []


def test_presses_close_together_are_one_cluster_also_across_batches(house, kiosk) -> None:
    kiosk.sync([kiosk.press(0), kiosk.press(19_999, "served-unhappy")], sent_ms=20_000)
    kiosk.sync([kiosk.press(30_000), kiosk.press(50_000), kiosk.press(51_000, "welcome-happy")], first_seq=3)
    service = house.rows(days)[1]
    # A run of three (two of them positive) and a run of one.
    assert (service.clusters, service.sum_xx, service.sum_xn, service.sum_nn) == (2, 4 + 1, 6 + 1, 9 + 1)
    assert house.wrong_figures() == []


def test_a_press_counts_for_the_store_that_its_configuration_names(house, kiosk) -> None:
    with writing(house.engine) as connection:
        fleet.move(connection, kiosk.code, "S015", house.clock.now_ms())
    kiosk.sync([kiosk.press(1_000), kiosk.press(2_000, version=2)])
    assert [(row.placement_id, row.positive) for row in house.rows(days)] == [(1, 1), (2, 1)]
    assert [(row.placement_id, row.hour) for row in house.rows(hours)] == [(1, 12), (2, 15)]


def test_wrong_figures_are_found_and_repaired(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000), kiosk.press(2_000, "welcome-happy", visit=1)])
    with writing(house.engine) as connection:
        connection.execute(update(days).values(positive=99))
        connection.execute(hours.delete())
        connection.execute(update(visit_days).values(neither=5))
        connection.execute(update(open_clusters).values(presses=7))
    assert len(house.wrong_figures()) == 2 + 2 + 1 + 1
    assert len(repair(house.engine).rows) == 5
    assert house.wrong_figures() == []


def test_figures_older_than_the_oldest_reaction_are_left_alone(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    with writing(house.engine) as connection:
        old = {"kiosk_id": 1, "placement_id": 1, "local_day": TODAY - 900, "question_id": 2, "faces": 2, "positive": 7}
        connection.execute(days.insert().values(old))
    assert house.wrong_figures() == []


def test_a_corrected_zone_shows_as_a_difference_and_is_repaired(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    with writing(house.engine) as connection:
        connection.execute(update(stores).values(timezone="America/Lima"))
    assert house.wrong_figures()
    repair(house.engine)
    assert house.wrong_figures() == []
    assert [row.hour for row in house.rows(hours) if row.positive] == [6]


PRESS = st.tuples(
    st.sampled_from([0, 50, 300, 3_000, 19_999, 20_000, 60_000, 3 * HOUR_MS]),
    st.sampled_from(["welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy", "no-such"]),
    st.sampled_from(["vote", "vote", "vote", "repeat", "mash", "rate"]),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([1, 1, 1, 2]),
)
STREAMS = itertools.count(1)
ACTIONS = st.lists(st.tuples(st.sampled_from(["next", "again", "over", "skip", "late"]), st.integers(1, 6)), max_size=14)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pressed=st.lists(PRESS, min_size=1, max_size=40), actions=ACTIONS)
def test_figures_are_what_the_stored_reactions_say_whatever_way_they_came(house, kiosk, pressed, actions) -> None:
    stream = f"{next(STREAMS):032x}"
    elapsed_ms, presses = 0, []
    for seq, (after_ms, button, mark, back, boot) in enumerate(pressed, 1):
        elapsed_ms += after_ms
        visit = None if back is None or back >= seq else seq - back
        presses.append(kiosk.press(elapsed_ms, button, mark=mark, visit=visit, boot=boot))
    high, missing = 0, set(range(1, len(presses) + 1))

    def send(first: int, last: int, **fields: object) -> int:
        boots = [["boot-one", 1], ["unheard", 2]]
        batch = presses[first - 1 : last]
        reply = kiosk.sync(batch, first, stream=stream, boots=boots, sent_ms=elapsed_ms + 1_000, **fields)
        assert reply["stored"] + len(reply["held"]) == len(missing & set(range(first, last + 1)))
        missing.difference_update(range(first, last + 1))
        return int(reply["high"])

    for action, size in [*actions, ("next", len(presses))]:
        last = min(high + size, len(presses))
        if action == "next" and last > high:
            high = send(high + 1, last)
        elif action == "again" and high:
            high = send(max(1, high - size), high)
        elif action == "over" and high:
            high = send(max(1, high - size), last)
        elif action == "skip" and last < len(presses):
            high = send(last + 1, last + 1, lost=[[high + 1, last]])
        elif action == "late" and missing and min(missing) < high:
            high = send(min(missing), min(missing))
    numbers = {row.token: row.number for row in house.rows(streams)}
    stored = sum(row.stream == numbers[stream] for row in house.rows(reactions))
    known = sum(press[4] != "no-such" for seq, press in enumerate(presses, 1) if seq not in missing)
    assert stored == known
    assert house.wrong_figures() == []


def test_what_is_archived_is_still_known_and_what_was_lost_and_comes_late_counts(house, kiosk, tmp_path) -> None:
    presses = [kiosk.press(1_000 + 60_000 * at) for at in range(6)]
    kiosk.sync(presses[:2])
    kiosk.sync(presses[4:], 5, lost=[[3, 4]])
    house.clock.advance(200 * 86_400_000)
    kiosk.sync([kiosk.press(5_000)], stream="cd" * 16, parent="ab" * 16, boots=[["boot-two", 1]])
    end_day = date(2027, 2, 1).toordinal()
    archiving = Archiving(house.engine, tmp_path / "archive", house.clock.now_ms(), lambda _done, _whole: None, make=True)
    assert archiving.archive(end_day).rows == 4
    assert len(house.rows(reactions)) == 1
    assert house.wrong_figures() == []
    again = kiosk.sync(presses[:2])
    assert (again["stored"], again["duplicate"], again["held"], again["high"]) == (0, 2, [], 6)
    late = kiosk.sync(presses[2:4], 3)
    assert (late["stored"], late["duplicate"], late["high"]) == (2, 0, 6)
    assert kiosk.sync(presses)["duplicate"] == 6
    assert house.total(days, "positive") + house.total(days, "uncertain") == 7
    assert house.wrong_figures() == []
