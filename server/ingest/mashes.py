"""Takes back the first press of a mash: the hand that pressed two buttons of a question at once speaks for no one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.codes import MARKS
from server.database.reactions import last_of_question
from server.ingest.fresh import VOTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from server.database.streams import Stream
    from server.ingest.fresh import Fresh
    from wire.messages import Rules

MASH = MARKS["mash"]


def take_back(connection: Connection, stream: Stream, fresh: Fresh, rules_of: Callable[[int], Rules]) -> list[int]:
    """Stop counting the batch's own presses that others were mashed with; returns the seqs of earlier batches' that were.

    `rules_of` tells by which rules the kiosk judged presses under a version of its configuration.
    """
    if MASH not in fresh.marks:
        return []
    last: dict[int, int] = {}
    uncounted: list[int] = []
    for place, (mark, meaning) in enumerate(zip(fresh.marks, fresh.meanings, strict=True)):
        if mark == MASH:
            before, mash_ms = last.get(meaning.question), rules_of(fresh.versions[place]).mash_ms
            if before is None:
                uncounted += _mashed_before(connection, stream, fresh, place, mash_ms)
            elif _mashed(fresh.marks[before], fresh.boots[before], fresh.elapsed_ms[before], fresh, place, mash_ms):
                fresh.set_aside(before, "mash")
        last[meaning.question] = place
    return uncounted


def _mashed_before(connection: Connection, stream: Stream, fresh: Fresh, place: int, mash_ms: int) -> list[int]:
    question, before = fresh.meanings[place].question, fresh.seqs[place]
    found = last_of_question(connection, stream.kiosk_id, stream.number, question, before)
    if found is None:
        return []
    seq, boot, elapsed_ms, mark, counted = found
    return [int(seq)] if counted and _mashed(mark, boot, elapsed_ms, fresh, place, mash_ms) else []


def _mashed(mark: int, boot: int, elapsed_ms: int, fresh: Fresh, place: int, mash_ms: int) -> bool:
    """Whether a press is the vote that the mash at a place was mashed with."""
    return mark == VOTE and boot == fresh.boots[place] and 0 <= fresh.elapsed_ms[place] - elapsed_ms < mash_ms
