"""Runs of presses at a day's edge as people judge them: raw figures, and what the store's index is with and without them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from server.analysis.edge_runs import is_too_alike, straight_needed
from server.comparison.chain import question_ids
from server.comparison.indexes import LEAST_FOR_VALUE
from server.comparison.periods import local_time
from server.database.archives import archived_month
from server.database.figures import asked_questions, day_counts
from server.database.reviews import EXCLUDED, KEPT, OPEN, ReviewRow, reviews_of_stores
from server.survey.definitions import valid_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.database.figures import Asked

# The days that end with the run's, over which the page shows what it changes.
EFFECT_DAYS = 7
MOST_DECIDED = 50


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
    """The runs of some stores, the newest day first: those to decide about, those too few to tell, and those decided."""

    open: tuple[Review, ...]
    too_few: tuple[Review, ...]
    decided: tuple[Review, ...]


def tells(row: ReviewRow) -> bool:
    """Whether a run's presses are too much alike for chance; a person decides about no other."""
    return is_too_alike(row.run.presses, row.run.alike, row.run.usual_share)


def reviews_of(connection: Connection, stores: Sequence[StoreRef], now_ms: int) -> Reviews:
    """The runs found in these stores."""
    of_id = {store.id: store for store in stores}
    undecided = reviews_of_stores(connection, list(of_id), (OPEN,))
    decided = reviews_of_stores(connection, list(of_id), (EXCLUDED, KEPT))[:MOST_DECIDED]
    asked = asked_questions(connection)
    found = {row.id: _review(connection, row, of_id[row.store_id], asked) for row in (*undecided, *decided)}
    return Reviews(
        open=tuple(found[row.id] for row in undecided if tells(row)),
        too_few=tuple(found[row.id] for row in undecided if not tells(row)),
        decided=tuple(found[row.id] for row in decided),
    )


def open_reviews(connection: Connection, store_id: int) -> int:
    """How many runs of a store wait for head office; their presses count until then."""
    return sum(tells(row) for row in reviews_of_stores(connection, [store_id], (OPEN,)))


def _review(connection: Connection, row: ReviewRow, store: StoreRef, asked: Mapping[int, Asked]) -> Review:
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
        effect=_effect(connection, row, store, dict(asked)),
        decision=row.decision,
        decided_by=row.decided_by,
        decided_ms=row.decided_ms,
        archived=bool(archived_month(connection, run.local_day, run.local_day)),
    )


def _effect(connection: Connection, row: ReviewRow, store: StoreRef, asked: dict[int, Asked]) -> Effect | None:
    """What the run changes, from the roll-ups; those hold its presses unless it was excluded."""
    run = row.run
    # A run before closing may lie past midnight.
    last = local_time(store.timezone, run.until_ms - 1).date()
    first = date.fromordinal(last.toordinal() - EFFECT_DAYS + 1)
    service, experience = question_ids(valid_at(connection, run.until_ms), asked)
    signal, ids = next(
        ((name, ids) for name, ids in (("service", service), ("experience", experience)) if run.question_id in ids), ("", None)
    )
    if ids is None:
        return None
    counts = [
        count for count in day_counts(connection, store.id, first.toordinal(), last.toordinal() + 1) if count.question_id in ids
    ]
    positive = sum(count.positive for count in counts)
    total = sum(count.positive + count.neutral + count.negative for count in counts)
    sign = 1 if row.decision == EXCLUDED else -1
    other = _share(positive + sign * run.positives, total + sign * run.presses)
    now = _share(positive, total)
    return Effect(signal, first, last, *((other, now) if row.decision == EXCLUDED else (now, other)))


def _share(positive: int, total: int) -> float | None:
    return 100 * positive / total if total >= LEAST_FOR_VALUE and 0 <= positive <= total else None
