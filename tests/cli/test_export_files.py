"""Where exports and backups go: into files, through links and pipes, and never in the place of what is no file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from server.commands.export_files import opened
from server.database.sqlite_file import FileTable, write_sqlite
from server.database.targets import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

# Above what a process may have for a number, so none has it.
NOBODY = 4_194_305


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'salve.db'}"


def test_an_export_is_written_into_a_pipe_which_stays_one(ready: Callable[..., Result], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert ready("export", "stores", "-o", str(pipe)).exit_code == 0
    reader.join(30)
    assert read[0].startswith(b"store,store_name,")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("words", [("backup",), ("export", "reactions", "--format", "sqlite", "-o")], ids=["backup", "sqlite"])
def test_what_needs_a_file_leaves_a_pipe_alone(ready: Callable[..., Result], tmp_path: Path, words: tuple[str, ...]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = ready(*words, str(pipe))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert f"{pipe} is no regular file" in done.stderr
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    "words",
    [("backup",), ("export", "stores", "-o"), ("export", "reactions", "--format", "sqlite", "-o")],
    ids=["backup", "csv", "sqlite"],
)
def test_a_link_stays_and_what_it_leads_to_is_replaced(
    ready: Callable[..., Result], tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    link = tmp_path / "link"
    link.symlink_to(folder / "file")
    for _ in ("where nothing is yet", "over what is there"):
        assert ready(*words, str(link)).exit_code == 0
        assert link.is_symlink()
        assert (folder / "file").stat().st_size > 0
    beside = ["file.sha256"] if words == ("backup",) else []
    assert sorted(path.name for path in folder.iterdir()) == ["file", *beside]


def test_a_name_that_leads_to_standard_output_takes_no_files_place(tmp_path: Path, ready: Callable[..., Result]) -> None:
    target = tmp_path / "out.csv"
    words = [sys.executable, "-c", "from server.cli import main; main()", "export", "stores", "-o", "/dev/stdout"]
    environment = os.environ | {"SALVE_DATA_DIR": str(tmp_path / "data")}
    with target.open("ab") as file:
        file.write(b"before\n")
        file.flush()
        subprocess.run(words, env=environment, stdout=file, check=True, timeout=120)
    assert target.read_bytes().startswith(b"before\nstore,store_name,")


def test_what_a_killed_run_left_is_removed_and_what_another_one_writes_is_not(tmp_path: Path) -> None:
    for number in (NOBODY, os.getppid()):
        (tmp_path / f"r.csv.part-{number}").write_text("half")
    (tmp_path / f"other.csv.part-{NOBODY}").write_text("half")
    part_of(tmp_path / "r.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"other.csv.part-{NOBODY}",
        f"r.csv.part-{os.getppid()}",
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_half_made(tmp_path: Path, number: signal.Signals) -> None:
    with pytest.raises(SystemExit) as ended, opened(tmp_path / "r.csv"):
        signal.raise_signal(number)
    assert (ended.value.code, list(tmp_path.iterdir())) == (128 + number, [])
    assert signal.getsignal(number) == signal.SIG_DFL


def test_a_full_disk_is_told_with_the_name_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as failed, opened(tmp_path / "r.csv"):
        raise OSError(28, "No space left on device")
    assert (failed.value.filename, list(tmp_path.iterdir())) == (str(tmp_path / "r.csv"), [])


def test_a_sqlite_file_on_a_full_disk_is_told_so(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("x",)
        raise full

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    with pytest.raises(OSError, match="No space left") as failed:
        write_sqlite(tmp_path / "f.sqlite", [FileTable("t", {"a": "string"}, rows())])
    assert failed.value.filename == str(tmp_path / "f.sqlite")


def test_months_of_two_exports_are_not_mixed(ready: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "months"
    (folder / "month=2026-05").mkdir(parents=True)
    done = ready("export", "reactions", "--format", "parquet", "-o", str(folder))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "holds months of another export" in done.stderr


def test_a_folder_of_months_loses_what_a_killed_run_left(ready: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "months"
    (folder / f".part-{NOBODY}").mkdir(parents=True)
    (folder / f".part-{NOBODY}" / "2026-05").write_text("half")
    assert ready("export", "reactions", "--format", "parquet", "-o", str(folder)).exit_code == 0
    assert list(folder.iterdir()) == []
