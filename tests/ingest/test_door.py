"""The door for syncs stands before Flask, and nobody can tell: it answers and refuses as all other doors do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from server import keys
from server.app import create_app
from server.database.engine import make_engine, writing
from server.database.tables import reactions
from server.fleet import kiosks as fleet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def asked(house) -> Iterator[list[str]]:
    """The statements that ask about keys."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FROM kiosk_keys" in statement:
            found.append(statement)

    event.listen(house.engine, "before_cursor_execute", note)
    yield found
    event.remove(house.engine, "before_cursor_execute", note)


def test_a_sync_is_answered_with_what_every_answer_carries(kiosk) -> None:
    own, other = kiosk.send(kiosk.request([])), kiosk.send({"protocol": 1, "streams": []}, "reconcile")
    assert (own.status_code, other.status_code) == (200, 200)
    assert {name for name, _ in own.headers} == {name for name, _ in other.headers}
    changing = {"X-Request-Id", "Content-Length"}
    assert {one for one in own.headers if one[0] not in changing} == {one for one in other.headers if one[0] not in changing}
    assert int(own.headers["Content-Length"]) == len(own.data)
    assert own.headers["X-Request-Id"] != kiosk.send(kiosk.request([])).headers["X-Request-Id"]


def test_an_https_server_asks_for_https_here_too(settings, clock, house, kiosk) -> None:
    assert "Strict-Transport-Security" not in kiosk.send(kiosk.request([])).headers
    house.app = create_app(replace(settings, public_url="https://salve.example"), clock, house.engine)
    assert "Strict-Transport-Security" in kiosk.send(kiosk.request([])).headers
    house.app.extensions["salve_close"]()


def test_to_a_strange_host_nothing_is_given_and_nothing_of_it_stored(house, kiosk) -> None:
    answer = kiosk.send(kiosk.request([kiosk.press(1_000)]), Host="evil.example")
    assert (answer.status_code, answer.json["code"]) == (400, "host-not-trusted")
    assert house.rows(reactions) == []


def test_an_address_with_a_zero_byte_is_refused_and_another_question_is_not_minded(house, kiosk) -> None:
    answer = kiosk.send(kiosk.request([kiosk.press(1_000)]), "sync?a=%00")
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert house.rows(reactions) == []
    assert kiosk.send(kiosk.request([kiosk.press(1_000)]), "sync?a=1").json["stored"] == 1


def test_a_kiosk_that_is_known_is_looked_up_once_where_its_presses_are_stored(kiosk, asked: list[str]) -> None:
    for number in range(1, 4):
        asked.clear()
        kiosk.sync([kiosk.press(40_000 * number)], number)
    assert len(asked) == 1


def test_a_known_key_with_another_secret_is_not_known(kiosk) -> None:
    kiosk.sync([])
    named = kiosk.key[: len(keys.KIOSK) + keys.ID_LETTERS] + "x" * keys.SECRET_LETTERS
    wrong = named + keys._checksum(named)
    assert keys.read_key(keys.KIOSK, wrong)
    assert kiosk.send(kiosk.request([]), Authorization=f"Bearer {wrong}").json["code"] == "key-unknown"


@pytest.mark.parametrize(
    ("end", "heard"),
    [
        (lambda connection, code: fleet.revoke(connection, code, 0), (401, "key-revoked")),
        (lambda connection, code: fleet.disable(connection, code, 0), (403, "kiosk-disabled")),
    ],
)
def test_whose_key_another_process_ended_hears_of_it_at_once_whatever_it_sends(house, kiosk, end, heard) -> None:
    kiosk.sync([kiosk.press(1_000)])
    other = make_engine(house.engine.url.render_as_string(hide_password=False))
    with writing(other) as connection:
        end(connection, kiosk.code)
    other.dispose()
    for message in (kiosk.request([kiosk.press(40_000)], 2), b"no JSON", {"protocol": 9}):
        answer = kiosk.send(message)
        assert (answer.status_code, answer.json["code"]) == heard
        assert answer.json["request"] == answer.headers["X-Request-Id"]
    assert len(house.rows(reactions)) == 1


def test_what_fails_inside_is_told_as_everywhere(house, kiosk, caplog) -> None:
    kiosk.sync([])

    def fail(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FROM boots" in statement:
            raise ZeroDivisionError("a secret of ours")

    event.listen(house.engine, "before_cursor_execute", fail)
    answer = kiosk.send(kiosk.request([kiosk.press(1_000)]))
    event.remove(house.engine, "before_cursor_execute", fail)
    assert (answer.status_code, answer.json["code"]) == (500, "failed")
    assert b"secret" not in answer.data
    assert answer.headers["X-Request-Id"] in caplog.text
    assert kiosk.sync([kiosk.press(1_000)])["stored"] == 1


def test_its_answers_are_counted_among_those_of_the_kiosks(settings, clock, house, kiosk) -> None:
    token = "t" * 32
    house.app = create_app(replace(settings, metrics_token=token), clock, house.engine)
    kiosk.sync([])
    kiosk.sync([])
    kiosk.send(b"no JSON")
    told = house.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
    house.app.extensions["salve_close"]()
    assert 'salve_http_answers_total{door="ingest",status="200"} 2.0' in told
    assert 'salve_http_answers_total{door="ingest",status="400"} 1.0' in told
