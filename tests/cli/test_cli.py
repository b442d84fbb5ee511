"""Every command explains itself with an example, and fails in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from server.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(group.commands.items()):
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


@pytest.mark.parametrize("words", [(), *commands(main)], ids=" ".join)
def test_help_shows_an_example_of_that_command(salve: Callable[..., Result], words: tuple[str, ...]) -> None:
    shown = salve(*words, "--help")
    assert shown.exit_code == 0
    assert f"Example: salve-server {' '.join(words)}".strip() in " ".join(shown.output.split()).replace("SALVE_PORT=8000 ", "")


def test_the_promised_commands_are_there() -> None:
    assert {" ".join(words) for words in commands(main)} >= {
        *(
            "upgrade",
            "serve",
            "store add",
            "user add",
            "kiosk code",
            "kiosk list",
            "kiosk revoke",
            "kiosk rotate",
            "kiosk move",
        ),
        *("token add", "export reactions", "export hourly", "export stores", "rollup check", "rollup repair"),
    }


@pytest.mark.parametrize(
    "words",
    [
        ("store", "list"),
        ("store", "add", "S2", "--name", "x", "--timezone", "Europe/Rome"),
        ("user", "add", "a@b.example", "--role", "admin"),
        ("token", "add", "x"),
        ("kiosk", "list"),
        ("export", "reactions"),
        ("rollup", "check"),
    ],
    ids=" ".join,
)
def test_without_a_database_each_says_what_to_run_first(bare: Callable[..., Result], words: tuple[str, ...]) -> None:
    failed = bare(*words, said="seven quiet lamps in rain\n")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr.startswith(
        ("Error: The database has not this release's tables yet; run", "Error: SALVE_DATA_DIR: there is no database")
    )
    assert (failed.stderr.count("\n"), "`salve-server upgrade`" in failed.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "named", "asked"),
    [
        (("store", "add"), "CODE", "salve-server store add --help"),
        (("store", "add", "--colour"), "--colour", "salve-server store add --help"),
        (("stores",), "stores", "salve-server --help"),
        (("kiosk", "paint"), "paint", "salve-server kiosk --help"),
    ],
)
def test_a_mistyped_command_is_one_sentence_that_names_the_mistake_and_the_help(
    salve: Callable[..., Result], words: tuple[str, ...], named: str, asked: str
) -> None:
    failed = salve(*words)
    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: ")
    assert failed.stderr.count("\n") == 1
    assert named in failed.stderr
    assert f"`{asked}` shows an example." in failed.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SALVE_PORT": "many"}, "SALVE_PORT: must be a whole number, not 'many'"),
        ({"SALVE_CONFIG": "/nowhere/salve.toml"}, "SALVE_CONFIG: /nowhere/salve.toml can not be read"),
        ({"SALVE_DATABASE_URL": "sqlite:////nowhere/x.db"}, "The database did not do that: unable to open database file."),
    ],
)
def test_wrong_settings_stop_it_with_their_name(salve: Callable[..., Result], settings: dict[str, str], sentence: str) -> None:
    failed = salve("upgrade", **settings)
    assert failed.exit_code == 1
    assert sentence in failed.stderr
    assert failed.stderr.count("\n") == 1
