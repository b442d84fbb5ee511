"""`salve-server store`: the chain's stores."""

from __future__ import annotations

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.stores import add_store, all_stores

LANGUAGES = ("en", "pl", "it", "fa", "ar", "tr")


@click.group("store", cls=Commands)
def store() -> None:
    """The chain's stores.

    Example: salve-server store list
    """


@store.command("add")
@click.argument("code")
@click.option("--name", required=True, help="What people call it; any printable text.")
@click.option("--timezone", required=True, help="Its time zone, like Europe/Warsaw.")
@click.option("--region", default="", help="The region it is counted to; any printable text.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="A language of its kiosks; its own first."
)
@click.option("--territory", default="", help="Its country as two letters, like PL.")
def add(code: str, name: str, timezone: str, region: str, languages: tuple[str, ...], territory: str) -> None:
    """Add a store.

    Example: salve-server store add S014 --name "Old Market" --timezone Europe/Warsaw --region North --language pl
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        add_store(connection, code, name, timezone, region, languages or ("en",), territory, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.STORE_ADDED, code, name=name, timezone=timezone, region=region)
    click.echo(f"Added store {code}.")


@store.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_stores(*, as_json: bool) -> None:
    """List the stores.

    Example: salve-server store list --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = [
            {"code": row.code, "name": row.name, "region": row.region, "timezone": row.timezone}
            for row in all_stores(connection)
        ]
    if as_json:
        show_json(found)
    else:
        for one in found:
            click.echo("  ".join(one.values()))
