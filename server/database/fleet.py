"""What the fleet page and the worker read of kiosks: where they stand, what they said, and what of theirs is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, Integer, case, cast, func, select

from server.database import completeness
from server.database.driver import run
from server.database.tables import (
    buffers,
    held,
    kiosk_keys,
    kiosk_states,
    kiosk_syncs,
    kiosks,
    placements,
    reactions,
    stores,
    streams,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, ScalarSelect


# A stream lasts a week at most, so one that began longer ago holds nothing that was pressed since.
STREAM_LASTS_MS = 8 * 86_400_000


class FleetRow(NamedTuple):
    """A kiosk that stands somewhere now.

    `thanked` and `refused` are what its buffers claim; `known` is how far its streams are known, `lost` of these not coming any
    more, `held` of these not counted yet, `elsewhere` of these pressed in other stores that it stood in before; `pressed_ms` is
    its newest press; `usual_pause_ms` None while it is not known; `revoked` 1 when every key it ever had was ended.
    """

    id: int
    code: str
    store_id: int
    store: str
    store_name: str
    timezone: str
    touchpoint: str
    enrolled_ms: int
    disabled_ms: int | None
    heard_ms: int | None
    health: str
    config_applied: int
    thanked: int
    refused: int
    known: int
    lost: int
    held: int
    pressed_ms: int | None
    usual_pause_ms: int | None
    revoked: int
    elsewhere: int


class HeardDay(NamedTuple):
    """On how many of a UTC day's looks a kiosk had been heard shortly before."""

    kiosk_id: int
    day: int
    looks: int
    heard: int


def fleet_rows(connection: Connection, store_ids: Collection[int] | None = None) -> list[FleetRow]:
    """The kiosks that stand in these stores now (None is all), by store and code."""
    found = (
        select(
            kiosks.c.id,
            kiosks.c.code,
            placements.c.store_id,
            stores.c.code,
            stores.c.name,
            stores.c.timezone,
            placements.c.touchpoint,
            kiosks.c.enrolled_ms,
            kiosks.c.disabled_ms,
            kiosk_syncs.c.heard_ms,
            kiosk_syncs.c.health,
            kiosk_syncs.c.config_applied,
            completeness.thanked(),
            _sum(func.sum(buffers.c.refused), buffers.c.kiosk_id),
            completeness.known(),
            completeness.gone(),
            _sum(func.count(), held.c.sender_id),
            func.coalesce(_last_pressed_lately(), _last_pressed_in_newest()),
            kiosk_states.c.usual_pause_ms,
            _revoked(),
            completeness.elsewhere(),
        )
        .join(kiosk_syncs, kiosk_syncs.c.kiosk_id == kiosks.c.id)
        .join(placements, (placements.c.kiosk_id == kiosks.c.id) & placements.c.until_ms.is_(None))
        .join(stores, stores.c.id == placements.c.store_id)
        .outerjoin(kiosk_states, kiosk_states.c.kiosk_id == kiosks.c.id)
        .order_by(stores.c.name, stores.c.code, kiosks.c.code)
    )
    if store_ids is not None:
        found = found.where(placements.c.store_id.in_(store_ids))
    return [FleetRow._make(row) for row in connection.execute(found)]


def recent_presses(connection: Connection, kiosk_id: int, since_ms: int) -> list[int]:
    """When a kiosk's presses since then were made, in that order; without those too uncertain for an hour."""
    rows = run(
        connection,
        "SELECT r.pressed_ms FROM streams s JOIN reactions r ON r.kiosk_id = s.kiosk_id AND r.stream = s.number"
        " WHERE s.kiosk_id = ? AND s.first_ms >= ? AND r.pressed_ms >= ? AND r.uncertainty_ms < 1800000 ORDER BY r.pressed_ms",
        (kiosk_id, since_ms - STREAM_LASTS_MS, since_ms),
    )
    return [row[0] for row in rows]


def pauses_known_before(connection: Connection, before_ms: int, limit: int) -> list[int]:
    """Some kiosks whose usual pause was worked out before then, or never."""
    rows = run(
        connection,
        "SELECT k.id FROM kiosks k LEFT JOIN kiosk_states s ON s.kiosk_id = k.id"
        " WHERE COALESCE(s.pause_known_ms, 0) < ? ORDER BY COALESCE(s.pause_known_ms, 0), k.id LIMIT ?",
        (before_ms, limit),
    )
    return [row[0] for row in rows]


def save_pause(connection: Connection, kiosk_id: int, usual_pause_ms: int | None, now_ms: int) -> None:
    """Keep a kiosk's usual pause."""
    run(
        connection,
        "INSERT INTO kiosk_states (kiosk_id, state, since_ms, usual_pause_ms, pause_known_ms) VALUES (?, '', 0, ?, ?)"
        " ON CONFLICT (kiosk_id) DO UPDATE SET"
        " usual_pause_ms = excluded.usual_pause_ms, pause_known_ms = excluded.pause_known_ms",
        (kiosk_id, usual_pause_ms, now_ms),
    )


def stored_states(connection: Connection) -> dict[int, str]:
    """What the worker last found each kiosk to be."""
    rows = run(connection, "SELECT kiosk_id, state FROM kiosk_states")
    return {kiosk_id: state for kiosk_id, state in rows}  # noqa: C416  (dict() of rows has no type)


def save_state(connection: Connection, kiosk_id: int, state: str, now_ms: int) -> None:
    """Keep what a kiosk was found to be, and since when."""
    run(
        connection,
        "INSERT INTO kiosk_states (kiosk_id, state, since_ms, pause_known_ms) VALUES (?, ?, ?, 0)"
        " ON CONFLICT (kiosk_id) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms",
        (kiosk_id, state, now_ms),
    )


def note_look(connection: Connection, day: int, heard_since_ms: int) -> int:
    """Count one look at every kiosk on this UTC day, and whether it was heard since then; returns how many kiosks."""
    looked = run(
        connection,
        "INSERT INTO heard_days (kiosk_id, day, looks, heard)"
        " SELECT id, ?, 1, CASE WHEN heard_ms >= ? THEN 1 ELSE 0 END FROM kiosks JOIN kiosk_syncs ON kiosk_id = id"
        " WHERE disabled_ms IS NULL"
        " ON CONFLICT (kiosk_id, day) DO UPDATE SET looks = heard_days.looks + 1, heard = heard_days.heard + excluded.heard",
        (day, heard_since_ms),
    )
    return looked.rowcount


def heard_days(connection: Connection, from_day: int) -> list[HeardDay]:
    """All looks since that UTC day."""
    rows = run(connection, "SELECT kiosk_id, day, looks, heard FROM heard_days WHERE day >= ?", (from_day,))
    return [HeardDay(*row) for row in rows]


def _revoked() -> ColumnElement[int]:
    """1 when a kiosk has keys and none of them is good any more."""
    ended = func.min(case((kiosk_keys.c.revoked_ms.is_(None), 0), else_=1))
    return func.coalesce(select(ended).where(kiosk_keys.c.kiosk_id == kiosks.c.id).correlate(kiosks).scalar_subquery(), 0)


def _last_pressed_lately() -> ScalarSelect[int | None]:
    """The newest of the last presses of all streams that came up lately.

    Not the last one of the newest stream: the running stream is sent first, so after days offline, or when a damaged buffer
    was brought home, older streams are newer here than the one that is growing.
    """
    end = reactions.alias()
    last = (
        select(end.c.pressed_ms)
        .where(end.c.kiosk_id == streams.c.kiosk_id, end.c.stream == streams.c.number)
        .order_by(end.c.seq.desc())
        .limit(1)
        .correlate(streams)
        .scalar_subquery()
    )
    lately = streams.c.first_ms >= kiosk_syncs.c.heard_ms - STREAM_LASTS_MS
    of_it = select(func.max(last)).where(streams.c.kiosk_id == kiosks.c.id, lately)
    return of_it.correlate(kiosks, kiosk_syncs).scalar_subquery()


def _last_pressed_in_newest() -> ScalarSelect[int | None]:
    """The last press of the newest stream that has any, for a kiosk that nobody presses."""
    newest = reactions.alias()
    found = select(newest.c.pressed_ms).where(newest.c.kiosk_id == kiosks.c.id)
    return found.order_by(newest.c.stream.desc(), newest.c.seq.desc()).limit(1).correlate(kiosks).scalar_subquery()


def _sum(what: object, of: object) -> ScalarSelect[int]:
    """A sum over a table's rows of the kiosk, 0 for none."""
    number = cast(func.coalesce(what, 0), BigInteger().with_variant(Integer, "sqlite"))
    return select(number).where(of == kiosks.c.id).scalar_subquery()
