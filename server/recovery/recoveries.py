"""Recoveries as pages and programs show them, and the steps that people take: "on it" and "done"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.people import ROLES_WITH_STORES
from server.database import recoveries as rows
from server.database.figures import asked_questions
from server.database.recoveries import ACKNOWLEDGED, DONE, NORMAL, NOTICED, UNDECIDED, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.people import Person
    from server.access.scope import StoreRef
    from server.database.figures import Asked
    from server.database.recoveries import RecoveryRow

PART = 20
MINUTE_MS = 60_000
# What a person may say of one.
SAYINGS = (ACKNOWLEDGED, DONE)
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Recovery:
    """One recovery; times are Unix milliseconds, None is "has not happened".

    `began_ms` is estimated. Of `presses` counted since then `negatives` were negative; `usual_share` (0 to 1) usually is.
    `still_ms` is when a test last said that it is not normal again. `ended_ms` is when it was normal again or its day ended.
    """

    id: int
    store: StoreRef
    kiosk: str
    touchpoint: str
    question: str
    signal: str
    texts: dict[str, dict[str, str]]
    began_ms: int
    noticed_ms: int
    presses: int
    negatives: int
    usual_share: float
    acknowledged: Step | None
    done: Step | None
    still_ms: int | None
    ended_ms: int | None
    outcome: str

    @property
    def waits(self) -> bool:
        """Whether nobody has called it done while it is open."""
        return self.outcome == OPEN and self.done is None

    @property
    def to_notice(self) -> int:
        """Minutes from its estimated beginning until it was noticed; like the others rounded up, and never below 1."""
        return minutes(self.began_ms, self.noticed_ms)

    @property
    def to_acknowledge(self) -> int | None:
        """Minutes from then until somebody was on it."""
        return None if self.acknowledged is None else minutes(self.noticed_ms, self.acknowledged.at_ms)

    @property
    def to_normal(self) -> int | None:
        """Minutes from then until it was normal again."""
        return minutes(self.noticed_ms, self.ended_ms) if self.outcome == NORMAL and self.ended_ms is not None else None


@dataclass(frozen=True, slots=True)
class Recoveries:
    """The recoveries of some stores: all open ones, and one part of the `ended` ones, of which there are `all_ended`."""

    open: tuple[Recovery, ...]
    ended: tuple[Recovery, ...]
    all_ended: int

    @property
    def parts(self) -> int:
        """How many parts the ended ones come in."""
        return max(1, -(-self.all_ended // PART))


def minutes(from_ms: int, until_ms: int) -> int:
    """A duration in whole minutes, rounded up, at least 1."""
    return max(1, -(-(until_ms - from_ms) // MINUTE_MS))


def recoveries_of(connection: Connection, stores: Sequence[StoreRef], part: int = 1) -> Recoveries:
    """Those of these stores, the newest first; the ended ones in parts of PART, from 1."""
    ids = [store.id for store in stores]
    found = [*rows.recoveries_of(connection, ids, ended=False), *rows.ended_part(connection, ids, PART, PART * (part - 1))]
    shown = read(connection, stores, found)
    return Recoveries(
        tuple(one for one in shown if one.outcome == OPEN),
        tuple(one for one in shown if one.outcome != OPEN),
        rows.count_ended(connection, ids),
    )


def open_and_ended_since(connection: Connection, store: StoreRef, since_ms: int) -> tuple[Recovery, ...]:
    """A store's open ones, and those that ended since a moment, each the newest first."""
    found = [
        *rows.recoveries_of(connection, [store.id], ended=False),
        *rows.recoveries_of(connection, [store.id], ended=True, since_ms=since_ms),
    ]
    return read(connection, [store], found)


def recoveries_after(connection: Connection, stores: Sequence[StoreRef], after: int, limit: int) -> tuple[Recovery, ...]:
    """Up to so many of these stores with a number above `after`, in the order in which they were noticed."""
    return read(connection, stores, rows.recoveries_after(connection, [store.id for store in stores], after, limit))


def read(connection: Connection, stores: Sequence[StoreRef], found: Sequence[RecoveryRow]) -> tuple[Recovery, ...]:
    """Rows of these stores with their steps and their questions, in the same order."""
    if not found:
        return ()
    of_id = {store.id: store for store in stores}
    asked = asked_questions(connection)
    steps = rows.steps_of(connection, [row.id for row in found])
    return tuple(_recovery(row, of_id[row.store_id], asked[row.question_id], steps[row.id]) for row in found)


def say(connection: Connection, row: RecoveryRow, what: str, person: Person, now_ms: int) -> bool:
    """Write down that a person is on it, or that it is done (one of SAYINGS); `row` was locked in this transaction.

    The first to say it stays; said again, or once the recovery has ended, it changes nothing and returns False. Whoever says
    "done" has been on it.
    """
    if row.ended_ms is not None:
        return False
    if what == DONE:
        rows.add_step(connection, row.id, Step(ACKNOWLEDGED, now_ms, person.email))
    return rows.add_step(connection, row.id, Step(what, now_ms, person.email))


def waiting_for(connection: Connection, person: Person) -> int:
    """How many open ones nobody has called done, in the stores that a person may see."""
    return rows.count_waiting(connection, person.id if person.role in ROLES_WITH_STORES else None)


def _recovery(row: RecoveryRow, store: StoreRef, question: Asked, steps: Mapping[str, Step]) -> Recovery:
    return Recovery(
        id=row.id,
        store=store,
        kiosk=row.kiosk,
        touchpoint=row.touchpoint,
        question=question.code,
        signal=question.signal,
        texts=question.texts,
        began_ms=row.began_ms,
        noticed_ms=steps[NOTICED].at_ms,
        presses=row.presses,
        negatives=row.negatives,
        usual_share=row.usual_share,
        acknowledged=steps.get(ACKNOWLEDGED),
        done=steps.get(DONE),
        still_ms=row.still_ms,
        ended_ms=row.ended_ms,
        outcome=next((what for what in (NORMAL, UNDECIDED) if what in steps), OPEN),
    )
