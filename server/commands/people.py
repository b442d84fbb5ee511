"""`salve-server user` and `salve-server token`: who may sign in, and which programs may read."""

from __future__ import annotations

import sys

import click

from server.access.people import ROLES, add_user
from server.access.tokens import add_token
from server.commands.workplace import Commands, at_work
from server.database.engine import writing


@click.group("user", cls=Commands)
def user() -> None:
    """People who sign in.

    Example: salve-server user add ewa@chain.example --role manager --store S014
    """


@user.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--store", "stores", multiple=True, help="A store of a manager or region; may be given again.")
def add(email: str, role: str, stores: tuple[str, ...]) -> None:
    """Add a person; the password is read from standard input, at least 15 characters.

    Example: salve-server user add ewa@chain.example --role manager --store S014 < password-file
    """
    password = _password()
    with at_work() as place, writing(place.engine) as connection:
        add_user(connection, email, password, role, stores, place.clock.now_ms())
    click.echo(f"Added {email.lower()} as {role}.")


@click.group("token", cls=Commands)
def token() -> None:
    """Tokens of programs that read exports.

    Example: salve-server token add "weekly report"
    """


@token.command("add")
@click.argument("name")
@click.option("--store", "stores", multiple=True, help="A store it may read; may be given again. Left out, all stores.")
@click.option("--days", default=90, show_default=True, help="How long it is valid, at most 365.")
@click.option("--employees", is_flag=True, help="Also what employees' kiosks say (dimension EX); left out, none of it.")
def add_one(name: str, stores: tuple[str, ...], days: int, *, employees: bool) -> None:
    """Make an export token and print it, this once.

    Example: salve-server token add "weekly report" --store S014 --days 30
    """
    with at_work() as place, writing(place.engine) as connection:
        text = add_token(connection, name, stores or None, days, place.clock.now_ms(), employees=employees)
    click.echo(text)


def _password() -> str:
    # A command line is seen by everybody on the machine; standard input is not.
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
