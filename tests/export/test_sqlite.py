"""The SQLite file: links hold, and Datasette serves it with names in place of codes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from server.database.engine import writing
from server.database.recoveries import open_recovery
from server.database.watches import Place
from server.export import file_routes

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ADDRESS = "/api/v1/export/salve.sqlite"
# In a process of its own, as whoever downloads the file would open it.
SERVE = """
import asyncio, json, sys
from datasette.app import Datasette
async def main():
    served = Datasette(files=[sys.argv[1]])
    await served.invoke_startup()
    page = await served.client.get("/export/reactions?_sort=rowid")
    rows = await served.client.get("/export/reactions.json?_labels=on&_shape=array&_sort=rowid")
    facets = await served.client.get("/export/reactions.json?_facet=store&_size=0")
    print(json.dumps([page.status_code, rows.json(), facets.json()["facet_results"]]))
asyncio.run(main())
"""


@pytest.fixture
def file(chain: Any, client: FlaskClient, tmp_path: Path) -> Path:
    chain.press(1, count=2)
    chain.press(2, visit=1, answer_id=4, question_id=chain.question_ids["got-needed"])
    chain.held(2, "unknown-button", [1, 2, True, "boot", "x", 3, None, "vote"])
    path = tmp_path / "export.db"
    answer = client.get(ADDRESS, headers=chain.token())
    assert (answer.status_code, answer.content_type) == (200, "application/vnd.sqlite3")
    assert answer.headers["Salve-Cursor"] == f"{chain.epoch()}.3"
    path.write_bytes(answer.data)
    return path


def test_the_file_holds_what_the_other_exports_hold(file: Path, chain: Any, client: FlaskClient) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.row_factory = sqlite3.Row
        reactions = [dict(row) for row in connection.execute("SELECT * FROM reactions ORDER BY position, seq")]
        stores = [dict(row) for row in connection.execute("SELECT * FROM stores")]
        questions = {row["code"]: row["name"] for row in connection.execute("SELECT * FROM questions")}
    lines = client.get("/api/v1/export/reactions.ndjson", headers=chain.token()).data.splitlines()
    same = [json.loads(line) for line in lines]
    for row in reactions:
        assert row.pop("local_day") == "2026-11-21"
        row["question"] = row["question"] or ""
    assert reactions == same
    assert stores[0] == {"code": "S001", "name": "@home", "region": "-20% Outlet", "timezone": "Europe/Warsaw"}
    assert questions["felt-welcome"] == "Did you feel welcome?"


def test_datasette_serves_it_and_follows_its_links(file: Path) -> None:
    words = [sys.executable, "-W", "ignore", "-c", SERVE, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=100)
    status, rows, facets = json.loads(done.stdout)
    assert status == 200
    assert rows[0]["store"] == {"value": "S001", "label": "@home"}
    assert rows[2]["question"]["label"] == "Did you get what you needed?"
    assert rows[2]["kiosk"] == {"value": "K-002", "label": "K-002 checkout"}
    found = facets["store"]["results"] if "results" not in facets else facets["results"]["store"]["results"]
    assert sorted((one["label"], one["count"]) for one in found) == [("@home", 2), ("Bazaar", 2)]


def test_only_what_the_token_may_see_is_in_it(chain: Any, client: FlaskClient, tmp_path: Path) -> None:
    chain.press(1)
    chain.press(2)
    with writing(chain.engine) as connection:
        for kiosk, placement in chain.placements.items():
            at = Place(kiosk, placement, chain.question_ids["felt-welcome"])
            assert open_recovery(connection, at, 1, 2, 0.2, (9, 8), 3)
    path = tmp_path / "export.db"
    path.write_bytes(client.get(ADDRESS, headers=chain.token("S002")).data)
    with closing(sqlite3.connect(path)) as connection:
        for table in ("stores", "store_figures", "kiosks", "recoveries", "reactions"):
            assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (1,)
    assert b"@home" not in path.read_bytes()


def test_days_narrow_the_reactions(chain: Any, client: FlaskClient, tmp_path: Path) -> None:
    chain.press(1)
    path = tmp_path / "export.db"
    wishes = {"from": "2026-11-19", "to": "2026-11-20"}
    path.write_bytes(client.get(ADDRESS, query_string=wishes, headers=chain.token()).data)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM reactions").fetchone() == (0,)
        days = connection.execute('SELECT DISTINCT "from", "to" FROM store_figures').fetchall()
    assert days == [("2026-11-19", "2026-11-20")]


def test_more_than_anybody_waits_for_is_refused_with_a_way_out(
    chain: Any, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_routes, "MOST_REACTIONS", 2)
    chain.press(1, count=3)
    chain.count_up()
    answer = client.get(ADDRESS, headers=chain.token())
    assert (answer.status_code, answer.json and answer.json["code"]) == (400, "too-much")
    assert "This would be 3 reactions" in answer.json["detail"]  # type: ignore[index]
    assert "salve-server export reactions --format sqlite" in answer.json["detail"]  # type: ignore[index]
    assert client.get(ADDRESS, query_string={"from": "2026-12-01"}, headers=chain.token()).status_code == 400  # one day alone
    for end, status in (("2026-11-21", 200), ("2026-11-22", 400)):
        wishes = {"from": "2026-11-01", "to": end}
        assert client.get(ADDRESS, query_string=wishes, headers=chain.token()).status_code == status
    assert client.get(ADDRESS, query_string={"store": "S002"}, headers=chain.token()).status_code == 200
    assert client.get(ADDRESS, headers=chain.token("S002")).status_code == 200


def test_head_makes_no_file(chain: Any, client: FlaskClient) -> None:
    assert client.head(ADDRESS, headers=chain.token()).status_code == 200
