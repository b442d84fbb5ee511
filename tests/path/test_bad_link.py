"""A link that loses, repeats and lies: every press arrives, once."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stand import Stand

BUTTONS = ("welcome-happy", "served-unhappy", "welcome-unhappy", "served-happy")


def press_some(stand: Stand, count: int) -> set[tuple[str, int]]:
    said = [stand.press(button) for button, _ in zip(itertools.cycle(BUTTONS), range(count), strict=False)]
    assert {answer["light"] for answer in said} <= {"thanks", "repeat"}
    return {(answer["stream"], answer["seq"]) for answer in said}


@pytest.mark.parametrize("mood", ["refuse", "lose", "twice", "portal", "portal-json", "cut"])
def test_whatever_the_link_does_first_each_press_is_counted_once(linked_stand: Stand, mood: str) -> None:
    link = linked_stand.link
    assert link is not None
    left = iter([mood, mood])
    link.mood = lambda: next(left, "pass")
    link.seen.clear()
    pressed = press_some(linked_stand, 6)
    linked_stand.wait_until_sent()
    assert mood in link.seen
    assert Counter((row["stream"], int(row["seq"])) for row in linked_stand.csv()) == Counter(pressed)


def test_what_a_captive_portal_swallows_is_not_acknowledged(linked_stand: Stand) -> None:
    link = linked_stand.link
    assert link is not None
    link.mood = lambda: "portal-json"
    link.seen.clear()
    pressed = press_some(linked_stand, 4)
    while "portal-json" not in link.seen:
        linked_stand.status()
    status = linked_stand.status()
    assert (status["waiting"], status["acknowledged"]) == (len(pressed), 0)
    assert linked_stand.csv() == []
