"""The store's page on paper: nothing to click, nothing cut, its charts there, dark ink on white, in either direction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from looks import PASSWORD, furnish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# A4 with margins of a centimetre, in CSS pixels.
PAPER = {"width": 718, "height": 1047}
# What has no meaning on paper: ways to other pages, forms, what opens at a touch.
TO_CLICK = "nav, form, button, input, select, details, .languages, .skip"
CHARTS = ".side-by-side figure svg, .since figure svg, .hours, .dots svg.plot"
# Of what does not fit into its box; text that is for screen readers alone is cut on purpose.
CUT = """() => [...document.querySelectorAll('body *')].filter((one) =>
  one.checkVisibility() && !one.closest('.unseen, svg') && getComputedStyle(one).overflowX !== 'visible'
  && one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""
BEYOND = """() => [...document.querySelectorAll('main *')].filter((one) => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && !one.closest('.unseen') && box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def database() -> str:
    """What a browser prints does not depend on it."""
    return "sqlite"


@pytest.fixture(params=["en", "fa"])
def paper(request, browser: Browser, address: str, shops, sign_in) -> Iterator[Page]:
    """A busy store's page as it is printed by somebody whose screen is dark."""
    furnish(shops, sign_in)
    context = browser.new_context(base_url=address, reduced_motion="reduce", color_scheme="dark")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", "admin@demo.example")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/head-office")
    page.goto(f"/stores/S001?lang={request.param}")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    yield page
    context.close()


def test_a_printed_page_has_nothing_to_click_and_nothing_is_cut(paper: Page):
    assert paper.locator(TO_CLICK).count() > 10
    visible = [one.evaluate("one => one.outerHTML.slice(0, 120)") for one in paper.locator(TO_CLICK).all() if one.is_visible()]
    assert not visible
    assert not paper.evaluate(CUT)
    assert not paper.evaluate(BEYOND)
    assert paper.locator(".verdict-say").is_visible()


def test_its_charts_are_printed_and_no_part_of_the_page_is_torn(paper: Page):
    charts = paper.locator(CHARTS)
    assert charts.count() >= 8
    for chart in charts.all():
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 60
        assert box["height"] >= 8
    torn = paper.evaluate("[...document.querySelectorAll('.part')].map((one) => getComputedStyle(one).breakInside)")
    assert set(torn) == {"avoid"}


def test_it_is_dark_ink_on_white_whatever_the_screen(paper: Page):
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.documentElement).backgroundColor]"
    ink, ground = paper.locator(".verdict-say").evaluate(colours)
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 80
    assert re.findall(r"\d+", ground)[:3] == ["255"] * 3


def test_a_weeks_page_fits_on_a_few_sheets(paper: Page):
    sheets = len(re.findall(rb"/Type\s*/Page\b", paper.pdf(format="A4", print_background=True)))
    assert 1 <= sheets <= 4
