"""`salve-server move`: from the embedded database to PostgreSQL, checked row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from server.commands.backups import progress
from server.commands.workplace import at_work, show_json
from server.database.engine import make_engine
from server.database.moves import move as move_rows


@click.command("move")
@click.option("--to", "url", required=True, envvar="SALVE_MOVE_TO", help="Address of an empty PostgreSQL database.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def move(url: str, *, as_json: bool) -> None:
    """Move the embedded database to PostgreSQL; server and worker must be stopped.

    All of it or nothing. The old file stays under another name. Keep a password out of the address: PGPASSWORD or ~/.pgpass.

    Example: salve-server move --to postgresql+psycopg://salve@db.example/salve
    """
    with at_work() as place, progress("Moving") as tell:
        now = datetime.fromtimestamp(place.clock.now_ms() / 1_000, UTC)
        kept = f"{Path(place.engine.url.database or '').name}.moved-{now:%Y%m%dT%H%M%SZ}"
        # What was looked at to begin with has the database open.
        place.engine.dispose()
        target = make_engine(url)
        try:
            moved = move_rows(place.engine, target, kept, tell, place.clock.now_ms())
        finally:
            target.dispose()
    if as_json:
        show_json({name: one._asdict() for name, one in moved.items()})
    else:
        rows = sum(one.rows for one in moved.values())
        click.echo(f"Moved {rows} rows, {moved['reactions'].rows} of them reactions; each was read back.")
        click.echo(f"Now set SALVE_DATABASE_URL to the new address and start. The old file is called {kept}.", err=True)
