"""What pages and programs show of stores, read from the roll-ups alone; reactions are never counted at a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.exc import SQLAlchemyError

from server.database import completeness
from server.database.dimensions import outside
from server.database.engine import reading
from server.database.life import read_life
from server.database.tables import days, kiosks, placements, questions, streams, visit_days

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Engine

COUNTS = ("positive", "neutral", "negative", "marked", "uncertain", "clusters", "sum_xx", "sum_xn", "sum_nn")
CELLS = ("both", "service_only", "experience_only", "neither")


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


class StoreCount(NamedTuple):
    """One store's presses of one question over some days."""

    store_id: int
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


class VisitCount(NamedTuple):
    """How often one passer-by answered both questions at a store, by the two answers."""

    store_id: int
    service_id: int
    experience_id: int
    both: int
    service_only: int
    experience_only: int
    neither: int


class Asked(NamedTuple):
    """One wording of a question; `texts` is {language: {"question": ...}}."""

    code: str
    version: int
    signal: str
    texts: dict[str, dict[str, str]]


class Standing(NamedTuple):
    """A kiosk that stands in a store now: when it was heard, what it says it thanked for, how far its streams are known.

    `lost` of the known presses are on no card any more.
    """

    kiosk: str
    touchpoint: str
    heard_ms: int | None
    thanked: int
    known: int
    lost: int


def day_counts(connection: Connection, store_id: int, from_day: int, to_day: int) -> list[DayCount]:
    """A store's presses by touchpoint, day [from_day, to_day), question and number of faces; employees' are not among them."""
    keys = (placements.c.touchpoint, days.c.local_day, days.c.question_id, days.c.faces)
    rows = connection.execute(
        select(*keys, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, _placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id == store_id, days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(outside(days.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [DayCount(*row) for row in rows]


def store_counts(connection: Connection, from_day: int, to_day: int) -> list[StoreCount]:
    """Every store's presses over the days [from_day, to_day), by question and faces; employees' are not among them."""
    keys = (placements.c.store_id, days.c.question_id, days.c.faces)
    rows = connection.execute(
        select(*keys, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, _placed(days.c.kiosk_id, days.c.placement_id))
        .where(days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(outside(days.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [StoreCount(*row) for row in rows]


def visit_counts(connection: Connection, from_day: int, to_day: int) -> list[VisitCount]:
    """Every store's visits over the days [from_day, to_day), by the two questions answered."""
    keys = (placements.c.store_id, visit_days.c.service_id, visit_days.c.experience_id)
    rows = connection.execute(
        select(*keys, *(func.sum(visit_days.c[name]) for name in CELLS))
        .join(placements, _placed(visit_days.c.kiosk_id, visit_days.c.placement_id))
        .where(visit_days.c.local_day >= from_day, visit_days.c.local_day < to_day)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [VisitCount(*row) for row in rows]


def asked_questions(connection: Connection) -> dict[int, Asked]:
    """Every wording of every question, by its id."""
    columns = (questions.c.id, questions.c.code, questions.c.version, questions.c.signal, questions.c.texts)
    return {row[0]: Asked(row[1], row[2], row[3], json.loads(row[4])) for row in connection.execute(select(*columns))}


def standing_kiosks(connection: Connection, store_id: int) -> list[Standing]:
    """The kiosks that stand in a store now and are not disabled, by touchpoint and code."""
    rows = connection.execute(
        select(
            kiosks.c.code,
            placements.c.touchpoint,
            kiosks.c.heard_ms,
            completeness.thanked(),
            completeness.known(),
            completeness.gone(),
        )
        .join(placements, placements.c.kiosk_id == kiosks.c.id)
        .where(placements.c.store_id == store_id, placements.c.until_ms.is_(None), kiosks.c.disabled_ms.is_(None))
        .order_by(placements.c.touchpoint, kiosks.c.code)
    )
    return [Standing._make(row) for row in rows]


def pulse(connection: Connection, store_ids: Collection[int]) -> int:
    """A number that grows with every press that arrives for these stores, so that a page knows when to look again."""
    stands = select(placements.c.kiosk_id).where(placements.c.store_id.in_(store_ids))
    total = select(func.coalesce(func.sum(streams.c.high), 0)).where(streams.c.kiosk_id.in_(stands))
    return int(connection.execute(total).scalar_one())


def is_made_up(engine: Engine) -> bool:
    """Whether figures are made up for trying; False when the database can not say, because a page must come even then."""
    try:
        with reading(engine) as connection:
            return read_life(connection).made_up
    except SQLAlchemyError:
        return False


def _placed(kiosk_id: ColumnElement[int], placement_id: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(placements.c.kiosk_id == kiosk_id, placements.c.id == placement_id)
