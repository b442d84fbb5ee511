"""Just now beside usual."""

from kiosk.pace import Pace
from wire.messages import Rules

WINDOW_MS = 120_000
RULES = Rules()
LEARN_MS, LULL_MS = RULES.usual_learn_ms, RULES.lull_ms


def is_rush(pace, at_ms, beyond=9):
    return pace.is_rush(at_ms, WINDOW_MS, beyond)


def pressed(usual_per_minute, moments, rules=RULES):
    pace = Pace(usual_per_minute, rules)
    for at_ms in moments:
        pace.note(at_ms)
    return pace


def test_nothing_pressed_is_no_rush():
    assert not is_rush(Pace(0.0, RULES), 0, beyond=0)


def test_what_is_many_where_few_come_is_usual_where_many_do():
    moments = range(0, 60_000, 5_000)
    assert is_rush(pressed(0.0, moments), 60_000)
    assert not is_rush(pressed(6.0, moments), 60_000)


def test_a_crowd_that_stays_becomes_usual_and_is_forgotten_again():
    pace = Pace(0.0, RULES)
    crowd = range(0, 3 * LEARN_MS, 8_000)
    found = []
    for at_ms in crowd:
        pace.note(at_ms)
        found.append(is_rush(pace, at_ms))
    assert any(found)
    assert not any(found[len(found) // 2 :])
    later = crowd[-1] + 6 * LEARN_MS
    for at_ms in range(later, later + 60_000, 5_000):
        pace.note(at_ms)
    assert is_rush(pace, later + 60_000)


def test_a_rush_is_over_half_a_minute_after_its_last_press_though_the_window_still_holds_it():
    pace = pressed(0.0, range(0, 60_000, 5_000))
    assert is_rush(pace, 60_000)
    assert not is_rush(pace, 55_000 + LULL_MS)


def test_what_is_usual_goes_by_the_rules():
    minute = range(0, 60_000, 5_000)
    assert not is_rush(pressed(0.0, minute, Rules(usual_percent=10_000)), 60_000)
    assert not is_rush(pressed(0.0, minute, Rules(lull_presses=12)), 60_000)
    assert not is_rush(pressed(0.0, minute, Rules(lull_ms=4_000)), 60_000)
    # To a memory of a minute the last minute is usual; to one of an hour it is much.
    slow, quick = (pressed(4.0, minute, Rules(usual_learn_ms=learn_ms)) for learn_ms in (3_600_000, 60_000))
    assert [is_rush(pace, 60_000, beyond=2) for pace in (slow, quick)] == [True, False]
