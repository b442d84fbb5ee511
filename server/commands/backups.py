"""`salve-server backup`, `restore` and `restore-check`: copies that were read back, and a database made of one again."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.access.tokens import list_tokens
from server.commands.export_files import ended_by_signals, named
from server.commands.workplace import at_work, show_json
from server.database.backups import back_up, check_backup
from server.database.backups import restore as put_back
from server.database.engine import reading
from server.database.kiosk_keys import kiosks_with_keys
from server.database.whole_files import sum_of
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.commands.workplace import Workplace
    from server.database.holdings import Holding, Tell

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="For a program.")


@click.command("backup")
@FILE
@JSON
def backup(file: Path, *, as_json: bool) -> None:
    """Copy the database into a file while the server goes on, and check the copy.

    Example: salve-server backup /backups/salve-2026-11-21
    """
    with at_work() as place, ended_by_signals(), named(file), progress("Copying") as tell:
        held = back_up(place.engine, file, tell, place.clock.now_ms())
        archive = place.settings.archive
    _say(f"{file} holds", held, as_json=as_json)
    if held.archived:
        click.echo(f"{held.archived} archived file(s) belong to it; copy {archive} as well.", err=True)


@click.command("restore")
@FILE
@JSON
@click.option("--discard", is_flag=True, help="Do not keep what is in the database now.")
def restore(file: Path, *, discard: bool, as_json: bool) -> None:
    """Put a backup in the place of the database; kiosks send by themselves what it does not hold.

    Server and worker must be stopped. What was in the database is kept beside it, and its name is said.

    Example: salve-server restore /backups/salve-2026-11-21
    """
    with at_work(current=False) as place, progress("Restoring") as tell:
        kept = None if discard else _name_for_what_is_there(place)
        held = put_back(place.engine, file, kept, tell, place.clock.now_ms())
        good = _good_now(place)
    _say("The database now holds", held, as_json=as_json)
    if kept is not None and kept.exists():
        click.echo(f"What it held before is kept in {kept}.", err=True)
    if good:
        click.echo("These tokens and kiosks' keys are good now, also where they were revoked since the backup:", err=True)
        for line in good:
            click.echo(f"  {line}", err=True)


def _good_now(place: Workplace) -> list[str]:
    """What opens the door of the restored database: a revocation since the backup is not in it, nor in its log."""
    now_ms = place.clock.now_ms()
    with reading(place.engine) as connection:
        tokens, codes = list_tokens(connection), kiosks_with_keys(connection)
    open_tokens = [one for one in tokens if one.revoked_ms is None and one.expires_ms > now_ms]
    return [*(f"token {one.key_id} {one.name}" for one in open_tokens), *(f"kiosk {code}" for code in codes)]


@click.command("restore-check")
@FILE
@JSON
def restore_check(file: Path, *, as_json: bool) -> None:
    """Try a backup out beside the database, and hold its figures against its reactions.

    Example: salve-server restore-check /backups/salve-2026-11-21
    """
    with at_work(current=False) as place, progress("Trying it out") as tell:
        held, wrong = check_backup(place.engine, file, place.settings.data_dir, tell)
    if wrong:
        raise Unfit(f"{file} can be restored, but {wrong} figures in it are wrong; run `salve-server rollup repair` then.")
    _say(f"{file} can be restored: it holds", held, as_json=as_json)
    if not sum_of(file).exists():
        click.echo(f"{sum_of(file).name} is not beside it, so a changed byte that leaves it readable is not found.", err=True)


def _say(begin: str, held: Holding, *, as_json: bool) -> None:
    if as_json:
        show_json({"reactions": held.reactions, "position": held.position, "epoch": held.epoch})
    else:
        click.echo(f"{begin} {held.reactions} reactions, up to position {held.position}.")


def _name_for_what_is_there(place: Workplace) -> Path:
    now = datetime.fromtimestamp(place.clock.now_ms() / 1_000, UTC)
    url = place.engine.url
    beside = Path(url.database or "") if place.engine.dialect.name == "sqlite" else place.settings.data_dir / "salve"
    return beside.with_name(f"{beside.name}.before-{now:%Y%m%dT%H%M%SZ}")


@contextmanager
def progress(label: str) -> Iterator[Tell]:
    """A bar on a terminal, nothing elsewhere."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        yield tell
