"""`backup`, `restore` and `restore-check`: a copy is whole or not there, and the database is the old one or the new one."""

from __future__ import annotations

import json
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from server.database.engine import make_engine, reading, writing
from server.database.kiosk_keys import add_key, revoke_keys
from server.database.kiosks import add_kiosk
from server.database.life import move_safe_position, read_life
from server.database.tables import kiosks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine


@pytest.fixture
def looking(database_url: str, ready: Callable[..., Result]) -> Iterator[Engine]:
    """The database, for looking into it."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def stores(salve: Callable[..., Result]) -> list[str]:
    return [line.split()[0] for line in salve("store", "list").stdout.splitlines()]


def test_a_restore_brings_the_backups_content_and_keeps_what_was_there(
    ready: Callable[..., Result], looking: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    made = ready("backup", str(file))
    assert (made.exit_code, made.stdout) == (0, f"{file} holds 0 reactions, up to position 0.\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with reading(looking) as connection:
        epoch = read_life(connection).epoch
    looking.dispose()
    assert ready("store", "add", "S002", "--name", "x", "--timezone", "Europe/Rome").exit_code == 0

    restored = ready("restore", str(file))
    assert (restored.exit_code, restored.stdout) == (0, "The database now holds 0 reactions, up to position 0.\n")
    assert stores(ready) == ["S001"]
    with reading(looking) as connection:
        assert read_life(connection).epoch != epoch
    looking.dispose()

    kept = restored.stderr.removeprefix("What it held before is kept in ").rstrip(".\n")
    assert ready("restore", kept, "--discard").exit_code == 0
    assert stores(ready) == ["S001", "S002"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "backup.sha256", "data"]
    assert not list((tmp_path / "data").glob("*restoring*"))


def test_a_restore_lists_what_is_good_again(ready: Callable[..., Result], looking: Engine, tmp_path: Path) -> None:
    for name in ("weekly report", "ended before"):
        assert ready("token", "add", name).exit_code == 0
    found = {one["name"]: one["key_id"] for one in json.loads(ready("token", "list", "--json").stdout)}
    assert ready("token", "revoke", found["ended before"]).exit_code == 0
    with writing(looking) as connection:
        for number, code in enumerate(("K-001", "K-002"), 1):
            kiosk = add_kiosk(connection, f"box {number}", "1.0", 1)
            connection.execute(update(kiosks).where(kiosks.c.id == kiosk).values(code=code))
            add_key(connection, kiosk, f"key-{number}", "hash", 1)
        revoke_keys(connection, kiosk, 2)
    looking.dispose()
    assert ready("backup", str(tmp_path / "backup")).exit_code == 0
    assert ready("token", "revoke", found["weekly report"]).exit_code == 0
    said = ready("restore", str(tmp_path / "backup"), "--discard", "--json")
    assert json.loads(said.stdout)["reactions"] == 0
    assert said.stderr.splitlines() == [
        "These tokens and kiosks' keys are good now, also where they were revoked since the backup:",
        f"  token {found['weekly report']} weekly report",
        "  kiosk K-001",
    ]


def test_nothing_is_restored_while_somebody_uses_the_database(
    ready: Callable[..., Result], looking: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    ready("backup", str(file))
    with reading(looking) as connection:
        read_life(connection)
        refused = ready("restore", str(file))
    assert refused.exit_code == 1
    assert refused.stderr == ("Error: Somebody uses the database; stop `salve-server serve` and `salve-server worker` first.\n")
    looking.dispose()
    assert ready("restore", str(file)).exit_code == 0


@pytest.mark.parametrize("command", ["restore", "restore-check"])
def test_a_file_that_is_no_whole_backup_is_refused_and_changes_nothing(
    ready: Callable[..., Result], looking: Engine, tmp_path: Path, command: str
) -> None:
    whole, file = tmp_path / "whole", tmp_path / "file"
    ready("backup", str(whole))
    with reading(looking) as connection:
        epoch = read_life(connection).epoch
    looking.dispose()
    content = whole.read_bytes()
    damaged = bytearray(content)
    middle = len(content) // 2
    damaged[middle : middle + 6_000] = b"\x5a" * 6_000
    for wrong in (b"", b"a text", content[:middle], bytes(damaged)):
        file.write_bytes(wrong)
        refused = ready(command, str(file))
        assert refused.exit_code == 1, wrong[:20]
        assert refused.stderr.startswith(f"Error: {file} is "), refused.stderr
    refused = ready(command, str(tmp_path / "nothing"))
    assert refused.stderr == f"Error: There is no file {tmp_path / 'nothing'}.\n"
    with reading(looking) as connection:
        assert read_life(connection).epoch == epoch


@pytest.mark.parametrize("command", ["restore", "restore-check"])
def test_a_backup_of_which_one_bit_changed_is_refused(ready: Callable[..., Result], command: str, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    ready("backup", str(file))
    content = file.read_bytes()
    # The name of the only store: readable as before, and another.
    place = content.find(b"S001") if b"S001" in content else len(content) // 2
    file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    refused = ready(command, str(file))
    assert refused.exit_code == 1
    assert refused.stderr == f"Error: {file} is damaged: it is not the file that backup.sha256 was made of.\n"
    assert stores(ready) == ["S001"]
    file.write_bytes(content)
    assert ready(command, str(file)).exit_code == 0


def test_the_sum_is_one_that_sha256sum_reads_and_a_missing_one_is_told(ready: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    ready("backup", str(file))
    assert subprocess.run(["sha256sum", "-c", "backup.sha256"], cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert "backup.sha256" not in ready("restore-check", str(file)).stderr
    (tmp_path / "backup.sha256").unlink()
    checked = ready("restore-check", str(file))
    assert checked.exit_code == 0
    assert "backup.sha256 is not beside it" in checked.stderr


def test_a_check_says_what_a_backup_holds_and_leaves_nothing_behind(
    ready: Callable[..., Result], looking: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    ready("backup", str(file))
    checked = ready("restore-check", str(file), "--json")
    assert checked.exit_code == 0, checked.stderr
    assert json.loads(checked.stdout)["reactions"] == 0
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if "restore" in path.name) == []
    with reading(looking) as connection:
        assert stores(ready) == ["S001"]
        if looking.dialect.name == "postgresql":
            left = connection.exec_driver_sql("SELECT datname FROM pg_database WHERE datname LIKE 'salve_check_%%'")
            assert left.all() == []


def test_a_backup_that_can_not_be_written_moves_nothing(ready: Callable[..., Result], tmp_path: Path) -> None:
    failed = ready("backup", str(tmp_path / "nowhere" / "backup"))
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "No such file or directory" in failed.stderr


def test_a_backup_never_takes_the_place_of_its_own_database(
    ready: Callable[..., Result], database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL is no file")
    place = tmp_path / "data" / "salve.db"
    (tmp_path / "link").symlink_to(place)
    before = place.stat().st_ino
    for name in (place, tmp_path / "link"):
        done = ready("backup", str(name))
        assert (done.exit_code, "is the database itself" in done.stderr) == (1, True)
    assert place.stat().st_ino == before


def test_without_postgresqls_programs_there_is_a_sentence(
    ready: Callable[..., Result], looking: Engine, tmp_path: Path
) -> None:
    made = ready("backup", str(tmp_path / "backup"), PATH=str(tmp_path))
    if looking.dialect.name == "sqlite":
        assert made.exit_code == 0
    else:
        assert made.stderr == "Error: pg_dump is not installed here; on Debian: apt install postgresql-client.\n"
        assert not (tmp_path / "backup").exists()


def test_the_safe_position_moves_forward_and_only_in_its_own_life(looking: Engine) -> None:
    with writing(looking) as connection:
        epoch = read_life(connection).epoch
        for life, position, safe in ((epoch, 5, 5), (epoch, 3, 5), ("another", 9, 5), (epoch, 6, 6)):
            move_safe_position(connection, life, position)
            assert read_life(connection).safe_position == safe
