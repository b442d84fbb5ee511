"""`store hours` and `store holiday`: set, shown, taken back, for one store or many, each refusal a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

WEEK = "mon-sat 09:00-20:00; sun 11:00-17:00"


@pytest.fixture
def chain(ready: Callable[..., Result]) -> Callable[..., Result]:
    """Three stores in two regions."""
    for code, region in (("S002", "North"), ("S003", "North")):
        added = ready("store", "add", code, "--name", code, "--timezone", "Europe/Rome", "--region", region)
        assert added.exit_code == 0
    return ready


def days(salve: Callable[..., Result], code: str) -> list[tuple[str, str, str]]:
    return [tuple(one.values()) for one in json.loads(salve("store", "holiday", code, "--json").stdout)]


def test_hours_are_set_shown_and_cleared(ready: Callable[..., Result]) -> None:
    assert ready("store", "hours", "S001").stdout == "The opening hours of S001 are not known.\n"
    assert ready("store", "hours", "S001", WEEK.upper()).stdout == f"Opening hours of S001: {WEEK}.\n"
    assert ready("store", "hours", "S001").stdout == f"{WEEK}\n"
    assert ready("store", "hours", "S001", "--clear").stdout == "Opening hours of S001: not known any more.\n"
    assert ready("store", "hours", "S001").stdout == "The opening hours of S001 are not known.\n"
    assert ready("store", "hours", "S001", WEEK, "--since", "2026-11-01").exit_code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("S009", WEEK), "There is no store S009"),
        (("S001", "mon 9-17"), "is no time of opening"),
        (("S001", WEEK, "--clear"), "not both"),
        (("S001", "--since", "2026-11-01"), "--since judges by hours that are set"),
        (("S001", WEEK, "--since", "yesterday"), "'yesterday' is no day"),
    ],
)
def test_hours_that_can_not_be_set_are_refused_with_a_sentence(
    ready: Callable[..., Result], words: tuple[str, ...], why: str
) -> None:
    refused = ready("store", "hours", *words)
    assert refused.exit_code == 1
    assert why in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_holidays_of_a_store_are_set_listed_and_removed(ready: Callable[..., Result]) -> None:
    assert ready("store", "holiday", "S001", "2026-12-25").stdout == "2026-12-25, S001: closed.\n"
    eve = ready("store", "holiday", "S001", "2026-12-24", "--open", "09:00-14:00", "--name", "Christmas Eve")
    assert eve.stdout == "2026-12-24, S001: 09:00-14:00.\n"
    assert ready("store", "holiday", "S001").stdout == "2026-12-24  09:00-14:00  Christmas Eve\n2026-12-25  closed\n"
    assert ready("store", "holiday", "S001", "2026-12-25", "--remove").exit_code == 0
    assert days(ready, "S001") == [("2026-12-24", "09:00-14:00", "Christmas Eve")]
    again = ready("store", "holiday", "S001", "2026-12-25", "--remove")
    assert (again.exit_code, again.stderr) == (1, "Error: 2026-12-25 is no special day of S001.\n")


def test_a_holiday_may_be_that_of_a_region_or_of_all_stores(chain: Callable[..., Result]) -> None:
    assert chain("store", "holiday", "2026-12-26", "--region", "North").stdout == "2026-12-26, 2 stores: closed.\n"
    assert chain("store", "holiday", "2026-12-25", "--all-stores").stdout == "2026-12-25, 3 stores: closed.\n"
    assert [len(days(chain, code)) for code in ("S001", "S002", "S003")] == [1, 2, 2]
    assert chain("store", "holiday", "2026-12-25", "--all-stores", "--remove").exit_code == 0
    assert [len(days(chain, code)) for code in ("S001", "S002", "S003")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Give a store's CODE and a DATE"),
        (("S001", "2026-12-25", "--all-stores"), "Give a store's CODE and a DATE"),
        (("S001", "25.12.2026"), "is no day"),
        (("S001", "0001-01-01"), "too far away"),
        (("S001", "2026-12-25", "--open", "9 to 5"), "is no time of opening"),
        (("S001", "2026-12-25", "--name", "a\nb"), "name"),
        (("S009", "2026-12-25"), "There is no store S009"),
        (("2026-12-25", "--region", "Nowhere"), "No store is in the region"),
    ],
)
def test_a_holiday_that_can_not_be_set_is_refused_with_a_sentence(
    ready: Callable[..., Result], words: tuple[str, ...], why: str
) -> None:
    refused = ready("store", "holiday", *words)
    assert refused.exit_code == 1
    assert why in refused.stderr
    assert days(ready, "S001") == []


def test_a_file_of_holidays_is_taken_whole_or_not_at_all(chain: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("\ufeffstore,date,open,name\r\n*,2026-12-25,,Christmas\r\nS002,2026-12-24,09:00-14:00,\r\n")
    assert chain("store", "holiday", "--from-file", str(file)).stdout == "Set 2 line(s) of special days.\n"
    assert days(chain, "S002") == [("2026-12-24", "09:00-14:00", ""), ("2026-12-25", "closed", "Christmas")]
    assert days(chain, "S003") == [("2026-12-25", "closed", "Christmas")]
    for line, why in (
        ("S001,2026-12-31,09:00-12:00", "line 3: it must have 4 cells"),
        ("S009,2026-12-31,,", "line 3: There is no store S009"),
        ("S001,31.12.,,", "line 3: '31.12.' is no day"),
    ):
        file.write_text(f"store,date,open,name\nS001,2027-01-01,,New Year\n{line}\n")
        refused = chain("store", "holiday", "--from-file", str(file))
        assert refused.exit_code == 1
        assert why in refused.stderr
    file.write_text("code,day\n")
    assert "must begin with the line store,date,open,name" in chain("store", "holiday", "--from-file", str(file)).stderr
    assert "stands alone" in chain("store", "holiday", "S001", "--from-file", str(file)).stderr
    assert days(chain, "S001") == [("2026-12-25", "closed", "Christmas")]
