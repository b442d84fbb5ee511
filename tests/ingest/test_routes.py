"""Who is let in at the kiosks' door, and what reconcile answers."""

from __future__ import annotations

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError

from server import keys
from server.database.engine import writing
from server.database.tables import life
from server.fleet import kiosks as fleet

STREAM = "ab" * 16


@pytest.mark.parametrize("path", ["sync", "reconcile"])
@pytest.mark.parametrize(
    "bearer",
    ["", "Bearer", "Bearer x", pytest.param(f"Bearer {keys.make_key(keys.KIOSK).text}", id="unknown key"), "Basic QTpC"],
)
def test_without_a_key_of_this_server_nothing_is_answered(kiosk, path, bearer) -> None:
    response = kiosk.send({}, path, Authorization=bearer)
    assert (response.status_code, response.json["code"]) == (401, "key-unknown")


def test_an_export_token_is_the_wrong_kind(kiosk) -> None:
    response = kiosk.send({}, Authorization=f"Bearer {keys.make_key(keys.EXPORT).text}")
    assert (response.status_code, response.json["code"]) == (403, "wrong-key-kind")


def test_a_revoked_kiosk_is_refused_on_its_next_request(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    with writing(house.engine) as connection:
        assert fleet.revoke(connection, kiosk.code, 0) == 1
    response = kiosk.send(kiosk.request([]))
    assert (response.status_code, response.json["code"]) == (401, "key-revoked")


def test_a_disabled_kiosk_is_refused_until_it_is_enabled(house, kiosk) -> None:
    with writing(house.engine) as connection:
        fleet.disable(connection, kiosk.code, 0)
    assert kiosk.send(kiosk.request([])).json["code"] == "kiosk-disabled"
    with writing(house.engine) as connection:
        fleet.enable(connection, kiosk.code)
    assert kiosk.sync([])["stored"] == 0


def test_the_backlog_of_a_revoked_kiosk_counts_after_it_is_enrolled_again(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    with writing(house.engine) as connection:
        fleet.revoke(connection, kiosk.code, 0)
    again = house.enrol()
    assert again.code == kiosk.code
    assert again.sync([again.press(2_000)], first_seq=2)["stored"] == 1


def test_reconcile_tells_how_far_each_stream_is_known_and_how_far_it_is_safe(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000), kiosk.press(2_000)])
    kiosk.sync([kiosk.press(3_000)], first_seq=3)
    ask = {"protocol": 1, "streams": [STREAM, "00" * 16]}
    reply = kiosk.send(ask, "reconcile").json
    assert reply["streams"] == [[3, 0], [0, 0]]
    with writing(house.engine) as connection:
        connection.execute(update(life).values(safe_position=1))
    assert kiosk.send(ask, "reconcile").json["streams"] == [[3, 2], [0, 0]]
    assert kiosk.send({"protocol": 1, "streams": []}, "reconcile").json["streams"] == []


def test_reconcile_refuses_what_is_no_stream_and_too_many(kiosk) -> None:
    assert kiosk.send({"protocol": 1, "streams": ["x"]}, "reconcile").status_code == 400
    assert kiosk.send({"protocol": 1, "streams": [STREAM] * 1_001}, "reconcile").status_code == 413
    assert kiosk.send({"protocol": 3, "streams": []}, "reconcile").status_code == 426


def test_the_first_use_of_a_new_key_may_be_a_reconcile(house, kiosk) -> None:
    kiosk.sync([])
    with writing(house.engine) as connection:
        fleet.rotate(connection, kiosk.code, house.clock.now_ms())
    old, kiosk.key = kiosk.key, kiosk.sync([])["key"]
    assert kiosk.send({"protocol": 1, "streams": []}, "reconcile").status_code == 200
    kiosk.key = old
    assert kiosk.send(kiosk.request([])).status_code == 401


def test_enrolling_over_the_door_answers_201_and_five_wrong_codes_close_it_for_a_while(house, kiosk) -> None:
    ask = {"code": "0000-0000-0000", "hardware": "sha256:stranger", "software": "1"}
    for _ in range(5):
        response = kiosk.send(ask, "enrol")
        assert (response.status_code, response.json["code"]) == (403, "code-refused")
    response = kiosk.send(ask, "enrol")
    assert (response.status_code, response.json["code"]) == (429, "busy")
    assert 1 <= int(response.headers["Retry-After"]) <= 601
    house.clock.advance(601_000)
    assert kiosk.send(ask, "enrol").status_code == 403


@pytest.mark.parametrize("path", ["sync", "reconcile", "enrol"])
def test_a_database_out_of_reach_is_answered_as_busy(house, kiosk, path) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    event.listen(house.engine, "before_cursor_execute", fail)
    response = kiosk.send({"code": "0" * 12, "hardware": "sha256:one"}, path)
    assert (response.status_code, response.json["code"], response.headers["Retry-After"]) == (503, "busy", "5")
    event.remove(house.engine, "before_cursor_execute", fail)
