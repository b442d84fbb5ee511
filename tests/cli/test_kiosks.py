"""`kiosk code`, `list`, `revoke`, `rotate` and `move`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from server.clock import SystemClock
from server.database.engine import make_engine
from server.fleet.enrolment import enrol

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\n\Z")


@pytest.fixture
def enrolled(ready: Callable[..., Result], database_url: str) -> Callable[..., Result]:
    code = ready("kiosk", "code", "--store", "S001", "--touchpoint", "=exit", "--layout", "two-row").stdout.strip()
    engine = make_engine(database_url)
    reply = enrol(engine, SystemClock(), code, "sha256:12345678", "1.0.0", "192.0.2.1")
    engine.dispose()
    assert {meaning.question for meaning in reply.config.buttons.values()} == {"felt-welcome", "got-needed"}
    return ready


def test_a_code_is_printed_alone(ready: Callable[..., Result]) -> None:
    for words in (("two-row",), ("two", "--question", "desk-listened"), ("three",), ("four",)):
        made = ready("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", *words)
        assert made.exit_code == 0, made.stderr
        assert CODE.match(made.stdout)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--store", "S999", "--layout", "two"), "There is no store S999"),
        (("--store", "S001", "--layout", "five"), "'five' is not one of"),
        (("--store", "S001", "--layout", "two", "--question", "nonsense"), "no question nonsense"),
        (("--store", "S001", "--layout", "two-row", "--question", "felt-welcome"), "The layout two-row asks 2"),
        (("--store", "S001", "--layout", "two", "--replaces", "K-009"), "no kiosk K-009"),
        (("--store", "S001", "--layout", "two", "--minutes", "0"), "valid for 1 minute"),
    ],
)
def test_a_refused_code_prints_nothing_on_standard_output(
    ready: Callable[..., Result], words: tuple[str, ...], sentence: str
) -> None:
    failed = ready("kiosk", "code", "--touchpoint", "exit", *words)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert sentence in failed.stderr


def test_a_kiosk_is_listed_for_people_and_for_programs(enrolled: Callable[..., Result]) -> None:
    assert enrolled("kiosk", "list").stdout.startswith("K-001  S001  =exit  ")
    (kiosk,) = json.loads(enrolled("kiosk", "list", "--json").stdout)
    assert (kiosk["code"], kiosk["store"], kiosk["touchpoint"], kiosk["disabled"]) == ("K-001", "S001", "=exit", False)


def test_keys_are_ended_and_renewed(enrolled: Callable[..., Result]) -> None:
    assert enrolled("kiosk", "rotate", "K-001").stdout == "K-001 gets a new key with its next sync.\n"
    assert enrolled("kiosk", "revoke", "K-001").stdout == "Ended 1 key(s) of K-001.\n"
    assert enrolled("kiosk", "revoke", "K-001").stdout == "Ended 0 key(s) of K-001.\n"


def test_a_kiosk_moves_to_another_store(enrolled: Callable[..., Result]) -> None:
    enrolled("store", "add", "S002", "--name", "Bazaar", "--timezone", "Asia/Kolkata")
    moved = enrolled("kiosk", "move", "K-001", "--store", "S002", "--touchpoint", "checkout")
    assert (moved.exit_code, moved.stdout) == (0, "K-001 stands in S002 now.\n")
    (kiosk,) = json.loads(enrolled("kiosk", "list", "--json").stdout)
    assert (kiosk["store"], kiosk["touchpoint"]) == ("S002", "checkout")


@pytest.mark.parametrize("words", [("revoke", "K-9"), ("rotate", "K-9"), ("move", "K-9", "--store", "S001")], ids=" ".join)
def test_an_unknown_kiosk_is_a_sentence(ready: Callable[..., Result], words: tuple[str, ...]) -> None:
    failed = ready("kiosk", *words)
    assert failed.exit_code == 1
    assert "There is no kiosk K-9" in failed.stderr
