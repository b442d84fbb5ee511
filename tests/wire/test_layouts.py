"""The layouts that travel."""

from __future__ import annotations

from wire.layouts import LAYOUTS, rows


def test_the_two_row_box_asks_the_experience_above_the_service() -> None:
    assert [[button.name for button in row] for row in rows("two-row")] == [
        ["welcome-happy", "welcome-unhappy"],
        ["served-happy", "served-unhappy"],
    ]


def test_the_happy_answer_comes_first_and_no_button_twice() -> None:
    for buttons in LAYOUTS.values():
        assert "happy" in buttons[0].answer
        assert len({button.name for button in buttons}) == len(buttons)
