"""What exports read: the ledger in received order with the reactions and held rows behind it, and hourly sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, select

from server.database.dimensions import outside
from server.database.driver import marks, run
from server.database.export_facts import FACTS
from server.database.held import BESIDE
from server.database.life import read_life
from server.database.tables import arrivals, config_versions, held, hours, kiosks, placements, questions, streams

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Select

# SQLite takes at most 32,766 values in a statement; above this many kiosks nearly all of them are asked for anyway.
MOST_KIOSKS_NAMED = 1_000
BLOCK = 250


NEXT_ARRIVALS = (
    "SELECT position, kiosk_id, stream, first_seq, last_seq, received_ms FROM arrivals"
    " WHERE position > ? AND position <= ? AND received_ms >= ?"
)


class Arrival(NamedTuple):
    """One run of a stream that was stored at once; `position` grows in commit order."""

    position: int
    kiosk_id: int
    stream: int
    first_seq: int
    last_seq: int
    received_ms: int


class Place(NamedTuple):
    """Where a kiosk stood under a placement."""

    id: int
    kiosk_id: int
    kiosk: str
    store_id: int
    touchpoint: str


class Meaning(NamedTuple):
    """What a question's wording belongs to."""

    code: str
    signal: str
    dimension: str


class HeldRow(NamedTuple):
    """A reaction kept raw: `content` is its JSON array, or opaque bytes; `sender_id` is the kiosk whose key sent it."""

    position: int
    seq: int
    code: str
    sender_id: int
    content: bytes


class HourSum(NamedTuple):
    """The presses of one question at one touchpoint in one local hour."""

    touchpoint: str
    question: str
    signal: str
    local_day: int
    hour: int
    positive: int
    neutral: int
    negative: int
    marked: int


def ledger_end(connection: Connection) -> tuple[str, int]:
    """(epoch, highest committed position), of one moment; 0 when nothing has arrived."""
    end = connection.execute(select(func.coalesce(func.max(arrivals.c.position), 0))).scalar_one()
    return read_life(connection).epoch, int(end)


def next_arrivals(
    connection: Connection, after: int, end: int, limit: int, kiosk_ids: Collection[int] | None, least_received_ms: int
) -> list[Arrival]:
    """Up to `limit` arrivals of these kiosks (None is all) with after < position <= end, in order of position."""
    statement = NEXT_ARRIVALS
    values: tuple[int, ...] = (after, end, least_received_ms)
    if kiosk_ids is not None and len(kiosk_ids) <= MOST_KIOSKS_NAMED:
        named = [*kiosk_ids, *[0] * (-len(kiosk_ids) % BLOCK or (0 if kiosk_ids else BLOCK))]
        statement, values = f"{statement} AND kiosk_id IN ({marks(len(named))})", (*values, *named)
    return list(map(Arrival._make, run(connection, f"{statement} ORDER BY position LIMIT ?", (*values, limit))))


def reactions_of(connection: Connection, positions: Sequence[int]) -> list[tuple[Any, ...]]:
    """The reactions behind these growing positions, by position and seq, as the driver's own tuples: millions of them pass.

    (position, seq, number of `meant`, pressed_ms, uncertainty_ms, number of `judgement`, visit)
    """
    where, values = arrivals_at(positions)
    found = run(
        connection,
        f"SELECT a.position, {FACTS} FROM arrivals a JOIN reactions r"  # noqa: S608
        " ON r.kiosk_id = a.kiosk_id AND r.stream = a.stream AND r.seq BETWEEN a.first_seq AND a.last_seq"
        f" WHERE {where} AND a.apart = ''",
        values,
    ).all()
    # They come in this order nearly always. To see that is cheap; asked for it, SQLite sorts every arrival's rows in a tree.
    found.sort()
    return found


def held_of(connection: Connection, positions: Sequence[int]) -> list[HeldRow]:
    """The held rows of these growing positions, by position and seq.

    Those that stand at their seq, and, where the position says so, what is held beside it (other content, another kiosk's).
    """
    where, values = arrivals_at(positions)
    found = run(
        connection,
        "SELECT a.position, h.seq, h.code, h.sender_id, h.content FROM arrivals a JOIN held h"  # noqa: S608
        " ON h.kiosk_id = a.kiosk_id AND h.stream = a.stream AND h.seq BETWEEN a.first_seq AND a.last_seq"
        f" WHERE {where} AND (a.apart = '' AND h.code NOT IN (?, ?) OR a.apart = h.code || ':' || h.digest)"
        " ORDER BY a.position, h.seq",
        (*values, *BESIDE),
    )
    return [HeldRow(position, seq, code, sender, bytes(content)) for position, seq, code, sender, content in found]


def kiosks_heard_in(connection: Connection, store_ids: Collection[int]) -> set[int]:
    """The kiosks whose arrivals may hold rows of these stores: those that ever stood there, and owners of what they sent."""
    stood = set(connection.execute(select(placements.c.kiosk_id).where(placements.c.store_id.in_(store_ids))).scalars())
    foreign = select(held.c.kiosk_id, held.c.sender_id).where(held.c.sender_id != held.c.kiosk_id).distinct()
    return stood | {owner for owner, sender in connection.execute(foreign) if sender in stood}


def known_kiosks(connection: Connection, store_ids: Collection[int]) -> list[str]:
    """Codes of the kiosks that ever stood in these stores."""
    found = select(kiosks.c.code).join(placements, placements.c.kiosk_id == kiosks.c.id).distinct().order_by(kiosks.c.code)
    return list(connection.execute(found.where(placements.c.store_id.in_(store_ids))).scalars())


def place(connection: Connection, placement_id: int) -> Place:
    """One placement."""
    return Place(*connection.execute(_places().where(placements.c.id == placement_id)).one())


def place_at(connection: Connection, kiosk_id: int, at_ms: int) -> Place | None:
    """Where a kiosk stood at a moment, or its first place when that is before it; None for one that never stood anywhere."""
    found = _places().where(placements.c.kiosk_id == kiosk_id)
    then = connection.execute(found.where(placements.c.from_ms <= at_ms).order_by(placements.c.from_ms.desc()).limit(1)).first()
    row = then or connection.execute(found.order_by(placements.c.from_ms).limit(1)).first()
    return None if row is None else Place(*row)


def meanings(connection: Connection) -> dict[int, Meaning]:
    """Code, signal and dimension of every wording, by its id."""
    rows = connection.execute(select(questions.c.id, questions.c.code, questions.c.signal, questions.c.dimension))
    return {row[0]: Meaning(*row[1:]) for row in rows}


def stream_token(connection: Connection, kiosk_id: int, number: int) -> str:
    """The 32-digit token of a kiosk's stream."""
    same = and_(streams.c.kiosk_id == kiosk_id, streams.c.number == number)
    return str(connection.execute(select(streams.c.token).where(same)).scalar_one())


def place_of_config(connection: Connection, kiosk_id: int, version: int) -> Place | None:
    """The place that a kiosk's config version was made for, or None for a version nobody made."""
    same = and_(config_versions.c.kiosk_id == kiosk_id, config_versions.c.version == version)
    row = connection.execute(
        _places().join(config_versions, config_versions.c.placement_id == placements.c.id).where(same)
    ).first()
    return None if row is None else Place(*row)


def hour_days(connection: Connection, store_id: int) -> tuple[int, int] | None:
    """The first and the last local day of which a store has hourly counts, or None."""
    found = (
        select(func.min(hours.c.local_day), func.max(hours.c.local_day))
        .join(placements, and_(placements.c.id == hours.c.placement_id, placements.c.kiosk_id == hours.c.kiosk_id))
        .where(placements.c.store_id == store_id)
    )
    first, last = connection.execute(found).one()
    return None if first is None else (first, last)


def hour_sums(connection: Connection, store_id: int, from_day: int, to_day: int, hidden: Collection[str]) -> list[HourSum]:
    """The hours of a store over the days [from_day, to_day), by touchpoint, question, day and hour.

    Questions of the `hidden` dimensions are left out.
    """
    keys = (placements.c.touchpoint, questions.c.code, questions.c.signal, hours.c.local_day, hours.c.hour)
    counts = (hours.c.positive, hours.c.neutral, hours.c.negative, hours.c.marked)
    rows = connection.execute(
        select(*keys, *(func.sum(count) for count in counts))
        .join(placements, and_(placements.c.id == hours.c.placement_id, placements.c.kiosk_id == hours.c.kiosk_id))
        .join(questions, questions.c.id == hours.c.question_id)
        .where(placements.c.store_id == store_id, hours.c.local_day >= from_day, hours.c.local_day < to_day)
        .where(outside(hours.c.question_id, hidden))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [HourSum(*row) for row in rows]


def _places() -> Select[Any]:
    columns: list[Any] = [
        placements.c.id,
        placements.c.kiosk_id,
        kiosks.c.code,
        placements.c.store_id,
        placements.c.touchpoint,
    ]
    return select(*columns).join(kiosks, kiosks.c.id == placements.c.kiosk_id)


def arrivals_at(positions: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """The condition on arrivals (`a`) that names these growing positions, and its values."""
    first, last = positions[0], positions[-1]
    if last - first + 1 == len(positions):
        return "a.position BETWEEN ? AND ?", (first, last)
    # Filled up to a whole block, so that there are few statements to prepare and remember.
    padded = (*positions, *[last] * (-len(positions) % BLOCK))
    return f"a.position IN ({marks(len(padded))})", padded
