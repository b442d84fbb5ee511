"""A button looks dead when it was missed twenty times, and never because nobody came."""

from __future__ import annotations

import random

from server.analysis.silent_buttons import silent_buttons

ROW_OF = {"welcome-happy": 1, "welcome-unhappy": 1, "served-happy": 2, "served-unhappy": 2}


def votes(*buttons: str) -> list[tuple[str, bool]]:
    return [(button, True) for button in buttons]


def usual(chance: random.Random, presses: int, sad: float = 0.15) -> list[tuple[str, bool]]:
    rows = ("welcome", "served")
    return [(f"{chance.choice(rows)}-{'unhappy' if chance.random() < sad else 'happy'}", True) for _ in range(presses)]


def test_no_button_looks_dead_in_a_thousand_usual_weeks() -> None:
    chance = random.Random(5)
    assert [silent_buttons(usual(chance, 700), ROW_OF) for _ in range(1_000)] == [()] * 1_000


def test_a_button_that_was_missed_twenty_times_looks_dead_and_not_before() -> None:
    before = votes(*["served-happy", "served-unhappy"] * 10)
    assert silent_buttons(before + votes("served-happy") * 39, ROW_OF) == ()
    assert silent_buttons(before + votes("served-happy") * 40, ROW_OF) == ("served-unhappy",)


def test_presses_of_the_other_row_say_nothing_of_a_button() -> None:
    before = votes(*["served-happy", "served-unhappy", "welcome-happy"] * 10)
    assert silent_buttons(before + votes("served-happy", "served-unhappy") * 12, ROW_OF) == ()


def test_a_row_that_is_silent_as_a_whole_is_measured_against_the_other() -> None:
    before = votes("served-happy", "served-unhappy", "welcome-happy", "welcome-unhappy") * 10
    after = votes("served-happy", "served-unhappy") * 20
    assert silent_buttons(before + after, ROW_OF) == ("welcome-happy", "welcome-unhappy")


def test_any_press_shows_that_a_button_lives_and_a_hammering_hand_is_no_crowd() -> None:
    before = votes(*["served-happy", "served-unhappy"] * 10)
    hammering = [("served-happy", False)] * 500
    assert silent_buttons(before + hammering, ROW_OF) == ()
    assert silent_buttons(before + votes("served-happy") * 60 + [("served-unhappy", False)], ROW_OF) == ()


def test_a_button_that_was_hardly_or_never_pressed_is_not_known_before_very_many_others() -> None:
    few = votes(*["served-unhappy"] * 7)
    assert silent_buttons(few + votes("served-happy") * 900, ROW_OF) == ()
    assert silent_buttons(votes("served-happy") * 999, {"served-happy": 2, "served-unhappy": 2}) == ()
    assert silent_buttons(votes("served-happy") * 1_000, {"served-happy": 2, "served-unhappy": 2}) == ("served-unhappy",)


def test_a_button_that_the_kiosk_no_longer_has_is_left_out() -> None:
    assert silent_buttons(votes("gone") * 5_000, ROW_OF) == ()
    assert silent_buttons([], ROW_OF) == ()
