"""Just now beside usual."""

from kiosk.pace import LEARN_MS, LULL_MS, Pace

WINDOW_MS = 120_000


def is_rush(pace, at_ms, beyond=9):
    return pace.is_rush(at_ms, WINDOW_MS, beyond)


def pressed(usual_per_minute, moments):
    pace = Pace(usual_per_minute)
    for at_ms in moments:
        pace.note(at_ms)
    return pace


def test_nothing_pressed_is_no_rush():
    assert not is_rush(Pace(0.0), 0, beyond=0)


def test_what_is_many_where_few_come_is_usual_where_many_do():
    moments = range(0, 60_000, 5_000)
    assert is_rush(pressed(0.0, moments), 60_000)
    assert not is_rush(pressed(6.0, moments), 60_000)


def test_a_crowd_that_stays_becomes_usual_and_is_forgotten_again():
    pace = Pace(0.0)
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
