"""Signing in and out: server-side sessions, and delays after failures that never become a lock."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from server.access.people import Person, change_password, check_password
from server.audit import PERSON, STRANGER, Act, By
from server.database import sessions as rows
from server.database.audit import note
from server.database.audit_tallies import Tallied, tally
from server.database.engine import WRITE, reading, writing
from server.database.failures import OperationalError
from server.database.people import user_by_email

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MINUTE_MS = 60_000
IDLE_MS = 30 * MINUTE_MS
LONGEST_MS = 12 * 60 * MINUTE_MS
# A failure is forgotten an hour after its delay ended.
MEMORY_MS = 60 * MINUTE_MS
# Of the failures of an account, and of all unknown ones together, so many an hour get an entry of the audit log each.
FAILURES_TOLD = 5
# For so long after the password was given, people and tokens may be changed.
CONFIRMED_FOR_MS = 10 * MINUTE_MS


class SignIn(NamedTuple):
    """A new session's token, or None with the seconds to wait before another try helps (0 when it may be at once)."""

    token: str | None
    wait_s: int


class Patience(NamedTuple):
    """How many failures are free, and the longest delay; between them each failure doubles it from one second."""

    free: int
    longest_s: int


# An account's delay stays short, or a stranger could keep its owner out; one address may be a whole store behind a router.
OF_ACCOUNT = Patience(free=5, longest_s=60)
OF_ADDRESS = Patience(free=20, longest_s=900)


def sign_in(engine: Engine, now_ms: int, email: str, password: str, address: str, *, previous: str | None = None) -> SignIn:
    """Open a session when address and password fit and nobody has to wait; `previous` is a session it replaces.

    An unknown address, a wrong password and a disabled person look and take the same.
    """
    mail = email.strip().lower()
    subjects = (f"account {_hash(mail)}", f"address {_network(address)}")
    # The try is counted before the password is looked at, so that tries at the same moment can not slip past the count.
    with writing(engine) as connection:
        wait_s = _count_try(connection, subjects, now_ms)
    if wait_s:
        return SignIn(None, wait_s)
    with reading(engine) as connection:
        user_id = check_password(connection, mail, password)
    if user_id is None:
        _note_failure(engine, now_ms, mail, address)
        return SignIn(None, 0)
    token = secrets.token_urlsafe(32)
    with writing(engine) as connection:
        _take_back_try(connection, subjects, now_ms)
        rows.end_sessions_made_before(connection, now_ms - LONGEST_MS)
        if previous:
            rows.end_session(connection, _hash(previous))
        rows.insert_session(connection, _hash(token), user_id, now_ms)
        note(connection, now_ms, By(PERSON, user_id, mail, address), Act.SIGNED_IN)
    return SignIn(token, 0)


def who(connection: Connection, token: str | None, now_ms: int) -> Person | None:
    """The person of a live session, or None: over after 30 idle minutes, 12 hours, sign-out, or when they are disabled.

    Notes the use at most once a minute: in `connection` when it is a write transaction, else in one of its own.
    """
    if not token:
        return None
    hashed = _hash(token)
    row = rows.session_of(connection, hashed, made_after_ms=now_ms - LONGEST_MS, seen_after_ms=now_ms - IDLE_MS)
    if row is None:
        return None
    if now_ms - row.seen_ms >= MINUTE_MS:
        _see(connection, hashed, now_ms)
    return Person(row.id, row.email, row.role, row.language)


def sign_out(connection: Connection, token: str | None) -> None:
    """End this session and every other one of the same person."""
    if token:
        rows.end_sessions_beside(connection, _hash(token))


def replace_password(connection: Connection, person: Person, password: str, token: str) -> None:
    """Give a signed-in person another password; every session but this one ends. Raises Unfit for an unfit password."""
    change_password(connection, person, password, keep=_hash(token))


def is_confirmed(connection: Connection, token: str | None, now_ms: int) -> bool:
    """Whether the password was given in this session within the last ten minutes, at sign-in or since."""
    return bool(token) and now_ms - rows.confirmed_ms(connection, _hash(token or "")) < CONFIRMED_FOR_MS


def confirm(engine: Engine, now_ms: int, person: Person, password: str, address: str, token: str) -> SignIn:
    """Note in a session that its person gave the password again; wrong ones wait as they do at sign-in.

    Returns the session's token, or None with the seconds to wait.
    """
    subjects = (f"account {_hash(person.email)}", f"address {_network(address)}")
    with writing(engine) as connection:
        wait_s = _count_try(connection, subjects, now_ms)
    if wait_s:
        return SignIn(None, wait_s)
    with reading(engine) as connection:
        right = check_password(connection, person.email, password) == person.id
    if not right:
        _note_failure(engine, now_ms, person.email, address)
        return SignIn(None, 0)
    with writing(engine) as connection:
        _take_back_try(connection, subjects, now_ms)
        rows.confirm_session(connection, _hash(token), now_ms)
    return SignIn(token, 0)


def _note_failure(engine: Engine, now_ms: int, mail: str, address: str) -> None:
    """Tell the audit log of a wrong password; what was typed as an unknown address is not kept: it may be a password."""
    with writing(engine) as connection:
        row = user_by_email(connection, mail)
        subject = "sign-in" if row is None else f"sign-in {row.id}"
        kept = Tallied(subject, now_ms + MEMORY_MS, FAILURES_TOLD)
        tally(connection, now_ms, By(STRANGER, address=address), Act.SIGN_IN_FAILED, "" if row is None else row.email, kept)


def _see(connection: Connection, hashed: str, now_ms: int) -> None:
    if connection.get_execution_options().get(WRITE):
        rows.see_session(connection, hashed, now_ms)
        return
    # A read transaction that wrote would fail whenever somebody else wrote in between; and while the database is busy, a page
    # matters more than the note that it was asked for.
    with suppress(OperationalError), writing(connection.engine) as other:
        rows.see_session(other, hashed, now_ms)


def _count_try(connection: Connection, subjects: tuple[str, str], now_ms: int) -> int:
    """Seconds to wait; 0 lets the try pass and has counted it as failed for both subjects."""
    found = [rows.delay_of(connection, subject) for subject in subjects]
    latest_ms = max(until_ms for _, until_ms in found)
    if latest_ms > now_ms:
        return -((now_ms - latest_ms) // 1000)
    rows.forget_delays_before(connection, now_ms - MEMORY_MS)
    for subject, patience, (failures, until_ms) in zip(subjects, (OF_ACCOUNT, OF_ADDRESS), found, strict=True):
        count = failures + 1 if until_ms >= now_ms - MEMORY_MS else 1
        rows.set_delay(connection, subject, count, now_ms + 1000 * _delay_s(count, patience))
    return 0


def _delay_s(failures: int, patience: Patience) -> int:
    over = failures - patience.free
    return 0 if over < 0 else min(patience.longest_s, 2 ** min(over, 20))


def _take_back_try(connection: Connection, subjects: tuple[str, str], now_ms: int) -> None:
    account, address = subjects
    rows.set_delay(connection, account, 0, 0)
    # An address only loses this one try: one's own account must not wash off guesses at other people's.
    failures, _ = rows.delay_of(connection, address)
    rows.set_delay(connection, address, failures - 1, now_ms)


def _network(address: str) -> str:
    # One household or office holds a whole IPv6 /64.
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
