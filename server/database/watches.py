"""What the watch for recoveries reads and keeps: how far it has read arrivals, their presses, and each CUSUM's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import NEGATIVE
from server.database.codes import TIME_QUALITIES
from server.database.dimensions import CUSTOMERS
from server.database.driver import for_update, marks, run
from server.database.judgements import STREAM_LASTS_MS
from server.database.reactions import POLARITY_OF_ANSWER

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A press whose time may be off by more tells nothing about now.
SURE_TO_MS = 1_800_000
KNOWN_TIME = f"r.time_quality <> {TIME_QUALITIES['unknown']} AND r.uncertainty_ms < {SURE_TO_MS}"

ARRIVED = (
    "EXISTS (SELECT 1 FROM arrivals a WHERE a.kiosk_id = r.kiosk_id AND a.stream = r.stream"
    " AND r.seq BETWEEN a.first_seq AND a.last_seq AND a.apart = '' AND a.position <= ?)"
)


class Place(NamedTuple):
    """One question of one kiosk where it stands."""

    kiosk_id: int
    placement_id: int
    question_id: int


class LivePress(NamedTuple):
    """A customer's counted press whose time is known."""

    place: Place
    store_id: int
    faces: int
    negative: bool
    pressed_ms: int


class Watch(NamedTuple):
    """A row of watches: what is usual at a place, the CUSUM that was made for it, and where that stands.

    `usual_share` None is that nothing is known of what is usual there; a `threshold` of 0 that nothing is left to notice,
    because nearly everybody is unhappy. In both cases nothing is watched.
    """

    kiosk_id: int
    placement_id: int
    question_id: int
    faces: int
    designed_ms: int
    usual_share: float | None
    presses_a_day: float
    up: int
    down: int
    threshold: int
    between_false_alarms: float
    to_notice: float
    points: int = 0
    since_ms: int | None = None
    last_ms: int | None = None

    @property
    def is_watched(self) -> bool:
        """Whether a press may move it."""
        return self.usual_share is not None and self.threshold > 0

    @property
    def place(self) -> Place:
        """What it watches."""
        return Place(self.kiosk_id, self.placement_id, self.question_id)


class Standing(NamedTuple):
    """A question that customers are asked where a kiosk stands now; the last three are its watch's, None without one."""

    place: Place
    store_id: int
    faces: int
    designed_ms: int | None
    usual_share: float | None
    points: int | None


class WatchedPlace(NamedTuple):
    """A watch with the touchpoint where its kiosk stands now."""

    watch: Watch
    touchpoint: str


COLUMNS = Watch._fields


def position_read(connection: Connection) -> int:
    """The position up to which arrivals were read."""
    position: int = run(connection, "SELECT value FROM counters WHERE name = 'watched'").scalar_one()
    return position


def lock_position(connection: Connection) -> int:
    """The position up to which arrivals were read; nobody else reads on until the transaction ends."""
    statement = "SELECT value FROM counters WHERE name = 'watched'" + for_update(connection)  # noqa: S608
    position: int = run(connection, statement).scalar_one()
    return position


def move_position(connection: Connection, before: int, position: int) -> bool:
    """Say that arrivals up to here were read; False where another has read on from `before` in the meantime."""
    moved = run(connection, "UPDATE counters SET value = ? WHERE name = 'watched' AND value = ?", (position, before))
    return moved.rowcount == 1


def position_after(connection: Connection, position: int, least_received_ms: int, limit: int) -> int | None:
    """The last position of the next `limit` arrivals that came since that moment, or of all; None where there are none."""
    rows = run(
        connection,
        "SELECT position FROM arrivals WHERE position > ? AND received_ms >= ? ORDER BY position LIMIT ?",
        (position, least_received_ms, limit),
    ).all()
    return rows[-1][0] if rows else None


def live_presses(connection: Connection, after: int, end: int, from_ms: int, until_ms: int) -> list[LivePress]:
    """Customers' counted presses of [from, until) that arrived after one position up to another, in the order of pressing."""
    rows = run(
        connection,
        "SELECT r.kiosk_id, r.placement_id, r.question_id, p.store_id, r.faces, r.answer_id, r.pressed_ms FROM arrivals a"  # noqa: S608
        " JOIN reactions r ON r.kiosk_id = a.kiosk_id AND r.stream = a.stream AND r.seq BETWEEN a.first_seq AND a.last_seq"
        " JOIN questions q ON q.id = r.question_id JOIN placements p ON p.id = r.placement_id"
        " WHERE a.position > ? AND a.position <= ? AND a.received_ms >= ? AND a.apart = '' AND r.counted = ?"
        f" AND q.dimension = ? AND {KNOWN_TIME} AND r.pressed_ms >= ? AND r.pressed_ms < ?"
        " ORDER BY r.pressed_ms, r.kiosk_id, r.stream, r.seq",
        (after, end, from_ms, True, CUSTOMERS, from_ms, until_ms),
    )
    return [LivePress(Place(*row[:3]), row[3], row[4], POLARITY_OF_ANSWER[row[5]] == NEGATIVE, row[6]) for row in rows]


def presses_at(
    connection: Connection, place: Place, from_ms: int, until_ms: int, position: int | None = None
) -> list[tuple[int, bool]]:
    """The counted presses at a place in [from, until] in their order: when, and whether it was a negative one.

    With a position only those that arrived up to there.
    """
    arrived, values = ("", ()) if position is None else (f" AND {ARRIVED}", (position,))
    rows = run(
        connection,
        "SELECT r.pressed_ms, r.answer_id FROM streams s"  # noqa: S608
        " JOIN reactions r ON r.kiosk_id = s.kiosk_id AND r.stream = s.number"
        " WHERE s.kiosk_id = ? AND s.first_ms >= ? AND r.placement_id = ? AND r.question_id = ? AND r.counted = ?"
        f" AND {KNOWN_TIME} AND r.pressed_ms BETWEEN ? AND ?{arrived} ORDER BY r.pressed_ms, r.stream, r.seq",
        (place.kiosk_id, from_ms - STREAM_LASTS_MS, *place[1:], True, from_ms, until_ms, *values),
    )
    return [(pressed_ms, POLARITY_OF_ANSWER[answer] == NEGATIVE) for pressed_ms, answer in rows]


def read_watch(connection: Connection, place: Place) -> Watch | None:
    """The watch over a place, or None."""
    row = run(
        connection,
        f"SELECT {', '.join(COLUMNS)} FROM watches WHERE kiosk_id = ? AND placement_id = ? AND question_id = ?",  # noqa: S608
        tuple(place),
    ).first()
    return None if row is None else Watch(*row)


def save_watch(connection: Connection, watch: Watch) -> None:
    """Keep a watch as it is now."""
    kept = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[3:])
    run(
        connection,
        f"INSERT INTO watches ({', '.join(COLUMNS)}) VALUES ({marks(len(COLUMNS))})"  # noqa: S608
        f" ON CONFLICT (kiosk_id, placement_id, question_id) DO UPDATE SET {kept}",
        tuple(watch),
    )


def standing_places(connection: Connection, store_id: int | None = None) -> list[Standing]:
    """What customers are asked by the kiosks that stand now and are not switched off, in all stores or in one."""
    where, values = ("", ()) if store_id is None else (" AND p.store_id = ?", (store_id,))
    rows = run(
        connection,
        "SELECT DISTINCT p.kiosk_id, p.id, b.question_id, p.store_id, b.faces, w.designed_ms, w.usual_share, w.points"  # noqa: S608
        " FROM placements p JOIN kiosks k ON k.id = p.kiosk_id JOIN kiosk_syncs s ON s.kiosk_id = k.id"
        " JOIN config_versions v ON v.kiosk_id = k.id AND v.version = s.config_applied AND v.placement_id = p.id"
        " JOIN config_buttons b ON b.kiosk_id = v.kiosk_id AND b.version = v.version"
        " JOIN questions q ON q.id = b.question_id"
        " LEFT JOIN watches w ON w.kiosk_id = p.kiosk_id AND w.placement_id = p.id AND w.question_id = b.question_id"
        f" WHERE p.until_ms IS NULL AND k.disabled_ms IS NULL AND q.dimension = ?{where}"
        " ORDER BY p.kiosk_id, p.id, b.question_id",
        (CUSTOMERS, *values),
    )
    return [Standing(Place(*row[:3]), *row[3:]) for row in rows]


def watches_of_store(connection: Connection, store_id: int, since_ms: int) -> list[WatchedPlace]:
    """The watches over a store's standing kiosks that were made since a moment, by touchpoint."""
    columns = ", ".join(f"w.{name}" for name in COLUMNS)
    rows = run(
        connection,
        f"SELECT {columns}, p.touchpoint FROM watches w JOIN placements p ON p.id = w.placement_id"  # noqa: S608
        " JOIN kiosks k ON k.id = w.kiosk_id"
        " WHERE p.store_id = ? AND p.until_ms IS NULL AND k.disabled_ms IS NULL AND w.designed_ms >= ?"
        " ORDER BY p.touchpoint, w.kiosk_id, w.question_id",
        (store_id, since_ms),
    )
    return [WatchedPlace(Watch(*row[: len(COLUMNS)]), row[len(COLUMNS)]) for row in rows]
