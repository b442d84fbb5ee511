"""The audit log: writing an entry in the transaction of the act itself, and reading entries."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, NamedTuple

from server.audit import BEGINNING, Entry, origin_of
from server.database.driver import marks, run
from wire.redacting import KEY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection

    from server.audit import Act, By

COUNTER = "audit"
COLUMNS = ("number", "at_ms", "who_kind", "who_id", "who", "origin", "act", "about", "details", "hash")
ADDRESS_LETTERS = 64  # an IPv6 address with a zone has fewer
PART = 1_000


class Head(NamedTuple):
    """The newest entry's number and hash; 0 and BEGINNING where there is none."""

    number: int
    hash: str


class Listed(NamedTuple):
    """An entry as lists show it; `address` is "" when there was none, or it was deleted since."""

    entry: Entry
    address: str


def note(connection: Connection, now_ms: int, by: By, act: Act, about: str = "", **details: object) -> int:
    """Add an entry and return its number.

    The last statement of an act's write transaction: from here to COMMIT nobody else can add one, which is what keeps the
    numbers without a gap and the chain in one line. `details` are small, fit for JSON, and hold no secrets.
    """
    number = int(
        run(
            connection,
            "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1"
            " RETURNING value",
            (COUNTER,),
        ).scalar_one()
    )
    origin = _keep_address(connection, number, now_ms, by.address)
    said = KEY.sub(r"\1...", json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    entry = Entry(number, now_ms, by.kind, by.id, _storable(by.name), origin, str(act), _storable(about), _storable(said))
    # Where the entry before is gone the log goes on: nothing may stop a chain's work, and the check names the gap.
    before = run(connection, "SELECT hash FROM audit WHERE number = ?", (number - 1,)).scalar()
    entry = entry._replace(hash=entry.hash_after(before or BEGINNING))
    run(connection, f"INSERT INTO audit ({', '.join(COLUMNS)}) VALUES ({marks(len(COLUMNS))})", tuple(entry))  # noqa: S608
    return number


def head(connection: Connection) -> Head:
    """The newest entry."""
    row = run(connection, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").first()
    return Head(0, BEGINNING) if row is None else Head(*row)


def newest_entries(connection: Connection, limit: int, skip: int = 0, acts: Collection[str] = ()) -> list[Listed]:
    """Entries, the newest first, `skip` of them left out; of these acts alone where any are named."""
    of_acts = f" WHERE act IN ({marks(len(acts))})" if acts else ""
    rows = run(
        connection,
        f"SELECT {', '.join(f'a.{name}' for name in COLUMNS)}, o.address FROM audit a"  # noqa: S608
        f" LEFT JOIN audit_origins o ON o.number = a.number{of_acts} ORDER BY a.number DESC LIMIT ? OFFSET ?",
        (*acts, limit, skip),
    )
    return [Listed(Entry(*row[:-1]), row[-1] or "") for row in rows]


def entries_in_order(connection: Connection) -> Iterator[Entry]:
    """Every entry, the oldest first, some at a time."""
    last = None
    while True:
        after = "" if last is None else " WHERE number > ?"
        found = run(
            connection,
            f"SELECT {', '.join(COLUMNS)} FROM audit{after} ORDER BY number LIMIT {PART}",  # noqa: S608
            () if last is None else (last,),
        ).all()
        yield from (Entry(*row) for row in found)
        if len(found) < PART:
            return
        last = found[-1][0]


def written(connection: Connection) -> int:
    """How many entries were ever added, whatever is left of them."""
    return int(run(connection, "SELECT value FROM counters WHERE name = ?", (COUNTER,)).scalar() or 0)


def addresses(connection: Connection, first: int, last: int) -> dict[int, tuple[str, str]]:
    """Address and salt of the entries with these numbers that still have them."""
    rows = run(connection, "SELECT number, address, salt FROM audit_origins WHERE number BETWEEN ? AND ?", (first, last))
    return {number: (address, salt) for number, address, salt in rows}


def forget_addresses(connection: Connection, before_ms: int) -> int:
    """Delete the addresses of entries older than a moment, and with their salts every way to tell them; returns how many."""
    return int(run(connection, "DELETE FROM audit_origins WHERE at_ms < ?", (before_ms,)).rowcount)


def _keep_address(connection: Connection, number: int, now_ms: int, address: str) -> str:
    if not address:
        return ""
    address, salt = _storable(address)[:ADDRESS_LETTERS], secrets.token_hex(16)
    # Kept beside the chain, so that it can be deleted without breaking it.
    run(
        connection,
        "INSERT INTO audit_origins (number, at_ms, address, salt) VALUES (?, ?, ?, ?)",
        (number, now_ms, address, salt),
    )
    return origin_of(address, salt)


def _storable(text: str) -> str:
    # Neither database takes half a surrogate pair, and PostgreSQL no zero byte.
    return text.encode(errors="backslashreplace").decode().replace("\0", "")
