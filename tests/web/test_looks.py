"""Every page of the address map in a real browser: nothing for axe to find, no sideways scrolling, small, policy kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from shops import EXPERIENCE, MADE_MS, SERVICE, TODAY
from sqlalchemy import insert

from server.access.tokens import add_token
from server.analysis.opening_text import read_week
from server.database.changes import note_change
from server.database.engine import writing
from server.database.opening import set_week
from server.database.recoveries import Step, add_step, end_recovery, open_recovery
from server.database.reviews import Found, keep_review
from server.database.tables import days, kiosks, placements, stores
from server.database.watches import Place
from server.survey.definitions import declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

NOON_MS = 1_795_262_400_000
PASSWORD = "correct horse battery"
MOST_BYTES = 100_000
# Contrast hangs on width and scheme, all else on width and language: these four see every pair.
VIEWS = (("en", ((390, "light"), (1280, "dark"))), ("fa", ((390, "dark"), (1280, "light"))))
# No single test may take long where the machine is busy.
PARTS = 4
# What stands in the places of an address, by the name of its page; a page with other places needs an entry here.
PLACES = {
    "web.store": {"code": "S001"},
    "web.employees": {"code": "S001"},
    "web.question": {"code": "felt-welcome"},
    "web.wording_form": {"code": "felt-welcome"},
    "web.one_person": {"number": 1},
}
# Not pages: what a page loads, what its script asks for, and the way to one's own page.
NO_PAGES = {"web.static", "web.pulse", "web.store_pulse", "web.home"}
# The same pages in other states: a place alone, a day that runs, an empty store, other orders, what does not exist.
STATES = (
    *("/stores/S001?touchpoint=exit&question=got-needed", "/stores/S001?period=today", "/stores/S002"),
    *("/head-office?period=today", "/head-office?sort=-service&funnel=service", "/nothing"),
)
# Names as long as a store, a place or a person may have them, in both directions of writing.
LONG, FAR = "Gdańsk Długa, Brama Zielona przy Motławie", "تهران ولیعصر، خیابان بزرگ شهید بهشتی"


@pytest.fixture
def database() -> str:
    """What a browser shows does not depend on it."""
    return "sqlite"


def addresses(app: Flask) -> list[str]:
    """All pages that the app has, each once, then their other states."""
    build = app.url_map.bind("localhost").build
    names = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.") and "GET" in (rule.methods or ())
    }
    found = [build(name, PLACES.get(name, {})) for name in sorted(names - NO_PAGES)]
    return [*dict.fromkeys(found), *STATES]


@pytest.fixture
def admin(shops, sign_in):
    """A chain with something on every page: a busy store, an empty one, runs, drafts, employees, weights, keys, people."""
    shops.made_up()
    store, empty = (
        shops.store("S001", LONG, languages=("pl", "fa"), territory="PL"),
        shops.store("S002", FAR, zone="Asia/Tehran"),
    )
    busy, room = shops.kiosk(store, "K-001", heard_ms=NOON_MS), shops.kiosk(store, "K-009", "staff room", heard_ms=NOON_MS)
    shops.kiosk(store, "K-002", "fitting-room", heard_ms=NOON_MS - 9_000_000)
    shops.kiosk(empty, "K-003", "service-desk")
    for back in range(1, 40):
        day = TODAY - timedelta(days=back)
        shops.press(busy, day, SERVICE, 40, 8, marked=back % 3)
        shops.press(busy, day, EXPERIENCE, 30 if back > 9 else 12, 20)
        shops.press(room, day, "staff-mattered", 4, 1)
        for hour in (11, 14):
            shops.hour(busy, day, hour, EXPERIENCE, 14 if hour == 11 else 2, 2 if hour == 11 else 14)
    with writing(shops.engine) as connection:
        note_change(connection, store.id, (TODAY - timedelta(days=9)).toordinal(), "New till", 1, "admin@demo.example")
        set_week(connection, store.id, read_week("mon-fri 09:00-20:00"))
        place = (busy.id, busy.placement_id, shops.questions[EXPERIENCE])
        for day, edge, presses in ((1, "closing", 40), (2, "opening", 12)):
            run = (*place, TODAY.toordinal() - day, edge, "positive", NOON_MS, NOON_MS + 3_600_000)
            keep_review(connection, Found(*run, *[presses] * 3, 0.4, 0.78, NOON_MS))
        for number, question in enumerate((EXPERIENCE, SERVICE, EXPERIENCE)):
            # One that ended, one that somebody is on, one that waits.
            at = Place(*place[:2], shops.questions[question])
            found = open_recovery(connection, at, NOON_MS - 2_000_000, NOON_MS - 900_000, 0.2, (20, 14), NOON_MS - 800_000)
            assert found == number + 1
            if number < 2:
                add_step(connection, found, Step("acknowledged", NOON_MS - 500_000, "a@a-store-of-the-chain.example"))
            if number == 0:
                assert end_recovery(connection, found, "normal", NOON_MS - 100_000)
        declare(connection, NOON_MS - 1, "admin@demo.example", weights={"CX": 0.5, "EX": 0.3, "LX": 0.2}, labels={"LX": "L"})
        add_token(connection, "weekly report of the whole chain", ["S001"], 90, NOON_MS)
    sign_in("manager", "S001", "S002", email="somebody.with.a.long.name@a-store-of-the-chain.example")
    return sign_in("admin")


@pytest.fixture
def page(browser: Browser, address: str, admin) -> Iterator[Page]:
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    yield page
    context.close()


def look(page: Page, at: str, views: tuple[tuple[int, str], ...]) -> None:
    """See the page as it stands in each width and scheme, all its parts open."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for width, scheme in views:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (at, width)
        found = Axe().run(page).response["violations"]
        assert not found, (at, width, scheme, [(one["id"], one["nodes"][0]["html"]) for one in found])


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("language", "views"), VIEWS)
def test_every_page_is_clean_for_axe_does_not_scroll_sideways_and_keeps_the_policy(
    page: Page, app: Flask, language: str, views: tuple[tuple[int, str], ...], part: int
):
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" and "404" not in message.text else None,
    )
    # Signed out last: who is signed in has no business there.
    for path in sorted(addresses(app)[part::PARTS], key=lambda path: path == "/sign-in"):
        if path == "/sign-in":
            page.context.clear_cookies()
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("html").get_attribute("lang") == language, path
        look(page, path, views)
    assert not complaints


def size_of(client, path: str) -> int:
    """Bytes of a page with all that it loads."""
    page = client.get(path).get_data()
    size = len(page)
    for loaded in set(re.findall(r'(?:href|src)="(/static/[^"]*)"', page.decode())):
        with client.get(loaded) as answer:
            size += len(answer.get_data())
    return size


def test_every_page_with_all_it_loads_is_small(admin, app: Flask):
    for path in addresses(app):
        for language in ("en", "ar"):
            size = size_of(admin, f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert size <= MOST_BYTES, (path, language, size)


def test_head_offices_pages_of_500_stores_are_small(admin, shops):
    many = range(100, 600)
    with writing(shops.engine) as connection:
        connection.execute(
            insert(stores),
            [
                {"id": at, "code": f"T{at}", "name": f"{LONG} {at}", "region": "North", "timezone": "Europe/Warsaw"}
                | {"languages": '["pl"]', "territory": "PL", "made_ms": MADE_MS}
                for at in many
            ],
        )
        fixed = {"enrolled_ms": MADE_MS, "software": "", "config_seen": 1, "config_applied": 1, "health": "{}"}
        connection.execute(
            insert(kiosks), [{"id": at, "code": f"K-T{at}", "hardware": f"h{at}", "heard_ms": NOON_MS} | fixed for at in many]
        )
        connection.execute(
            insert(placements),
            [{"id": at, "kiosk_id": at, "store_id": at, "touchpoint": "exit", "from_ms": MADE_MS} for at in many],
        )
        connection.execute(
            insert(days),
            [
                {"kiosk_id": at, "placement_id": at, "local_day": TODAY.toordinal() - back, "faces": 2}
                | {"question_id": shops.questions[question], "positive": 30 - at % 7, "negative": 10 + at % 7}
                | {"clusters": 40, "sum_xx": 30 - at % 7, "sum_xn": 30 - at % 7, "sum_nn": 40}
                for at in many
                for back in (*range(1, 7), *range(8, 57, 7))
                for question in (SERVICE, EXPERIENCE)
            ],
        )
    for path in ("/head-office", "/head-office?sort=-service&funnel=service", "/fleet"):
        for language in ("en", "fa"):
            assert size_of(admin, f"{path}{'&' if '?' in path else '?'}lang={language}") <= MOST_BYTES, path
