"""In a real browser: pages whose figures move by themselves, that say when they can not, and that work without a script."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.database.changes import note_change
from server.database.engine import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NOON_MS = 1_795_262_400_000
PASSWORD = "correct horse battery"


@pytest.fixture
def database() -> str:
    """What a browser shows does not depend on it."""
    return "sqlite"


@pytest.fixture
def chain(shops, sign_in):
    """A busy store, an empty one, and somebody of head office."""
    shops.made_up()
    store = shops.store("S001", "Gdańsk Długa, Brama Zielona")
    busy = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.store("S002", "تهران ولیعصر", zone="Asia/Tehran", languages=("fa",), territory="IR")
    for back in range(1, 20):
        day = TODAY - timedelta(days=back)
        shops.press(busy, day, SERVICE, 40, 8, marked=back % 3)
        shops.press(busy, day, EXPERIENCE, 30 - back, 20)
        for hour in (11, 14):
            shops.hour(busy, day, hour, EXPERIENCE, 14 if hour == 11 else 2, 2 if hour == 11 else 14)
    with writing(shops.engine) as connection:
        note_change(connection, store.id, (TODAY - timedelta(days=9)).toordinal(), "New till", 1, "head-office@demo.example")
    sign_in("head-office")
    return busy


@pytest.fixture
def page(browser: Browser, address: str, chain) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        locale="en",
        base_url=address,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "head-office@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    yield page
    context.close()


def test_a_press_moves_an_open_page_without_losing_ones_place(page: Page, shops, chain):
    page.goto("/stores/S001")
    assert page.locator(".now-count").inner_text() == "Today so far: 0 presses."
    page.locator(".note-change summary").click()
    page.fill("#note-words", "New ti")
    page.locator("details:not(.dates, .note-change) summary").click()
    shops.press(chain, TODAY, EXPERIENCE, 1, 0)
    shops.totals(chain, thanked=1, known=1)
    begun = time.monotonic()
    page.get_by_text("Today so far: 1 press.").wait_for(timeout=10_000)
    assert time.monotonic() - begun < 5
    assert page.locator("details:not(.dates, .note-change)").evaluate("one => one.open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    # What was typed and not sent yet stays.
    assert page.input_value("#note-words") == "New ti"


def test_a_page_whose_reader_is_signed_out_says_so_and_comes_back(page: Page):
    page.clock.install()
    page.goto("/stores/S001")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.clock.run_for(2_100)
    page.get_by_text("Signed out since").wait_for(timeout=10_000)
    assert page.locator(".live a").get_attribute("href") == page.url
    page.context.add_cookies(cookies)
    page.clock.run_for(31_000)
    page.get_by_text("Signed out since").wait_for(state="detached", timeout=10_000)


def test_a_page_that_reaches_no_server_says_since_when_and_recovers(page: Page, shops, chain):
    page.goto("/stores/S001")
    page.context.set_offline(True)
    words = page.get_by_role("status")
    page.get_by_text("Not connected since").wait_for(timeout=15_000)
    assert re.match(r"Not connected since \d\d:\d\d\. ", words.inner_text())
    shops.press(chain, TODAY, EXPERIENCE, 1, 0)
    page.context.set_offline(False)
    page.get_by_text("Today so far: 1 press.").wait_for(timeout=15_000)
    assert words.inner_text() == ""


def test_all_stores_are_asked_for_at_most_every_half_minute(page: Page):
    page.clock.install()
    page.goto("/head-office")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(29_000)
    assert not [one for one in asked if one.endswith(("/pulse", "/head-office"))]
    with page.expect_response("**/pulse", timeout=10_000):
        page.clock.run_for(2_000)


def test_pages_work_without_a_script(page: Page, browser: Browser, address: str):
    cookies = page.context.cookies()
    context = browser.new_context(java_script_enabled=False, base_url=address)
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto("/stores/S001?period=4w")
    assert plain.locator('[data-figure="service-index"]').get_attribute("data-value") == "83.3"
    plain.locator("header form button").click()
    assert plain.url.endswith("/sign-in")
    context.close()
