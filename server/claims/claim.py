"""A registered claim: what it says, which days it is about, and how far they have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.claims.result import Result, read_result
from server.database.claims import all_claims
from server.database.local_time import local_day_and_hour
from server.database.stores import all_stores

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from server.database.claims import Ending, KeptResult, StoredClaim

MEASURES = ("service", "experience", "gap", "question")
UP, DOWN = "up", "down"
# Presses come in late; with what comes in later still, the claim is counted again, and that stands beside its result.
GRACE_DAYS = 3
WAITING, RUNNING, CLOSING, DECIDED, GIVEN_UP, REPLACED = "waiting", "running", "closing", "decided", "given-up", "replaced"


class Window(NamedTuple):
    """Days of each store's own calendar, [first, end)."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)


class Told(NamedTuple):
    """A result, and when it was worked out."""

    result: Result
    made_ms: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What was registered; `service` and `experience` are the questions' codes that are counted, stores are ids.

    `matters` is the effect that matters in points, `direction` where the figure should go. `results` begins with the claim's
    own; recounts that differ from it follow. `replaced_by` is the record that was written in place of this one.
    """

    id: int
    title: str
    what: str
    plan: str
    measure: str
    service: tuple[str, ...]
    experience: tuple[str, ...]
    definition_version: int
    filter_version: int
    faces: int
    start: date
    before: Window
    after: Window
    matters: int
    direction: str
    treated: tuple[int, ...]
    control: tuple[int, ...]
    replaces: int | None
    repeats: int | None
    made_ms: int
    made_by: str
    replaced_by: int | None = None
    ending: Ending | None = None
    results: tuple[Told, ...] = ()

    @property
    def stores(self) -> tuple[int, ...]:
        """All its stores, those with the change first."""
        return self.treated + self.control

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The questions of each share that is counted; of a gap experience first, and service is taken from it."""
        return tuple(codes for codes in (self.experience, self.service) if codes)

    @property
    def stands(self) -> bool:
        """Whether it was neither given up nor replaced."""
        return self.ending is None and self.replaced_by is None

    @property
    def result(self) -> Result | None:
        """What it came to, as it was first worked out; None while it is not."""
        return self.results[0].result if self.results else None


class Course(NamedTuple):
    """How far a claim has come: its state, how many days of the time after are over in all its stores, when it is judged."""

    state: str
    days_in: int
    days: int
    judged: date


def read_claims(connection: Connection, claim_ids: Collection[int] | None = None) -> list[Claim]:
    """Every claim, the last registered first, those given up and replaced among them; or these alone."""
    return [_claim(stored) for stored in all_claims(connection, claim_ids)]


def todays(connection: Connection, now_ms: int) -> dict[int, int]:
    """Which day (proleptic ordinal) it is in each store."""
    return {row.id: local_day_and_hour(row.timezone, now_ms)[0] for row in all_stores(connection)}


def course_of(claim: Claim, today: Mapping[int, int]) -> Course:
    """How far a claim has come; `today` is the day in each store."""
    closed = min(today[store] for store in claim.stores) - claim.after.first.toordinal()
    days_in = max(0, min(claim.after.days, closed))
    return Course(_state(claim, closed, _begun(claim, today)), days_in, claim.after.days, judged_on(claim))


def judged_on(claim: Claim) -> date:
    """The first day on which a claim may be judged."""
    return claim.after.end + timedelta(days=GRACE_DAYS)


def may_be_judged(claim: Claim, today: Mapping[int, int]) -> bool:
    """Whether the time after, and the grace for late presses, is over in every one of its stores."""
    return claim.stands and min(today[store] for store in claim.stores) >= judged_on(claim).toordinal()


def _begun(claim: Claim, today: Mapping[int, int]) -> bool:
    return max(today[store] for store in claim.stores) >= claim.after.first.toordinal()


def _state(claim: Claim, closed: int, begun: bool) -> str:
    if claim.replaced_by is not None:
        return REPLACED
    if claim.ending is not None:
        return GIVEN_UP
    if claim.results:
        return DECIDED
    if closed >= claim.after.days:
        return CLOSING
    return RUNNING if begun else WAITING


def _claim(stored: StoredClaim) -> Claim:
    row = stored.row
    return Claim(
        id=stored.id,
        title=row.title,
        what=row.what,
        plan=row.plan,
        measure=row.measure,
        service=tuple(row.questions["service"]),
        experience=tuple(row.questions["experience"]),
        definition_version=row.definition_version,
        filter_version=row.filter_version,
        faces=row.faces,
        start=date.fromordinal(row.start_day),
        before=_window(row.before_first, row.before_end),
        after=_window(row.after_first, row.after_end),
        matters=row.matters,
        direction=row.direction,
        treated=stored.treated,
        control=stored.control,
        replaces=row.replaces_id,
        repeats=row.repeats_id,
        made_ms=row.made_ms,
        made_by=row.made_by,
        replaced_by=stored.replaced_by,
        ending=stored.ending,
        results=tuple(_told(stored.results)),
    )


def _told(results: Iterable[KeptResult]) -> list[Told]:
    return [Told(read_result(kept.body), kept.made_ms) for kept in results]


def _window(first: int, end: int) -> Window:
    return Window(date.fromordinal(first), date.fromordinal(end))
