"""What stores and the chain did on a day, as somebody noted it, and what happened to a store's kiosks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from server.database.tables import changes, config_buttons, config_versions, kiosks, placements, questions

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Noted(NamedTuple):
    """One noted change; `store_id` None is the whole chain's."""

    id: int
    store_id: int | None
    local_day: int
    words: str
    made_by: str


class Stay(NamedTuple):
    """A kiosk's time at a touchpoint of a store, Unix milliseconds; None is still there."""

    kiosk: str
    touchpoint: str
    from_ms: int
    until_ms: int | None


class Setup(NamedTuple):
    """One question that a kiosk asks under one configuration."""

    kiosk: str
    touchpoint: str
    version: int
    made_ms: int
    question: str


def note_change(connection: Connection, store_id: int | None, local_day: int, words: str, now_ms: int, made_by: str) -> int:
    """Note that a store, or with None the chain, did something on a day; returns the note's id."""
    values = {"store_id": store_id, "local_day": local_day, "words": words, "made_ms": now_ms, "made_by": made_by}
    return int(connection.execute(changes.insert().values(values).returning(changes.c.id)).scalar_one())


def remove_change(connection: Connection, store_id: int, change_id: int, made_by: str) -> bool:
    """Take back one's own note on a store or on the chain; returns whether there was one."""
    mine = (changes.c.id == change_id) & (changes.c.made_by == made_by)
    here = or_(changes.c.store_id == store_id, changes.c.store_id.is_(None))
    return connection.execute(changes.delete().where(mine, here)).rowcount > 0


def noted_changes(connection: Connection, store_id: int, from_day: int, to_day: int) -> list[Noted]:
    """What was noted for a store and for the whole chain on the days [from_day, to_day), by day."""
    columns = (changes.c.id, changes.c.store_id, changes.c.local_day, changes.c.words, changes.c.made_by)
    rows = connection.execute(
        select(*columns)
        .where(or_(changes.c.store_id == store_id, changes.c.store_id.is_(None)))
        .where(changes.c.local_day >= from_day, changes.c.local_day < to_day)
        .order_by(changes.c.local_day, changes.c.id)
    )
    return [Noted._make(row) for row in rows]


def stays(connection: Connection, store_id: int) -> list[Stay]:
    """All times that kiosks stood in a store, in their order."""
    columns = (kiosks.c.code, placements.c.touchpoint, placements.c.from_ms, placements.c.until_ms)
    rows = connection.execute(
        select(*columns)
        .join(kiosks, kiosks.c.id == placements.c.kiosk_id)
        .where(placements.c.store_id == store_id)
        .order_by(placements.c.from_ms, kiosks.c.code)
    )
    return [Stay._make(row) for row in rows]


def setups(connection: Connection, store_id: int) -> list[Setup]:
    """What each configuration of a store's placements asks, in their order."""
    rows = connection.execute(
        select(kiosks.c.code, placements.c.touchpoint, config_versions.c.version, config_versions.c.made_ms, questions.c.code)
        .distinct()
        .select_from(placements)
        .join(config_versions, config_versions.c.placement_id == placements.c.id)
        .join(
            config_buttons,
            (config_buttons.c.kiosk_id == config_versions.c.kiosk_id) & (config_buttons.c.version == config_versions.c.version),
        )
        .join(kiosks, kiosks.c.id == config_versions.c.kiosk_id)
        .join(questions, questions.c.id == config_buttons.c.question_id)
        .where(placements.c.store_id == store_id)
        .order_by(config_versions.c.made_ms, kiosks.c.code, config_versions.c.version, questions.c.code)
    )
    return [Setup._make(row) for row in rows]
