"""A link that loses, repeats and lies: every press arrives, once."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from stand import wait_for

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
    found = Counter((row["stream"], int(row["seq"])) for row in linked_stand.csv())
    assert pressed <= set(found)
    assert set(found.values()) == {1}
    # Not one more than the box says it thanked for.
    assert found.total() == linked_stand.status()["thanked"]


def test_what_a_captive_portal_swallows_is_not_acknowledged(linked_stand: Stand) -> None:
    link = linked_stand.link
    assert link is not None
    linked_stand.wait_until_sent()
    before = linked_stand.status()
    stored = len(linked_stand.csv())
    link.mood = lambda: "portal-json"
    link.seen.clear()
    pressed = press_some(linked_stand, 4)
    wait_for(lambda: link.seen.count("portal-json") > 1, "the portal swallows two syncs")
    after = linked_stand.status()
    assert after["waiting"] == len(pressed)
    assert after["acknowledged"] == before["acknowledged"]
    assert len(linked_stand.csv()) == stored
