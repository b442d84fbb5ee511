"""Finds runs of presses before closing and after opening, and carries out what a person decides about one.

A run counts until somebody has decided. Then all presses of its time stop counting, whatever their faces, or all count again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from server.analysis.tallies import NEGATIVE, POSITIVE
from server.database.archives import archived_month
from server.database.engine import reading, writing
from server.database.judgements import run_presses
from server.database.opening import openings
from server.database.reviews import (
    EXCLUDED,
    Found,
    counted_votes,
    keep_review,
    review_of_id,
    reviews_of_kiosk,
    save_decision,
    stands_since,
)
from server.database.streams import lock_stream_number
from server.errors import is_archived
from server.fleet.edges import find_runs
from server.fleet.moving import recount
from server.fleet.states import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine

    from server.analysis.opening import Opening
    from server.database.judgements import RunPress
    from server.database.reviews import ReviewRow, Stand

# A kiosk that was offline tells late; what it tells later than this is not looked at.
LOOK_BACK_DAYS = 14
USUAL_DAYS = 56
CLOSING_RUN = "closing-run"


def look_for_runs(engine: Engine, now_ms: int) -> int:
    """Look at the closed days of the last two weeks, kiosk by kiosk; returns how many runs are new."""
    with reading(engine) as connection:
        stands = stands_since(connection, now_ms - LOOK_BACK_DAYS * DAY_MS)
        hours = openings(connection, {stand.store_id for stand in stands})
    return sum(_look(engine, stand, hours[stand.store_id], now_ms) for stand in stands)


def decide(connection: Connection, review: ReviewRow, decision: str, by: str, now_ms: int) -> int:
    """Carry out a decision (EXCLUDED or KEPT) about a run, also another than before; returns how many presses it changed.

    Reactions, figures and ledger change in this transaction. `by` is who decided; `review` was read in it.

    Raises 409 when something of its month is archived: what is archived stays as it was.
    """
    month = archived_month(connection, review.run.local_day, review.run.local_day)
    if month:
        raise is_archived(month)
    presses, changed = _apply(connection, review.run, decision, now_ms)
    wanted = POSITIVE if review.run.polarity == "positive" else NEGATIVE
    alike, positives = (sum(press.polarity == one for press in presses) for one in (wanted, POSITIVE))
    save_decision(connection, review.id, decision, by, now_ms, len(presses), alike, positives)
    return changed


def read_review(connection: Connection, review_id: int) -> ReviewRow | None:
    """A review to decide about: nobody else decides about it until the transaction ends."""
    return review_of_id(connection, review_id)


def _look(engine: Engine, stand: Stand, opening: Opening, now_ms: int) -> int:
    first = opening.day_of(now_ms) - LOOK_BACK_DAYS
    with reading(engine) as connection:
        votes = counted_votes(
            connection, stand.kiosk_id, stand.placement_id, now_ms - (LOOK_BACK_DAYS + USUAL_DAYS + 1) * DAY_MS
        )
        known = reviews_of_kiosk(connection, stand.kiosk_id, first)
    keys = {(one.run.question_id, one.run.local_day, one.run.edge, one.run.polarity) for one in known}
    found = [Found(stand.kiosk_id, stand.placement_id, *one, now_ms) for one in find_runs(votes, opening, first, now_ms)]
    late = [one for one in known if one.decision == EXCLUDED and one.run.placement_id == stand.placement_id]
    if found or late:
        with writing(engine) as connection:
            for one in found:
                keep_review(connection, one)
            for review in late:
                # What arrived after somebody had decided belongs to the run as much.
                _apply(connection, review.run, EXCLUDED, now_ms)
    return sum((one.question_id, one.local_day, one.edge, one.polarity) not in keys for one in found)


def _apply(connection: Connection, run: Found, decision: str, now_ms: int) -> tuple[list[RunPress], int]:
    """Let a run's presses count, or not; returns them and how many changed."""
    place = (run.kiosk_id, run.placement_id, run.question_id, run.from_ms, run.until_ms)
    for stream in dict.fromkeys(press.stream for press in run_presses(connection, *place)):
        lock_stream_number(connection, run.kiosk_id, stream)
    presses = run_presses(connection, *place)
    reasons: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for press in presses:
        if (press.reason == 0) == (decision == EXCLUDED):
            reasons[press.stream][press.seq] = CLOSING_RUN if decision == EXCLUDED else ""
    return presses, sum(_recount(connection, run.kiosk_id, reasons, now_ms))


def _recount(connection: Connection, kiosk_id: int, reasons: Mapping[int, Mapping[int, str]], now_ms: int) -> list[int]:
    return [recount(connection, kiosk_id, stream, of_seq, now_ms) for stream, of_seq in reasons.items()]
