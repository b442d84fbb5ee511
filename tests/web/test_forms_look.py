"""Questions, definitions, employees, HX, people and account in a real browser: clean for axe, no sideways scroll, small."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from shops import EXPERIENCE

from server.access.tokens import add_token
from server.database.engine import writing
from server.survey.definitions import declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NOW_MS = 1_795_262_400_000
PASSWORD = "correct horse battery"
QUESTION = "/head-office/questions/felt-welcome"
PAGES = (
    *("/head-office/questions", QUESTION, f"{QUESTION}/wording", "/head-office/draft-question"),
    *("/head-office/definitions", "/head-office/definitions/next", "/head-office/hx", "/stores/S001/employees"),
    *("/people", "/people/1", "/account"),
)
MOST_BYTES = 100_000
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def admin(shops, sign_in):
    store = shops.store("S001", "Gdańsk Długa, Brama Zielona", languages=("pl", "fa"), territory="PL")
    customers, room = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-009", "staff room")
    for back in range(6, 60, 2):
        day = date(2026, 11, 21) - timedelta(days=back)
        shops.press(customers, day, EXPERIENCE, 30, 10)
        shops.press(room, day, "staff-mattered", 4, 1)
    with writing(shops.engine) as connection:
        declare(connection, NOW_MS - 1, "office@demo.example", weights={"CX": 0.5, "EX": 0.3, "LX": 0.2}, labels={"LX": "L"})
        add_token(connection, "weekly report", ["S001"], 90, NOW_MS)
    return sign_in("admin")


@pytest.fixture(params=[(390, "dark", "fa"), (1280, "light", "en")])
def page(request, browser: Browser, address: str, admin) -> Iterator[Page]:
    width, scheme, language = request.param
    size = {"width": width, "height": 844}
    context = browser.new_context(
        viewport=size, color_scheme=scheme, locale=language, base_url=address, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    yield page
    context.close()


def test_pages_have_nothing_for_axe_do_not_scroll_sideways_and_keep_the_policy(page: Page):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        for closed in page.query_selector_all("main details:not([open])"):
            closed.evaluate("one => { one.open = true }")
        found = Axe().run(page).response["violations"]
        assert not found, (path, [(one["id"], one["nodes"][0]["html"]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert not complaints


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_page_with_all_it_loads_is_small(admin, language):
    for path in PAGES:
        page = admin.get(f"{path}?lang={language}").get_data()
        size = len(page)
        for loaded in re.findall(r'(?:href|src)="(/static/[^"]*)"', page.decode()):
            with admin.get(loaded) as answer:
                size += len(answer.get_data())
        assert 20_000 < size <= MOST_BYTES, path


@pytest.mark.parametrize("page", [(1280, "light", "en")], indirect=True)
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
