"""What pages and programs show of stores, read from the roll-ups alone; reactions are never counted at a request."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from server.database import completeness
from server.database.codes import ASIDE
from server.database.dimensions import kiosks_asking_employees, outside
from server.database.engine import reading
from server.database.life import read_life
from server.database.tables import days, kiosk_syncs, kiosks, placements, questions, set_aside, streams

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Engine, Select

COUNTS = ("positive", "neutral", "negative", "marked", "uncertain", "clusters", "sum_xx", "sum_xn", "sum_nn")


class DayCount(NamedTuple):
    """One touchpoint's presses of one question on one local day; `marked` ones are set aside and in no other count."""

    touchpoint: str
    local_day: int
    question_id: int
    faces: int
    positive: int
    neutral: int
    negative: int
    marked: int
    uncertain: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int


class AsideCount(NamedTuple):
    """Presses of one question that do not count for one reason, a word of codes.ASIDE."""

    question_id: int
    reason: str
    positive: int
    neutral: int
    negative: int


class Asked(NamedTuple):
    """One wording of a question; `texts` is {language: {"question": ...}}, `dimension` whose experience it asks about."""

    code: str
    version: int
    signal: str
    texts: dict[str, dict[str, str]]
    dimension: str = "CX"
    facets: tuple[str, ...] = ()


class Standing(NamedTuple):
    """A kiosk that stands in a store now: when it was heard, what it says it thanked for, how far its streams are known.

    `lost` of the known presses are on no card any more; `employees` is that it asks employees.
    """

    kiosk: str
    touchpoint: str
    heard_ms: int | None
    thanked: int
    known: int
    lost: int
    employees: bool


def day_counts(connection: Connection, store_id: int, from_day: int, to_day: int) -> list[DayCount]:
    """A store's presses by touchpoint, day [from_day, to_day), question and number of faces; employees' are not among them."""
    asked = {"store_id": store_id, "from_day": from_day, "to_day": to_day}
    return [DayCount._make(row) for row in connection.execute(_day_counts(), asked).all()]


@cache  # building a statement anew takes longer than reading a store's month
def _day_counts() -> Select[*tuple[Any, ...]]:
    keys = (placements.c.touchpoint, days.c.local_day, days.c.question_id, days.c.faces)
    return (
        select(*keys, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id == bindparam("store_id"), within(days.c.local_day), outside(days.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )


def set_aside_counts(connection: Connection, store_id: int, from_day: int, to_day: int) -> list[AsideCount]:
    """A store's presses that do not count over the days [from_day, to_day), by question and reason; without employees'."""
    keys = (set_aside.c.question_id, set_aside.c.reason)
    rows = connection.execute(
        select(*keys, *(func.sum(set_aside.c[name]) for name in COUNTS[:3]))
        .join(placements, placed(set_aside.c.kiosk_id, set_aside.c.placement_id))
        .where(placements.c.store_id == store_id, set_aside.c.local_day >= from_day, set_aside.c.local_day < to_day)
        .where(outside(set_aside.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )
    words = {number: word for word, number in ASIDE.items()}
    return [AsideCount(row[0], words[row[1]], *(int(count) for count in row[2:])) for row in rows if any(row[2:])]


def asked_questions(connection: Connection) -> dict[int, Asked]:
    """Every wording of every question, by its id."""
    names = ("id", "code", "version", "signal", "texts", "dimension", "facets")
    rows = connection.execute(select(*(questions.c[name] for name in names)))
    return {row[0]: Asked(row[1], row[2], row[3], json.loads(row[4]), row[5], tuple(json.loads(row[6]))) for row in rows}


def standing_kiosks(connection: Connection, store_id: int) -> list[Standing]:
    """The kiosks that stand in a store now and are not disabled, by touchpoint and code."""
    rows = connection.execute(
        select(
            kiosks.c.code,
            placements.c.touchpoint,
            kiosk_syncs.c.heard_ms,
            completeness.thanked(),
            completeness.known(),
            completeness.gone(),
            kiosks.c.id.in_(kiosks_asking_employees()),
        )
        .join(kiosk_syncs, kiosk_syncs.c.kiosk_id == kiosks.c.id)
        .join(placements, placements.c.kiosk_id == kiosks.c.id)
        .where(placements.c.store_id == store_id, placements.c.until_ms.is_(None), kiosks.c.disabled_ms.is_(None))
        .order_by(placements.c.touchpoint, kiosks.c.code)
    )
    return [Standing._make(row) for row in rows]


def pulse(connection: Connection, store_ids: Collection[int]) -> int:
    """A number that grows with every press that arrives from these stores, so that a page knows when to look again.

    Employees' presses do not move it, nor those of a kiosk that stands in another store by now: both would be told by it.
    """
    stands = select(placements.c.kiosk_id).where(placements.c.store_id.in_(store_ids), placements.c.until_ms.is_(None))
    told = streams.c.kiosk_id.in_(stands) & streams.c.kiosk_id.not_in(kiosks_asking_employees())
    total = select(func.coalesce(func.sum(streams.c.high), 0)).where(told)
    return int(connection.execute(total).scalar_one())


def is_made_up(engine: Engine) -> bool:
    """Whether figures are made up for trying; False when the database can not say, because a page must come even then."""
    try:
        with reading(engine) as connection:
            return read_life(connection).made_up
    except SQLAlchemyError:
        return False


def placed(kiosk_id: ColumnElement[int], placement_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a roll-up row belongs to a placement that its kiosk really has.

    With nothing added, SQLite would look up the placement of each row, and read every day that a chain ever had; so it goes
    from placement to placement, and reads of each the days that are asked for.
    """
    return and_(placements.c.kiosk_id + 0 == kiosk_id, placements.c.id + 0 == placement_id)


def within(local_day: ColumnElement[int]) -> ColumnElement[bool]:
    """That a day is one of [from_day, to_day), which are given when the statement is executed."""
    return and_(local_day >= bindparam("from_day"), local_day < bindparam("to_day"))
