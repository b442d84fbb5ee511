"""`archive`, and what backups, checks, imports and hours say once something is archived."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from long_history import LongHistory

from server.commands.archiving import keep_archived
from server.commands.working import archiving
from server.database.engine import make_engine, writing
from server.database.leases import take_lease
from server.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

NOW_MS = 1_795_262_400_000  # 21 November 2026


class Standing:
    """A clock that stands still."""

    def now_ms(self) -> int:
        return NOW_MS


@pytest.fixture
def old(
    salve: Callable[..., Result], database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LongHistory]:
    """Seven months of presses."""
    monkeypatch.setattr("server.commands.workplace.SystemClock", Standing)
    assert salve("upgrade").exit_code == 0
    engine = make_engine(database_url, tmp_path / "data" / "archive")
    history = LongHistory(engine)
    engine.dispose()
    yield history
    engine.dispose()


def test_it_says_what_it_did_and_the_second_time_there_is_nothing(
    salve: Callable[..., Result], old: LongHistory, tmp_path: Path
) -> None:
    due = salve("archive", "--dry-run", SALVE_KEEP_MONTHS="4")
    assert (due.exit_code, due.stdout) == (0, "1296 reactions from before 2026-07 are due; nothing was done.\n")
    assert json.loads(salve("archive", "--before", "2026-07", "--dry-run", "--json").stdout)["reactions"] == 1296
    done = salve("archive", SALVE_KEEP_MONTHS="4")
    assert (done.exit_code, done.stdout) == (0, "Archived 1296 reactions in 6 file(s).\n"), done.stderr
    again = json.loads(salve("archive", "--json", SALVE_KEEP_MONTHS="4").stdout)
    assert again == {"reactions": 0, "files": [], "set_aside": []}
    assert salve("rollup", "check").stdout == "0 figures wrong.\n"
    file = next((tmp_path / "data" / "archive" / "reactions" / "month=2026-05").iterdir())
    file.rename(file.with_name("gone"))
    missing = salve("rollup", "check")
    assert missing.exit_code == 1
    assert file.name in missing.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "SALVE_KEEP_MONTHS is 0, which keeps everything; set it, or name a month with --before."),
        (("--before", "2026"), "'2026' is no month; write it like 2026-08."),
        (("--before", "2026-09"), "Pages need the last 3 whole months in the database: give 2026-08 or an earlier month."),
    ],
)
def test_what_does_not_fit_is_a_sentence(
    ready: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, words: Any, sentence: str
) -> None:
    monkeypatch.setattr("server.commands.workplace.SystemClock", Standing)
    refused = ready("archive", *words)
    assert (refused.exit_code, refused.stderr) == (1, f"Error: {sentence}\n")


def test_two_at_once_do_not_archive(salve: Callable[..., Result], old: LongHistory) -> None:
    with writing(old.engine) as connection:
        assert take_lease(connection, "archive", "another", NOW_MS, NOW_MS + 60_000)
    old.engine.dispose()
    refused = salve("archive", "--before", "2026-07")
    assert "Another program is archiving" in refused.stderr


def test_the_files_belong_to_a_backup_and_a_check_names_those_that_are_missing(
    salve: Callable[..., Result], old: LongHistory, tmp_path: Path
) -> None:
    assert salve("archive", "--before", "2026-07").exit_code == 0
    folder = tmp_path / "data" / "archive"
    made = salve("backup", str(tmp_path / "backup"))
    assert made.stderr == f"6 archived file(s) belong to it; copy {folder} as well.\n"
    assert salve("restore-check", str(tmp_path / "backup")).exit_code == 0
    gone, damaged, *_ = sorted(folder.rglob("*.parquet"))
    gone.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    checked = salve("restore-check", str(tmp_path / "backup"))
    assert checked.exit_code == 1
    assert "Of the 6 files of the archive that belong to it 2 are missing or damaged" in checked.stderr
    assert all(str(path.relative_to(folder)) in checked.stderr for path in (gone, damaged))


def test_a_restored_backup_of_before_sets_the_newer_files_aside_and_counts_nothing_twice(
    salve: Callable[..., Result], old: LongHistory, tmp_path: Path
) -> None:
    assert salve("backup", str(tmp_path / "backup")).exit_code == 0
    before = salve("export", "hourly").stdout
    # Another month together with the first gives other files.
    assert salve("archive", "--before", "2026-06").exit_code == 0
    assert salve("restore", str(tmp_path / "backup"), "--discard").exit_code == 0
    with writing(old.engine) as connection:
        connection.exec_driver_sql("UPDATE reactions SET wall_ms = 1 WHERE kiosk_id = 1 AND seq = 1")
    old.engine.dispose()
    done = json.loads(salve("archive", "--before", "2026-06", "--json").stdout)
    assert done["reactions"] == 756
    assert done["set_aside"]
    assert all(name.endswith(".parquet.unknown") for name in done["set_aside"])
    assert salve("export", "hourly").stdout == before
    assert salve("rollup", "check").exit_code == 0


def test_hours_that_are_put_right_say_that_archived_presses_stay_as_they_were(
    salve: Callable[..., Result], old: LongHistory
) -> None:
    salve("archive", "--before", "2026-07")
    told = salve("store", "hours", "S001", "mon-sun 10:00-22:00", "--since", "2026-06-01")
    assert told.exit_code == 0, told.stderr
    assert "Judged anew" in told.stdout
    assert told.stderr == "Some presses of these days are in the archive; those stay as they were.\n"
    assert salve("rollup", "check").exit_code == 0
    assert salve("store", "hours", "S001", "mon-sun 09:00-22:00", "--since", "2026-07-01").stderr == ""


def test_the_worker_archives_only_where_something_is_to_leave_and_tells_what_stands_in_the_way(
    old: LongHistory, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings({"SALVE_DATA_DIR": str(tmp_path / "data")})
    assert archiving(old.engine, settings) == []
    settings = replace(settings, keep_months=4)
    (job,) = archiving(old.engine, settings)
    assert (job.name, job.every_s) == ("archive", 86_400)
    with caplog.at_level(logging.WARNING):
        assert keep_archived(old.engine, replace(settings, archive_dir=tmp_path / "mount"), NOW_MS) == 0
    assert "there is no folder" in caplog.text
    assert job.work(NOW_MS) == 1296


def test_an_import_knows_what_is_archived(salve: Callable[..., Result], old: LongHistory, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    rows = [f"S001;exit;happy;2026-05-{day:02d}T10:00:00+02:00" for day in range(1, 21)]
    file.write_text("\n".join(["store;touchpoint;answer;pressed_at", *rows]) + "\n")
    mapping = tmp_path / "mapping.toml"
    names = "".join(f'{name} = "{name}"\n' for name in ("store", "touchpoint", "answer", "pressed_at"))
    mapping.write_text(f'[columns]\n{names}[fixed]\nquestion = "felt-welcome"\n[format]\ndelimiter = ";"\n')
    words = ("import", "reactions", str(file), "--mapping", str(mapping), "--json")
    first = json.loads(salve(*words).stdout)
    # As if it had been imported long ago.
    with writing(old.engine) as connection:
        for statement in (
            "UPDATE arrivals SET received_ms = 1780000000000 WHERE received_ms = 1795262400000",
            "UPDATE streams SET first_ms = 1780000000000 WHERE first_ms = 1795262400000",
        ):
            connection.exec_driver_sql(statement)
    old.engine.dispose()
    assert json.loads(salve("archive", "--before", "2026-08", "--json").stdout)["reactions"] > 1_800
    second = json.loads(salve(*words).stdout)
    assert (first["new"], second["new"]) == (20, 0)
    assert salve("rollup", "check").exit_code == 0
