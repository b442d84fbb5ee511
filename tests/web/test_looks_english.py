"""Every page in English, on a phone and a desk, light and dark: nothing for axe to find, no sideways scrolling, policy kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from looks import PARTS, furnish, visit_all

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser


@pytest.fixture
def database() -> str:
    """What a browser shows does not depend on it."""
    return "sqlite"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_clean_for_axe_does_not_scroll_sideways_and_keeps_the_policy(
    browser: Browser, address: str, app: Flask, shops, sign_in, part: int
):
    furnish(shops, sign_in)
    visit_all(browser, address, app, "en", part)
