"""`user add` and `token add`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from server import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

PASSWORD = "seven quiet lamps in rain"


def test_a_person_is_added_with_the_password_from_standard_input(ready: Callable[..., Result]) -> None:
    added = ready("user", "add", "Ewa@Chain.example", "--role", "manager", "--store", "S001", said=PASSWORD + "\n")
    assert (added.exit_code, added.stdout) == (0, "Added ewa@chain.example as manager.\n")
    assert PASSWORD not in added.output


def test_a_refused_person_is_told_in_one_sentence(ready: Callable[..., Result]) -> None:
    short = ready("user", "add", "ewa@chain.example", "--role", "admin", said="short\n")
    silent = ready("user", "add", "ewa@chain.example", "--role", "admin")
    storeless = ready("user", "add", "ewa@chain.example", "--role", "manager", said=PASSWORD)
    assert [failed.exit_code for failed in (short, silent, storeless)] == [1, 1, 1]
    assert "15 to 128 characters" in short.stderr
    assert "15 to 128 characters" in silent.stderr
    assert "at least one store" in storeless.stderr


def test_a_token_is_printed_alone(ready: Callable[..., Result]) -> None:
    made = ready("token", "add", "weekly report", "--store", "S001", "--days", "30")
    assert made.exit_code == 0
    assert made.stdout.count("\n") == 1
    assert keys.read_key(keys.EXPORT, made.stdout.strip()) is not None


def test_a_refused_token_prints_nothing_on_standard_output(ready: Callable[..., Result]) -> None:
    for words in (("--days", "400"), ("--store", "S999"), ("--days", "soon")):
        failed = ready("token", "add", "x", *words)
        assert (failed.exit_code, failed.stdout) == (1, "")
        assert failed.stderr.startswith("Error: ")


def test_people_are_listed_disabled_and_get_a_new_password(ready: Callable[..., Result]) -> None:
    ready("user", "add", "ewa@chain.example", "--role", "manager", "--store", "S001", said=PASSWORD)
    ready("user", "add", "ada@chain.example", "--role", "admin", said=PASSWORD)
    assert ready("user", "list").stdout == "ada@chain.example  admin  all stores\newa@chain.example  manager  S001\n"
    assert ready("user", "disable", "ewa@chain.example").stdout == "ewa@chain.example is disabled.\n"
    assert json.loads(ready("user", "list", "--json").stdout)[1]["disabled_ms"] is not None
    assert ready("user", "disable", "--undo", "ewa@chain.example").exit_code == 0
    assert json.loads(ready("user", "list", "--json").stdout)[1]["disabled_ms"] is None
    last = ready("user", "disable", "ada@chain.example")
    assert (last.exit_code, "last administrator" in last.stderr) == (1, True)
    assert ready("user", "password", "ewa@chain.example", said="eleven loud bells at noon\n").exit_code == 0
    refused = [ready("user", "password", "ewa@chain.example", said="short"), ready("user", "disable", "eve@chain.example")]
    assert [done.exit_code for done in refused] == [1, 1]


def test_tokens_are_listed_and_revoked_by_their_public_part(ready: Callable[..., Result]) -> None:
    text = ready("token", "add", "weekly report", "--store", "S001", "--employees").stdout.strip()
    (found,) = json.loads(ready("token", "list", "--json").stdout)
    assert (found["name"], found["stores"], found["employees"], found["used_ms"]) == ("weekly report", ["S001"], True, None)
    listed = ready("token", "list").stdout
    assert listed.startswith(f"{found['key_id']}  weekly report  S001 and employees  until ")
    assert text not in listed
    assert ready("token", "revoke", found["key_id"]).stdout == "Revoked the token weekly report.\n"
    assert "revoked" in ready("token", "list").stdout
    assert ready("token", "revoke", "nothing").exit_code == 1
