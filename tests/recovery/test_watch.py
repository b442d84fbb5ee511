"""The watch notices a burst of unhappy presses once, whatever dies meanwhile, and nothing that is old or does not count."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from shops import EXPERIENCE, TODAY
from sqlalchemy import update

from server.database.driver import for_update, run
from server.database.engine import reading, writing
from server.database.kiosks import kiosk_by_id
from server.database.recoveries import open_recovery
from server.database.tables import counters, reactions
from server.database.watches import LivePress, Place, Watch, position_read
from server.recovery import watch as watching
from server.recovery.designing import Designer
from server.recovery.watch import LATE_MS, Overtaken, learn_usual, watch_presses

NOON_MS = 1_795_262_400_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
HAPPY, UNHAPPY = 2, 4
CLOSING_MS = NOON_MS + 8 * HOUR_MS


@pytest.fixture
def usual(corner: Any) -> Any:
    """The corner with its history, and everything counted that there was."""
    corner.history()
    corner.watch(NOON_MS - MINUTE_MS)
    return corner


def test_a_burst_opens_one_recovery_with_its_beginning_and_its_counts(usual: Any) -> None:
    usual.presses([HAPPY, HAPPY], NOON_MS - 5 * MINUTE_MS)
    last_ms = usual.burst()
    (row,) = usual.rows()
    assert (row.began_ms, row.alarm_ms) == (NOON_MS, last_ms)
    assert row.presses == row.negatives == 1 + (last_ms - NOON_MS) // MINUTE_MS
    assert row.usual_share == pytest.approx(0.1)
    assert usual.steps() == {"noticed": (last_ms + 2_000, "")}
    assert usual.state().points == 0
    # It takes as many as its design says and no fewer.
    design = usual.state()
    assert (row.presses - 1) * design.up < design.threshold <= row.presses * design.up


def test_while_one_is_open_no_second_one_opens_there(usual: Any) -> None:
    last_ms = usual.burst()
    usual.presses([UNHAPPY] * 20, last_ms + MINUTE_MS)
    assert len(usual.rows()) == 1
    with writing(usual.engine) as connection:
        assert open_recovery(connection, usual.place, 1, 1, 0.1, (1, 1), 1) is None
    (row,) = usual.open_ones()
    assert row.negatives == row.presses == 20 + 1 + (last_ms - NOON_MS) // MINUTE_MS


def test_happy_presses_open_nothing_and_what_is_usual_does_not_either(usual: Any) -> None:
    usual.presses(([HAPPY] * 9 + [UNHAPPY]) * 4)
    assert usual.rows() == []


@pytest.mark.parametrize(
    "facts",
    [{"counted": False}, {"question": "staff-mattered"}, {"uncertainty_ms": 1_800_000}, {"time_quality": 3}],
    ids=["set aside", "employees", "time uncertain", "time unknown"],
)
def test_what_does_not_count_or_has_no_time_moves_nothing(usual: Any, facts: dict[str, Any]) -> None:
    if "question" in facts:
        facts = {"question_id": usual.shops.questions[facts["question"]]}
    before = usual.everything()
    for number in range(20):
        usual.press(NOON_MS + number * MINUTE_MS, **facts)
    usual.watch(NOON_MS + 20 * MINUTE_MS)
    assert usual.everything() == before


def test_a_backlog_that_comes_in_late_moves_no_live_state(usual: Any) -> None:
    before = usual.everything()
    now_ms = NOON_MS + 2 * HOUR_MS
    for number in range(30):
        usual.press(NOON_MS + number * MINUTE_MS, received_ms=now_ms)
    usual.watch(now_ms)
    assert usual.everything() == before
    # Nor when nobody was at work while it came in time.
    usual.press(now_ms)
    usual.watch(now_ms + LATE_MS + 1)
    assert usual.everything() == before
    # Presses of now count as ever.
    usual.burst(now_ms + HOUR_MS)
    assert usual.open_ones()[0].presses < 10


def test_presses_that_arrive_together_count_in_the_order_of_pressing(usual: Any) -> None:
    arrived_ms = NOON_MS + 20 * MINUTE_MS
    # First the unhappy ones of the last minutes, then happy ones made before them: taken as they came, these would hide them.
    for number in range(10, 20):
        usual.press(NOON_MS + number * MINUTE_MS, UNHAPPY, received_ms=arrived_ms)
    for number in range(10):
        usual.press(NOON_MS + number * MINUTE_MS, HAPPY, received_ms=arrived_ms)
    usual.watch(arrived_ms)
    (row,) = usual.rows()
    assert row.began_ms == NOON_MS + 10 * MINUTE_MS


def test_where_nobody_knows_what_is_usual_nothing_is_watched(corner: Any) -> None:
    corner.history(happy=8, unhappy=1, days=3)
    corner.presses([UNHAPPY] * 15)
    assert corner.rows() == []
    assert corner.state().usual_share is None


def others(corner: Any, stores: int) -> None:
    """Other stores, in which one press in five is unhappy."""
    for number in range(2, 2 + stores):
        other = corner.stand(f"K-{number:03}", corner.shops.store(f"S{number:03}", "York"))
        corner.history(kiosk=other, happy=80, unhappy=20)


def test_a_new_kiosk_is_watched_by_what_is_usual_in_the_chain(corner: Any) -> None:
    others(corner, 3)
    corner.burst()
    assert corner.rows()[0].usual_share == pytest.approx(0.2)


def test_beside_fewer_than_three_other_stores_a_new_kiosk_waits_for_its_own_stores_presses(corner: Any) -> None:
    others(corner, 2)
    corner.presses([UNHAPPY] * 15)
    assert corner.rows() == []
    assert corner.state().usual_share is None
    # A second kiosk of the same store learns from the first.
    corner.history(kiosk=corner.stand("K-009"), happy=90, unhappy=10)
    learn_usual(corner.engine, NOON_MS + 25 * HOUR_MS)
    assert corner.state().usual_share == pytest.approx(0.1)


def test_a_press_that_is_set_aside_later_is_not_in_the_run_that_alarms(usual: Any) -> None:
    design = usual.state()
    needed = -(-design.threshold // design.up)
    last_ms = usual.presses([UNHAPPY] * (needed - 1))
    with writing(usual.engine) as connection:
        # A child, as the kiosk says by now.
        connection.execute(update(reactions).values(counted=False, reason=3))
    usual.presses([UNHAPPY], last_ms + MINUTE_MS)
    assert usual.rows() == []
    assert usual.state().points == design.up
    assert usual.state().since_ms == last_ms + MINUTE_MS


def test_points_end_with_the_stores_day(usual: Any) -> None:
    usual.presses([UNHAPPY] * 3, CLOSING_MS - 5 * MINUTE_MS)
    assert usual.state().points == 3 * usual.state().up
    next_morning_ms = CLOSING_MS + 13 * HOUR_MS + MINUTE_MS
    usual.presses([UNHAPPY], next_morning_ms)
    assert (usual.state().points, usual.state().since_ms) == (usual.state().up, next_morning_ms)


def test_where_hours_are_not_known_a_long_pause_ends_the_day(usual: Any) -> None:
    usual.open(None)
    usual.presses([UNHAPPY] * 3)
    usual.presses([UNHAPPY], NOON_MS + 3 * HOUR_MS)
    assert usual.state().points == 4 * usual.state().up
    usual.presses([UNHAPPY], NOON_MS + 7 * HOUR_MS)
    assert usual.state().points == usual.state().up


def test_presses_that_become_usual_again_end_it_as_normal(usual: Any) -> None:
    last_ms = usual.burst()
    number = 0
    while usual.open_ones():
        number += 1
        last_ms = usual.presses([UNHAPPY if number % 10 == 0 else HAPPY], last_ms + MINUTE_MS)
        assert number < 60
    (row,) = usual.rows()
    assert usual.steps()["normal"] == (row.ended_ms, "") == (last_ms + 2_000, "")
    assert row.presses - row.negatives >= 13
    assert usual.state().points == 0
    # It is watched again, and another one is another one.
    usual.burst(last_ms + MINUTE_MS)
    assert len(usual.rows()) == 2


def test_a_press_made_before_the_alarm_tells_nothing_of_what_is_since(usual: Any) -> None:
    last_ms = usual.burst()
    usual.press(last_ms - MINUTE_MS // 2, HAPPY, received_ms=last_ms + MINUTE_MS)
    usual.press(last_ms + MINUTE_MS // 2, HAPPY, received_ms=last_ms + MINUTE_MS)
    usual.watch(last_ms + MINUTE_MS)
    (row,) = usual.open_ones()
    assert (row.test_presses, row.test_negatives) == (1, 0)
    assert row.presses == row.negatives + 2


def test_as_long_as_presses_stay_unhappy_it_is_not_normal_and_says_since_when(usual: Any) -> None:
    last_ms = usual.burst()
    last_ms = usual.presses([UNHAPPY, HAPPY] * 20, last_ms + MINUTE_MS)
    (row,) = usual.open_ones()
    assert row.still_ms is not None
    assert row.test_presses < 40
    assert "normal" not in usual.steps()


def test_what_is_not_decided_before_closing_ends_undecided_at_closing(usual: Any) -> None:
    usual.burst(CLOSING_MS - 30 * MINUTE_MS)
    assert usual.watch(CLOSING_MS + 29 * MINUTE_MS) == 0
    assert usual.watch(CLOSING_MS + 30 * MINUTE_MS) == 1
    assert usual.rows()[0].ended_ms == CLOSING_MS
    assert usual.steps()["undecided"] == (CLOSING_MS, "")
    assert usual.watch(CLOSING_MS + HOUR_MS) == 0


def test_where_hours_are_not_known_it_ends_undecided_after_a_pause(usual: Any) -> None:
    usual.open(None)
    last_ms = usual.burst()
    assert usual.watch(last_ms + 4 * HOUR_MS - 1) == 0
    assert usual.watch(last_ms + 4 * HOUR_MS) == 1
    assert usual.steps()["undecided"] == (last_ms + 4 * HOUR_MS, "")


def kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker die when it has counted everything, before it says how far it has read."""

    def dead(*_: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "move_position", dead)


def test_a_worker_that_is_killed_counts_no_press_twice_and_skips_none(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        usual.press(NOON_MS + number * MINUTE_MS)
    before = usual.everything()
    with monkeypatch.context() as dying:
        kill(dying)
        with pytest.raises(KeyboardInterrupt):
            watch_presses(usual.engine, NOON_MS + 12 * MINUTE_MS)
    assert usual.everything() == before
    assert watch_presses(usual.engine, NOON_MS + 12 * MINUTE_MS) == 1
    (row,) = usual.rows()
    assert (row.presses, row.negatives) == (12, 12)
    after = usual.everything()
    assert watch_presses(usual.engine, NOON_MS + 12 * MINUTE_MS) == 0
    assert usual.everything() == after


def test_in_parts_or_at_once_the_same_comes_out(corner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.history()
    monkeypatch.setattr(watching, "ARRIVALS_AT_ONCE", 3)
    for number in range(14):
        corner.press(NOON_MS + number * MINUTE_MS)
    corner.watch(NOON_MS + 14 * MINUTE_MS)
    (row,) = corner.rows()
    assert (row.presses, row.began_ms) == (14, NOON_MS)


def test_one_who_was_overtaken_undoes_what_was_counted(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usual.press(NOON_MS)
    before = usual.everything()
    with monkeypatch.context() as racing:
        racing.setattr(watching, "move_position", lambda *_: False)
        with pytest.raises(Overtaken):
            watch_presses(usual.engine, NOON_MS + 2_000)
    assert usual.everything() == before


def test_two_workers_at_once_count_each_press_once(usual: Any) -> None:
    for number in range(12):
        usual.press(NOON_MS + number * MINUTE_MS)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            watch_presses(usual.engine, NOON_MS + 12 * MINUTE_MS)
        except BaseException as error:  # noqa: BLE001  (told below, in the test's own thread)
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    (row,) = usual.rows()
    assert (row.presses, row.negatives) == (12, 12)


def test_the_place_in_the_ledger_is_kept(usual: Any) -> None:
    usual.presses([HAPPY] * 3)
    with reading(usual.engine) as connection:
        (end,) = connection.execute(
            counters.select().with_only_columns(counters.c.value).where(counters.c.name == "position")
        ).one()
        assert position_read(connection) == end


def test_what_is_usual_is_worked_out_weekly_between_bursts(usual: Any) -> None:
    made_ms = usual.state().designed_ms
    week_ms = 7 * 24 * HOUR_MS
    learn_usual(usual.engine, made_ms + week_ms - 1)
    assert usual.state().designed_ms == made_ms
    usual.presses([UNHAPPY], made_ms + week_ms - MINUTE_MS)
    learn_usual(usual.engine, made_ms + week_ms)
    assert usual.state().designed_ms == made_ms
    learn_usual(usual.engine, made_ms + week_ms + 24 * HOUR_MS)
    assert (usual.state().designed_ms, usual.state().points) == (made_ms + week_ms + 24 * HOUR_MS, 0)


def test_what_was_worked_out_while_the_clock_was_ahead_is_worked_out_anew(usual: Any) -> None:
    made_ms = usual.state().designed_ms
    learn_usual(usual.engine, made_ms + 300 * 24 * HOUR_MS)
    assert usual.state().usual_share is None
    learn_usual(usual.engine, made_ms)
    assert (usual.state().designed_ms, usual.state().usual_share) == (made_ms, pytest.approx(0.1))


def test_its_own_recoveries_are_left_out_of_what_is_usual(usual: Any) -> None:
    now_ms = usual.burst() + 10 * 24 * HOUR_MS
    usual.watch(now_ms - 9 * 24 * HOUR_MS)
    (row,) = usual.rows()
    # The day of the burst as the roll-ups have it: its presses alone, and nothing else that day.
    usual.shops.press(usual.kiosk, TODAY, EXPERIENCE, 0, row.negatives)
    before = usual.state().usual_share
    learn_usual(usual.engine, now_ms)
    assert usual.state().designed_ms == now_ms
    assert usual.state().usual_share == pytest.approx(before, abs=0.0006)


def test_other_faces_begin_anew(usual: Any, caplog: pytest.LogCaptureFixture) -> None:
    usual.presses([UNHAPPY] * 2)
    usual.press(NOON_MS + 3 * MINUTE_MS, UNHAPPY, faces=4)
    watch_presses(usual.engine, NOON_MS + 3 * MINUTE_MS + 2_000)
    # Nobody knows what is usual under four.
    assert (usual.state().faces, usual.state().usual_share) == (4, None)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_recovery_begins_while_its_kiosk_is_being_configured(usual: Any) -> None:
    with writing(usual.engine) as configuring, writing(usual.engine) as connection:
        kiosk_by_id(configuring, usual.kiosk.id)
        run(connection, "SET LOCAL lock_timeout = '2s'")
        assert open_recovery(connection, usual.place, 1, 1, 0.1, (1, 1), 1) is not None


def test_where_nearly_everybody_is_unhappy_nothing_is_watched_and_what_is_usual_is_known(corner: Any) -> None:
    corner.history(happy=3, unhappy=97)
    corner.presses([UNHAPPY] * 30)
    assert corner.rows() == []
    state = corner.state()
    assert (round(state.usual_share, 2), state.is_watched, state.points) == (0.97, False, 0)


def test_what_is_usual_at_a_new_place_is_summed_while_others_may_write(corner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.history()
    corner.press(NOON_MS)
    written: list[bool] = []

    class Slow(Designer):
        def watch(self, place: Place, faces: int, places: int) -> Watch:
            with writing(corner.engine) as connection:
                run(connection, "SELECT value FROM counters WHERE name = 'watched'" + for_update(connection))
                written.append(True)
            return super().watch(place, faces, places)

    monkeypatch.setattr(watching, "Designer", Slow)
    watch_presses(corner.engine, NOON_MS + 2_000)
    assert written == [True]
    assert corner.state().usual_share == pytest.approx(0.1)


def test_a_press_of_a_place_that_was_not_looked_at_ahead_stops_nothing(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usual.press(NOON_MS)
    usual.press(NOON_MS + MINUTE_MS, faces=4)
    with monkeypatch.context() as changing:
        changing.setattr(watching, "_presses", _without_four(watching._presses))
        watch_presses(usual.engine, NOON_MS + 2 * MINUTE_MS)
    assert (usual.state().faces, usual.state().last_ms) == (2, NOON_MS)
    with reading(usual.engine) as connection:
        assert position_read(connection) == 2


def _without_four(find: Any) -> Any:
    """What the first look finds, and after it all."""
    looks: list[int] = []

    def found(*asked: Any) -> list[LivePress]:
        looks.append(1)
        return [one for one in find(*asked) if one.faces == 2 or len(looks) > 1]

    return found


def test_who_looked_ahead_and_was_overtaken_looks_again(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        usual.press(NOON_MS + number * MINUTE_MS)
    look, overtakes = watching._look_ahead, [1]

    def overtaken(engine: Any, now_ms: int) -> Any:
        found = look(engine, now_ms)
        if overtakes:
            overtakes.pop()
            watch_presses(engine, now_ms)
        return found

    monkeypatch.setattr(watching, "_look_ahead", overtaken)
    watch_presses(usual.engine, NOON_MS + 12 * MINUTE_MS)
    (row,) = usual.rows()
    assert (row.presses, row.negatives) == (12, 12)
