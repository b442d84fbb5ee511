"""Silence is measured in presses of the others."""

from kiosk.silence import NEVER_PRESSED_OF, Silence


def after(*presses):
    silence = Silence(["happy", "neutral", "unhappy"])
    for button, times in presses:
        for _ in range(times):
            silence.note(button)
    return silence.silent()


def test_nobody_presses_and_nothing_is_said():
    assert after() == []


def test_a_seldom_button_may_be_silent_long_and_a_usual_one_not():
    usual = [("happy", 160), ("neutral", 20), ("unhappy", 20)]
    assert after(*usual, ("happy", 150)) == []
    # Pressed last of all, after 180 others: each tenth press or so was its own.
    assert after(*usual, ("happy", 230)) == ["neutral", "unhappy"]


def test_a_share_of_a_few_presses_is_not_believed():
    assert "unhappy" not in after(("unhappy", 7), ("happy", 900))


def test_one_that_was_never_pressed_is_silent_only_after_very_many_others():
    assert after(("happy", NEVER_PRESSED_OF - 1)) == []
    assert after(("happy", NEVER_PRESSED_OF)) == ["neutral", "unhappy"]
