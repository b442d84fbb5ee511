"""`store add` and `store list`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


def test_a_store_with_a_strange_name_is_added_and_listed(ready: Callable[..., Result]) -> None:
    assert json.loads(ready("store", "list", "--json").stdout) == [
        {"code": "S001", "name": "@home", "region": "-20% Outlet", "timezone": "Europe/Warsaw"}
    ]
    assert ready("store", "list").stdout == "S001  @home  -20% Outlet  Europe/Warsaw\n"


def test_a_refused_store_says_why_and_is_not_there(ready: Callable[..., Result]) -> None:
    again = ready("store", "add", "S001", "--name", "x", "--timezone", "Europe/Rome")
    nowhere = ready("store", "add", "S002", "--name", "x", "--timezone", "Europe/Atlantis")
    assert (again.exit_code, nowhere.exit_code) == (1, 1)
    assert again.stderr == "Error: There is a store S001 already; choose another code.\n"
    assert "no time zone 'Europe/Atlantis'" in nowhere.stderr
    assert len(json.loads(ready("store", "list", "--json").stdout)) == 1


def test_languages_are_kept_in_their_order(ready: Callable[..., Result]) -> None:
    words = ("store", "add", "S002", "--name", "Bazaar", "--timezone", "Asia/Tehran", "--territory", "IR")
    assert ready(*words, "--language", "fa", "--language", "en").exit_code == 0
    assert ready("store", "add", "S003", "--name", "x", "--timezone", "UTC", "--language", "xx").exit_code == 1
