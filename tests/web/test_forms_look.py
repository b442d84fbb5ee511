"""Forms of people and of the account in a real browser, without a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PASSWORD = "correct horse battery"


@pytest.fixture
def database() -> str:
    """What a browser shows does not depend on it."""
    return "sqlite"


@pytest.fixture
def admin(shops, sign_in):
    shops.store("S001", "Gdańsk Długa, Brama Zielona", languages=("pl", "fa"), territory="PL")
    return sign_in("admin")


@pytest.fixture
def page(browser: Browser, address: str, admin) -> Iterator[Page]:
    context = browser.new_context(locale="en", base_url=address, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    yield page
    context.close()


def test_forms_work_without_a_script(page: Page, browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto("/people")
    plain.get_by_text("Make a key").first.click()
    plain.fill("#token-name", "nightly")
    plain.locator('form[action="/people/tokens"] button').click()
    assert re.fullmatch(r"slv_x_\w{50}", plain.locator("[data-token]").inner_text())
    plain.goto("/account")
    plain.select_option("#language", "it")
    plain.locator('form[action="/account/language"] button').click()
    assert plain.locator("html").get_attribute("lang") == "it"
    context.close()
