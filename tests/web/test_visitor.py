"""Where a form may lead, and whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.web.visitor import cookie_name, safe_next, secure


@pytest.mark.parametrize("path", ["/", "/stores/S001", "/stores/S001?period=7d&lang=fa", "/head-office?sort=-gap"])
def test_our_own_paths_are_kept(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "stores/S001",
    ],
)
def test_anything_else_leads_to_the_start(path):
    assert safe_next(path) == "/"


def test_on_https_the_browser_itself_guards_the_cookie(settings):
    assert (cookie_name(settings), secure(settings)) == ("salve", False)
    public = replace(settings, public_url="https://salve.example")
    assert (cookie_name(public), secure(public)) == ("__Host-salve", True)
