"""`salve-server user` and `salve-server token`: who may sign in, and which programs may read."""

from __future__ import annotations

import sys

import click

from server.access.people import ROLES, add_user, change_password, disable, enable, list_people, person_by_email
from server.access.tokens import add_token, list_tokens, revoke_token
from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.export.times import utc_text


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
        now_ms = place.clock.now_ms()
        add_user(connection, email, password, role, stores, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.PERSON_ADDED, email.lower(), role=role, stores=stores)
    click.echo(f"Added {email.lower()} as {role}.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_users(*, as_json: bool) -> None:
    """List the people: role, stores, and who is disabled.

    Example: salve-server user list --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = list_people(connection)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    for one in found:
        state = "" if one.disabled_ms is None else f"disabled {utc_text(one.disabled_ms)}"
        click.echo("  ".join(part for part in (one.email, one.role, ",".join(one.stores) or "all stores", state) if part))


@user.command("disable")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Let them sign in again.")
def switch_off(email: str, *, undo: bool) -> None:
    """Switch a person off: their sessions end at once. The last administrator stays.

    Example: salve-server user disable ewa@chain.example
    """
    with at_work() as place, writing(place.engine) as connection:
        person, now_ms = person_by_email(connection, email), place.clock.now_ms()
        if undo:
            enable(connection, person.id)
        else:
            disable(connection, person.id, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.PERSON_ENABLED if undo else Act.PERSON_DISABLED, person.email)
    click.echo(f"{person.email} may sign in again." if undo else f"{person.email} is disabled.")


@user.command("password")
@click.argument("email")
def new_password(email: str) -> None:
    """Give a person a new password, read from standard input; all their sessions end.

    Example: salve-server user password ewa@chain.example < password-file
    """
    password = _password()
    with at_work() as place, writing(place.engine) as connection:
        person = person_by_email(connection, email)
        change_password(connection, person, password)
        note(connection, place.clock.now_ms(), COMMAND_LINE, Act.PASSWORD_CHANGED, person.email)
    click.echo(f"{person.email} has a new password.")


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
        now_ms = place.clock.now_ms()
        text = add_token(connection, name, stores or None, days, now_ms, employees=employees)
        note(connection, now_ms, COMMAND_LINE, Act.TOKEN_MADE, name, stores=stores, days=days, employees=employees)
    click.echo(text)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_all(*, as_json: bool) -> None:
    """List the tokens by their public part: name, stores, how long they are valid, when they were last used.

    Example: salve-server token list --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = list_tokens(connection)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    for one in found:
        scope = ",".join(one.stores) or "all stores"
        until = f"until {utc_text(one.expires_ms)}" if one.revoked_ms is None else f"revoked {utc_text(one.revoked_ms)}"
        used = "never used" if one.used_ms is None else f"used {utc_text(one.used_ms)}"
        click.echo("  ".join([one.key_id, one.name, scope + (" and employees" if one.employees else ""), until, used]))


@token.command("revoke")
@click.argument("key_id", metavar="TOKEN")
def revoke(key_id: str) -> None:
    """End a token at once, named by its public part as `token list` shows it.

    Example: salve-server token revoke 3fQ9xW2bLk7P
    """
    with at_work() as place, writing(place.engine) as connection:
        now_ms = place.clock.now_ms()
        name = revoke_token(connection, key_id, now_ms)
        note(connection, now_ms, COMMAND_LINE, Act.TOKEN_REVOKED, name)
    click.echo(f"Revoked the token {name}.")


def _password() -> str:
    # A command line is seen by everybody on the machine; standard input is not.
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
