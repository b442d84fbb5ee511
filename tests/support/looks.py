"""Every page of the address map with something on it, and how each is looked at in a real browser.

All of them are seen in English and Persian, light and dark, on a phone and on a desk. A language is a file of tests of its own,
so that two workers can look at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from axe import OF_COLOUR, read_axe, wrong
from shops import EXPERIENCE, SERVICE, TODAY

from server.access.tokens import add_token
from server.analysis.opening_text import read_week
from server.audit import Act, By
from server.claims.result import NOT_SEEN, SHOWED, TOO_FEW, Presses, Result, StoreChange, write_result
from server.database.audit import note
from server.database.changes import note_change
from server.database.claims import ClaimRow, add_claim, keep_result
from server.database.engine import writing
from server.database.opening import set_week
from server.database.recoveries import Step, add_step, end_recovery, open_recovery
from server.database.reviews import Found, keep_review
from server.database.watches import Place
from server.survey.definitions import declare

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

NOON_MS = 1_795_262_400_000
PASSWORD = "correct horse battery"
# Scheme and width change without loading the page anew, as they do in a hand; a language is asked of the server.
VIEWS = tuple((width, scheme) for width in (390, 1280) for scheme in ("light", "dark"))
PLACED = """[...document.querySelectorAll('body *')].map((one) => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect()
  return [style.display, style.visibility, style.fontSize, style.fontWeight, box.x, box.y, box.width, box.height].join()
}).join(';')"""
# Dark pages of this language are seen in both widths, of another in the narrow one: a language sets no colour.
COLOURS_IN = {"en"}
# No single test may take long where the machine is busy.
PARTS = 4
# What stands in the places of an address, by the name of its page; a page with other places needs an entry here.
PLACES = {
    "web.store": {"code": "S001"},
    "web.employees": {"code": "S001"},
    "web.question": {"code": "felt-welcome"},
    "web.wording_form": {"code": "felt-welcome"},
    "web.one_person": {"number": 1},
    "web.claim": {"number": 1},
}
# Not pages: what a page loads, what its script asks for, and the way to one's own page.
NO_PAGES = {"web.static", "web.pulse", "web.store_pulse", "web.home"}
# The same pages in other states: a place alone, a day that runs, an empty store, other orders, what does not exist.
STATES = (
    *("/stores/S001?touchpoint=exit&question=got-needed", "/stores/S001?period=today", "/stores/S002"),
    *("/audit?kind=sign-in", "/audit?kind=exports", "/nothing"),
    *("/head-office?period=today", "/head-office?sort=-service&funnel=service"),
    *("/head-office/claims/2", "/head-office/claims/register?instead=2"),
)
# Names as long as a store, a place or a person may have them, in both directions of writing.
LONG, FAR = "Gdańsk Długa, Brama Zielona przy Motławie", "تهران ولیعصر، خیابان بزرگ شهید بهشتی"


def addresses(app: Flask) -> list[str]:
    """All pages that the app has, each once, then their other states."""
    build = app.url_map.bind("localhost").build
    names = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.") and "GET" in (rule.methods or ())
    }
    found = [build(name, PLACES.get(name, {})) for name in sorted(names - NO_PAGES)]
    return [*dict.fromkeys(found), *STATES]


def claim(shops: Any, stores: list[int]) -> None:
    """Two registered claims: one that showed, with a store left out and a recount, and one whose days are still to come."""
    presses = (Presses(700, 1_000, 780, 1_000),)
    changes = (
        StoreChange(stores[0], True, presses, 70.0, 78.0, 8.0, ""),
        StoreChange(stores[1], False, presses, None, None, None, TOO_FEW),
    )
    told = Result(SHOWED, changes, 8.0, 5.4, 10.6, 0.018, 0.9, 8.0, 0.0, 1, 1, 1, waiting=3, unheard=1)
    with writing(shops.engine) as connection:
        for day, title in ((TODAY.toordinal() - 60, LONG), (TODAY.toordinal() + 3, FAR)):
            row = ClaimRow(
                title,
                *(f"{LONG}. {FAR}", "Again in spring", "experience", 1, {"service": [], "experience": [EXPERIENCE]}, 2, 1),
                *(day, day - 28, day, day + 7, day + 35, 3, "up", None, None, NOON_MS, "admin@demo.example"),
            )
            number = add_claim(connection, row, stores[:1], stores[1:])
            if day < TODAY.toordinal():
                for at, result in enumerate((told, replace(told, outcome=NOT_SEEN, low=-1.2)), start=1):
                    keep_result(connection, number, at, write_result(result), NOON_MS)


def furnish(shops: Any, sign_in: Any) -> Any:
    """A chain with something on every page: a busy store, an empty one, runs, drafts, employees, weights, keys, people.

    Returns:
        A client signed in as administrator.
    """
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
        for act in Act:
            note(
                connection, NOON_MS, By("token", 1, LONG, "2001:db8:85a3:8d3:1319:8a2e:370:7348"), act, FAR, stores=["S001"] * 9
            )
    claim(shops, [store.id, empty.id])
    sign_in("manager", "S001", "S002", email="somebody.with.a.long.name@a-store-of-the-chain.example")
    return sign_in("admin")


def visit_all(browser: Browser, address: str, app: Flask, language: str, part: int) -> None:
    """See a part (below PARTS) of all pages in a language as the administrator, in every width and scheme."""
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" and "404" not in message.text else None,
    )
    # Signed out last: who is signed in has no business there.
    for path in sorted(addresses(app)[part::PARTS], key=lambda path: path == "/sign-in"):
        if path == "/sign-in":
            context.clear_cookies()
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("html").get_attribute("lang") == language, path
        look(page, path, language)
    context.close()
    assert not complaints


def look(page: Page, at: str, language: str) -> None:
    """See the page as it stands in each width and scheme, all its parts open."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    read_axe(page)
    placed = ""
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        seen = page.evaluate(
            "([width, scheme]) => [innerWidth === width, matchMedia(`(prefers-color-scheme: ${scheme})`).matches,"
            " document.documentElement.scrollWidth <= innerWidth]",
            [width, scheme],
        )
        assert seen == [True, True, True], (at, width, scheme, "width, scheme, no scrolling sideways")
        now = page.evaluate(PLACED)
        if scheme == "light":
            placed, rules = now, None
        else:
            assert now == placed, (at, width, "the dark scheme changes more than colours")
            if language not in COLOURS_IN and width != VIEWS[0][0]:
                continue
            rules = OF_COLOUR
        assert wrong(page, rules) == [], (at, width, scheme)
