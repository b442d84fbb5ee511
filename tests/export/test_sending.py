"""How exports travel: packed, asked for again, asked for by HEAD, and by head office's browser."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from server.access.people import add_user
from server.access.sessions import sign_in
from server.database.engine import writing
from server.database.export_columns import TABLES
from server.database.revisions import TIME, Revision, add_revisions
from server.database.rollups import add_tally
from server.database.tables import hours, reactions
from server.export.sending import gzipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

REACTIONS = "/api/v1/export/reactions.csv"
NOON_MS = 1_795_262_400_000
DAY_MS = 86_400_000
FRIDAY = {"from": "2026-11-20", "to": "2026-11-21"}
EVERY = [f"/api/v1/export/{name}.{kind}" for name in TABLES for kind in ("csv", "ndjson")]


@pytest.mark.parametrize("address", [*EVERY, "/api/v1/export/datapackage.json"])
def test_every_export_is_there_as_it_is_and_packed(chain: Any, client: FlaskClient, address: str) -> None:
    chain.press(1, count=3)
    token = chain.token()
    plain = client.get(address, headers=token)
    assert (plain.status_code, plain.headers["Vary"]) == (200, "Accept-Encoding")
    assert "Content-Encoding" not in plain.headers
    packed = client.get(address, headers=token | {"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], packed.content_type) == ("gzip", plain.content_type)
    assert gzip.decompress(packed.data) == plain.data
    file = client.get(address, query_string={"gzip": "1"}, headers=token)
    assert (file.content_type, "Content-Encoding" in file.headers) == ("application/gzip", False)
    assert file.headers["Content-Disposition"].endswith('.gz"')
    assert gzip.decompress(file.data) == plain.data


@pytest.mark.parametrize("wishes", [{}, {"gzip": "1"}])
def test_who_can_not_be_told_that_an_answer_was_cut_off_is_told_its_length(
    chain: Any, client: FlaskClient, wishes: dict[str, str]
) -> None:
    chain.press(1, count=3)
    token = chain.token()
    new = client.get(REACTIONS, query_string=wishes, headers=token)
    assert "Content-Length" not in new.headers
    old = client.get(REACTIONS, query_string=wishes, headers=token, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert (old.data, old.headers["Content-Length"]) == (new.data, str(len(new.data)))
    assert old.headers["Salve-Cursor"] == new.headers["Salve-Cursor"]


def test_an_answer_of_a_known_length_that_fails_is_none_and_keeps_no_place(chain: Any, client: FlaskClient) -> None:
    chain.press(1)
    token = chain.token()
    with writing(chain.engine) as connection:
        connection.execute(update(reactions).values(answer_id=99))  # nobody can say what that is
    client.application.testing = False
    for _ in range(17):
        old = client.get(REACTIONS, headers=token, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
        assert (old.status_code, "Salve-Cursor" in old.headers) == (500, False)
    with writing(chain.engine) as connection:
        connection.execute(update(reactions).values(answer_id=2))
    assert client.get(REACTIONS, headers=token).status_code == 200


def test_what_is_packed_begins_to_arrive_with_the_first_chunk() -> None:
    parts = gzipped(iter([b"position,store\r\n", b"1,S001\r\n"]))
    unpacker = zlib.decompressobj(wbits=31)
    assert unpacker.decompress(next(parts)) == b"position,store\r\n"
    assert unpacker.decompress(b"".join(parts)) == b"1,S001\r\n"


@pytest.mark.parametrize("address", [*EVERY, "/api/v1/export/datapackage.json", "/api/v1/stores/S001/summary"])
def test_a_parameter_that_there_is_not_is_refused_with_those_that_there_are(
    chain: Any, client: FlaskClient, address: str
) -> None:
    answer = client.get(address, query_string={"form": "2026-11-20"}, headers=chain.token())
    assert (answer.status_code, answer.json and answer.json["parameter"]) == (400, "form")
    assert "there are" in answer.json["detail"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("reactions.csv?from=2026-11-01&from=2026-11-20", "from"),
        ("reactions.csv?bom=1&bom=0", "bom"),
        ("stores.csv?period=7d&from=2026-11-01&to=2026-11-08", "period"),
    ],
)
def test_what_is_said_twice_is_not_guessed_at(chain: Any, client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/export/{query}", headers=chain.token())
    assert (answer.status_code, answer.json and answer.json["parameter"]) == (400, parameter)


def test_ndjson_knows_no_byte_order_mark(chain: Any, client: FlaskClient) -> None:
    answer = client.get("/api/v1/export/hourly.ndjson", query_string={"bom": "1"}, headers=chain.token())
    assert (answer.status_code, answer.json and answer.json["parameter"]) == (400, "bom")


def test_head_says_what_get_would_and_takes_no_place(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    chain.press(1)
    slow = [client.get(REACTIONS, headers=token, buffered=False) for _ in range(8)]
    head = client.head(REACTIONS, headers=token)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Salve-Cursor"] == slow[0].headers["Salve-Cursor"]
    assert "Content-Length" not in head.headers
    for answer in slow:
        answer.close()


def test_one_token_does_not_end_exports_for_everybody(chain: Any, client: FlaskClient) -> None:
    chain.press(1)
    greedy, other = chain.token("S001"), chain.token("S001")
    answers = [client.get(REACTIONS, headers=greedy, buffered=False) for _ in range(16)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 8
    refused = answers[-1]
    assert (refused.json and refused.json["code"], refused.headers["Retry-After"]) == ("too-many-at-once", "30")
    assert client.get(REACTIONS, headers=other).status_code == 200
    answers[0].close()
    assert client.get(REACTIONS, headers=greedy).status_code == 200
    for answer in answers:
        answer.close()


def test_who_has_a_closed_day_is_not_sent_it_again_until_it_changes(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = chain.token()
    chain.press(1, received_ms=NOON_MS - DAY_MS)

    def ask(tag: str = "", **more: str) -> Any:
        headers = token | ({"If-None-Match": tag} if tag else {})
        return client.get(REACTIONS, query_string=FRIDAY | more, headers=headers)

    first = ask()
    tag = first.headers["ETag"]
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "private, no-cache")
    chain.press(1)
    again = ask(tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert ask(tag, raw="1").status_code == ask(tag, bom="1").status_code == ask(tag, store="S001").status_code == 200
    chain.press(2, pressed_ms=NOON_MS - DAY_MS)
    late = ask(tag)
    assert (late.status_code, len(parsed(late.data))) == (200, 2)
    with writing(chain.engine) as connection:
        add_revisions(connection, [Revision(1, 1, 1, TIME)], NOON_MS)
    revised = ask(late.headers["ETag"])
    assert revised.status_code == 200
    assert ask(revised.headers["ETag"]).status_code == 304


def test_a_reaction_whose_time_left_a_closed_day_changes_its_tag(chain: Any, client: FlaskClient) -> None:
    """Nothing but the sums still tells of it there."""
    from server.analysis.tallies import DAY_COLUMNS, Tally

    token = chain.token()
    friday = 739_940
    key = (chain.placements[1], friday, chain.question_ids["felt-welcome"], 2)
    chain.press(1, received_ms=NOON_MS)
    tags = []
    for change in (1, -1):
        tally = Tally()
        tally.days[key] = [change, *[0] * (DAY_COLUMNS - 1)]
        with writing(chain.engine) as connection:
            add_tally(connection, 1, tally)
        tags.append(client.get(REACTIONS, query_string=FRIDAY, headers=token).headers["ETag"])
    assert len(set(tags)) == 2


def test_a_held_reaction_that_is_let_in_on_another_day_changes_the_tag_of_the_day_it_stood_at(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = chain.token()
    chain.held(1, "unknown-config", [1, 1, True, "boot", "happy", 9, None, "vote"], NOON_MS - DAY_MS)
    first = client.get(REACTIONS, query_string=FRIDAY, headers=token)
    assert [row["reason"] for row in parsed(first.data)] == ["unknown-config"]
    chain.release(1, 1, pressed_ms=NOON_MS - 3 * DAY_MS)
    after = client.get(REACTIONS, query_string=FRIDAY, headers=token | {"If-None-Match": first.headers["ETag"]})
    assert (after.status_code, parsed(after.data)) == (200, [])


@pytest.mark.parametrize(
    "wishes",
    [{}, {"from": "2026-11-20"}, {"from": "2026-11-20", "to": "2026-11-22"}, {"to": "2026-11-21", "after": ""}],
    ids=["all", "no end", "today", "a cursor"],
)
def test_what_still_grows_has_no_tag(chain: Any, client: FlaskClient, wishes: dict[str, str]) -> None:
    answer = client.get(REACTIONS, query_string=wishes, headers=chain.token())
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_tag_is_of_its_asker_and_its_life(chain: Any, client: FlaskClient) -> None:
    from server.database.tables import life

    def tag(*stores: str) -> str:
        return str(client.get(REACTIONS, query_string=FRIDAY, headers=chain.token(*stores)).headers["ETag"])

    before = [tag(), tag("S001"), tag("S002")]
    assert len(set(before)) == 3
    with writing(chain.engine) as connection:
        connection.execute(update(life).values(epoch="abc123"))
    assert tag() not in before


def test_hourly_counts_of_a_closed_day_have_a_tag_too(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    address = "/api/v1/export/hourly.ndjson"
    tag = client.get(address, query_string=FRIDAY, headers=token).headers["ETag"]
    with writing(chain.engine) as connection:
        values = {"kiosk_id": 1, "placement_id": chain.placements[1], "local_day": 739_940, "question_id": 1, "faces": 2}
        connection.execute(hours.insert().values(hour=9, positive=1, **values))
        connection.execute(update(reactions).values(seq=reactions.c.seq))
    assert client.get(address, query_string=FRIDAY, headers=token | {"If-None-Match": tag}).status_code == 200


@pytest.fixture
def signed_in(chain: Any, client: FlaskClient) -> Callable[[str], FlaskClient]:
    def enter(role: str) -> FlaskClient:
        email, password = f"{role}@chain.example", "a long enough password"
        with writing(chain.engine) as connection:
            add_user(connection, email, password, role, ["S002"] if role in {"manager", "region"} else [], NOON_MS)
        token = sign_in(chain.engine, NOON_MS, email, password, "127.0.0.1").token
        assert token is not None
        client.set_cookie("salve", token)
        return client

    return enter


@pytest.mark.parametrize(("role", "status"), [("head-office", 200), ("admin", 200), ("region", 404), ("manager", 404)])
def test_head_office_downloads_by_its_session_and_nobody_else(
    chain: Any, signed_in: Callable[[str], FlaskClient], parsed: Callable[[bytes], Any], role: str, status: int
) -> None:
    chain.press(1)
    chain.press(2)
    answer = signed_in(role).get(REACTIONS)
    assert answer.status_code == status
    if status == 200:
        assert [row["store"] for row in parsed(answer.data)] == ["S001", "S002"]


def test_a_wrong_token_is_not_made_good_by_a_session(chain: Any, signed_in: Callable[[str], FlaskClient]) -> None:
    assert signed_in("admin").get(REACTIONS, headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_form_that_names_no_store_asks_for_all(chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    chain.press(1)
    answer = client.get(REACTIONS, query_string={"store": "", "from": "", "to": ""}, headers=chain.token())
    assert len(parsed(answer.data)) == 1


def test_each_feed_keeps_to_its_own_cursors(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    arrived, revised = (client.head(f"/api/v1/export/{name}.csv", headers=token) for name in ("reactions", "revisions"))
    for name, cursor in (("revisions", arrived.headers["Salve-Cursor"]), ("reactions", revised.headers["Salve-Cursor"])):
        answer = client.get(f"/api/v1/export/{name}.csv", query_string={"after": cursor}, headers=token)
        assert (answer.status_code, answer.json and answer.json["parameter"]) == (400, "after")
