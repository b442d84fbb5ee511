"""`user add` and `token add`."""

from __future__ import annotations

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
