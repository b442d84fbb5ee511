"""Whose presses a question gathers: the conditions that keep employees' presses (dimension EX) apart from all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from server.database.tables import config_buttons, questions

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Select

CUSTOMERS = "CX"
EMPLOYEES = "EX"
# What nobody sees who was not told that they may.
ALL_BUT_EMPLOYEES = frozenset({EMPLOYEES})


def outside(question_id: ColumnElement[Any], hidden: Collection[str] = ALL_BUT_EMPLOYEES) -> ColumnElement[bool]:
    """Whether a question belongs to none of the hidden dimensions; every count that pages and programs read asks this."""
    return question_id.not_in(select(questions.c.id).where(questions.c.dimension.in_(hidden)))


def of_dimension(question_id: ColumnElement[Any], dimension: str) -> ColumnElement[bool]:
    """Whether a question belongs to this dimension."""
    return question_id.in_(select(questions.c.id).where(questions.c.dimension == dimension))


def kiosks_asking_employees() -> Select[Any]:
    """The ids of kiosks that ask employees or ever did: a count of theirs belongs to no page about customers."""
    return select(config_buttons.c.kiosk_id).where(of_dimension(config_buttons.c.question_id, EMPLOYEES))


def configs_asking(connection: Connection, hidden: Collection[str]) -> set[tuple[int, int]]:
    """The configurations, as (kiosk id, version), with a question of one of these dimensions."""
    asks = and_(questions.c.id == config_buttons.c.question_id, questions.c.dimension.in_(hidden))
    found = select(config_buttons.c.kiosk_id, config_buttons.c.version).join(questions, asks).distinct()
    return {(kiosk_id, version) for kiosk_id, version in connection.execute(found)}
