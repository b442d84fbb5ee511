"""Reviews: runs of presses at a day's edge that a person judges, and the presses that such runs are looked for among."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.codes import REASONS
from server.database.driver import for_update, marks, run
from server.database.judgements import SHOPPERS, STREAM_LASTS_MS
from server.database.reactions import POLARITY_OF_ANSWER

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

EXCLUDED, KEPT, OPEN = "excluded", "kept", ""
COLUMNS = (
    *("kiosk_id", "placement_id", "question_id", "local_day", "edge", "polarity", "from_ms", "until_ms"),
    *("presses", "alike", "positives", "usual_presses", "usual_share", "found_ms"),
)
DECISION = ("decision", "decided_by", "decided_ms")


class Found(NamedTuple):
    """A run as it was found; `local_day` is the day whose edge it is, presses are those between its two moments."""

    kiosk_id: int
    placement_id: int
    question_id: int
    local_day: int
    edge: str
    polarity: str
    from_ms: int
    until_ms: int
    presses: int
    alike: int
    positives: int
    usual_presses: float
    usual_share: float
    found_ms: int


class ReviewRow(NamedTuple):
    """A review with where it was; `decision` is OPEN, EXCLUDED or KEPT, by whom (an address) and when."""

    id: int
    run: Found
    decision: str
    decided_by: str
    decided_ms: int | None
    store_id: int
    kiosk: str
    touchpoint: str


class OpenRun(NamedTuple):
    """A run that nobody has decided about, with the zone and the territory of its store."""

    store_id: int
    timezone: str
    territory: str
    question_id: int
    local_day: int
    from_ms: int
    until_ms: int
    presses: int
    alike: int
    positives: int
    usual_share: float


class Judged(NamedTuple):
    """A shopper's vote that counts: what was asked, its polarity (a column of analysis.tallies), when it was pressed."""

    question_id: int
    polarity: int
    pressed_ms: int


class Stand(NamedTuple):
    """Where a kiosk stands or stood."""

    kiosk_id: int
    placement_id: int
    store_id: int


def stands_since(connection: Connection, since_ms: int) -> list[Stand]:
    """Where kiosks stand, or stood until after a moment, in stores whose week is known."""
    rows = run(
        connection,
        "SELECT p.kiosk_id, p.id, p.store_id FROM placements p JOIN stores s ON s.id = p.store_id"
        " WHERE s.opening <> '' AND (p.until_ms IS NULL OR p.until_ms > ?) ORDER BY p.kiosk_id, p.id",
        (since_ms,),
    )
    return [Stand(*row) for row in rows]


def counted_votes(connection: Connection, kiosk_id: int, placement_id: int, since_ms: int) -> list[Judged]:
    """A kiosk's counted presses at one place since a moment, in the order of time; only those sure to half an hour."""
    rows = run(
        connection,
        "SELECT r.question_id, r.answer_id, r.pressed_ms FROM streams s"
        " JOIN reactions r ON r.kiosk_id = s.kiosk_id AND r.stream = s.number JOIN questions q ON q.id = r.question_id"
        " WHERE s.kiosk_id = ? AND s.first_ms >= ? AND r.placement_id = ? AND r.counted = ? AND r.pressed_ms >= ?"
        " AND r.uncertainty_ms < 1800000 AND q.dimension = ? ORDER BY r.pressed_ms",
        (kiosk_id, since_ms - STREAM_LASTS_MS, placement_id, True, since_ms, SHOPPERS),
    )
    return [Judged(question, POLARITY_OF_ANSWER[answer], pressed_ms) for question, answer, pressed_ms in rows]


def keep_review(connection: Connection, found: Found) -> None:
    """Keep a run for somebody to judge; what is known of one that nobody has judged yet is brought up to date."""
    values = ("presses", "alike", "positives", "usual_presses", "usual_share", "from_ms", "until_ms")
    run(
        connection,
        f"INSERT INTO reviews ({', '.join(COLUMNS)}, decision, decided_by) VALUES ({marks(len(COLUMNS))}, '', '')"  # noqa: S608
        " ON CONFLICT (kiosk_id, question_id, local_day, edge, polarity) DO UPDATE SET"
        f" {', '.join(f'{name} = excluded.{name}' for name in values)} WHERE reviews.decision = ''",
        tuple(found),
    )


def reviews_of_stores(
    connection: Connection, store_ids: Collection[int] | None, decisions: Collection[str], most: int | None = None
) -> list[ReviewRow]:
    """The reviews of these stores (None is all) with one of these decisions, the newest day first, `most` of them."""
    where = f"v.decision IN ({marks(len(decisions))})"
    values: tuple[str | int, ...] = tuple(decisions)
    if store_ids is not None:
        if not store_ids:
            return []
        where, values = f"{where} AND p.store_id IN ({marks(len(store_ids))})", (*values, *store_ids)
    order = " ORDER BY v.local_day DESC, v.id DESC"
    if most is not None:
        order, values = f"{order} LIMIT ?", (*values, most)
    return _reviews(connection, where, values, order)


def open_runs(connection: Connection, from_day: int, to_day: int) -> list[OpenRun]:
    """The runs of all stores on the days [from_day, to_day) that nobody has decided about."""
    rows = run(
        connection,
        "SELECT p.store_id, s.timezone, s.territory, v.question_id, v.local_day, v.from_ms, v.until_ms, v.presses, v.alike,"
        " v.positives, v.usual_share FROM reviews v JOIN placements p ON p.id = v.placement_id"
        " JOIN stores s ON s.id = p.store_id WHERE v.decision = ? AND v.local_day >= ? AND v.local_day < ? ORDER BY v.id",
        (OPEN, from_day, to_day),
    )
    return [OpenRun(*row) for row in rows]


def reviews_of_kiosk(connection: Connection, kiosk_id: int, since_day: int) -> list[ReviewRow]:
    """A kiosk's reviews of days since that one."""
    return _reviews(connection, "v.kiosk_id = ? AND v.local_day >= ?", (kiosk_id, since_day), " ORDER BY v.id")


def review_of_id(connection: Connection, review_id: int) -> ReviewRow | None:
    """One review, locked until the transaction ends; None when there is none."""
    run(connection, "SELECT id FROM reviews WHERE id = ?" + for_update(connection), (review_id,))  # noqa: S608
    return next(iter(_reviews(connection, "v.id = ?", (review_id,), "")), None)


def freed_of_runs(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> list[int]:
    """Which presses in a range of a stream are set aside for a run that they do not lie in (any more), by seq."""
    rows = run(
        connection,
        "SELECT r.seq FROM reactions r WHERE r.kiosk_id = ? AND r.stream = ? AND r.seq BETWEEN ? AND ? AND r.reason = ?"
        " AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.kiosk_id = r.kiosk_id AND v.placement_id = r.placement_id"
        " AND v.question_id = r.question_id AND v.decision = ? AND r.pressed_ms >= v.from_ms AND r.pressed_ms < v.until_ms)"
        " ORDER BY r.seq",
        (kiosk_id, stream, first, last, REASONS["closing-run"], EXCLUDED),
    )
    return [row[0] for row in rows]


def save_decision(
    connection: Connection, review_id: int, decision: str, by: str, now_ms: int, presses: int, alike: int, positives: int
) -> None:
    """Keep what somebody decided, and which presses it was about."""
    run(
        connection,
        "UPDATE reviews SET decision = ?, decided_by = ?, decided_ms = ?, presses = ?, alike = ?, positives = ? WHERE id = ?",
        (decision, by, now_ms, presses, alike, positives, review_id),
    )


def _reviews(connection: Connection, where: str, values: tuple[str | int, ...], order: str) -> list[ReviewRow]:
    columns = ", ".join(f"v.{name}" for name in ("id", *COLUMNS, *DECISION))
    rows = run(
        connection,
        f"SELECT {columns}, p.store_id, k.code, p.touchpoint FROM reviews v"  # noqa: S608
        " JOIN placements p ON p.id = v.placement_id JOIN kiosks k ON k.id = v.kiosk_id"
        f" WHERE {where}{order}",
        values,
    )
    width = len(COLUMNS)
    return [ReviewRow(row[0], Found(*row[1 : width + 1]), *row[width + 1 :]) for row in rows]
