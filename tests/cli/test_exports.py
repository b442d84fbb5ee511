"""`salve-server export`: every export, into a file and to standard output."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from flushes import noted

from server.clock import SystemClock
from server.database.engine import make_engine, writing
from server.database.leases import end_lease, take_lease

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.mark.parametrize(
    ("what", "first"),
    [
        ("reactions", "position,"),
        ("revisions", "revision,what,"),
        ("hourly", "store,touchpoint,"),
        ("stores", "store,store_name,"),
        ("kiosks", "kiosk,store,"),
        ("recoveries", "recovery,store,kiosk,"),
    ],
)
def test_an_export_goes_to_standard_output_or_whole_into_a_file(
    ready: Callable[..., Result], tmp_path: Path, what: str, first: str
) -> None:
    shown = ready("export", what, "--format", "csv")
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout_bytes.startswith(first.encode())
    target = tmp_path / "out" / "export.csv"
    target.parent.mkdir()
    assert ready("export", what, "--bom", "-o", str(target)).exit_code == 0
    assert target.read_bytes() == b"\xef\xbb\xbf" + shown.stdout_bytes
    assert [path.name for path in target.parent.iterdir()] == ["export.csv"]


def test_names_are_defused_unless_raw(ready: Callable[..., Result]) -> None:
    assert "S001,'@home,'-20% Outlet," in ready("export", "stores").stdout
    assert "S001,@home,-20% Outlet," in ready("export", "stores", "--raw").stdout


def test_the_cursor_is_said_and_taken(ready: Callable[..., Result]) -> None:
    said = ready("export", "reactions").stderr
    assert said.startswith("Salve-Cursor: ")
    cursor = said.removeprefix("Salve-Cursor: ").strip()
    again = ready("export", "reactions", "--after", cursor)
    assert (again.exit_code, again.stderr) == (0, said)


def test_json_lines_come_without_a_header(ready: Callable[..., Result]) -> None:
    (line,) = ready("export", "stores", "--format", "ndjson").stdout.splitlines()
    assert json.loads(line)["store_name"] == "@home"


def test_parquet_goes_into_a_folder_and_sqlite_into_a_file(ready: Callable[..., Result], tmp_path: Path) -> None:
    for kind in ("parquet", "sqlite"):
        target = tmp_path / kind
        done = ready("export", "reactions", "--format", kind, "-o", str(target))
        assert (done.exit_code, done.stderr.startswith("Salve-Cursor: ")) == (0, True), done.stderr
        assert ready("export", "reactions", "--format", kind).exit_code == 1
    assert list((tmp_path / "parquet").iterdir()) == []
    with closing(sqlite3.connect(tmp_path / "sqlite")) as file:
        assert file.execute("SELECT name FROM stores").fetchall() == [("@home",)]
    # Once more, over what is there.
    assert ready("export", "reactions", "--format", "sqlite", "-o", str(tmp_path / "sqlite")).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "parquet", "sqlite"]


def test_the_data_package_lies_beside_the_files(ready: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "datapackage.json"
    assert ready("export", "package", "-o", str(target)).exit_code == 0
    assert json.loads(target.read_text())["profile"] == "tabular-data-package"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reactions", "--after", "x"), "The parameter after is no cursor"),
        (("reactions", "--store", "S999"), "There is no store S999"),
        (("hourly", "--from", "yesterday"), "The parameter from must be a day"),
        (("stores", "--from", "2026-11-01"), "The parameter to is missing"),
        (("stores", "--period", "9d"), "The parameter period must be"),
        (("reactions", "--format", "xls"), "'xls' is not"),
        (("hourly", "--format", "parquet"), "'parquet' is not"),
        (("reactions", "--format", "sqlite", "-o", "x", "--after", "x"), "takes no --after"),
        (("revisions", "--after", "x"), "The parameter after is no cursor"),
        (("revisions", "--from", "2026-11-01"), "No such option"),
        (("reactions", "-o", "/nowhere/at/all.csv"), "No such file or directory"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_can_not_be_exported_is_a_sentence(ready: Callable[..., Result], words: tuple[str, ...], sentence: str) -> None:
    failed = ready("export", *words)
    assert failed.exit_code == 1
    assert sentence in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_a_delivery_waits_until_no_worker_delivers(ready: Callable[..., Result], tmp_path: Path, database_url: str) -> None:
    folder = tmp_path / "head office"
    folder.mkdir()
    engine = make_engine(database_url)
    now_ms = SystemClock().now_ms()
    with writing(engine) as connection:
        assert take_lease(connection, "deliver", "a worker", now_ms, now_ms + 60_000)
    # Two in one folder would write each other's files, and neither would know what lies there.
    busy = ready("export", "deliver", SALVE_DELIVERY_DIR=str(folder))
    assert (busy.exit_code, "A worker delivers just now" in busy.stderr, list(folder.iterdir())) == (1, True, [])
    with writing(engine) as connection:
        end_lease(connection, "deliver", "a worker")
    engine.dispose()
    assert ready("export", "deliver", SALVE_DELIVERY_DIR=str(folder)).stdout == "Delivered 35 day(s).\n"
    assert ready("export", "deliver", SALVE_DELIVERY_DIR=str(tmp_path / "none")).exit_code == 1


@pytest.mark.parametrize("kind", ["csv", "sqlite"])
def test_an_exports_file_has_its_name_only_once_it_is_on_the_disk(
    ready: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    seen = noted(monkeypatch)
    assert ready("export", "reactions", "--format", kind, "-o", str(tmp_path / "file")).exit_code == 0
    at = seen.index("name file")
    assert seen[at - 1].startswith("flush file.part-")
    assert seen[at + 1] == f"flush {tmp_path.name}"
