"""`salve-server store hours` and `store holiday`: when stores are open, so that a closed one is not taken for a silent one."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.analysis.opening_text import read_spans, read_week, write_spans, write_week
from server.audit import COMMAND_LINE, Act
from server.commands.workplace import at_work, show_json
from server.database.archives import archived_month
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.opening import (
    SpecialDay,
    drop_special_day,
    set_special_day,
    set_week,
    special_days_of,
    week_of,
)
from server.database.stores import all_stores, printable, store_by_code
from server.errors import Unfit
from server.fleet.hours import judge_again
from server.fleet.states import DAY_MS
from server.fleet.watching import UNIX_EPOCH_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from server.commands.workplace import Workplace

COLUMNS = ["store", "date", "open", "name"]
EVERY = "*"


@click.command("hours")
@click.argument("code")
@click.argument("week", required=False)
@click.option("--clear", is_flag=True, help="Forget them: the store is not judged by any hours.")
@click.option("--since", help="Judge what was pressed since this day by them too, like 2026-11-01.")
def hours(code: str, week: str | None, since: str | None, *, clear: bool) -> None:
    """Set a store's opening hours by its own clock, or show them; days that are not named are closed.

    Several spans of a day stand with commas; hours past midnight like 18:00-02:00 belong to the day on which they begin.

    Example: salve-server store hours S014 "mon-sat 09:00-20:00; sun 11:00-17:00"
    """
    if clear and week is not None:
        raise Unfit("Give hours to set them, or --clear to forget them, not both.")
    if since is not None and week is None and not clear:
        raise Unfit("--since judges by hours that are set or cleared with it; give these too.")
    first = None if since is None else _day(since)
    with at_work() as place:
        if week is None and not clear:
            with reading(place.engine) as connection:
                known = week_of(connection, _store(connection, code).id)
            click.echo(f"The opening hours of {code} are not known." if known is None else write_week(known))
            return
        new = None if clear else read_week(week or "")
        with writing(place.engine) as connection:
            row = _store(connection, code)
            set_week(connection, row.id, new)
            told = "not known any more" if new is None else write_week(new)
            hours = "" if new is None else told
            note(connection, place.clock.now_ms(), COMMAND_LINE, Act.HOURS_SET, code, hours=hours, since=since)
        click.echo(f"Opening hours of {code}: {told}.")
        if first is not None:
            _judge(place, [row], [first, date.max])


@click.command("holiday")
@click.argument("words", nargs=-1, metavar="[CODE] [DATE]")
@click.option("--open", "spans", help="Other hours on that day, like 10:00-14:00; without it the store is closed.")
@click.option("--name", default="", help="What people call the day; any printable text.")
@click.option("--remove", is_flag=True, help="Take the day back: it has the hours of its week again.")
@click.option("--all-stores", is_flag=True, help="For every store; then no CODE.")
@click.option("--region", help="For every store of this region; then no CODE.")
@click.option("--from-file", "file", type=click.Path(path_type=Path), help="Many at once: a CSV with store,date,open,name.")
@click.option("--json", "as_json", is_flag=True, help="A store's days for a program.")
def holiday(
    words: tuple[str, ...],
    spans: str | None,
    name: str,
    region: str | None,
    file: Path | None,
    *,
    remove: bool,
    all_stores: bool,
    as_json: bool,
) -> None:
    """Set a day on which a store is closed or has other hours; with a CODE alone list its days.

    What was pressed on that day is judged anew. In a file an empty `open` is closed, and `*` as store is every store.

    Example: salve-server store holiday S014 2026-12-24 --open 09:00-14:00 --name "Christmas Eve"
    """
    several = all_stores or region is not None
    if file is not None:
        if words or several or remove or spans is not None:
            raise Unfit("--from-file stands alone: the file says which stores and days.")
        with at_work() as place:
            _import(place, file)
        return
    if len(words) == 1 and not several:
        with at_work() as place, reading(place.engine) as connection:
            _list(special_days_of(connection, _store(connection, words[0]).id), as_json=as_json)
        return
    if len(words) != (1 if several else 2):
        raise Unfit("Give a store's CODE and a DATE like 2026-12-25, or a DATE alone with --all-stores or --region.")
    day = _day(words[-1])
    special = SpecialDay(day.toordinal(), () if spans is None else read_spans(spans), printable("name", name))
    with at_work() as place:
        with writing(place.engine) as connection:
            rows = _region(connection, region) if several else [_store(connection, words[0])]
            done = _change(connection, rows, special, words[-1], remove=remove)
            about = "" if several else words[0]
            details = {"day": words[-1], "open": spans or "", "removed": remove, "region": region, "stores": len(rows)}
            note(connection, place.clock.now_ms(), COMMAND_LINE, Act.HOLIDAY_SET, about, **details)
        click.echo(done)
        _judge(place, rows, [day, day])


def _change(connection: Connection, rows: Sequence[Row[Any]], special: SpecialDay, day: str, *, remove: bool) -> str:
    which = rows[0].code if len(rows) == 1 else f"{len(rows)} stores"
    if remove:
        dropped = sum(drop_special_day(connection, row.id, special.day) for row in rows)
        if not dropped:
            raise Unfit(f"{day} is no special day of {which}.")
        return f"{day} has the hours of its week again: {which}."
    for row in rows:
        set_special_day(connection, row.id, special)
    return f"{day}, {which}: {write_spans(special.spans)}."


def _import(place: Workplace, file: Path) -> None:
    """All of a file or nothing of it."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        lines = list(csv.reader(opened))
    if not lines or lines[0] != COLUMNS:
        raise Unfit(f"{file} must begin with the line {','.join(COLUMNS)}.")
    days: dict[int, tuple[Row[Any], list[date]]] = {}
    with writing(place.engine) as connection:
        for number, line in enumerate(lines[1:], 2):
            try:
                code, text, spans, name = (cell.strip() for cell in line)
                day = _day(text)
                special = SpecialDay(day.toordinal(), read_spans(spans or "closed"), printable("name", name))
                rows = all_stores(connection) if code == EVERY else [_store(connection, code)]
            except Unfit as error:
                raise Unfit(f"{file}, line {number}: {error}") from error
            except ValueError as error:
                raise Unfit(f"{file}, line {number}: it must have {len(COLUMNS)} cells, {','.join(COLUMNS)}.") from error
            for row in rows:
                set_special_day(connection, row.id, special)
                days.setdefault(row.id, (row, []))[1].append(day)
        found = [day.isoformat() for _, of_store in days.values() for day in of_store]
        if found:
            details = {"day": min(found), "last": max(found), "stores": len(days), "file": file.name}
            note(connection, place.clock.now_ms(), COMMAND_LINE, Act.HOLIDAY_SET, "", **details)
    click.echo(f"Set {len(lines) - 1} line(s) of special days.")
    for row, of_store in days.values():
        _judge(place, [row], of_store)


def _judge(place: Workplace, rows: Sequence[Row[Any]], days: Sequence[date]) -> None:
    """Judge what was pressed from the first of these days to the last; what is yet to come is judged when it arrives."""
    now_ms = place.clock.now_ms()
    today = date.fromordinal(UNIX_EPOCH_DAY + now_ms // DAY_MS)
    # Hours that begin on a day may end on the next one, and east of here it is tomorrow already.
    first, last = min(days), min(max(days), today) + timedelta(days=1)
    changed = sum(judge_again(place.engine, row, first, last, now_ms) for row in rows) if first <= last else 0
    if changed:
        click.echo(f"Judged anew: {changed} press(es).")
    with reading(place.engine) as connection:
        if first <= last and archived_month(connection, first.toordinal(), last.toordinal()):
            click.echo("Some presses of these days are in the archive; those stay as they were.", err=True)


def _list(days: Sequence[SpecialDay], *, as_json: bool) -> None:
    shown = [{"date": date.fromordinal(one.day).isoformat(), "open": write_spans(one.spans), "name": one.name} for one in days]
    if as_json:
        show_json(shown)
        return
    for one in shown:
        click.echo("  ".join(filter(None, one.values())))


def _region(connection: Connection, region: str | None) -> list[Row[Any]]:
    found = [row for row in all_stores(connection) if region is None or row.region == region]
    if not found:
        raise Unfit("There is no store yet." if region is None else f"No store is in the region {region!r}.")
    return found


def _store(connection: Connection, code: str) -> Row[Any]:
    found = store_by_code(connection, code)
    if found is None:
        raise Unfit(f"There is no store {code}; `salve-server store list` shows all.")
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Unfit(f"{text!r} is no day; write it like 2026-12-25.") from error
    if not 2000 <= day.year <= 2200:
        raise Unfit(f"{text!r} is too far away; write a day like 2026-12-25.")
    return day
