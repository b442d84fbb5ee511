"""A code makes one device a kiosk, once, however it is typed, and tells a guesser nothing."""

from __future__ import annotations

import json
import threading

import pytest
from sqlalchemy import select

from server.database.audit import newest_entries
from server.database.audit_check import check_log
from server.database.audit_tallies import close_tallies
from server.database.engine import reading, writing
from server.database.tables import enrolment_codes, kiosks, placements
from server.errors import Refusal, Unfit
from server.fleet.enrolment import LETTERS, MOST_WRONG, REFUSALS_TOLD, enrol, make_code, normal_form
from server.fleet.kiosks import authenticate, list_kiosks, note_use

MINUTE_MS = 60_000


def code_for(chain, clock, store="S014", touchpoint="exit", **more) -> str:
    with writing(chain) as connection:
        return make_code(connection, clock.now_ms(), store, touchpoint, "two-row", ["welcome", "served"], **more)


def try_code(chain, clock, code, hardware="sha256:one", address="10.0.0.1"):
    return enrol(chain, clock, code, hardware, "1.0.0", address)


def refusal(chain, clock, code, **more) -> str:
    with pytest.raises(Refusal) as refused:
        try_code(chain, clock, code, **more)
    return refused.value.code


def test_a_code_gives_a_key_and_a_configuration(each_chain, clock) -> None:
    reply = try_code(each_chain, clock, code_for(each_chain, clock))
    assert (reply.kiosk, reply.store, reply.config.version, reply.server_ms) == ("K-001", "S014", 1, clock.now_ms())
    with reading(each_chain) as connection:
        known = authenticate(connection, reply.key, clock.now_ms())
        (line,) = list_kiosks(connection)
    assert (known.code, known.hardware, known.key_used) == ("K-001", "sha256:one", False)
    assert (line.code, line.store, line.touchpoint, line.config_newest, line.heard_ms) == ("K-001", "S014", "exit", 1, None)


def test_a_code_looks_like_its_pattern_and_only_its_hash_is_kept(chain, clock) -> None:
    code = code_for(chain, clock)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) <= set(LETTERS) | {"-"}
    with reading(chain) as connection:
        kept = str(connection.execute(select(enrolment_codes)).one())
    assert code not in kept
    assert code.replace("-", "") not in kept


@pytest.mark.parametrize("typed", ["k7qm-2wxr-9ftb", "K7QM2WXR9FTB", " k7qm 2wxr 9ftb\n", "K7QM–2WXR–9FTB"])
def test_case_dashes_and_spaces_do_not_matter(typed) -> None:
    assert normal_form(typed) == "K7QM2WXR9FTB"


def test_letters_that_are_read_for_digits_are_taken_for_them() -> None:
    assert normal_form("oO-iIlL") == "001111"


def test_the_same_hardware_may_repeat_a_code_while_it_is_valid(chain, clock) -> None:
    code = code_for(chain, clock)
    first, second = try_code(chain, clock, code), try_code(chain, clock, code)
    assert second.kiosk == first.kiosk
    assert second.key != first.key
    assert second.config == first.config
    # Which of the two answers reached the kiosk is not known; the one it uses first ends the other.
    with writing(chain) as connection:
        assert authenticate(connection, second.key, 0).code == "K-001"
        note_use(connection, authenticate(connection, first.key, 0), clock.now_ms())
        with pytest.raises(Refusal):
            authenticate(connection, second.key, 0)
    clock.advance(15 * MINUTE_MS)
    assert refusal(chain, clock, code) == "code-refused"


def test_a_new_code_ends_the_keys_from_before_it(chain, clock) -> None:
    first = try_code(chain, clock, code_for(chain, clock))
    clock.advance(1_000)
    second = try_code(chain, clock, code_for(chain, clock))
    with reading(chain) as connection:
        assert authenticate(connection, second.key, 0).code == "K-001"
        with pytest.raises(Refusal):
            authenticate(connection, first.key, 0)


def test_wrong_codes_that_come_at_once_are_no_more_than_five_tries(chain, clock) -> None:
    said = []

    def guess() -> None:
        said.append(refusal(chain, clock, "WRONG-WRONG-CODE"))

    guesses = [threading.Thread(target=guess) for _ in range(25)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert (said.count("code-refused"), said.count("busy")) == (5, 20)


def test_wrong_used_and_expired_codes_are_answered_alike(chain, clock) -> None:
    used, expired = code_for(chain, clock), code_for(chain, clock, minutes=1)
    try_code(chain, clock, used)
    clock.advance(MINUTE_MS)
    for code in ("0000-0000-0000", used, expired, ""):
        assert refusal(chain, clock, code, hardware="sha256:two") == "code-refused"


def test_after_five_wrong_codes_an_address_waits_and_another_does_not(chain, clock) -> None:
    good = code_for(chain, clock)
    for _ in range(5):
        assert refusal(chain, clock, "wrong") == "code-refused"
        clock.advance(1_000)
    assert refusal(chain, clock, good) == "busy"
    assert try_code(chain, clock, good, address="10.0.0.2").kiosk == "K-001"
    clock.advance(10 * MINUTE_MS)
    assert refusal(chain, clock, "wrong") == "code-refused"


def test_of_two_devices_with_one_code_exactly_one_becomes_the_kiosk(each_chain, clock) -> None:
    code, barrier, outcomes = code_for(each_chain, clock), threading.Barrier(4), []

    def race(number: int) -> None:
        barrier.wait()
        try:
            outcomes.append(try_code(each_chain, clock, code, hardware=f"sha256:{number}").kiosk)
        except Refusal as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["K-001", "code-refused", "code-refused", "code-refused"]


def test_twenty_wrong_tries_with_one_code_burn_it_for_the_right_device_too(each_chain, clock) -> None:
    code, other = code_for(each_chain, clock), code_for(each_chain, clock)
    try_code(each_chain, clock, code)
    for number in range(MOST_WRONG - 1):
        wrong = {"hardware": f"sha256:guess-{number}", "address": f"10.0.1.{number}"}
        assert refusal(each_chain, clock, code, **wrong) == "code-refused"
    assert try_code(each_chain, clock, code).kiosk == "K-001"
    assert refusal(each_chain, clock, code, hardware="sha256:last", address="10.0.2.1") == "code-refused"
    assert refusal(each_chain, clock, code) == "code-refused"
    assert try_code(each_chain, clock, other, address="10.0.2.2").kiosk == "K-001"


def test_known_hardware_keeps_its_kiosk_and_gets_a_new_placement_only_elsewhere(chain, clock) -> None:
    first = try_code(chain, clock, code_for(chain, clock))
    clock.advance(1_000)
    same = try_code(chain, clock, code_for(chain, clock))
    moved = try_code(chain, clock, code_for(chain, clock, store="S015"))
    assert {first.kiosk, same.kiosk, moved.kiosk} == {"K-001"}
    assert (first.config.placement, same.config.placement, moved.config.placement) == (1, 1, 2)
    assert (moved.store, moved.config.version) == ("S015", 2)
    with reading(chain) as connection:
        rows = list(connection.execute(select(placements.c.from_ms, placements.c.until_ms).order_by(placements.c.id)))
        assert len(list(connection.execute(select(kiosks)))) == 1
    assert [tuple(row) for row in rows] == [(clock.now_ms() - 1_000, clock.now_ms()), (clock.now_ms(), None)]


def test_a_replaced_kiosk_leaves_its_place_and_its_key(chain, clock) -> None:
    old = try_code(chain, clock, code_for(chain, clock))
    new = try_code(chain, clock, code_for(chain, clock, replaces=old.kiosk), hardware="sha256:two")
    with reading(chain) as connection:
        with pytest.raises(Refusal):
            authenticate(connection, old.key, 0)
        assert [(line.code, line.store) for line in list_kiosks(connection)] == [("K-001", None), (new.kiosk, "S014")]


@pytest.mark.parametrize(
    "more",
    [
        {"store": "S999"},
        {"store": "S016"},
        {"touchpoint": ""},
        {"touchpoint": "a\nb"},
        {"minutes": 0},
        {"minutes": 10_081},
        {"replaces": "K-9"},
    ],
)
def test_a_code_for_what_does_not_exist_is_not_made(chain, clock, more) -> None:
    with pytest.raises(Unfit):
        code_for(chain, clock, **more)
    with reading(chain) as connection:
        assert connection.execute(select(enrolment_codes)).first() is None


def test_any_printable_touchpoint_is_kept_as_it_is(chain, clock) -> None:
    try_code(chain, clock, code_for(chain, clock, touchpoint="=cmd|'-20% \U0001f600"))
    with reading(chain) as connection:
        assert list_kiosks(connection)[0].touchpoint == "=cmd|'-20% \U0001f600"


def test_enrolling_and_wrong_codes_stand_in_the_audit_log(each_chain, clock) -> None:
    for at in range(REFUSALS_TOLD + 3):
        with pytest.raises(Refusal):
            enrol(each_chain, clock, "0000-0000-0000", "sha256:x", "1.0.0", f"198.51.100.{at}")
    reply = try_code(each_chain, clock, code_for(each_chain, clock, touchpoint="exit"))
    with reading(each_chain) as connection:
        newest, *refused = newest_entries(connection, 99)
        assert check_log(connection).whole
    assert [one.entry.act for one in refused] == ["enrolment-refused"] * REFUSALS_TOLD
    assert (newest.entry.act, newest.entry.who_kind, newest.entry.who) == ("enrolled", "kiosk", reply.kiosk)
    assert json.loads(newest.entry.details) == {"store": "S014", "touchpoint": "exit"}
    with writing(each_chain) as connection:
        assert close_tallies(connection, clock.now_ms() + 3_600_000) == 1
        assert json.loads(newest_entries(connection, 1)[0].entry.details)["times"] == REFUSALS_TOLD + 3
