"""Runs of presses at a day's edge as people judge them: raw figures, and what the store's index is with and without them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.edge_runs import is_too_alike, straight_needed
from server.comparison.chain import question_ids
from server.comparison.indexes import LEAST_FOR_VALUE
from server.comparison.periods import local_time
from server.database.archives import archived_days
from server.database.figures import asked_questions
from server.database.reviews import EXCLUDED, KEPT, OPEN, ReviewRow, reviews_of_stores
from server.database.sums import daily_counts
from server.survey.definitions import history

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.database.figures import Asked
    from server.database.sums import DailyCount
    from server.survey.definitions import Declared

# The days that end with the run's, over which the page shows what it changes.
EFFECT_DAYS = 7
MOST_DECIDED = 50
# As many stand in a part of the list of those to decide about, as on the kiosks' page.
PART_RUNS = 20


@dataclass(frozen=True, slots=True)
class Effect:
    """A store's index of one signal over the days [first, last] with a run and without it; None where there are too few."""

    signal: str
    first: date
    last: date
    with_run: float | None
    without_run: float | None


@dataclass(frozen=True, slots=True)
class Review:
    """One run. `needed` is how many presses in a row it takes to tell such a run from chance, None where no number does.

    `effect` is None for a question that is in neither index. `usual_share` is 0 to 1; `decision` as in database.reviews.
    Nobody decides any more about what is `archived`.
    """

    id: int
    store: StoreRef
    kiosk: str
    touchpoint: str
    question: str
    texts: dict[str, dict[str, str]]
    day: date
    edge: str
    polarity: str
    from_ms: int
    until_ms: int
    presses: int
    alike: int
    usual_presses: float
    usual_share: float
    tells: bool
    needed: int | None
    effect: Effect | None
    decision: str
    decided_by: str
    decided_ms: int | None
    archived: bool


@dataclass(frozen=True, slots=True)
class Reviews:
    """A part of some stores' runs, the newest day first: those to decide about, those too few to tell, and those decided.

    The first two are one list, cut into parts of PART_RUNS; this one begins after `before` of its `undecided` runs, of which
    `waiting` are to decide about. Those decided, the newest MOST_DECIDED, stand in the first part.
    """

    open: tuple[Review, ...]
    too_few: tuple[Review, ...]
    decided: tuple[Review, ...]
    waiting: int
    undecided: int
    before: int


def tells(row: ReviewRow) -> bool:
    """Whether a run's presses are too much alike for chance; a person decides about no other."""
    return is_too_alike(row.run.presses, row.run.alike, row.run.usual_share)


def reviews_of(connection: Connection, stores: Sequence[StoreRef], part: int = 1) -> Reviews:
    """A part, from 1, of the runs found in these stores; one beyond the end is empty. As many queries for many as for few."""
    of_id = {store.id: store for store in stores}
    rows = sorted(reviews_of_stores(connection, list(of_id), (OPEN,)), key=lambda row: not tells(row))
    begin = PART_RUNS * (part - 1)
    undecided = rows[begin : begin + PART_RUNS]
    decided = reviews_of_stores(connection, list(of_id), (EXCLUDED, KEPT), MOST_DECIDED) if part == 1 else []
    asked = asked_questions(connection)
    effects = _effects(connection, [(row, of_id[row.store_id]) for row in (*undecided, *decided)], asked)
    closed = archived_days(connection, {row.run.local_day for row in (*undecided, *decided)})
    found = {
        row.id: _review(row, of_id[row.store_id], asked, effects[row.id], archived=row.run.local_day in closed)
        for row in (*undecided, *decided)
    }
    return Reviews(
        open=tuple(found[row.id] for row in undecided if tells(row)),
        too_few=tuple(found[row.id] for row in undecided if not tells(row)),
        decided=tuple(found[row.id] for row in decided),
        waiting=sum(map(tells, rows)),
        undecided=len(rows),
        before=begin,
    )


def open_reviews(connection: Connection, store_id: int) -> int:
    """How many runs of a store wait for head office; their presses count until then."""
    return sum(tells(row) for row in reviews_of_stores(connection, [store_id], (OPEN,)))


def _review(row: ReviewRow, store: StoreRef, asked: Mapping[int, Asked], effect: Effect | None, *, archived: bool) -> Review:
    run, question = row.run, asked[row.run.question_id]
    return Review(
        id=row.id,
        store=store,
        kiosk=row.kiosk,
        touchpoint=row.touchpoint,
        question=question.code,
        texts=question.texts,
        day=date.fromordinal(run.local_day),
        edge=run.edge,
        polarity=run.polarity,
        from_ms=run.from_ms,
        until_ms=run.until_ms,
        presses=run.presses,
        alike=run.alike,
        usual_presses=run.usual_presses,
        usual_share=run.usual_share,
        tells=tells(row),
        needed=straight_needed(run.usual_share),
        effect=effect,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_ms=row.decided_ms,
        archived=archived,
    )


def _effects(
    connection: Connection, found: Sequence[tuple[ReviewRow, StoreRef]], asked: dict[int, Asked]
) -> dict[int, Effect | None]:
    """What each run changes, by its id, from the roll-ups of all of them at once."""
    versions = history(connection)
    spans = {row.id: _signal_days(row, store, versions, asked) for row, store in found}
    known = [span for span in spans.values() if span is not None]
    wanted = {span.first.toordinal() + at for span in known for at in range(EFFECT_DAYS)}
    counts = daily_counts(
        connection, {row.store_id for row, _ in found}, wanted, {number for span in known for number in span.question_ids}
    )
    return {row.id: _effect(row, spans[row.id], counts) for row, _ in found}


class _Span(NamedTuple):
    """The days and the questions of the index that a run's question is in."""

    signal: str
    first: date
    last: date
    question_ids: frozenset[int]


def _signal_days(row: ReviewRow, store: StoreRef, versions: Sequence[Declared], asked: dict[int, Asked]) -> _Span | None:
    """None for a question that is in neither index."""
    run = row.run
    # A run before closing may lie past midnight.
    last = local_time(store.timezone, run.until_ms - 1).date()
    valid = next((one for one in versions if one.made_ms <= run.until_ms), versions[-1])
    for signal, ids in zip(("service", "experience"), question_ids(valid.definition, asked), strict=True):
        if run.question_id in ids:
            return _Span(signal, last - timedelta(days=EFFECT_DAYS - 1), last, ids)
    return None


def _effect(row: ReviewRow, span: _Span | None, counts: Sequence[DailyCount]) -> Effect | None:
    """What the run changes; the roll-ups hold its presses unless it was excluded."""
    if span is None:
        return None
    own = [
        count
        for count in counts
        if count.store_id == row.store_id
        and count.question_id in span.question_ids
        and span.first.toordinal() <= count.local_day <= span.last.toordinal()
    ]
    positive, total = sum(count.positive for count in own), sum(count.total for count in own)
    sign = 1 if row.decision == EXCLUDED else -1
    other = _share(positive + sign * row.run.positives, total + sign * row.run.presses)
    now = _share(positive, total)
    return Effect(span.signal, span.first, span.last, *((other, now) if row.decision == EXCLUDED else (now, other)))


def _share(positive: int, total: int) -> float | None:
    return 100 * positive / total if total >= LEAST_FOR_VALUE and 0 <= positive <= total else None
