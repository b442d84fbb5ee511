"""What is too frequent for an entry each: the first few have one at once, the rest one together when their time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.audit import Act, By
from server.database.audit import note
from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

# What the entry that adds up is called.
SUMS = {
    Act.SIGN_IN_FAILED: Act.FAILURES_COUNTED,
    Act.ENROLMENT_REFUSED: Act.REFUSALS_COUNTED,
    Act.EXPORTED: Act.EXPORTS_COUNTED,
}
# Whose time is over, or which began while a clock was ahead: that would go on, untold, until that time comes. Clocks of two
# machines may differ by a little.
DIFFER_MS = 60_000
OVER = "(until_ms <= ? OR first_ms > ?)"
COLUMNS = ("subject", "who_kind", "who_id", "who", "act", "about", "first_ms", "until_ms", "times", "told", "rows_read")


class Tallied(NamedTuple):
    """One kind of frequent act: `subject` names it among all, `until_ms` is when it is added up, `at_once` get an entry."""

    subject: str
    until_ms: int
    at_once: int


def tally(connection: Connection, now_ms: int, by: By, act: Act, about: str, kept: Tallied, **details: object) -> None:
    """Count an act; the first ones get their entry, which must end the transaction as every entry does."""
    close_tallies(connection, now_ms, kept.subject)
    times, told = run(
        connection,
        "INSERT INTO audit_tallies (subject, who_kind, who_id, who, act, about, first_ms, until_ms, times, told, rows_read)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0) ON CONFLICT (subject) DO UPDATE SET times = audit_tallies.times + 1"
        " RETURNING times, told",
        (kept.subject, by.kind, by.id, by.name, str(act), about, now_ms, kept.until_ms),
    ).one()
    if times <= kept.at_once and told < kept.at_once:
        run(connection, "UPDATE audit_tallies SET told = told + 1 WHERE subject = ?", (kept.subject,))
        note(connection, now_ms, by, act, about, **details)


def is_tallied(connection: Connection, subject: str, now_ms: int) -> bool:
    """Whether acts of this subject are being counted now."""
    found = run(connection, f"SELECT 1 FROM audit_tallies WHERE subject = ? AND NOT {OVER}", (subject, *_moment(now_ms)))  # noqa: S608
    return found.first() is not None


def tallies_of(connection: Connection, prefix: str, now_ms: int) -> int:
    """How many subjects that begin like this are being counted now."""
    found = run(
        connection,
        f"SELECT COUNT(*) FROM audit_tallies WHERE SUBSTR(subject, 1, ?) = ? AND NOT {OVER}",  # noqa: S608
        (len(prefix), prefix, *_moment(now_ms)),
    )
    return int(found.scalar_one())


def add_to_tally(connection: Connection, subject: str, rows_read: int, *, again: bool) -> bool:
    """Add what was read to a subject's tally; `again` counts it as another act as well. False when there is none any more."""
    done = run(
        connection,
        "UPDATE audit_tallies SET rows_read = rows_read + ?, times = times + ? WHERE subject = ?",
        (rows_read, int(again), subject),
    )
    return done.rowcount > 0


def close_tallies(connection: Connection, now_ms: int, subject: str = "") -> int:
    """Write the adding entries of tallies whose time is over (of one subject, or all); returns how many."""
    one, values = (" AND subject = ?", (*_moment(now_ms), subject)) if subject else ("", _moment(now_ms))
    over = run(
        connection,
        f"DELETE FROM audit_tallies WHERE {OVER}{one} RETURNING {', '.join(COLUMNS)}",  # noqa: S608
        values,
    ).all()
    closed = 0
    for row in sorted(over, key=lambda row: (row[7], row[0])):
        _, kind, who_id, who, act, about, first_ms, _, times, told, rows_read = row
        # A sum that says no more than the entries already do is not written.
        if times > told or rows_read:
            sums = {"since_ms": first_ms, "times": times} | ({"rows": rows_read} if rows_read else {})
            note(connection, now_ms, By(kind, who_id, who), SUMS[Act(act)], about, **sums)
            closed += 1
    return closed


def _moment(now_ms: int) -> tuple[int, int]:
    """The values of OVER."""
    return now_ms, now_ms + DIFFER_MS
