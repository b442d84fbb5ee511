"""What of a reaction an export's line is made of: how it is read from the database, and the words its numbers stand for."""

from __future__ import annotations

from typing import NamedTuple

from server.database.codes import ANSWERS, REASONS, TIME_QUALITIES
from server.database.codes import MARKS as MARK_NUMBERS

MARKS = {number: word for word, number in MARK_NUMBERS.items()}
REASON_WORDS = {number: word for word, number in REASONS.items()}
QUALITIES = {number: word for word, number in TIME_QUALITIES.items()}
ANSWER_WORDS = {number: (code, polarity) for code, (number, polarity) in ANSWERS.items()}

# What of a reaction the lines are made of. Small numbers that repeat together travel as one: reading each costs as much as
# writing its text, and one number is the quickest key of the texts that are kept.
FACTS = (
    "r.seq, (CAST(r.placement_id AS BIGINT) << 32) | (CAST(r.question_id AS BIGINT) << 8) | r.answer_id, r.pressed_ms,"
    " r.uncertainty_ms, (CAST(r.config_version AS BIGINT) << 16) | (r.time_quality << 12) | (r.mark << 8) | (r.reason << 1)"
    " | CASE WHEN r.counted THEN 1 ELSE 0 END, r.visit"
)


class Meant(NamedTuple):
    """What a reaction said and where."""

    placement_id: int
    question_id: int
    answer_id: int


class Judgement(NamedTuple):
    """How a reaction's time is known, and what kiosk and server think of it."""

    config_version: int
    time_quality: int
    mark: int
    reason: int
    counted: int


def meant(number: int) -> Meant:
    """The second of a row's facts, taken apart."""
    return Meant(number >> 32, number >> 8 & 0xFFFFFF, number & 0xFF)


def judgement(number: int) -> Judgement:
    """The fifth of a row's facts, taken apart."""
    return Judgement(number >> 16, number >> 12 & 0xF, number >> 8 & 0xF, number >> 1 & 0x7F, number & 1)


def pack(
    seq: int, placement: int, question: int, answer: int, pressed_ms: int, unsure_ms: int, *rest: int | None
) -> tuple[int | None, ...]:
    """The facts of one reaction as the database packs them; the last six are version, quality, mark, reason, counted, visit."""
    *judged, visit = rest
    version, quality, mark, reason, counted = (int(number or 0) for number in judged)
    said = placement << 32 | question << 8 | answer
    return seq, said, pressed_ms, unsure_ms, version << 16 | quality << 12 | mark << 8 | reason << 1 | counted, visit
