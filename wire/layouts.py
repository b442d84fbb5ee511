"""The layouts that exist, their buttons in order, and what each button's face says; the names travel as `button`."""

from __future__ import annotations

from typing import NamedTuple


class Button(NamedTuple):
    """One button of a layout: the row it stands in (0 is the upper one) and the answer that its face gives."""

    name: str
    row: int
    answer: str


LAYOUTS: dict[str, tuple[Button, ...]] = {
    "two-row": (
        Button("welcome-happy", 0, "happy"),
        Button("welcome-unhappy", 0, "unhappy"),
        Button("served-happy", 1, "happy"),
        Button("served-unhappy", 1, "unhappy"),
    ),
    "two": (Button("happy", 0, "happy"), Button("unhappy", 0, "unhappy")),
    "three": (Button("happy", 0, "happy"), Button("neutral", 0, "neutral"), Button("unhappy", 0, "unhappy")),
    "four": (
        Button("very-happy", 0, "very-happy"),
        Button("happy", 0, "happy"),
        Button("unhappy", 0, "unhappy"),
        Button("very-unhappy", 0, "very-unhappy"),
    ),
}


def rows(layout: str) -> list[list[Button]]:
    """The buttons of a layout row by row; raises KeyError for a layout that does not exist."""
    buttons = LAYOUTS[layout]
    return [[button for button in buttons if button.row == row] for row in sorted({button.row for button in buttons})]
