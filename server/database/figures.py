"""What pages and programs show of stores, read from the roll-ups alone; reactions are never counted at a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, case, func, literal, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from server.analysis.clustering import ClusterSums
from server.analysis.tallies import BAND_COLUMNS
from server.database import completeness
from server.database.codes import ASIDE
from server.database.dimensions import kiosks_asking_employees, outside
from server.database.engine import reading
from server.database.life import read_life
from server.database.tables import days, kiosk_syncs, kiosks, placements, questions, set_aside, stores, streams, visit_days

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Select

COUNTS = ("positive", "neutral", "negative", "marked", "uncertain", "clusters", "sum_xx", "sum_xn", "sum_nn")
NO_CLUSTERS = ClusterSums(0, 0, 0, 0)
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
    """One store's presses of one question over some days, those of its weekends (1) apart from the others (0).

    The parts of the day hold counted presses whose hour is known, and the positive ones of them.
    """

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
    weekend: int = 0
    morning_counted: int = 0
    morning_positive: int = 0
    afternoon_counted: int = 0
    afternoon_positive: int = 0
    evening_counted: int = 0
    evening_positive: int = 0


class Weekend(NamedTuple):
    """On which weekdays (0 is Monday), one after the other, it is weekend in these territories; none means all others."""

    weekdays: tuple[int, ...]
    territories: tuple[str, ...]


class VisitCount(NamedTuple):
    """How often one passer-by answered both questions at a store, by the two answers."""

    store_id: int
    both: int
    service_only: int
    experience_only: int
    neither: int


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
    keys = (placements.c.touchpoint, days.c.local_day, days.c.question_id, days.c.faces)
    rows = connection.execute(
        select(*keys, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id == store_id, days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(outside(days.c.question_id))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [DayCount(*row) for row in rows]


def store_counts(
    connection: Connection,
    from_day: int,
    to_day: int,
    weekends: Sequence[Weekend] = (),
    store_ids: Collection[int] | None = None,
) -> list[StoreCount]:
    """Every store's presses over the days [from_day, to_day), by question, faces and weekend; or of these stores alone.

    Employees' are not among them.
    """
    keys = (placements.c.store_id, days.c.question_id, days.c.faces)
    sums = [func.sum(days.c[name]) for name in (*COUNTS, *BAND_COLUMNS)]
    found = (
        select(*keys, *sums[: len(COUNTS)], weekend_of_days(weekends).label("weekend"), *sums[len(COUNTS) :])
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(outside(days.c.question_id))
        # By its name: PostgreSQL takes the same words with other parameters for something else.
        .group_by(*keys, literal_column("weekend"))
        .order_by(*keys, literal_column("weekend"))
    )
    if store_ids is not None:
        found = found.where(placements.c.store_id.in_(store_ids))
    return [StoreCount._make(row) for row in connection.execute(found).all()]


def day_clusters(
    connection: Connection,
    from_day: int,
    to_day: int,
    signals: tuple[Collection[int], Collection[int]],
    store_ids: Collection[int] | None = None,
) -> dict[int, tuple[ClusterSums, ClusterSums]]:
    """Days [from_day, to_day) as clusters of presses about each of two sets of questions, by store: of all, or of these."""
    total = days.c.positive + days.c.neutral + days.c.negative
    parts = [
        func.sum(column).filter(days.c.question_id.in_(ids)).label(f"{name}{which}")
        for which, ids in enumerate(signals)
        for name, column in (("x", days.c.positive), ("n", total))
    ]
    found_days = (
        select(placements.c.store_id, *parts)
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(days.c.question_id.in_({*signals[0], *signals[1]}))
        .group_by(placements.c.store_id, days.c.local_day)
    )
    if store_ids is not None:
        found_days = found_days.where(placements.c.store_id.in_(store_ids))
    one = found_days.subquery().c
    sums = [of for x, n in ((one.x0, one.n0), (one.x1, one.n1)) for of in _sums_of_clusters(x, n)]
    rows = connection.execute(select(one.store_id, *sums).group_by(one.store_id)).all()
    return {store: (ClusterSums(*map(int, found[:4])), ClusterSums(*map(int, found[4:]))) for store, *found in rows}


def _sums_of_clusters(x: ColumnElement[int], n: ColumnElement[int]) -> tuple[ColumnElement[int], ...]:
    """What `ClusterSums` holds of clusters with x positive of n presses; those without a press are none."""
    return func.count(case((n > 0, 1))), *(func.coalesce(func.sum(column), 0) for column in (x * x, x * n, n * n))


def visit_counts(
    connection: Connection,
    from_day: int,
    to_day: int,
    signals: tuple[Collection[int], Collection[int]],
    store_ids: Collection[int] | None = None,
) -> list[VisitCount]:
    """Visits over the days [from_day, to_day) that answered one of each of two sets of questions: every store's, or these'."""
    store_id = placements.c.store_id
    found = (
        select(store_id, *(func.sum(visit_days.c[name]) for name in CELLS))
        .join(placements, placed(visit_days.c.kiosk_id, visit_days.c.placement_id))
        .where(visit_days.c.local_day >= from_day, visit_days.c.local_day < to_day)
        .where(visit_days.c.service_id.in_(signals[0]), visit_days.c.experience_id.in_(signals[1]))
        .group_by(store_id)
        .order_by(store_id)
    )
    if store_ids is not None:
        found = found.where(placements.c.store_id.in_(store_ids))
    return [VisitCount(*row) for row in connection.execute(found)]


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


def weekend_of_days(weekends: Sequence[Weekend]) -> ColumnElement[int]:
    """1 on the days that are weekend where a placement's store stands, else 0."""
    weekday = (days.c.local_day + 6) % 7  # the first day of all, 1 January of year 1, was a Monday
    within = {one.territories: case((weekday.between(one.weekdays[0], one.weekdays[-1]), 1), else_=0) for one in weekends}
    usual = within.pop((), literal(0))
    named = [(placements.c.store_id.in_(_standing_in(territories)), found) for territories, found in within.items()]
    return case(*named, else_=usual) if named else usual


def _standing_in(territories: Collection[str]) -> Select[tuple[int]]:
    return select(stores.c.id).where(stores.c.territory.in_(territories))


def placed(kiosk_id: ColumnElement[int], placement_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a roll-up row belongs to a placement that its kiosk really has.

    With nothing added, SQLite would look up the placement of each row, and read every day that a chain ever had; so it goes
    from placement to placement, and reads of each the days that are asked for.
    """
    return and_(placements.c.kiosk_id + 0 == kiosk_id, placements.c.id + 0 == placement_id)
