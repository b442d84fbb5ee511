"""`salve-server import`: history from other systems."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.imports import import_stores, question_codes
from server.database.stores import printable
from server.errors import Unfit
from server.ingest.import_files import PressFile, WrongRow
from server.ingest.import_mapping import RowMapping, read_mapping
from server.ingest.importing import Import

if TYPE_CHECKING:
    from server.ingest.importing import Taken

SHOWN = 3


@click.group("import", cls=Commands)
def import_() -> None:
    """History from other systems.

    Example: salve-server import reactions history.csv --dry-run
    """


class Refused:
    """What could not be taken, by kind, with the first few lines of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)

    def add(self, line: int, wrong: WrongRow) -> None:
        """One more."""
        self.counts[wrong.why] += 1
        if len(self.examples[wrong.why]) < SHOWN:
            self.examples[wrong.why].append((line, str(wrong)))

    def told(self) -> list[str]:
        """A sentence for each kind, the most frequent first."""
        return [
            f"Refused {count}: {why} ({'; '.join(f'line {line}: {what!r}' for line, what in self.examples[why])}"
            f"{'; …' if count > SHOWN else ''})."
            for why, count in self.counts.most_common()
        ]


@import_.command("reactions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="How its columns become ours.")
@click.option("--source", default="import", show_default=True, help="Name of the other system, where there are several.")
@click.option("--raw", is_flag=True, help="It was exported with raw=1: an apostrophe in front is part of the text.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def reactions(file: Path, mapping: Path | None, source: str, *, raw: bool, dry: bool, as_json: bool) -> None:
    """Take presses from a CSV file: of another Salve's export, or of another system with a mapping.

    Presses that are here already stay single, also from files that overlap. What can not be taken is counted and told.

    Example: salve-server import reactions history.csv --mapping happy.toml --dry-run
    """
    printable("source", source, least=1)
    how = RowMapping(defused=not raw) if mapping is None else read_mapping(mapping)
    refused = Refused()
    with at_work() as place:
        with reading(place.engine) as connection:
            stores, questions = import_stores(connection), question_codes(connection)
        if not dry:
            with writing(place.engine) as connection:  # before, because it comes in part by part
                note(connection, place.clock.now_ms(), COMMAND_LINE, Act.REACTIONS_IMPORTED, file.name, source=source)
        presses = PressFile(file, how, stores, questions, place.clock.now_ms())
        work = Import(place.engine, place.clock, stores, source, dry=dry)
        with file.open("rb") as text:
            length = max(0, sum(chunk.count(b"\n") for chunk in iter(lambda: text.read(1 << 20), b"")) - 1)
        with click.progressbar(length=length, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            taken = work.take(presses.presses(refused.add), refused.add, bar.update, _warn)
    _tell(presses.rows, taken, refused, dry=dry, as_json=as_json)
    if presses.rows and not taken.new + taken.known and sum(refused.counts.values()) >= presses.rows:
        raise Unfit("Nothing of this file could be taken.")


def _warn(alike: int) -> None:
    if alike:
        click.echo(
            f"Warning: {alike} of these press(es) are here under another --source, alike in place, time and answer;"
            " both would count.",
            err=True,
        )


def _tell(read: int, taken: Taken, refused: Refused, *, dry: bool, as_json: bool) -> None:
    total = sum(refused.counts.values())
    if as_json:
        reasons = {
            why: {"rows": count, "lines": [line for line, _ in refused.examples[why]]} for why, count in refused.counts.items()
        }
        show_json(
            {
                "dry_run": dry,
                "rows": read,
                "new": taken.new,
                "known": taken.known,
                "refused": total,
                "alike": taken.alike,
                "reasons": reasons,
            }
        )
        return
    verb = "Would import" if dry else "Imported"
    click.echo(f"{verb} {taken.new} press(es); {taken.known} were here already; {total} of {read} row(s) refused.")
    for sentence in refused.told():
        click.echo(sentence)
