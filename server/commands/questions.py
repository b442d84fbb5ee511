"""`salve-server questions`: what kiosks may ask, from and to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, Sentence, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.survey.exchange import export_questions, import_questions


@click.group("questions", cls=Commands)
def questions() -> None:
    """The questions that kiosks may ask.

    Example: salve-server questions export questions.toml
    """


@questions.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--draft", is_flag=True, help="Keep them as drafts, also incomplete ones, to be activated on the page.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def take_in(file: TextIO, *, draft: bool, as_json: bool) -> None:
    """Take in questions (TOML in the form of the starter library) that have all they need; says what was refused, and why.

    Fails when one was refused; the others are in all the same. The same file again changes nothing.

    Example: salve-server questions import questions.toml
    """
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise Sentence("The questions can not be read: the file is not UTF-8.") from error
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        outcomes = import_questions(connection, text, now_ms, "command line", active=not draft)
        added = [one.code for one in outcomes if one.what == "added"]
        note(connection, now_ms, COMMAND_LINE, Act.QUESTIONS_IMPORTED, Path(file.name).name, added=added, draft=draft)
    if as_json:
        show_json([one._asdict() for one in outcomes])
    else:
        for one in outcomes:
            click.echo(f"{one.code}: {one.what}{'. ' if one.why else ''}{one.why}")
    refused = sum(one.what == "refused" for one in outcomes)
    if refused:
        raise Sentence(f"{refused} of {len(outcomes)} questions were refused; the others are in.")


@questions.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True))
def give_out(file: TextIO) -> None:
    """Write the questions that kiosks may be given now into a file, or to standard output for a dash.

    Example: salve-server questions export questions.toml
    """
    with at_work() as place, reading(place.engine) as connection:
        text = export_questions(connection)
    file.write(text)
