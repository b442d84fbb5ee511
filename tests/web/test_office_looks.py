"""Head office's page in a browser, with stores in all groups: nothing for axe to find, no sideways scrolling, no script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe import read_axe, wrong
from shops import EXPERIENCE, SERVICE, TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

PASSWORD = "correct horse battery"
NAMES = (
    "Leeds Briggate",
    "Bologna Portici",
    "Gdańsk Długa, Brama Zielona",
    "تهران ولیعصر",
    "عمّان جبل الحسين",
    "İzmir",
    "Ludlow",
)
SHARES = ((86, 60), (68, 80), (84, 68), (82, 70), (85, 66), (84, 67), (84, 68))


@pytest.fixture
def database() -> str:
    """What a browser shows does not depend on it."""
    return "sqlite"


@pytest.fixture
def stores(shops, sign_in):
    """A wider gap, a narrower one, some alike, one with too few presses."""
    for number, (name, (served, welcomed)) in enumerate(zip(NAMES, SHARES, strict=True)):
        kiosk = shops.kiosk(shops.store(f"S{number:03}", name), f"K-{number}")
        for back in range(1, 4 if name == "Ludlow" else 10):
            of = 5 if name == "Ludlow" else 80
            for question, share in ((SERVICE, served), (EXPERIENCE, welcomed)):
                parts = {"afternoon_counted": of, "afternoon_positive": of * share // 100}
                shops.press(kiosk, TODAY - timedelta(days=back), question, of * share // 100, of - of * share // 100, **parts)
    sign_in("head-office")


@pytest.fixture(params=[(390, "light", "en"), (390, "dark", "fa"), (1280, "dark", "en"), (1280, "light", "ar")])
def page(request, browser: Browser, address: str, stores) -> Iterator[Page]:
    width, scheme, language = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        locale=language,
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


def test_the_page_with_everything_open_is_accessible_and_does_not_scroll_sideways(page: Page):
    for query in ("", "?sort=-service&funnel=service", "?period=today"):
        page.goto(f"/head-office{query}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        read_axe(page)
        assert wrong(page) == [], query
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query


@pytest.mark.parametrize("page", [(1280, "light", "en")], indirect=True)
def test_marks_without_length_are_drawn_and_the_page_works_without_a_script(page: Page, browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto("/head-office")
    assert plain.locator(".pips-experience").first.bounding_box()["width"] > 10
    plain.select_option("#sort", "service")
    plain.click(".filter button")
    assert "sort=service" in plain.url
    assert plain.locator("[data-store]").first.get_attribute("data-store") == "S001"
    plain.click(".either a:not([aria-current])")
    assert "funnel=service" in plain.url
    assert "sort=service" in plain.url
    context.close()
