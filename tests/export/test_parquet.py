"""Parquet files by month: DuckDB reads the folder and gets the page's figures."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flushes import noted

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import reading
from server.database.export_columns import DATED
from server.errors import Refusal
from server.export import file_routes, parquet, reactions
from server.export.parquet import ParquetMonths
from server.export.tags import closed_tag
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000
DAY_MS = 86_400_000


@pytest.fixture
def wanted(chain: Any) -> Wanted:
    with reading(chain.engine) as connection:
        return Wanted(visible_stores(connection, OFFICE), every=True)


def test_duckdb_reads_the_folder_and_gets_the_pages_figures(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any], wanted: Wanted, tmp_path: Path
) -> None:
    for day in range(30):
        at = {"received_ms": NOON_MS - day * DAY_MS}
        chain.press(1, count=4 + day % 3, **at)
        chain.press(1, count=2, answer_id=4, **at)
        chain.press(2, question_id=chain.question_ids["got-needed"], count=3, **at)
        chain.press(2, count=1, counted=False, reason=3, **at)
    chain.count_up()
    files = ParquetMonths(chain.engine, wanted).write(tmp_path / "lake")
    assert [file.parent.name for file in files] == ["month=2026-10", "month=2026-11"]
    found = duckdb.sql(
        "SELECT store, count(*) FILTER (counted = 1 AND signal = 'service' AND polarity = 'positive'),"
        " count(*) FILTER (counted = 1 AND signal = 'service'),"
        " count(*) FILTER (counted = 1 AND signal = 'experience' AND polarity = 'positive'),"
        " count(*) FILTER (counted = 1 AND signal = 'experience'), count(*)"
        f" FROM read_parquet('{tmp_path}/lake/*/*.parquet', hive_partitioning = true)"
        " WHERE month IN ('2026-10', '2026-11') AND local_day >= DATE '2026-10-25' AND local_day < DATE '2026-11-21'"
        " GROUP BY store ORDER BY store"
    ).fetchall()
    wishes = {"from": "2026-10-25", "to": "2026-11-21"}
    page = parsed(client.get("/api/v1/export/stores.csv", query_string=wishes, headers=chain.token()).data)
    names = ("service_positive", "service_total", "experience_positive", "experience_total", "raw_total")
    assert found == [(row["store"], *(int(row[name]) for name in names)) for row in page]
    assert found[0][4] > 100


def test_a_press_in_the_first_hour_of_a_local_month_is_in_that_months_folder(
    chain: Any, wanted: Wanted, tmp_path: Path
) -> None:
    midnight_ms = 1_793_487_600_000  # 2026-11-01 00:00 in Warsaw, an hour before it is November in UTC
    chain.press(1, received_ms=NOON_MS, pressed_ms=midnight_ms - 1)
    chain.press(1, received_ms=NOON_MS, pressed_ms=midnight_ms)
    chain.press(1, received_ms=NOON_MS, pressed_ms=0, uncertainty_ms=10**12, time_quality=3)
    months = {
        path.parent.name: pq.read_table(path, partitioning=None) for path in ParquetMonths(chain.engine, wanted).write(tmp_path)
    }
    assert {name: table["seq"].to_pylist() for name, table in months.items()} == {
        "month=2026-10": [1],
        "month=2026-11": [2, 3],
    }


def test_columns_have_types_and_meanings_and_texts_are_as_they_are(chain: Any, wanted: Wanted, client: FlaskClient) -> None:
    chain.press(1, count=2)
    answer = client.get("/api/v1/export/reactions/2026-11.parquet", headers=chain.token())
    assert (answer.status_code, answer.content_type) == (200, "application/vnd.apache.parquet")
    table = pq.read_table(io.BytesIO(answer.data))
    assert tuple(table.column_names) == DATED.names
    kinds = {name: str(table.schema.field(name).type) for name in ("local_day", "pressed_at", "local_time", "seq", "region")}
    assert kinds == {
        "local_day": "date32[day]", "pressed_at": "timestamp[ms, tz=UTC]", "local_time": "string", "seq": "int64",
        "region": "string",
    }  # fmt: skip
    assert all(field.metadata[b"description"] for field in table.schema)
    row = table.to_pylist()[0]
    assert (row["region"], row["reason"], row["visit"]) == ("-20% Outlet", "", None)
    assert row["pressed_at"].timestamp() * 1000 == NOON_MS - 1_500
    assert row["local_time"] == "2026-11-21T12:59:58.500+01:00"


def test_a_month_leaves_as_it_is_made_and_however_much_there_is(
    chain: Any, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 3)
    monkeypatch.setattr(reactions, "CHUNK_ARRIVALS", 2)
    monkeypatch.setattr(file_routes, "MOST_REACTIONS", 2)
    for _ in range(6):
        chain.press(1, count=2)
    chain.count_up()
    answer = client.get("/api/v1/export/reactions/2026-11.parquet", headers=chain.token(), buffered=False)
    assert answer.status_code == 200
    pieces = list(answer.iter_encoded())
    assert len(pieces) > 3
    assert pieces[0].startswith(b"PAR1")
    assert pq.read_table(io.BytesIO(b"".join(pieces)))["seq"].to_pylist() == list(range(1, 13))
    with pytest.raises(pa.ArrowInvalid):
        pq.read_table(io.BytesIO(b"".join(pieces[:-1])))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "0000-01", "9999-12", "november"])
def test_what_is_no_month_is_not_there(chain: Any, client: FlaskClient, month: str) -> None:
    assert client.get(f"/api/v1/export/reactions/{month}.parquet", headers=chain.token()).status_code == 404


def test_a_month_that_is_over_has_a_tag_and_an_empty_one_is_a_file(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    address = "/api/v1/export/reactions/2026-10.parquet"
    answer = client.get(address, headers=token)
    assert pq.read_table(io.BytesIO(answer.data)).num_rows == 0
    assert client.get(address, headers=token | {"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_tag_never_knows_of_more_than_its_file(chain: Any, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*arguments: Any) -> str:
        chain.press(1, pressed_ms=NOON_MS - 40 * DAY_MS)
        return closed_tag(*arguments)

    monkeypatch.setattr(file_routes, "closed_tag", late)
    answer = client.get("/api/v1/export/reactions/2026-10.parquet", headers=chain.token())
    assert pq.read_table(io.BytesIO(answer.data)).num_rows == 1


def test_a_folder_is_written_again_whole_and_left_clean(
    chain: Any, wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 3)
    chain.press(1, count=4)
    ParquetMonths(chain.engine, wanted).write(tmp_path / "lake")
    chain.press(1, count=4)
    (file,) = ParquetMonths(chain.engine, replace(wanted, raw=True)).write(tmp_path / "lake")
    assert pq.read_table(file, partitioning=None).num_rows == 8
    assert sorted(path.name for path in (tmp_path / "lake").rglob("*")) == ["month=2026-11", "reactions.parquet"]


def test_without_pyarrow_it_is_a_sentence(chain: Any, wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Refusal, match=r"salve\[archive\]") as refused:
        ParquetMonths(chain.engine, wanted)
    assert refused.value.status == 501


def test_each_month_has_its_name_only_once_it_is_on_the_disk(
    chain: Any, wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.press(1)
    seen = noted(monkeypatch)
    ParquetMonths(chain.engine, wanted).write(tmp_path / "lake")
    assert seen == ["flush 2026-11", "name reactions.parquet", "flush month=2026-11", "flush lake"]
