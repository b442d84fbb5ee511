"""Reactions that are kept and do not count, by the rule that set them aside.

They are few, and an index of their own finds them, so that this costs the same however many reactions there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import case, func, select

from server.analysis.tallies import DAY_UNCERTAINTY_MS
from server.database.codes import MARKS, REASONS
from server.database.dimensions import outside
from server.database.tables import answers, placements, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection

MARK_OF = {number: name for name, number in MARKS.items()}
REASON_OF = {number: name for name, number in REASONS.items()}


class SetAside(NamedTuple):
    """Reactions of one question that one rule (a kiosk's mark or the server's reason) set aside."""

    question_id: int
    rule: str
    positive: int
    total: int


def set_aside(connection: Connection, store_id: int, from_ms: int, to_ms: int) -> list[SetAside]:
    """A store's reactions that do not count, pressed from `from_ms` on and before `to_ms`, by question and rule.

    Those of a day that is not known are left out: they stand at the day they arrived, as uncertain ones. So are employees'.
    """
    positive = func.sum(case((answers.c.polarity == "positive", 1), else_=0))
    keys = (reactions.c.question_id, reactions.c.mark, reactions.c.reason)
    rows = connection.execute(
        select(*keys, positive, func.count())
        .select_from(placements)
        .join(reactions, reactions.c.kiosk_id == placements.c.kiosk_id)
        .join(answers, answers.c.id == reactions.c.answer_id)
        .where(placements.c.store_id == store_id, reactions.c.placement_id == placements.c.id)
        .where(reactions.c.counted.is_(False), reactions.c.pressed_ms >= from_ms, reactions.c.pressed_ms < to_ms)
        .where(reactions.c.uncertainty_ms < DAY_UNCERTAINTY_MS, outside(reactions.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [SetAside(row[0], REASON_OF[row[2]] or MARK_OF[row[1]], int(row[3]), int(row[4])) for row in rows]
