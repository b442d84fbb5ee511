"""Frequent acts: the first few have an entry each, the rest one together, and nothing is told twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from server.audit import Act, By
from server.database.audit import newest_entries
from server.database.audit_tallies import Tallied, add_to_tally, close_tallies, is_tallied, tallies_of, tally
from server.database.engine import reading, writing

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOON_MS, HOUR_MS = 1_795_262_400_000, 3_600_000
REPORT = By("token", 4, "weekly report")


def do(engine: Engine, times: int, now_ms: int = NOON_MS, subject: str = "export token 4 a", at_once: int = 2) -> None:
    for _ in range(times):
        with writing(engine) as connection:
            kept = Tallied(subject, now_ms + HOUR_MS, at_once)
            tally(connection, now_ms, REPORT, Act.EXPORTED, "reactions.csv", kept, store="S001")


def told(engine: Engine) -> list[tuple[str, dict[str, object]]]:
    with reading(engine) as connection:
        return [(one.entry.act, json.loads(one.entry.details)) for one in reversed(newest_entries(connection, 99))]


def test_the_first_are_told_at_once_and_the_rest_together_when_their_time_is_over(engine: Engine):
    do(engine, 50)
    first = [("exported", {"store": "S001"})] * 2
    assert told(engine) == first
    with writing(engine) as connection:
        assert close_tallies(connection, NOON_MS + HOUR_MS - 1) == 0
        assert close_tallies(connection, NOON_MS + HOUR_MS) == 1
        assert close_tallies(connection, NOON_MS + 2 * HOUR_MS) == 0
    assert told(engine) == [*first, ("exports-counted", {"since_ms": NOON_MS, "times": 50})]
    with reading(engine) as connection:
        assert newest_entries(connection, 1)[0].entry[2:5] == ("token", 4, "weekly report")


def test_a_sum_that_says_nothing_new_is_not_written(engine: Engine):
    do(engine, 2)
    with writing(engine) as connection:
        assert close_tallies(connection, NOON_MS + HOUR_MS) == 0
    assert len(told(engine)) == 2


def test_an_act_of_the_next_day_adds_the_day_before_up_by_itself(engine: Engine):
    do(engine, 5)
    do(engine, 1, NOON_MS + 2 * HOUR_MS)
    assert [act for act, _ in told(engine)] == ["exported", "exported", "exports-counted", "exported"]


def test_what_was_read_is_added_to_the_sum(engine: Engine):
    do(engine, 1, at_once=1)
    with writing(engine) as connection:
        assert add_to_tally(connection, "export token 4 a", 700, again=False)
        assert add_to_tally(connection, "export token 4 a", 20, again=True)
        assert not add_to_tally(connection, "export token 5 a", 20, again=True)
        close_tallies(connection, NOON_MS + HOUR_MS)
    assert told(engine)[-1] == ("exports-counted", {"since_ms": NOON_MS, "times": 2, "rows": 720})


def test_what_is_counted_now_is_known(engine: Engine):
    for subject in ("export token 4 a", "export token 4 b", "export token 40 a"):
        do(engine, 1, subject=subject)
    with reading(engine) as connection:
        assert is_tallied(connection, "export token 4 a", NOON_MS)
        assert not is_tallied(connection, "export token 4 a", NOON_MS + HOUR_MS)
        assert tallies_of(connection, "export token 4 ", NOON_MS) == 2


def test_what_was_counted_while_a_clock_was_ahead_is_added_up_and_hides_nothing_later(engine: Engine):
    do(engine, 3, NOON_MS + 40 * 24 * HOUR_MS, at_once=1)
    with reading(engine) as connection:
        assert not is_tallied(connection, "export token 4 a", NOON_MS)
        assert tallies_of(connection, "export token 4 ", NOON_MS) == 0
    do(engine, 1, NOON_MS, at_once=1)
    assert [act for act, _ in told(engine)] == ["exported", "exports-counted", "exported"]
    do(engine, 1, NOON_MS + 40 * 24 * HOUR_MS, subject="export token 5 a", at_once=0)
    with writing(engine) as connection:
        assert close_tallies(connection, NOON_MS) == 1


def test_a_clock_of_another_server_may_be_ahead_by_a_little(engine: Engine):
    do(engine, 1, NOON_MS + 5_000)
    do(engine, 2, NOON_MS)
    assert [act for act, _ in told(engine)] == ["exported", "exported"]
