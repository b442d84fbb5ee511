"""What head office does with a kiosk takes hold on its next request, and history stays."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from server import keys
from server.database.engine import reading, writing
from server.database.tables import kiosk_keys
from server.errors import Refusal, Unfit
from server.fleet import kiosks
from server.fleet.enrolment import enrol, make_code


@pytest.fixture
def reply(chain, clock):
    with writing(chain) as connection:
        code = make_code(connection, clock.now_ms(), "S014", "exit", "two-row", ["welcome", "served"])
    return enrol(chain, clock, code, "sha256:one", "1.0.0", "10.0.0.1")


def known(chain, bearer):
    with reading(chain) as connection:
        return kiosks.authenticate(connection, bearer, 0)


def refusal(chain, bearer) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        known(chain, bearer)
    return refused.value.status, refused.value.code


def test_only_a_key_that_this_server_made_opens_the_door(chain, reply) -> None:
    assert known(chain, reply.key).code == "K-001"
    assert refusal(chain, None) == (401, "key-unknown")
    assert refusal(chain, "") == (401, "key-unknown")
    assert refusal(chain, keys.make_key(keys.KIOSK).text) == (401, "key-unknown")
    assert refusal(chain, keys.make_key(keys.EXPORT).text) == (403, "wrong-key-kind")


def test_a_known_id_with_another_secret_is_as_unknown_as_any(chain, reply) -> None:
    named = reply.key[:18] + "0" * keys.SECRET_LETTERS
    forged = named + keys._checksum(named)
    assert keys.read_key(keys.KIOSK, forged) is not None
    assert forged[:18] == reply.key[:18]
    assert refusal(chain, forged) == (401, "key-unknown")


def test_a_revoked_and_a_disabled_kiosk_hear_why(chain, reply) -> None:
    with writing(chain) as connection:
        kiosks.disable(connection, "K-001", 5)
    assert refusal(chain, reply.key) == (403, "kiosk-disabled")
    with writing(chain) as connection:
        kiosks.enable(connection, "K-001")
        assert kiosks.revoke(connection, "K-001", 5) == 1
        assert kiosks.revoke(connection, "K-001", 6) == 0
    assert refusal(chain, reply.key) == (401, "key-revoked")


def test_rotation_hands_out_keys_until_one_is_used(chain, reply) -> None:
    with writing(chain) as connection:
        kiosk = kiosks.authenticate(connection, reply.key, 0)
        assert kiosks.next_key(connection, kiosk, 0) is None
        kiosks.rotate(connection, "K-001", 0)
        kiosk = kiosks.authenticate(connection, reply.key, 0)
        handed_out = [kiosks.next_key(connection, kiosk, 0) for _ in range(6)]
        kiosks.note_use(connection, kiosk, 0)
    assert len(set(handed_out)) == 6
    # The present key's first use ended those of its time; the wish for a new one stays.
    with writing(chain) as connection:
        kiosk = kiosks.authenticate(connection, reply.key, 0)
        assert kiosk.rotating
        handed_out = [kiosks.next_key(connection, kiosk, 0) for _ in range(6)]
        unused = select(func.count()).where(kiosk_keys.c.used_ms.is_(None), kiosk_keys.c.revoked_ms.is_(None))
        assert connection.execute(unused).scalar_one() == 3
    newest = known(chain, handed_out[-1])
    with writing(chain) as connection:
        kiosks.note_use(connection, newest, 0)
    assert refusal(chain, reply.key) == (401, "key-revoked")
    assert refusal(chain, handed_out[-2]) == (401, "key-revoked")
    assert not known(chain, handed_out[-1]).rotating


def test_moving_ends_one_placement_begins_another_and_makes_a_configuration(chain, reply, clock) -> None:
    with writing(chain) as connection:
        config = kiosks.move(connection, "K-001", "S015", clock.now_ms() + 9)
    assert (config.version, config.store, config.placement, config.languages) == (2, "S015", 2, ["en"])
    with reading(chain) as connection:
        (line,) = kiosks.list_kiosks(connection)
    assert (line.store, line.touchpoint, line.config_newest, line.config_applied) == ("S015", "exit", 2, 0)


def test_a_move_to_a_store_that_speaks_none_of_the_languages_is_refused_whole(chain, reply, clock) -> None:
    with pytest.raises(Unfit), writing(chain) as connection:
        kiosks.move(connection, "K-001", "S016", clock.now_ms())
    with reading(chain) as connection:
        assert kiosks.list_kiosks(connection)[0].store == "S014"


@pytest.mark.parametrize("act", [kiosks.revoke, kiosks.rotate, kiosks.disable])
def test_a_kiosk_that_does_not_exist_is_said_so(chain, act) -> None:
    with pytest.raises(Unfit, match="K-404"), writing(chain) as connection:
        act(connection, "K-404", 0)
