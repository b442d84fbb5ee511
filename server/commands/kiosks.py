"""`salve-server kiosk`: letting kiosks in, listing them, ending and renewing their keys, moving them."""

from __future__ import annotations

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.export.times import utc_text
from server.fleet.asking import ask as ask_kiosk
from server.fleet.enrolment import MOST_MINUTES, make_code
from server.fleet.kiosks import list_kiosks
from server.fleet.kiosks import move as move_kiosk
from server.fleet.kiosks import revoke as revoke_kiosk
from server.fleet.kiosks import rotate as rotate_kiosk
from server.survey.questions import default_questions
from wire.layouts import LAYOUTS


@click.group("kiosk", cls=Commands)
def kiosk() -> None:
    """The kiosks of all stores.

    Example: salve-server kiosk list
    """


@kiosk.command("code")
@click.option("--store", required=True, help="The store the kiosk will stand in.")
@click.option("--touchpoint", required=True, help="Where in the store, like exit; any printable text.")
@click.option("--layout", required=True, type=click.Choice(list(LAYOUTS)))
@click.option("--question", "questions", multiple=True, help="One for each row of buttons, the upper row first.")
@click.option("--replaces", help="The kiosk whose place it takes; what its card still holds then counts.")
@click.option("--minutes", default=15, show_default=True, help=f"How long the code is valid, at most {MOST_MINUTES}.")
def code(store: str, touchpoint: str, layout: str, questions: tuple[str, ...], replaces: str | None, minutes: int) -> None:
    """Make an enrolment code and print it; it is typed once on the kiosk.

    Example: salve-server kiosk code --store S014 --touchpoint exit --layout two-row
    """
    asked = questions or default_questions(layout, touchpoint)
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        text = make_code(connection, now_ms, store, touchpoint, layout, asked, minutes, replaces)
        details = {"touchpoint": touchpoint, "layout": layout, "questions": asked, "minutes": minutes, "replaces": replaces}
        note(connection, now_ms, COMMAND_LINE, Act.CODE_MADE, store, **details)
    click.echo(text)


@kiosk.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_all(*, as_json: bool) -> None:
    """List the kiosks: where they stand and when they were last heard.

    Example: salve-server kiosk list --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = list_kiosks(connection)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    for one in found:
        heard = "never heard" if one.heard_ms is None else f"heard {utc_text(one.heard_ms)}"
        click.echo("  ".join([one.code, one.store or "-", one.touchpoint or "-", "disabled" if one.disabled else heard]))


@kiosk.command("revoke")
@click.argument("kiosk_code", metavar="KIOSK")
def revoke(kiosk_code: str) -> None:
    """End a kiosk's key at once; what it collects is kept, and counts when it is enrolled again.

    Example: salve-server kiosk revoke K-001
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        ended = revoke_kiosk(connection, kiosk_code, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.KIOSK_REVOKED, kiosk_code, keys=ended)
    click.echo(f"Ended {ended} key(s) of {kiosk_code}.")


@kiosk.command("rotate")
@click.argument("kiosk_code", metavar="KIOSK")
def rotate(kiosk_code: str) -> None:
    """Give a kiosk a new key with its next sync; the old one ends when the new one is used.

    Example: salve-server kiosk rotate K-001
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        rotate_kiosk(connection, kiosk_code, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.KIOSK_ROTATED, kiosk_code)
    click.echo(f"{kiosk_code} gets a new key with its next sync.")


@kiosk.command("ask")
@click.argument("kiosk_code", metavar="KIOSK")
@click.option("--question", "questions", multiple=True, required=True, help="One for each row of buttons, the upper row first.")
def ask(kiosk_code: str, questions: tuple[str, ...]) -> None:
    """Let a standing kiosk ask other questions from its next sync on; what was pressed before stays what it was.

    Example: salve-server kiosk ask K-001 --question desk-listened --question desk-sorted-out
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        config = ask_kiosk(connection, kiosk_code, questions, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.KIOSK_ASKED, kiosk_code, questions=questions)
    click.echo(f"{kiosk_code} asks {' and '.join(questions)} from its next sync on (configuration {config.version}).")


@kiosk.command("move")
@click.argument("kiosk_code", metavar="KIOSK")
@click.option("--store", required=True, help="The store it stands in from now on.")
@click.option("--touchpoint", help="Where in the store; left out, as before.")
def move(kiosk_code: str, store: str, touchpoint: str | None) -> None:
    """Put a kiosk into another store; what was pressed before stays with the old one.

    Example: salve-server kiosk move K-001 --store S015 --touchpoint exit
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        config = move_kiosk(connection, kiosk_code, store, now_ms, touchpoint)
        note(connection, now_ms, COMMAND_LINE, Act.KIOSK_MOVED, kiosk_code, store=config.store, touchpoint=touchpoint)
    click.echo(f"{kiosk_code} stands in {store} now.")
