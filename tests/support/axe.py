"""Asks axe what is wrong with a page as it stands, for no more than a test wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Of what is right axe would describe each element; frames, and sound that could play by itself, no page has.
WANTED: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# Those that can find in the dark what was right in the light, where all stands in the same place.
OF_COLOUR: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def read_axe(page: Page) -> None:
    """Once a page: reading axe anew takes longer than a small page's checks."""
    page.evaluate(AXE_SCRIPT)


def wrong(page: Page, rules: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Each broken rule with the first element that breaks it; all rules unless `rules` names some."""
    found = page.evaluate("(wanted) => axe.run(wanted).then((found) => found.violations)", WANTED | (rules or {}))
    return [(one["id"], one["nodes"][0]["html"]) for one in found]
