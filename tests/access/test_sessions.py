"""Signing in and out, how long it lasts, and the delays after failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from server.access.people import Person
from server.access.sessions import (
    CONFIRMED_FOR_MS,
    FAILURES_TOLD,
    IDLE_MS,
    LONGEST_MS,
    MEMORY_MS,
    confirm,
    is_confirmed,
    replace_password,
    sign_in,
    sign_out,
    who,
)
from server.database.audit import newest_entries
from server.database.audit_tallies import close_tallies
from server.database.engine import reading, writing
from server.database.people import set_disabled
from server.database.tables import sessions, sign_in_delays
from server.errors import Unfit

if TYPE_CHECKING:
    from sqlalchemy import Engine

ALICE = "alice@chain.example"
HERE = "192.0.2.1"
START_MS = 1_795_262_400_000
WRONG = "not the password at all"


def seen(engine: Engine, token: str | None, now_ms: int) -> Person | None:
    with reading(engine) as connection:
        return who(connection, token, now_ms)


def test_a_right_password_opens_a_session_of_that_person(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, " Alice@CHAIN.example ", password, HERE).token
    assert seen(people, token, START_MS) == Person(1, ALICE, "manager", "")


def test_the_database_holds_no_token_that_could_be_used(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    with reading(people) as connection:
        kept = connection.execute(select(sessions.c.token_hash)).scalar_one()
    assert token is not None
    assert token not in kept
    assert seen(people, kept, START_MS) is None


def test_wrong_unknown_and_empty_answer_alike(people: Engine, password: str) -> None:
    answers = {
        sign_in(people, START_MS, ALICE, WRONG, HERE),
        sign_in(people, START_MS, "nobody@chain.example", password, HERE),
        sign_in(people, START_MS, "", "", HERE),
    }
    assert answers == {(None, 0)}


@pytest.mark.parametrize("token", [None, "", "x", "\ud800", "a" * 10_000])
def test_no_session_belongs_to_what_was_never_given_out(people: Engine, token: str | None) -> None:
    assert seen(people, token, START_MS) is None


def test_a_session_ends_after_thirty_idle_minutes(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    assert seen(people, token, START_MS + IDLE_MS - 1) is not None
    assert seen(people, token, START_MS + 2 * IDLE_MS - 2) is not None
    assert seen(people, token, START_MS + 3 * IDLE_MS - 2) is None


def test_a_session_ends_after_twelve_hours_however_busy(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    for now_ms in range(START_MS, START_MS + LONGEST_MS, IDLE_MS // 2):
        assert seen(people, token, now_ms) is not None
    assert seen(people, token, START_MS + LONGEST_MS) is None


def test_use_is_noted_inside_a_write_transaction_too(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    with writing(people) as connection:
        assert who(connection, token, START_MS + IDLE_MS - 1) is not None
    assert seen(people, token, START_MS + IDLE_MS + 1) is not None


def test_signing_in_again_gives_a_new_token_and_ends_the_one_it_replaces(people: Engine, password: str) -> None:
    first = sign_in(people, START_MS, ALICE, password, HERE).token
    second = sign_in(people, START_MS, ALICE, password, HERE, previous=first).token
    assert first != second
    assert seen(people, first, START_MS) is None
    assert seen(people, second, START_MS) is not None


def test_signing_out_ends_every_session_of_that_person_and_no_other(people: Engine, password: str) -> None:
    phone = sign_in(people, START_MS, ALICE, password, HERE).token
    desk = sign_in(people, START_MS, ALICE, password, HERE).token
    bob = sign_in(people, START_MS, "bob@chain.example", password, HERE).token
    with writing(people) as connection:
        sign_out(connection, phone)
        sign_out(connection, None)
    assert [seen(people, token, START_MS) is None for token in (phone, desk, bob)] == [True, True, False]


def test_another_password_ends_the_other_sessions(people: Engine, password: str) -> None:
    phone = sign_in(people, START_MS, ALICE, password, HERE).token
    desk = sign_in(people, START_MS, ALICE, password, HERE).token
    assert phone is not None
    with writing(people) as connection:
        alice = who(connection, phone, START_MS)
        assert alice is not None
        with pytest.raises(Unfit):
            replace_password(connection, alice, "short", phone)
        replace_password(connection, alice, "eleven loud bells at noon", phone)
    assert seen(people, phone, START_MS) is not None
    assert seen(people, desk, START_MS) is None
    assert sign_in(people, START_MS, ALICE, "eleven loud bells at noon", HERE).token is not None


def test_a_person_disabled_by_any_way_is_nobody(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    with writing(people) as connection:
        set_disabled(connection, 1, START_MS)
    assert seen(people, token, START_MS) is None


def fail(engine: Engine, times: int, email: str = ALICE, address: str = HERE, now_ms: int = START_MS) -> list[int]:
    """Fail that often, waiting as long as asked each time; returns the waits."""
    waits = []
    for _ in range(times):
        sign_in(engine, now_ms, email, WRONG, address)
        wait_s = sign_in(engine, now_ms, email, WRONG, address).wait_s if delayed(engine, now_ms) else 0
        waits.append(wait_s)
        now_ms += 1000 * wait_s
    return waits


def delayed(engine: Engine, now_ms: int) -> bool:
    with reading(engine) as connection:
        return any(until_ms > now_ms for until_ms in connection.execute(select(sign_in_delays.c.until_ms)).scalars())


def test_delays_of_an_account_double_up_to_a_minute_and_never_lock(people: Engine, password: str) -> None:
    waits = fail(people, 14)
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    later_ms = START_MS + 1000 * sum(waits)
    assert sign_in(people, later_ms, ALICE, password, HERE).token is not None


def test_while_the_delay_runs_even_the_right_password_must_wait(people: Engine, password: str) -> None:
    fail(people, 7)
    now_ms = START_MS + 7_000
    sign_in(people, now_ms, ALICE, WRONG, HERE)
    answer = sign_in(people, now_ms + 500, ALICE, password, "198.51.100.7")
    assert answer.token is None
    assert 0 < answer.wait_s <= 8
    assert sign_in(people, now_ms + 8_000, ALICE, password, HERE).token is not None


def test_an_unknown_account_is_delayed_like_a_known_one(people: Engine) -> None:
    assert fail(people, 8, email="nobody@chain.example") == [0, 0, 0, 0, 1, 2, 4, 8]


def test_success_clears_the_accounts_failures(people: Engine, password: str) -> None:
    fail(people, 4)
    assert sign_in(people, START_MS, ALICE, password, HERE).token is not None
    assert fail(people, 5) == [0, 0, 0, 0, 1]


def test_failures_are_forgotten_after_an_hour(people: Engine) -> None:
    fail(people, 5)
    assert fail(people, 5, now_ms=START_MS + MEMORY_MS + 2_000) == [0, 0, 0, 0, 1]


def test_one_address_trying_many_accounts_is_delayed_and_others_are_not(people: Engine, password: str) -> None:
    now_ms = START_MS
    for number in range(20):
        assert sign_in(people, now_ms, f"guess{number}@chain.example", WRONG, "2001:db8::1") == (None, 0)
    assert sign_in(people, now_ms, ALICE, password, "2001:db8::2").wait_s == 1
    assert sign_in(people, now_ms, ALICE, password, "2001:db8:0:1::1").token is not None


def test_ones_own_account_does_not_wash_off_guesses_at_other_accounts(people: Engine, password: str) -> None:
    now_ms = START_MS
    waits = []
    for number in range(24):
        sign_in(people, now_ms, f"guess{number}@chain.example", WRONG, HERE)
        waits.append(sign_in(people, now_ms, "bob@chain.example", password, HERE).wait_s)
        now_ms += 1000 * waits[-1]
        assert sign_in(people, now_ms, "bob@chain.example", password, HERE).token is not None
    assert waits[-4:] == [2, 4, 8, 16]


def test_guessed_addresses_do_not_pile_up_and_are_not_kept_as_text(people: Engine) -> None:
    sign_in(people, START_MS, "my password typed here", WRONG, HERE)
    sign_in(people, START_MS + MEMORY_MS + 1, "someone@else.example", WRONG, HERE)
    with reading(people) as connection:
        subjects = list(connection.execute(select(sign_in_delays.c.subject)).scalars())
    assert len(subjects) == 2
    assert not any("typed" in subject or "someone" in subject for subject in subjects)


def confirmed(engine: Engine, token: str | None, now_ms: int) -> bool:
    with reading(engine) as connection:
        return is_confirmed(connection, token, now_ms)


def test_a_session_is_confirmed_for_ten_minutes_after_the_password(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    late_ms = START_MS + CONFIRMED_FOR_MS
    assert [confirmed(people, token, at_ms) for at_ms in (START_MS, late_ms - 1, late_ms)] == [True, True, False]
    alice = seen(people, token, START_MS)
    assert alice is not None
    assert confirm(people, late_ms, alice, password, HERE, token or "").token == token
    assert [confirmed(people, token, at_ms) for at_ms in (late_ms, late_ms + CONFIRMED_FOR_MS)] == [True, False]
    assert not confirmed(people, None, START_MS)
    assert not confirmed(people, "no session", START_MS)


def test_a_wrong_password_confirms_nothing_and_is_delayed_like_a_sign_in(people: Engine, password: str) -> None:
    token = sign_in(people, START_MS, ALICE, password, HERE).token
    alice, late_ms = Person(1, ALICE, "manager", ""), START_MS + CONFIRMED_FOR_MS
    waits = [confirm(people, late_ms, alice, WRONG, HERE, token or "").wait_s for _ in range(6)]
    assert waits == [0, 0, 0, 0, 0, 1]
    assert confirm(people, late_ms, alice, password, HERE, token or "").token is None
    assert not confirmed(people, token, late_ms)
    assert sign_in(people, late_ms, ALICE, password, HERE).wait_s == 1


def told(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as connection:
        return [(one.entry.act, one.entry.who, one.entry.about) for one in reversed(newest_entries(connection, 99))]


def test_signing_in_and_failing_to_stand_in_the_audit_log(people: Engine, password: str) -> None:
    assert sign_in(people, START_MS, f" {ALICE.upper()} ", password, HERE).token is not None
    sign_in(people, START_MS, ALICE, WRONG, HERE)
    sign_in(people, START_MS, "my password typed here", WRONG, HERE)
    confirm(people, START_MS, Person(1, ALICE, "manager", ""), WRONG, HERE, "")
    failed = ("sign-in-failed", "", ALICE)
    assert told(people) == [("signed-in", ALICE, ""), failed, ("sign-in-failed", "", ""), failed]
    with reading(people) as connection:
        assert {one.address for one in newest_entries(connection, 9)} == {HERE}


def test_a_flood_of_guesses_fills_no_log(people: Engine) -> None:
    """Each from an address of its own, so that no delay keeps it out."""
    for at in range(30):
        sign_in(people, START_MS, f"guess-{at}@chain.example", WRONG, f"198.51.100.{at}")
    assert told(people) == [("sign-in-failed", "", "")] * FAILURES_TOLD
    with writing(people) as connection:
        assert close_tallies(connection, START_MS + MEMORY_MS) == 1
    assert told(people)[FAILURES_TOLD:] == [("failures-counted", "", "")]
    with reading(people) as connection:
        assert json.loads(newest_entries(connection, 1)[0].entry.details)["times"] == 30


def test_tries_that_have_to_wait_are_not_told(people: Engine) -> None:
    for _ in range(9):
        sign_in(people, START_MS, ALICE, WRONG, HERE)
    assert len(told(people)) == FAILURES_TOLD
    with writing(people) as connection:
        close_tallies(connection, START_MS + MEMORY_MS)
    assert [act for act, _, _ in told(people)][FAILURES_TOLD:] == []
