"""What changed in a store and when: as somebody noted it, and as we hold it ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from server.comparison.periods import local_time
from server.comparison.series import series_changes
from server.database.changes import noted_changes, setups, stays
from server.database.claims import starts_in_store
from server.database.definitions import definitions_made

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.database.changes import Setup
    from server.database.figures import Asked, DayCount

BOTH = ("service", "experience")


@dataclass(frozen=True, slots=True)
class Mark:
    """One change on its day.

    `kind` is "noted" (for this store) or "noted-chain", with its `words`, the note's id and who made it; "claim" (its title as
    `words`) where the change of a registered claim begins here; or what we hold ourselves: "definition" (its version as
    `words`), "question", "wording" or "faces" (`words` is the question's code), "came" or "left" (`words` is the kiosk), at a
    `touchpoint`. `signals` are those whose line it may have moved.
    """

    day: date
    kind: str
    words: str
    touchpoint: str = ""
    signals: tuple[str, ...] = BOTH
    note: int | None = None
    made_by: str = ""


def marks_of(
    connection: Connection,
    store: StoreRef,
    days: tuple[date, date],
    counts: Sequence[DayCount],
    asked: Mapping[int, Asked],
    ids: Collection[int],
) -> list[Mark]:
    """All changes of a store on the days [first, end), by day; `ids` are the questions that the figures count."""
    first, end = days
    found = [
        Mark(
            date.fromordinal(noted.local_day),
            "noted" if noted.store_id else "noted-chain",
            noted.words,
            note=noted.id,
            made_by=noted.made_by,
        )
        for noted in noted_changes(connection, store.id, first.toordinal(), end.toordinal())
    ]
    starts = starts_in_store(connection, store.id, first.toordinal(), end.toordinal())
    found += [Mark(date.fromordinal(start.local_day), "claim", start.title) for start in starts]
    signal_of = {asked[number].code: asked[number].signal for number in ids}
    found += [
        Mark(day, kind, code, touchpoint, (signal_of[code],))
        for day, kind, touchpoint, code in series_changes(counts, asked, ids)
    ]
    found += _other_questions(setups(connection, store.id), signal_of, store.timezone)
    found += _moves(connection, store)
    found += [
        Mark(local_time(store.timezone, made_ms).date(), "definition", str(version))
        for version, made_ms in definitions_made(connection)
        if version > 1
    ]
    return sorted({mark for mark in found if first <= mark.day < end}, key=lambda mark: (mark.day, mark.kind, mark.words))


def _moves(connection: Connection, store: StoreRef) -> list[Mark]:
    found = []
    for stay in stays(connection, store.id):
        found.append(Mark(local_time(store.timezone, stay.from_ms).date(), "came", stay.kiosk, stay.touchpoint))
        if stay.until_ms is not None:
            found.append(Mark(local_time(store.timezone, stay.until_ms).date(), "left", stay.kiosk, stay.touchpoint))
    return found


def _other_questions(asked: Sequence[Setup], signal_of: Mapping[str, str], zone: str) -> list[Mark]:
    """Questions that a kiosk asks from a configuration on, and did not under the one before."""
    found = []
    by_kiosk = sorted(asked, key=lambda one: (one.kiosk, one.touchpoint, one.version))
    for (_, touchpoint), of_kiosk in groupby(by_kiosk, key=lambda one: (one.kiosk, one.touchpoint)):
        before: set[str] | None = None
        for _, of_version in groupby(of_kiosk, key=lambda one: one.version):
            rows = list(of_version)
            now = {row.question for row in rows}
            day = local_time(zone, rows[0].made_ms).date()
            found += [
                Mark(day, "question", code, touchpoint, (signal_of[code],))
                for code in sorted(now - (now if before is None else before))
                if code in signal_of
            ]
            before = now
    return found
