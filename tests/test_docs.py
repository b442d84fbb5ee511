"""The documentation says what is true: settings, commands and links are held to the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from kiosk.cli import main as kiosk_command
from kiosk.settings import SETTINGS as KIOSK_SETTINGS
from server.cli import main as server_command
from server.settings import SETTINGS as SERVER_SETTINGS
from server.survey.library import starter_library

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ROW = re.compile(r"^\| `(SALVE_[A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)
OF_BOTH = {"SALVE_CONFIG", "SALVE_KIOSK_CONFIG", "SALVE_DEMO_PORT", "SALVE_DEMO_SCREEN_PORT", "SALVE_DEMO_DIR"}


def documented() -> dict[str, tuple[str, str]]:
    rows = ROW.findall((ROOT / "docs" / "settings.md").read_text())
    return {name: (default, meaning) for name, default, meaning in rows}


@pytest.mark.parametrize("setting", [*SERVER_SETTINGS, *KIOSK_SETTINGS], ids=lambda setting: setting.env)
def test_every_setting_is_documented_with_its_default_and_meaning(setting: object) -> None:
    default, meaning = documented()[setting.env]  # type: ignore[attr-defined]
    assert default == (f"`{setting.default}`" if setting.default else "")  # type: ignore[attr-defined]
    assert meaning == setting.meaning  # type: ignore[attr-defined]


def test_nothing_else_is_documented_as_a_setting() -> None:
    assert set(documented()) == {setting.env for setting in (*SERVER_SETTINGS, *KIOSK_SETTINGS)} | OF_BOTH


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_first_screen_of_the_readme_has_a_picture_and_the_two_commands() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    assert "![" in first_screen
    assert "./setup.sh demo" in first_screen
    assert "./setup.sh test" in first_screen


def commands(command: click.Command, name: str) -> list[str]:
    if isinstance(command, click.Group):
        return [full for word, one in command.commands.items() for full in commands(one, f"{name} {word}")]
    return [name]


@pytest.mark.parametrize("name", [*commands(server_command, "salve-server"), *commands(kiosk_command, "salve-kiosk")])
def test_every_command_is_documented(name: str) -> None:
    assert f"`{name}" in (ROOT / "docs" / "commands.md").read_text()


@pytest.mark.parametrize("name", [*commands(server_command, "salve-server"), *commands(kiosk_command, "salve-kiosk")])
def test_every_command_shows_an_example(name: str) -> None:
    command: click.Command = server_command if name.startswith("salve-server") else kiosk_command
    for word in name.split()[1:]:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    assert "Example" in f"{command.help} {command.epilog}", name


def test_every_question_and_pair_of_the_starter_library_is_documented() -> None:
    page = (ROOT / "docs" / "questions.md").read_text()
    library = starter_library()
    for question in library.questions:
        assert f"| `{question.code}` | {question.signal} | {question.dimension} | {question.texts['en'].question} |" in page
    for pair in library.pairs:
        assert f"| {pair.code} | `{pair.row_one}` | `{pair.row_two}` |" in page
