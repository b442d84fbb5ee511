"""How a device becomes a kiosk: a code made by head office, typed once by the technician, traded for a key."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from server import errors
from server.audit import KIOSK, STRANGER, Act, By
from server.database import enrolments as rows
from server.database.audit import note
from server.database.audit_tallies import Tallied, tally
from server.database.engine import reading, writing
from server.database.kiosk_keys import revoke_keys
from server.database.kiosks import add_kiosk, kiosk_by_code, kiosk_by_id
from server.database.placements import end_placement, place
from server.database.stores import printable, store_by_code
from server.errors import Unfit
from server.fleet.configuration import check_questions, make_config
from server.fleet.kiosks import give_key
from wire.messages import EnrolReply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine, Row

    from server.clock import Clock

# Crockford's base 32: no I, L, O or U, so a code can be read out over the telephone.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 12
GROUP = 4
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
MINUTE_MS = 60_000
MOST_MINUTES = 7 * 24 * 60
TRIES = 5
TRIES_MS = 10 * MINUTE_MS
# Whoever has seen a code of another's may go on guessing the hardware that it was used for, from one address after the other.
MOST_WRONG = 20
# Of the wrong codes of an hour, wherever from, so many get an entry of the audit log each.
REFUSALS_TOLD = 5
HOUR_MS = 60 * MINUTE_MS


def make_code(
    connection: Connection,
    now_ms: int,
    store_code: str,
    touchpoint: str,
    layout: str,
    question_codes: Sequence[str],
    minutes: int = 15,
    replaces: str | None = None,
) -> str:
    """A new enrolment code like K7QM-2WXR-9FTB, of which only a hash is kept.

    Args:
        connection: an open write transaction.
        now_ms: the time of making it.
        store_code: where the kiosk will stand.
        touchpoint: where in the store; any printable text.
        layout: a name of wire.layouts.
        question_codes: one per row of the layout, the upper row first.
        minutes: how long it is valid, up to seven days.
        replaces: code of the kiosk whose place the device takes; unsent presses on its card then still count as its own.

    Raises:
        Unfit: something of it does not exist or does not fit.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Unfit(f"A code is valid for 1 minute to {MOST_MINUTES} minutes (7 days), not {minutes}.")
    store = store_by_code(connection, store_code)
    if store is None:
        raise Unfit(f"There is no store {store_code}; `salve-server store add` makes one.")
    check_questions(connection, layout, question_codes, json.loads(store.languages))
    replaced = None if replaces is None else kiosk_by_code(connection, replaces)
    if replaces is not None and replaced is None:
        raise Unfit(f"There is no kiosk {replaces} to replace.")
    text = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    rows.add_code(
        connection,
        _hash(text),
        store.id,
        printable("touchpoint", touchpoint, least=1),
        layout,
        question_codes,
        None if replaced is None else replaced.id,
        now_ms,
        now_ms + minutes * MINUTE_MS,
    )
    return "-".join(text[start : start + GROUP] for start in range(0, CODE_LETTERS, GROUP))


def enrol(engine: Engine, clock: Clock, code: str, hardware: str, software: str, address: str) -> EnrolReply:
    """Trade a code for a key and a configuration; the same code on the same hardware does so again while it is valid.

    `address` is where the request came from. Raises 403 `code-refused` for a wrong, used or expired code alike, 429 after five
    of those from one address in ten minutes. Twenty wrong tries with one code, wherever from, end it.
    """
    now_ms = clock.now_ms()
    with reading(engine) as connection:  # a flood of wrong codes shall not take the database's one place for writers
        _check_tries(connection, address, now_ms)
    with writing(engine) as connection:
        _check_tries(connection, address, now_ms)
        taken = rows.take_code(connection, _hash(normal_form(code)), hardware, now_ms, MOST_WRONG)
        if taken is not None:
            return _enrol(connection, taken, hardware, software, now_ms, address)
        rows.count_wrong(connection, _hash(normal_form(code)))
        rows.add_failure(connection, address[:64], now_ms, now_ms - TRIES_MS)
        kept = Tallied("enrol", now_ms + HOUR_MS, REFUSALS_TOLD)
        tally(connection, now_ms, By(STRANGER, address=address), Act.ENROLMENT_REFUSED, "", kept)
    raise errors.code_refused()


def normal_form(typed: str) -> str:
    """A code as it was made, from how people type it: any case, with or without dashes and spaces, I and L for 1, O for 0."""
    return "".join(letter for letter in typed.upper().translate(MISREAD) if letter in LETTERS)


def _check_tries(connection: Connection, address: str, now_ms: int) -> None:
    count, first_ms = rows.failures_since(connection, address[:64], now_ms - TRIES_MS)
    if count >= TRIES:
        raise errors.too_many_tries(max(1, (first_ms + TRIES_MS - now_ms) // 1000 + 1))


def _enrol(connection: Connection, taken: Row[Any], hardware: str, software: str, now_ms: int, address: str) -> EnrolReply:
    kiosk_id = add_kiosk(connection, hardware, software, now_ms)
    # Whoever had a key of this kiosk before, perhaps on a stolen card, does not keep it. One made under this same code stays
    # until another is used: the request may have been delivered twice, and the kiosk holds the first answer.
    revoke_keys(connection, kiosk_id, now_ms, made_before_ms=taken.made_ms)
    if taken.replaces_id is not None and taken.replaces_id != kiosk_id:
        revoke_keys(connection, taken.replaces_id, now_ms)
        end_placement(connection, taken.replaces_id, now_ms)
    placement_id = place(connection, kiosk_id, taken.store_id, taken.touchpoint, now_ms)
    try:
        config = make_config(connection, kiosk_id, placement_id, taken.layout, json.loads(taken.questions), now_ms)
    except Unfit as error:  # it fitted when the code was made; the store's languages were changed since
        raise errors.code_refused() from error
    key = give_key(connection, kiosk_id, now_ms)
    kiosk = kiosk_by_id(connection, kiosk_id).code
    by = By(KIOSK, kiosk_id, kiosk, address)
    note(connection, now_ms, by, Act.ENROLLED, kiosk, store=config.store, touchpoint=taken.touchpoint)
    return EnrolReply(kiosk, key, config.store, config, now_ms)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
