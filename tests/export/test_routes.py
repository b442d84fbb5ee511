"""The export addresses over HTTP: who may ask, what comes, and the cursor to ask with next."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from server import keys
from server.database.engine import writing
from server.database.tables import life

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

REACTIONS = "/api/v1/export/reactions.csv"
HOURLY = "/api/v1/export/hourly.csv"


def test_an_answer_carries_what_may_be_seen_and_the_next_cursor(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    chain.press(1, count=3)
    chain.press(2, count=2)
    answer = client.get(REACTIONS, headers=chain.token())
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reactions.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Salve-Cursor"] == f"{chain.epoch()}.2"
    assert [row["store"] for row in parsed(answer.data)] == ["S001"] * 3 + ["S002"] * 2


def test_an_empty_database_answers_a_header_and_a_cursor_that_can_be_followed(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = chain.token()
    first = client.get(REACTIONS, headers=token)
    assert first.data.startswith(b"position,store,")
    assert parsed(first.data) == []
    chain.press(1)
    second = client.get(REACTIONS, query_string={"after": first.headers["Salve-Cursor"]}, headers=token)
    third = client.get(REACTIONS, query_string={"after": second.headers["Salve-Cursor"]}, headers=token)
    assert [len(parsed(answer.data)) for answer in (second, third)] == [1, 0]
    assert third.headers["Salve-Cursor"] == second.headers["Salve-Cursor"]


def test_following_the_cursor_while_a_writer_writes_gives_each_press_once(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = chain.token()
    writer = threading.Thread(target=lambda: [chain.press(1 + n % 2, count=1 + n % 7) for n in range(100)])
    writer.start()
    seen: list[tuple[str, str]] = []
    cursor, again = "", True
    while again:
        again = writer.is_alive()
        answer = client.get(REACTIONS, query_string={"after": cursor}, headers=token)
        seen += [(row["stream"], row["seq"]) for row in parsed(answer.data)]
        cursor = answer.headers["Salve-Cursor"]
    writer.join()
    assert len(seen) == len(set(seen)) == sum(chain.seqs.values())


def test_a_cursor_moves_on_over_what_the_token_may_not_see(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = chain.token("S002")
    chain.press(1, count=4)
    answer = client.get(REACTIONS, headers=token)
    assert parsed(answer.data) == []
    chain.press(2)
    chain.press(1)
    answer = client.get(REACTIONS, query_string={"after": answer.headers["Salve-Cursor"]}, headers=token)
    assert [row["store"] for row in parsed(answer.data)] == ["S002"]


@pytest.mark.parametrize("address", [REACTIONS, HOURLY])
def test_a_store_outside_the_tokens_scope_is_not_there(chain: Any, client: FlaskClient, address: str) -> None:
    chain.press(1)
    token = chain.token("S002")
    for store in ("S001", "S999"):
        answer = client.get(address, query_string={"store": store}, headers=token)
        assert (answer.status_code, answer.json and answer.json["code"]) == (404, "not-found")
        assert answer.content_type == "application/problem+json"
    assert client.get(address, query_string={"store": "S002"}, headers=token).status_code == 200


@pytest.mark.parametrize("address", [REACTIONS, HOURLY])
@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        (None, 401, "key-unknown"),
        ("", 401, "key-unknown"),
        ("Bearer", 401, "key-unknown"),
        ("Bearer nonsense", 401, "key-unknown"),
        ("Basic YTpi", 401, "key-unknown"),
        pytest.param(f"Bearer {keys.make_key(keys.EXPORT).text}", 401, "key-unknown", id="unknown token"),
        pytest.param(f"Bearer {keys.make_key(keys.KIOSK).text}", 403, "wrong-key-kind", id="kiosk key"),
    ],
)
def test_no_token_a_wrong_one_and_a_kiosks_key_are_refused(
    chain: Any, client: FlaskClient, address: str, header: str | None, status: int, code: str
) -> None:
    answer = client.get(address, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json and answer.json["code"]) == (status, code)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_in_the_address_is_no_token(chain: Any, client: FlaskClient) -> None:
    text = chain.token()["Authorization"].removeprefix("Bearer ")
    assert client.get(REACTIONS, query_string={"token": text, "access_token": text}).status_code == 401


def test_a_cursor_from_before_a_restore_is_gone(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    cursor = client.get(REACTIONS, headers=token).headers["Salve-Cursor"]
    with writing(chain.engine) as connection:
        connection.execute(update(life).values(epoch="abc123"))
    answer = client.get(REACTIONS, query_string={"after": cursor}, headers=token)
    assert answer.status_code == 410
    assert answer.json is not None
    assert (answer.json["code"], answer.json["epoch"]) == ("cursor-gone", "abc123")


@pytest.mark.parametrize(
    ("wishes", "name"),
    [
        ({"after": "x"}, "after"),
        ({"after": "12"}, "after"),
        ({"from": "21.11.2026"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "to"),
        ({"bom": "yes"}, "bom"),
        ({"raw": "2"}, "raw"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_by_its_name(
    chain: Any, client: FlaskClient, wishes: dict[str, str], name: str
) -> None:
    answer = client.get(REACTIONS, query_string=wishes, headers=chain.token())
    assert answer.status_code == 400
    assert answer.json is not None
    assert (answer.json["code"], answer.json["parameter"]) == ("wrong-parameter", name)


def test_excel_gets_its_byte_order_mark_once_and_others_none(chain: Any, client: FlaskClient) -> None:
    chain.press(1, count=3)
    token = chain.token()
    marked = client.get(REACTIONS, query_string={"bom": "1"}, headers=token).data
    plain = client.get(REACTIONS, query_string={"bom": "0"}, headers=token).data
    assert marked == b"\xef\xbb\xbf" + plain
    assert plain.count(b"\xef\xbb\xbf") == 0


def test_raw_leaves_formulas_alone(chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    chain.press(1)
    token = chain.token()
    safe, raw = (parsed(client.get(REACTIONS, query_string={"raw": text}, headers=token).data) for text in ("0", "1"))
    assert (safe[0]["region"], raw[0]["region"]) == ("'-20% Outlet", "-20% Outlet")


def test_lines_end_as_the_standard_says(chain: Any, client: FlaskClient) -> None:
    chain.press(2, count=2)
    body = client.get(REACTIONS, headers=chain.token()).data
    assert body.count(b"\r\n") == body.count(b"\n") == 3
    assert b'"East, ""old"""' in body


def test_half_of_the_threads_stay_free_of_long_answers(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    chain.press(1)
    slow = [client.get(REACTIONS, headers=other, buffered=False) for other in (chain.token(), chain.token()) for _ in range(8)]
    refused = client.get(HOURLY, headers=token)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    slow[0].close()
    assert client.get(HOURLY, headers=token).status_code == 200
    for answer in slow:
        answer.close()


def test_hourly_counts_come_as_csv(chain: Any, client: FlaskClient) -> None:
    answer = client.get(HOURLY, headers=chain.token())
    assert answer.data.startswith(b"store,touchpoint,question,signal,local_day,hour,")


def test_a_head_request_and_another_method_do_no_harm(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    for _ in range(40):
        answer = client.head(REACTIONS, headers=token)
        assert answer.status_code == 200
        answer.close()
    assert client.post(REACTIONS, headers=token).status_code == 405
