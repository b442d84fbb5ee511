"""Holds the audit log against its own hashes: what was changed, taken out or put elsewhere, and is an earlier head in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.audit import BEGINNING, Entry, origin_of
from server.database.audit import PART, Head, addresses, entries_in_order, written
from server.database.driver import run
from server.database.engine import reading, writing

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Engine

    from server.database.holdings import Tell

CHANGED, MISSING, BEYOND, ADDRESS, REWRITTEN = "changed", "missing", "beyond", "address", "rewritten"


class Fault(NamedTuple):
    """The first entry that does not fit: its number, what is wrong (one of the words above), the entry if it is there."""

    number: int
    what: str
    entry: Entry | None


class Checked(NamedTuple):
    """What a check found; `head` is the newest entry that fits, `not_found` are expected hashes that no entry has."""

    head: Head
    fault: Fault | None
    not_found: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything fits."""
        return self.fault is None and not self.not_found


class LastCheck(NamedTuple):
    """The last check: when it was, the newest head that ever passed one, and the first entry that does not fit (0 is none)."""

    at_ms: int
    head: Head
    fault: int


def check_log(connection: Connection, expected: Collection[str] = (), tell: Tell | None = None) -> Checked:
    """Read the whole log; stops at the first entry that does not fit. `expected` are hashes of earlier heads."""
    wanted, count = set(expected) - {BEGINNING}, written(connection)
    previous, number = BEGINNING, 0
    known: dict[int, tuple[str, str]] = {}
    for entry in entries_in_order(connection):
        if number % PART == 0:
            known = addresses(connection, number + 1, number + PART)
            if tell:
                tell(number, count)
        fault = _fault_of(entry, number + 1, previous, count, known)
        if fault is not None:
            return Checked(Head(number, previous), fault)
        number, previous = entry.number, entry.hash
        wanted.discard(previous)
    if tell:
        tell(count, count)
    fault = Fault(number + 1, MISSING, None) if number < count else None
    return Checked(Head(number, previous), fault, tuple(sorted(wanted)) if fault is None else ())


def check_and_keep(engine: Engine, now_ms: int, expected: Collection[str] = (), tell: Tell | None = None) -> Checked:
    """Check the log, also against the head that passed the last check, and keep what was found; nobody waits meanwhile."""
    with reading(engine) as connection:
        last = last_check(connection)
        before = Head(0, BEGINNING) if last is None else last.head
        found = check_log(connection, (before.hash, *expected), tell)
    if found.fault is None and before.hash in found.not_found:
        found = found._replace(fault=Fault(before.number, REWRITTEN, None))
    # A head that passed once stays what the next checks look for: whoever mends a chain after a fault shall not pass either.
    passed = found.head if found.fault is None else before
    with writing(engine) as connection:
        run(
            connection,
            "INSERT INTO audit_checks (id, at_ms, number, hash, fault) VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET at_ms = excluded.at_ms, number = excluded.number, hash = excluded.hash, fault = excluded.fault",
            (now_ms, *passed, 0 if found.fault is None else found.fault.number),
        )
    return found._replace(not_found=tuple(one for one in found.not_found if one in expected))


def last_check(connection: Connection) -> LastCheck | None:
    """What the last check found; None before the first."""
    row = run(connection, "SELECT at_ms, number, hash, fault FROM audit_checks").first()
    return None if row is None else LastCheck(row[0], Head(row[1], row[2]), row[3])


def _fault_of(entry: Entry, number: int, previous: str, count: int, known: dict[int, tuple[str, str]]) -> Fault | None:
    if entry.number != number:
        return Fault(number, MISSING, None) if entry.number > number else Fault(entry.number, BEYOND, entry)
    if entry.hash_after(previous) != entry.hash:
        return Fault(number, CHANGED, entry)
    if number > count:
        return Fault(number, BEYOND, entry)
    if number in known and origin_of(*known[number]) != entry.origin:
        return Fault(number, ADDRESS, entry)
    return None
