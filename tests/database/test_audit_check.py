"""A row that somebody changed, removed or moved behind the triggers' back is named, and so is a log written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.audit import BEGINNING, Act, By, Entry
from server.database.audit import COLUMNS, PART, entries_in_order, head, note
from server.database.audit_check import check_and_keep, check_log, last_check
from server.database.driver import marks, run, run_many
from server.database.engine import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine

NOON_MS = 1_795_262_400_000
EWA = By("person", 3, "ewa@chain.example", "203.0.113.9")


@pytest.fixture
def log(engine: Engine) -> Engine:
    """Nine entries."""
    with writing(engine) as connection:
        for at in range(1, 10):
            note(connection, NOON_MS + at, EWA, Act.STORE_ADDED, f"S{at}")
    return engine


def tamper(engine: Engine, *statements: str) -> None:
    """What somebody can do who owns the database."""
    with writing(engine) as connection:
        unlock(connection)
        for statement in statements:
            run(connection, statement)


def unlock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in ("update", "delete", "insert"):
            run(connection, f"DROP TRIGGER IF EXISTS audit_keep_{name}")
    else:
        run(connection, "SET LOCAL session_replication_role = replica")


def rewrite(engine: Engine, entries: Iterable[Entry]) -> None:
    """The whole log anew, with hashes that fit."""
    previous, fitting = BEGINNING, []
    for entry in entries:
        fitting.append(entry._replace(hash=entry.hash_after(previous)))
        previous = fitting[-1].hash
    with writing(engine) as connection:
        unlock(connection)
        run(connection, "DELETE FROM audit")
        run_many(connection, f"INSERT INTO audit ({', '.join(COLUMNS)}) VALUES ({marks(len(COLUMNS))})", fitting)


def test_an_untouched_log_is_whole_and_an_empty_one_too(engine: Engine):
    with reading(engine) as connection:
        assert check_log(connection, (BEGINNING,)) == ((0, BEGINNING), None, ())
    with writing(engine) as connection:
        note(connection, NOON_MS, EWA, Act.SIGNED_IN)
    with reading(engine) as connection:
        assert check_log(connection).head == head(connection)


SWAP = ("UPDATE audit SET number = -1 WHERE number = 4", "UPDATE audit SET number = 4 WHERE number = 5",
        "UPDATE audit SET number = 5 WHERE number = -1")  # fmt: skip
TAMPERED = {
    "another name": (("UPDATE audit SET who = 'bob@chain.example' WHERE number = 4",), 4, "changed"),
    "another time": (("UPDATE audit SET at_ms = at_ms - 1 WHERE number = 1",), 1, "changed"),
    "another hash": (("UPDATE audit SET hash = REPLACE(hash, SUBSTR(hash, 1, 1), 'g') WHERE number = 9",), 9, "changed"),
    "details": (("UPDATE audit SET details = '{}{}' WHERE number = 6",), 6, "changed"),
    "one removed": (("DELETE FROM audit WHERE number = 4",), 4, "missing"),
    "the first removed": (("DELETE FROM audit WHERE number = 1",), 1, "missing"),
    "the newest removed": (("DELETE FROM audit WHERE number >= 8",), 8, "missing"),
    "all removed": (("DELETE FROM audit",), 1, "missing"),
    "removed and closed up": (
        ("DELETE FROM audit WHERE number = 9", "UPDATE counters SET value = 8 WHERE name = 'audit'",
         "DELETE FROM audit WHERE number = 3", "UPDATE audit SET number = number - 1 WHERE number > 3"), 3, "changed"),
    "two exchanged": (SWAP, 4, "changed"),
    "one before all": (("UPDATE audit SET number = 0 WHERE number = 9",), 0, "beyond"),
    "the count turned back": (("UPDATE counters SET value = 7 WHERE name = 'audit'",), 8, "beyond"),
    "an address": (("UPDATE audit_origins SET address = '198.51.100.1' WHERE number = 5",), 5, "address"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_the_first_entry_that_does_not_fit_is_named(log: Engine, how: str):
    statements, number, what = TAMPERED[how]
    with reading(log) as connection:
        assert check_log(connection).whole
    tamper(log, *statements)
    with reading(log) as connection:
        fault = check_log(connection).fault
    assert fault is not None
    assert (fault.number, fault.what) == (number, what)


def test_an_expected_head_is_found_however_far_back(log: Engine):
    with reading(log) as connection:
        hashes = [entry.hash for entry in entries_in_order(connection)]
        assert check_log(connection, hashes).whole
        assert check_log(connection, [hashes[2], "0" * 63 + "1"]).not_found == ("0" * 63 + "1",)


def test_a_log_written_anew_fits_itself_and_not_what_was_expected(log: Engine):
    with reading(log) as connection:
        before = list(entries_in_order(connection))
    rewrite(log, [entry._replace(who="bob@chain.example") if entry.number == 4 else entry for entry in before])
    with reading(log) as connection:
        found = check_log(connection, [before[2].hash, before[-1].hash])
    assert (found.fault, found.not_found, found.whole) == (None, (before[-1].hash,), False)


def test_a_log_written_anew_between_two_checks_is_seen_and_stays_so(log: Engine):
    assert check_and_keep(log, NOON_MS).whole
    with reading(log) as connection:
        before = list(entries_in_order(connection))
    rewrite(log, [entry._replace(about="S99") if entry.number == 7 else entry for entry in before])
    for at in (1, 2):
        fault = check_and_keep(log, NOON_MS + at).fault
        assert fault is not None
        assert (fault.number, fault.what) == (9, "rewritten")
    with reading(log) as connection:
        last = last_check(connection)
        assert last == (NOON_MS + 2, (9, before[-1].hash), 9)
    rewrite(log, before)
    assert check_and_keep(log, NOON_MS + 3).whole


def test_a_check_is_kept_and_later_entries_are_no_fault(log: Engine):
    with reading(log) as connection:
        assert last_check(connection) is None
    check_and_keep(log, NOON_MS)
    with writing(log) as connection:
        note(connection, NOON_MS, EWA, Act.SIGNED_IN)
    found = check_and_keep(log, NOON_MS + 5)
    with reading(log) as connection:
        assert last_check(connection) == (NOON_MS + 5, found.head, 0)
    assert (found.whole, found.head.number) == (True, 10)


def test_more_entries_than_are_read_at_once_are_checked_with_their_addresses_and_progress(engine: Engine):
    count, told = PART + 3, []
    with writing(engine) as connection:
        for _ in range(count):
            note(connection, NOON_MS, EWA, Act.SIGNED_IN)
    with reading(engine) as connection:
        assert check_log(connection, tell=lambda done, whole: told.append((done, whole))).head.number == count
    assert told == [(0, count), (PART, count), (count, count)]
    tamper(engine, f"UPDATE audit_origins SET salt = 'x' WHERE number = {PART + 2}")
    with reading(engine) as connection:
        fault = check_log(connection).fault
    assert fault is not None
    assert (fault.number, fault.what) == (PART + 2, "address")
