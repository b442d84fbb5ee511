"""Who pulls what is in the audit log before it leaves; a program that pulls each minute does not fill it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.commands.working import add_up_audit
from server.database.audit import newest_entries
from server.database.engine import reading
from server.export.pulls import MOST_A_DAY

if TYPE_CHECKING:
    from flask.testing import FlaskClient

REACTIONS = "/api/v1/export/reactions.csv"
DAY_MS = 86_400_000


def told(chain: Any) -> list[tuple[str, str, str, dict[str, Any]]]:
    with reading(chain.engine) as connection:
        found = [one.entry for one in reversed(newest_entries(connection, 999))]
    return [(one.who_kind, one.act, one.about, json.loads(one.details)) for one in found]


def test_the_first_pull_of_a_day_is_told_with_what_was_asked_and_the_rest_at_its_end(
    chain: Any, client: FlaskClient, clock: Any
) -> None:
    chain.press(1, count=3)
    token = chain.token()
    first = client.get(f"{REACTIONS}?from=2026-11-01&store=S001", headers=token, buffered=True)
    assert first.status_code == 200
    asked = {"from": "2026-11-01", "stores": ["S001"]}
    assert told(chain) == [("token", "exported", "reactions.csv", asked)]
    for _ in range(9):
        client.get(f"{REACTIONS}?from=2026-11-01&store=S001", headers=token, buffered=True)
    assert len(told(chain)) == 1
    assert add_up_audit(chain.engine, clock.now_ms() + DAY_MS) == 1
    counted = {"since_ms": clock.now_ms(), "times": 10, "rows": 30}
    assert told(chain)[1:] == [("token", "exports-counted", "reactions.csv", counted)]


def test_following_the_cursor_all_day_makes_one_entry(chain: Any, client: FlaskClient) -> None:
    token, cursor = chain.token(), ""
    for _ in range(5):
        chain.press(1)
        cursor = client.get(f"{REACTIONS}?after={cursor}", headers=token, buffered=True).headers["Salve-Cursor"]
    assert [(act, about) for _, act, about, _ in told(chain)] == [("exported", "reactions.csv")]


def test_pulls_that_differ_are_told_apart_until_they_are_too_many(chain: Any, client: FlaskClient, clock: Any) -> None:
    token = chain.token()
    for day in range(1, 29):
        client.get(f"/api/v1/export/hourly.csv?from=2026-10-{day:02}", headers=token, buffered=True)
    entries = told(chain)
    assert len(entries) == MOST_A_DAY + 1
    assert [details["from"] for *_, details in entries[:2]] == ["2026-10-01", "2026-10-02"]
    add_up_audit(chain.engine, clock.now_ms() + DAY_MS)
    sums = [details["times"] for _, act, _, details in told(chain) if act == "exports-counted"]
    assert (28 - MOST_A_DAY) in sums


@pytest.mark.parametrize(
    "path",
    [
        *("hourly.ndjson", "stores.csv", "kiosks.ndjson", "revisions.csv", "datapackage.json", "salve.sqlite"),
        "reactions/2026-11.parquet",
    ],
)
def test_every_export_is_told(chain: Any, client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1/export/{path}", headers=chain.token(), buffered=True).status_code == 200
    assert [(act, about) for _, act, about, _ in told(chain)] == [("exported", path)]


def test_figures_as_json_are_told_without_an_entry_for_each_store(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    for store in ("S001", "S002", "S001"):
        assert client.get(f"/api/v1/stores/{store}/summary", headers=token).status_code == 200
    assert [(act, about) for _, act, about, _ in told(chain)] == [("exported", "summary")]


def test_what_was_refused_or_not_sent_is_not_told(chain: Any, client: FlaskClient) -> None:
    token = chain.token("S001")
    assert client.get(f"{REACTIONS}?store=S002", headers=token).status_code == 404
    assert client.get(f"{REACTIONS}?after=nonsense", headers=token).status_code == 400
    assert client.get(REACTIONS).status_code == 401
    assert client.head(REACTIONS, headers=token).status_code == 200
    assert told(chain) == []


def test_a_pull_that_was_broken_off_counts_what_was_made(chain: Any, client: FlaskClient, clock: Any) -> None:
    chain.press(1, count=2)
    token = chain.token()
    for _ in range(2):
        with client.get(REACTIONS, headers=token) as answer:
            next(iter(answer.response))
    assert [act for _, act, _, _ in told(chain)] == ["exported"]
    add_up_audit(chain.engine, clock.now_ms() + DAY_MS)
    assert told(chain)[-1][3]["times"] == 2


def test_a_pull_over_midnight_is_told_although_its_day_was_added_up(chain: Any, client: FlaskClient, clock: Any) -> None:
    chain.press(1, count=2)
    with client.get(REACTIONS, headers=chain.token()) as answer:
        chunks = iter(answer.response)
        next(chunks)
        clock.advance(DAY_MS)
        add_up_audit(chain.engine, clock.now_ms())
        list(chunks)
    assert [act for _, act, _, _ in told(chain)] == ["exported", "exports-counted"]
    assert told(chain)[-1][3] == {"times": 1, "rows": 2}
