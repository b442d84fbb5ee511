"""`salve-server audit`: what was done by whom, and whether the log of it is whole."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from server.audit import SUBJECTS
from server.commands.backups import progress
from server.commands.workplace import Commands, Sentence, at_work, show_json
from server.database.audit import newest_entries
from server.database.audit_check import ADDRESS, BEYOND, CHANGED, MISSING, REWRITTEN, check_and_keep
from server.database.engine import reading
from server.errors import Unfit
from server.export.times import utc_text

if TYPE_CHECKING:
    from server.audit import Entry
    from server.database.audit import Listed
    from server.database.audit_check import Checked, Fault

HASH = re.compile(r"[0-9a-f]{64}\Z")
WRONG = {
    CHANGED: "is not what was written, or does not follow the entry before it",
    MISSING: "is missing",
    BEYOND: "was not written by this server",
    ADDRESS: "has another address than the one it was written with",
    REWRITTEN: "is another one than when the log was checked before",
}


@click.group("audit", cls=Commands)
def audit() -> None:
    """The log of who did what.

    Example: salve-server audit verify
    """


@audit.command("verify")
@click.option(
    "--expect", "expected", multiple=True, metavar="HASH", help="A hash that an earlier check printed; may be given again."
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def verify(expected: tuple[str, ...], *, as_json: bool) -> None:
    """Check that no entry was changed, taken out or put elsewhere; prints the newest entry's number and hash.

    Keep the hash where nobody who can reach the database can: only with it a later check sees that the whole log was written
    anew, or that an older state was restored.

    Example: salve-server audit verify --expect 9f2c...64 digits in all
    """
    hashes = tuple(text.strip().lower() for text in expected)
    for text in hashes:
        if not HASH.match(text):
            raise Unfit(f"A hash has 64 hexadecimal digits, not {text[:70]!r}.")
    with at_work() as place, progress("Checking") as tell:
        found = check_and_keep(place.engine, place.clock.now_ms(), hashes, tell)
    if as_json:
        show_json(_as_dict(found))
    elif found.whole:
        click.echo(f"Whole, up to entry {found.head.number}: {found.head.hash}")
    if not found.whole:
        raise Sentence(_why(found))


@audit.command("list")
@click.option("--kind", type=click.Choice(list(SUBJECTS)), help="Only what is about this.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100_000), help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="For a program, with all details.")
def list_entries(kind: str | None, limit: int, *, as_json: bool) -> None:
    """List the newest entries.

    Example: salve-server audit list --kind exports --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = newest_entries(connection, limit, acts=SUBJECTS[kind] if kind else ())
    if as_json:
        show_json([_entry(one.entry) | {"address": one.address} for one in found])
        return
    for one in found:
        click.echo("  ".join(_line(one)))


def _line(one: Listed) -> list[str]:
    entry = one.entry
    who = f"{entry.who_kind} {entry.who}".strip()
    return [str(entry.number), utc_text(entry.at_ms), who, *filter(None, (one.address, entry.act, entry.about))]


def _entry(entry: Entry) -> dict[str, Any]:
    return entry._asdict() | {"at": utc_text(entry.at_ms), "details": _details(entry.details)}


def _details(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # somebody changed it, which is what the check is there to say
        return text


def _as_dict(found: Checked) -> dict[str, Any]:
    fault = None
    if found.fault is not None:
        entry = found.fault.entry
        fault = {"number": found.fault.number, "what": found.fault.what, "entry": None if entry is None else _entry(entry)}
    return {
        "whole": found.whole,
        "number": found.head.number,
        "hash": found.head.hash,
        "fault": fault,
        "not_found": list(found.not_found),
    }


def _why(found: Checked) -> str:
    if found.fault is not None:
        return f"The log is not whole: entry {found.fault.number} {WRONG[found.fault.what]}{_as_it_stands(found.fault)}."
    return (
        f"The log is whole in itself, but no entry has the hash {found.not_found[0]}: the log was written anew, or the database"
        " is an older one than when that was printed."
    )


def _as_it_stands(fault: Fault) -> str:
    entry = fault.entry
    if entry is None:
        return ""
    return f" (as it stands: {utc_text(entry.at_ms)}, {entry.who_kind} {entry.who}, {entry.act} {entry.about}".rstrip() + ")"
