"""Addresses keep what the reader asked for."""

from __future__ import annotations

import pytest

from server.errors import Refusal
from server.i18n.translator import translator
from server.web.page import Page, period_asked


def page() -> Page:
    return Page(translator("en"), made_up=False)


def test_changing_the_period_keeps_language_and_order_and_drops_dates(app):
    with app.test_request_context("/head-office?lang=fa&sort=-gap&from=2026-11-01&to=2026-11-02&evil=1"):
        assert sorted(page().here(period="4w").removeprefix("?").split("&")) == ["lang=fa", "period=4w", "sort=-gap"]


def test_another_page_keeps_the_language_of_the_address(app):
    with app.test_request_context("/head-office?lang=fa"):
        assert page().to("/stores/S001", period="7d") == "/stores/S001?period=7d&lang=fa"
    with app.test_request_context("/head-office?lang=xx"):
        assert page().to("/") == "/"


def test_the_other_languages_are_offered_in_their_own_names(app):
    with app.test_request_context("/head-office?period=4w"):
        found = page().languages
    assert [name for _, name, _ in found] == ["العربية", "فارسی", "Italiano", "Polski", "Türkçe"]
    assert found[0][2] == "?period=4w&lang=ar"


def test_a_form_sends_order_and_language_along(app):
    with app.test_request_context("/head-office?lang=fa&period=4w&sort=gap"):
        assert page().kept == [("lang", "fa"), ("sort", "gap")]


@pytest.mark.parametrize(
    ("query", "period"), [("", "7d"), ("period=4w", "4w"), ("from=2026-11-01&to=2026-11-14", "2026-11-01..2026-11-15")]
)
def test_the_period_is_asked_for_by_name_or_by_both_days(app, query, period):
    with app.test_request_context(f"/?{query}"):
        assert period_asked() == period


def test_days_that_are_none_are_refused(app):
    with app.test_request_context("/?from=1&to=2"), pytest.raises(Refusal) as refused:
        period_asked()
    assert refused.value.status == 400
