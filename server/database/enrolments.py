"""Enrolment codes as hashes, who used them, and where wrong ones came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, or_, select, update

from server.database.tables import enrolment_codes, enrolment_failures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row


def add_code(
    connection: Connection,
    code_hash: str,
    store_id: int,
    touchpoint: str,
    layout: str,
    question_codes: Sequence[str],
    replaces_id: int | None,
    made_ms: int,
    expires_ms: int,
) -> None:
    """Keep a new code."""
    values = {
        "code_hash": code_hash,
        "store_id": store_id,
        "touchpoint": touchpoint,
        "layout": layout,
        "questions": json.dumps(list(question_codes)),
        "replaces_id": replaces_id,
        "made_ms": made_ms,
        "expires_ms": expires_ms,
    }
    connection.execute(enrolment_codes.insert().values(values))


def take_code(connection: Connection, code_hash: str, hardware: str, now_ms: int, most_wrong: int) -> Row[Any] | None:
    """Use a code for this hardware and return its row; None when it is wrong, expired, used by another, or burnt.

    It is burnt by `most_wrong` tries of whom it was not for. One statement decides, so of two devices at once exactly one gets
    it. The device that used it may do so again.
    """
    free = or_(enrolment_codes.c.used_ms.is_(None), enrolment_codes.c.used_hardware == hardware)
    taken = (
        update(enrolment_codes)
        .where(enrolment_codes.c.code_hash == code_hash, enrolment_codes.c.expires_ms > now_ms, free)
        .where(enrolment_codes.c.wrong < most_wrong)
        .values(used_ms=now_ms, used_hardware=hardware)
        .returning(enrolment_codes)
    )
    return connection.execute(taken).first()


def count_wrong(connection: Connection, code_hash: str) -> None:
    """Count a refused try with this very code; nothing happens when there is none."""
    wrong = update(enrolment_codes).where(enrolment_codes.c.code_hash == code_hash)
    connection.execute(wrong.values(wrong=enrolment_codes.c.wrong + 1))


def replaces(connection: Connection, hardware: str, owner_id: int) -> bool:
    """Whether this hardware was enrolled to take the owner's place."""
    found = select(enrolment_codes.c.id).where(
        enrolment_codes.c.used_hardware == hardware, enrolment_codes.c.replaces_id == owner_id
    )
    return connection.execute(found.limit(1)).first() is not None


def replaced_by(connection: Connection, hardware: str) -> list[int]:
    """Ids of the kiosks whose place this hardware was enrolled to take."""
    found = select(enrolment_codes.c.replaces_id).where(
        enrolment_codes.c.used_hardware == hardware, enrolment_codes.c.replaces_id.is_not(None)
    )
    return [int(owner) for owner in connection.execute(found.distinct()).scalars() if owner is not None]


def add_failure(connection: Connection, address: str, at_ms: int, forget_before_ms: int) -> None:
    """Note a wrong code from an address, and forget what no longer matters."""
    connection.execute(delete(enrolment_failures).where(enrolment_failures.c.at_ms < forget_before_ms))
    connection.execute(enrolment_failures.insert().values(address=address, at_ms=at_ms))


def failures_since(connection: Connection, address: str, since_ms: int) -> tuple[int, int]:
    """How many wrong codes came from an address since then, and when the first of them did (0 when none)."""
    since = (enrolment_failures.c.address == address) & (enrolment_failures.c.at_ms >= since_ms)
    row = connection.execute(select(func.count(), func.min(enrolment_failures.c.at_ms)).where(since)).one()
    return int(row[0]), int(row[1] or 0)
