"""`salve-server rollup`: hold the counted figures against the reactions, and put them right."""

from __future__ import annotations

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.rollup_check import Findings, check, repair


@click.group("rollup", cls=Commands)
def rollup() -> None:
    """The counted figures behind pages and hourly exports.

    Example: salve-server rollup check
    """


@rollup.command("check")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def check_all(*, as_json: bool) -> None:
    """Compare every figure with the reactions; fails when one is wrong.

    Example: salve-server rollup check
    """
    with at_work() as place, reading(place.engine) as connection:
        found = check(connection)
    _tell(found, "wrong", as_json=as_json)
    if _count(found):
        raise SystemExit(1)


@rollup.command("repair")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def repair_all(*, as_json: bool) -> None:
    """Work wrong figures out anew from the reactions.

    Example: salve-server rollup repair
    """
    with at_work() as place:
        found = repair(place.engine)
        with writing(place.engine) as connection:
            note(connection, place.clock.now_ms(), COMMAND_LINE, Act.FIGURES_REPAIRED, "", figures=_count(found))
    _tell(found, "put right", as_json=as_json)


def _count(found: Findings) -> int:
    return len(found.rows) + len(found.clusters)


def _tell(found: Findings, what: str, *, as_json: bool) -> None:
    if as_json:
        show_json(
            {
                "rows": [row._asdict() for row in found.rows],
                "clusters": [{"kiosk_id": one.kiosk_id, "stream": one.stream} for one in found.clusters],
            }
        )
        return
    tables = sorted({row.table for row in found.rows} | ({"open_clusters"} if found.clusters else set()))
    click.echo(f"{_count(found)} figures {what}" + (f", in {', '.join(tables)}." if tables else "."))
