"""The audit log in the reader's words: what was done, who did it, when, and whether the log is whole."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from server.audit import Act
from server.i18n.sentence import Name, Sentence

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from server.audit import Entry
    from server.database.audit import Listed
    from server.database.audit_check import LastCheck
    from server.i18n.translator import Translator

# Acts that are told in other words where they are about nobody, no store, or all stores.
ABOUT_NOTHING = {
    Act.SIGN_IN_FAILED: "unknown",
    Act.FAILURES_COUNTED: "unknown",
    Act.HOLIDAY_SET: "several",
    Act.CHANGE_NOTED: "chain",
}
# Acts about a thing that has a number for a name.
BY_NUMBER = {Act.DEFINITION_DECLARED}
NUMBERED = re.compile(r"[0-9]{1,9}\Z")
# What is shown beside the sentence as it stands: dates, codes and names, which need no words.
BESIDE = ("from", "to", "period", "stores", "touchpoint", "hours", "open", "source", "name")
MOST_LETTERS = 120


class ShownEntry(NamedTuple):
    """One entry's line; `beside` are its details, `address` is "" where there is none or the reader does not see it."""

    number: int
    act: str
    what: Markup
    beside: list[Name]
    who: Markup
    address: str
    when: str


def shown_entry(one: Listed, t: Translator, today: date, *, addresses: bool) -> ShownEntry:
    """An entry in words."""
    entry = one.entry
    return ShownEntry(
        number=entry.number,
        act=entry.act,
        what=_what(entry, t),
        beside=_beside(_details(entry.details), t),
        who=_who(entry, t),
        address=one.address if addresses else "",
        when=_moment(entry.at_ms, t, today),
    )


def state_of(last: LastCheck | None, t: Translator, today: date) -> Markup:
    """What the last check found, in a sentence."""
    if last is None:
        return t.say_html("audit.unchecked")
    time = _moment(last.at_ms, t, today)
    if last.fault:
        return t.say_html("audit.broken", number=last.fault, time=time)
    return t.say_html("audit.whole", number=last.head.number, time=time)


def _what(entry: Entry, t: Translator) -> Markup:
    name = f"audit.{entry.act}"
    if not t.known(name):  # of a later release
        return t.say_html("audit.by-person", who=_name(f"{entry.act} {entry.about}"))
    other = ABOUT_NOTHING.get(Act(entry.act))
    if not entry.about and other:
        name = f"{name}-{other}"
    found = _details(entry.details)
    role = f"role.{found.get('role')}"
    return t.tell_html(
        Sentence(
            name,
            values={
                "about": int(entry.about) if NUMBERED.match(entry.about) and entry.act in BY_NUMBER else _name(entry.about),
                "count": _count(found),
                "rows": _number(found.get("rows")),
                "role": Sentence(role) if t.known(role) else "",
                "store": _name(found.get("store")),
                "questions": Name(t.listed(*map(str, _list(found.get("questions"))))),
                "day": _day(found.get("day"), t),
                "words": _name(found.get("words")),
            },
        )
    )


def _who(entry: Entry, t: Translator) -> Markup:
    name = f"audit.by-{entry.who_kind}"
    return t.tell_html(Sentence(name if t.known(name) else "audit.by-person", values={"who": _name(entry.who)}))


def _moment(at_ms: int, t: Translator, today: date) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    day = moment.date()
    if day == today:
        return t.formats.time(moment)
    near = t.formats.same_year(day, today)
    return t.listed(t.formats.day(day) if near else t.formats.long_day(day), t.formats.time(moment))


def _details(text: str) -> dict[str, Any]:
    # The page shows a log that somebody has changed, too.
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _count(found: dict[str, Any]) -> int:
    added = found.get("added")
    return len(added) if isinstance(added, list) else _number(found.get("times", found.get("figures")))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _name(value: object) -> Name:
    text = "" if value is None else str(value)
    return Name(text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…")


def _beside(found: dict[str, Any], t: Translator) -> list[Name]:
    values = [found[key] for key in BESIDE if found.get(key)]
    return [_name(t.listed(*map(str, value)) if isinstance(value, list) else _day(value, t) or str(value)) for value in values]


def _day(value: object, t: Translator) -> str:
    try:
        return t.formats.long_day(datetime.fromisoformat(str(value)).date())
    except ValueError:
        return ""
