"""`salve-server held`: what is stored raw and not counted yet, and taking it in after all."""

from __future__ import annotations

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.held import held_counts
from server.database.kiosks import kiosk_by_code
from server.errors import Unfit
from server.export.times import utc_text
from server.ingest.releasing import release as release_held


@click.group("held", cls=Commands)
def held() -> None:
    """Reactions that are stored raw and not counted yet.

    Example: salve-server held list
    """


@held.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_all(*, as_json: bool) -> None:
    """Count what is held, by kiosk and reason.

    Example: salve-server held list --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = held_counts(connection)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    for one in found:
        span = f"{utc_text(one.first_ms)} to {utc_text(one.last_ms)}"
        click.echo("  ".join([one.kiosk, one.code, str(one.reactions), span]))


@held.command("release")
@click.argument("kiosk_code", metavar="[KIOSK]", required=False)
@click.option("--beyond-quota", is_flag=True, help="Also what came above the quota of its day: you looked, and believe it.")
def release(kiosk_code: str | None, *, beyond_quota: bool) -> None:
    """Count what is held although the reason for it is gone, of one kiosk or of all.

    Example: salve-server held release K-001 --beyond-quota
    """
    with at_work() as place:
        kiosk_id = None
        if kiosk_code is not None:
            with reading(place.engine) as connection:
                kiosk = kiosk_by_code(connection, kiosk_code)
            if kiosk is None:
                raise Unfit(f"There is no kiosk {kiosk_code}; `salve-server kiosk list` shows all.")
            kiosk_id = int(kiosk.id)
        now_ms = place.clock.now_ms()
        with writing(place.engine) as connection:  # before, because it is done kiosk by kiosk
            note(connection, now_ms, COMMAND_LINE, Act.HELD_RELEASED, kiosk_code or "", beyond_quota=beyond_quota)
        count = release_held(place.engine, now_ms, kiosk_id, beyond_quota=beyond_quota)
    click.echo(f"Released {count} reaction(s).")
