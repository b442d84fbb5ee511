"""`audit verify` and `audit list`; and every command that changes or gives out something stands in the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from server.audit import BEGINNING, Act
from server.cli import main
from server.database.driver import run
from server.database.engine import make_engine, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Connection, Engine

PASSWORD = "seven quiet lamps in rain"
PRESSES = (
    "position,store,region,kiosk,touchpoint,question,signal,dimension,answer,polarity,pressed_at,local_time,time_quality,"
    "uncertainty_ms,received_at,stream,seq,visit,mark,reason,counted,config_version\n"
)
# What each command that acts is called in the log; in this order they make one chain's beginning.
ACTS = {
    "store add": Act.STORE_ADDED,
    "store hours": Act.HOURS_SET,
    "store holiday": Act.HOLIDAY_SET,
    "user add": Act.PERSON_ADDED,
    "user disable": Act.PERSON_DISABLED,
    "user password": Act.PASSWORD_CHANGED,
    "token add": Act.TOKEN_MADE,
    "token revoke": Act.TOKEN_REVOKED,
    "kiosk code": Act.CODE_MADE,
    "kiosk revoke": Act.KIOSK_REVOKED,
    "kiosk rotate": Act.KIOSK_ROTATED,
    "kiosk move": Act.KIOSK_MOVED,
    "kiosk ask": Act.KIOSK_ASKED,
    "questions import": Act.QUESTIONS_IMPORTED,
    "definition declare": Act.DEFINITION_DECLARED,
    "export reactions": Act.EXPORTED,
    "export revisions": Act.EXPORTED,
    "export hourly": Act.EXPORTED,
    "export stores": Act.EXPORTED,
    "export kiosks": Act.EXPORTED,
    "export recoveries": Act.EXPORTED,
    "export package": Act.EXPORTED,
    "export deliver": Act.EXPORTED,
    "import reactions": Act.REACTIONS_IMPORTED,
    "held release": Act.HELD_RELEASED,
    "rollup repair": Act.FIGURES_REPAIRED,
    "archive": Act.ARCHIVED,
    "backup": Act.BACKED_UP,
    "restore": Act.RESTORED,
    "move": Act.MOVED,  # tests/path/test_moved.py
}
# These look, or run what tells of itself.
QUIET = {
    *("upgrade", "serve", "worker", "store list", "user list", "kiosk list", "token list", "questions export"),
    *("definition show", "held list", "rollup check", "restore-check", "audit verify", "audit list"),
}


def commands(command: click.Command, name: str = "") -> list[str]:
    if isinstance(command, click.Group):
        return [full for word, one in command.commands.items() for full in commands(one, f"{name} {word}".strip())]
    return [name]


@pytest.fixture
def looking(database_url: str, ready: Callable[..., Result]) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def log(salve: Callable[..., Result], *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(salve("audit", "list", "--limit", "1000", "--json", *words).stdout)
    return found


def unlock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in ("update", "delete", "insert"):
            run(connection, f"DROP TRIGGER audit_keep_{name}")
    else:
        run(connection, "SET LOCAL session_replication_role = replica")


def tamper(engine: Engine, statement: str) -> None:
    """What somebody can do who owns the database."""
    with writing(engine) as connection:
        unlock(connection)
        run(connection, statement)
    engine.dispose()


def test_every_command_is_in_the_log_or_only_looks() -> None:
    assert set(commands(main)) == ACTS.keys() | QUIET


def enrol_one(salve: Callable[..., Result], engine: Engine) -> None:
    from server.clock import SystemClock
    from server.fleet.enrolment import enrol

    code = salve("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", "two-row").stdout.strip()
    enrol(engine, SystemClock(), code, "sha256:1", "1.0.0", "203.0.113.9")
    engine.dispose()


def test_what_commands_do_stands_in_the_log_once_each(ready: Callable[..., Result], looking: Engine, tmp_path: Path) -> None:
    enrol_one(ready, looking)
    key = ready("token", "add", "weekly").stdout.strip()
    library, presses = tmp_path / "questions.toml", tmp_path / "presses.csv"
    assert ready("questions", "export", str(library)).exit_code == 0
    presses.write_text(PRESSES)
    (tmp_path / "delivered").mkdir()
    words = {
        "store add": ["S002", "--name", "Two", "--timezone", "Europe/Rome"],
        "store hours": ["S001", "mon-sat 09:00-20:00"],
        "store holiday": ["S001", "2026-12-24"],
        "user add": ["ewa@chain.example", "--role", "manager", "--store", "S001"],
        "user disable": ["ewa@chain.example"],
        "user password": ["ewa@chain.example"],
        "token add": ["monthly"],
        "token revoke": [key],
        "kiosk code": ["--store", "S001", "--touchpoint", "exit", "--layout", "two"],
        "kiosk revoke": ["K-001"],
        "kiosk rotate": ["K-001"],
        "kiosk move": ["K-001", "--store", "S002"],
        "kiosk ask": ["K-001", "--question", "felt-welcome", "--question", "got-needed"],
        "questions import": [str(library)],
        "definition declare": ["--target-service", "0.8"],
        "import reactions": [str(presses)],
        "archive": ["--before", "2026-01"],
        "backup": [str(tmp_path / "backup")],
        "restore": [str(tmp_path / "backup"), "--discard"],
    }
    wanted = []
    for command, act in ACTS.items():
        if command == "move":
            continue
        before = len(log(ready))
        done = ready(*command.split(), *words.get(command, []), said=PASSWORD, SALVE_DELIVERY_DIR=str(tmp_path / "delivered"))
        assert done.exit_code == 0, (command, done.output)
        # A restore brings the log of the backup back, which was made before the backup's own entry.
        wanted.append((act, 1 if command != "restore" else 0))
        assert (log(ready)[0]["act"], len(log(ready)) - before) == wanted[-1], command
        assert log(ready)[0]["who_kind"] == "command-line"
    assert ready("audit", "verify").exit_code == 0
    written = json.dumps(log(ready))
    assert key not in written
    assert PASSWORD not in written


def test_a_command_that_fails_or_only_tries_leaves_nothing(ready: Callable[..., Result], tmp_path: Path) -> None:
    presses = tmp_path / "presses.csv"
    presses.write_text(PRESSES)
    before = log(ready)
    assert ready("store", "add", "S001", "--name", "x", "--timezone", "Europe/Rome").exit_code == 1
    assert ready("kiosk", "revoke", "K-099").exit_code == 1
    assert ready("export", "reactions", "--after", "nonsense").exit_code == 1
    assert ready("import", "reactions", str(presses), "--dry-run").exit_code == 0
    assert log(ready) == before


def test_a_whole_log_is_said_with_its_newest_hash_and_exits_0(ready: Callable[..., Result]) -> None:
    newest = log(ready)[0]
    done = ready("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, f"Whole, up to entry 1: {newest['hash']}\n")
    assert json.loads(ready("audit", "verify", "--json").stdout) == {
        "whole": True,
        "number": 1,
        "hash": newest["hash"],
        "fault": None,
        "not_found": [],
    }
    assert ready("audit", "verify", "--expect", str(newest["hash"]), "--expect", BEGINNING).exit_code == 0


def test_an_entry_that_was_changed_is_named_and_the_exit_code_says_so(ready: Callable[..., Result], looking: Engine) -> None:
    assert ready("store", "add", "S002", "--name", "x", "--timezone", "Europe/Rome").exit_code == 0
    tamper(looking, "UPDATE audit SET about = 'S007' WHERE number = 1")
    done = ready("audit", "verify")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: The log is not whole: entry 1 is not what was written, or does not follow")
    assert "command-line, store-added S007)" in done.stderr.replace("command-line ,", "command-line,")
    told = json.loads(ready("audit", "verify", "--json").stdout)
    assert (told["whole"], told["fault"]["number"], told["fault"]["what"]) == (False, 1, "changed")


def test_an_entry_that_was_removed_is_named(ready: Callable[..., Result], looking: Engine) -> None:
    tamper(looking, "DELETE FROM audit WHERE number = 1")
    done = ready("audit", "verify")
    assert (done.exit_code, done.stderr) == (1, "Error: The log is not whole: entry 1 is missing.\n")


def test_a_restore_to_an_older_state_is_seen_by_a_hash_kept_elsewhere(ready: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    first = str(log(ready)[0]["hash"])
    assert ready("backup", str(file)).exit_code == 0
    assert ready("store", "add", "S002", "--name", "x", "--timezone", "Europe/Rome").exit_code == 0
    newest = str(log(ready)[0]["hash"])
    assert ready("restore", str(file), "--discard").exit_code == 0
    assert [one["act"] for one in log(ready)] == ["restored", "store-added"]
    assert ready("audit", "verify", "--expect", first).exit_code == 0
    done = ready("audit", "verify", "--expect", newest)
    assert done.exit_code == 1
    assert f"no entry has the hash {newest}" in done.stderr


def test_what_is_no_hash_is_refused(ready: Callable[..., Result]) -> None:
    for text in ("", "9f2c", "g" * 64):
        done = ready("audit", "verify", "--expect", text)
        assert done.exit_code == 1
        assert "64 hexadecimal digits" in done.stderr


def test_the_list_is_newest_first_and_one_may_ask_for_one_subject(ready: Callable[..., Result]) -> None:
    assert ready("token", "add", "weekly").exit_code == 0
    lines = ready("audit", "list").stdout.splitlines()
    assert [line.split("  ")[2:] for line in lines] == [
        ["command-line", "token-made", "weekly"],
        ["command-line", "store-added", "S001"],
    ]
    assert [one["act"] for one in log(ready, "--kind", "stores")] == ["store-added"]
    assert log(ready, "--kind", "stores")[0]["details"]["timezone"] == "Europe/Warsaw"  # type: ignore[index]


def test_a_check_is_kept_for_the_page(ready: Callable[..., Result], looking: Engine) -> None:
    ready("audit", "verify")
    with reading(looking) as connection:
        assert run(connection, "SELECT number, fault FROM audit_checks").one() == (1, 0)
    looking.dispose()
