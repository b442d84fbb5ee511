"""Sessions and sign-in delays: who is signed in, and who must wait before the next try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from server.database.tables import sessions, sign_in_delays, users

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


def insert_session(connection: Connection, token_hash: str, user_id: int, now_ms: int) -> None:
    """Begin a session; its password was given just now."""
    times = dict.fromkeys(("made_ms", "seen_ms", "confirmed_ms"), now_ms)
    connection.execute(sessions.insert().values(token_hash=token_hash, user_id=user_id, **times))


def session_of(connection: Connection, token_hash: str, *, made_after_ms: int, seen_after_ms: int) -> Row[Any] | None:
    """A live session with its person (id, email, role, language, seen_ms), or None; a disabled person has none."""
    columns: list[Any] = [users.c.id, users.c.email, users.c.role, users.c.language, sessions.c.seen_ms]
    return connection.execute(
        select(*columns)
        .join(users, users.c.id == sessions.c.user_id)
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.made_ms > made_after_ms,
            sessions.c.seen_ms > seen_after_ms,
            users.c.disabled_ms.is_(None),
        )
    ).first()


def see_session(connection: Connection, token_hash: str, now_ms: int) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_ms=now_ms))


def confirmed_ms(connection: Connection, token_hash: str) -> int:
    """When the password was last given in a session; 0 where there is no such session."""
    found = connection.execute(select(sessions.c.confirmed_ms).where(sessions.c.token_hash == token_hash)).scalar_one_or_none()
    return found or 0


def confirm_session(connection: Connection, token_hash: str, now_ms: int) -> None:
    """Note that the password was given again."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(confirmed_ms=now_ms))


def end_session(connection: Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_sessions_beside(connection: Connection, token_hash: str) -> None:
    """End every session of the person whose session this is, and the session itself."""
    person = select(sessions.c.user_id).where(sessions.c.token_hash == token_hash).scalar_subquery()
    connection.execute(delete(sessions).where(sessions.c.user_id == person))


def end_sessions_of(connection: Connection, user_id: int, *, but: str = "") -> None:
    """End a person's sessions, all but the one with the token hash `but`."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id, sessions.c.token_hash != but))


def end_sessions_made_before(connection: Connection, made_ms: int) -> None:
    """Clear away sessions that are over by their age."""
    connection.execute(delete(sessions).where(sessions.c.made_ms <= made_ms))


def delay_of(connection: Connection, subject: str) -> tuple[int, int]:
    """(failures, until_ms) of an account or address; (0, 0) when nothing failed."""
    columns = (sign_in_delays.c.failures, sign_in_delays.c.until_ms)
    row = connection.execute(select(*columns).where(sign_in_delays.c.subject == subject)).first()
    return (row.failures, row.until_ms) if row else (0, 0)


def set_delay(connection: Connection, subject: str, failures: int, until_ms: int) -> None:
    """Write down how often a subject failed and when it may try again; no failures removes the row."""
    connection.execute(delete(sign_in_delays).where(sign_in_delays.c.subject == subject))
    if failures > 0:
        connection.execute(sign_in_delays.insert().values(subject=subject, failures=failures, until_ms=until_ms))


def forget_delays_before(connection: Connection, until_ms: int) -> None:
    """Clear away delays that ended before a moment, so that guessed addresses do not pile up."""
    connection.execute(delete(sign_in_delays).where(sign_in_delays.c.until_ms < until_ms))
