"""Recoveries and their steps: opening one, counting its presses, ending it, and reading them for pages and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import for_update, marks, run

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from server.database.watches import Place

NOTICED, ACKNOWLEDGED, DONE, NORMAL, UNDECIDED = "noticed", "acknowledged", "done", "normal", "undecided"
MOST_NAMED = 1_000
COLUMNS = (
    *("id", "kiosk_id", "placement_id", "question_id", "began_ms", "alarm_ms", "usual_share", "presses", "negatives"),
    *("test_presses", "test_negatives", "last_ms", "still_ms", "ended_ms"),
)


class RecoveryRow(NamedTuple):
    """A recovery with where it was; `ended_ms` None is that it is open."""

    id: int
    kiosk_id: int
    placement_id: int
    question_id: int
    began_ms: int
    alarm_ms: int
    usual_share: float
    presses: int
    negatives: int
    test_presses: int
    test_negatives: int
    last_ms: int
    still_ms: int | None
    ended_ms: int | None
    store_id: int
    kiosk: str
    touchpoint: str


class Step(NamedTuple):
    """What happened to a recovery, when, and through whom ("" is the watch itself)."""

    what: str
    at_ms: int
    person: str


def open_recovery(
    connection: Connection,
    place: Place,
    began_ms: int,
    alarm_ms: int,
    usual_share: float,
    counts: tuple[int, int],
    now_ms: int,
) -> int | None:
    """Open one; `counts` are the presses since it began and the negative ones. None where one is open there."""
    presses, negatives = counts
    found = run(
        connection,
        "INSERT INTO recoveries (kiosk_id, placement_id, question_id, began_ms, alarm_ms, usual_share, presses, negatives,"
        " last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (*place, began_ms, alarm_ms, usual_share, presses, negatives, alarm_ms),
    ).first()
    if found is None:
        return None
    add_step(connection, found[0], Step(NOTICED, now_ms, ""))
    return int(found[0])


def open_ones(connection: Connection, *, lock: bool = True) -> list[RecoveryRow]:
    """All that are open, locked until the transaction ends: the watch goes on counting them."""
    if lock:
        run(connection, "SELECT id FROM recoveries WHERE ended_ms IS NULL ORDER BY id" + for_update(connection))  # noqa: S608
    return _rows(connection, "r.ended_ms IS NULL ORDER BY r.id", ())


def count_presses(connection: Connection, row: RecoveryRow) -> None:
    """Keep a recovery's counts as they are now."""
    run(
        connection,
        "UPDATE recoveries SET presses = ?, negatives = ?, test_presses = ?, test_negatives = ?, last_ms = ?, still_ms = ?,"
        " writes = writes + 1 WHERE id = ?",
        (row.presses, row.negatives, row.test_presses, row.test_negatives, row.last_ms, row.still_ms, row.id),
    )


def end_recovery(connection: Connection, recovery_id: int, what: str, at_ms: int) -> bool:
    """End an open one as NORMAL or UNDECIDED; False where it had ended."""
    ended = run(
        connection,
        "UPDATE recoveries SET ended_ms = ?, writes = writes + 1 WHERE id = ? AND ended_ms IS NULL",
        (at_ms, recovery_id),
    )
    return ended.rowcount == 1 and add_step(connection, recovery_id, Step(what, at_ms, ""))


def add_step(connection: Connection, recovery_id: int, step: Step) -> bool:
    """Write a step down, unless it was taken before: the first one stays. False where it was."""
    added = run(
        connection,
        "INSERT INTO recovery_steps (recovery_id, what, at_ms, person) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (recovery_id, what) DO NOTHING",
        (recovery_id, *step),
    )
    if added.rowcount == 1:
        run(connection, "UPDATE recoveries SET writes = writes + 1 WHERE id = ?", (recovery_id,))
    return added.rowcount == 1


def recovery_of_id(connection: Connection, recovery_id: int) -> RecoveryRow | None:
    """One recovery, which nobody else changes until the transaction ends; None when there is none."""
    run(connection, "SELECT id FROM recoveries WHERE id = ?" + for_update(connection), (recovery_id,))  # noqa: S608
    return next(iter(_rows(connection, "r.id = ?", (recovery_id,))), None)


def recoveries_of(
    connection: Connection, store_ids: Collection[int], *, ended: bool | None = None, since_ms: int = 0
) -> list[RecoveryRow]:
    """Those of these stores, the newest first: all, the open or the ended ones; ended ones only since a moment."""
    where, values = _of_stores(store_ids)
    if ended is not None:
        where += " AND r.ended_ms >= ?" if ended else " AND r.ended_ms IS NULL"
        values = (*values, since_ms) if ended else values
    return _rows(connection, f"{where} ORDER BY r.id DESC", values)


def recoveries_after(connection: Connection, store_ids: Collection[int], after: int, limit: int) -> list[RecoveryRow]:
    """Up to so many of these stores with a number above `after`, in the order of their numbers."""
    where, values = _of_stores(store_ids)
    return _rows(connection, f"{where} AND r.id > ? ORDER BY r.id LIMIT ?", (*values, after, limit))


def ended_part(connection: Connection, store_ids: Collection[int], limit: int, offset: int) -> list[RecoveryRow]:
    """A part of the ended ones of these stores, the newest first."""
    where, values = _of_stores(store_ids)
    return _rows(
        connection, f"{where} AND r.ended_ms IS NOT NULL ORDER BY r.id DESC LIMIT ? OFFSET ?", (*values, limit, offset)
    )


def count_ended(connection: Connection, store_ids: Collection[int]) -> int:
    """How many ended ones these stores have."""
    where, values = _of_stores(store_ids)
    statement = f"SELECT COUNT(*) FROM recoveries r JOIN placements p ON p.id = r.placement_id WHERE {where}"  # noqa: S608
    return int(run(connection, statement + " AND r.ended_ms IS NOT NULL", values).scalar_one())


def count_waiting(connection: Connection, user_id: int | None) -> int:
    """How many open ones nobody has called done, in the stores that a person is bound to; None is in all."""
    bound = "" if user_id is None else " AND p.store_id IN (SELECT store_id FROM user_stores WHERE user_id = ?)"
    statement = (
        "SELECT COUNT(*) FROM recoveries r JOIN placements p ON p.id = r.placement_id WHERE r.ended_ms IS NULL"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM recovery_steps s WHERE s.recovery_id = r.id AND s.what = ?)" + bound
    )
    return int(run(connection, statement, (DONE,) if user_id is None else (DONE, user_id)).scalar_one())


def recovery_writes(connection: Connection, store_ids: Collection[int]) -> int:
    """A number that grows with everything that happens to a recovery of these stores."""
    where, values = _of_stores(store_ids)
    statement = "SELECT COALESCE(SUM(r.writes), 0) FROM recoveries r JOIN placements p ON p.id = r.placement_id"
    return int(run(connection, f"{statement} WHERE {where}", values).scalar_one())


def steps_of(connection: Connection, recovery_ids: Sequence[int]) -> dict[int, dict[str, Step]]:
    """The steps of recoveries, by recovery and by what they are."""
    found: dict[int, dict[str, Step]] = {number: {} for number in recovery_ids}
    for begin in range(0, len(recovery_ids), MOST_NAMED):
        part = tuple(recovery_ids[begin : begin + MOST_NAMED])
        rows = run(
            connection,
            f"SELECT recovery_id, what, at_ms, person FROM recovery_steps WHERE recovery_id IN ({marks(len(part))})",  # noqa: S608
            part,
        )
        for number, *step in rows:
            found[number][step[0]] = Step(*step)
    return found


def spans_at(connection: Connection, place: Place, since_ms: int) -> list[tuple[int, int | None]]:
    """When recoveries of a place began and ended (None is open) that had not ended by a moment."""
    rows = run(
        connection,
        "SELECT began_ms, ended_ms FROM recoveries WHERE kiosk_id = ? AND placement_id = ? AND question_id = ?"
        " AND (ended_ms IS NULL OR ended_ms >= ?) ORDER BY began_ms",
        (*place, since_ms),
    )
    return [(began, ended) for began, ended in rows]


def _of_stores(store_ids: Collection[int]) -> tuple[str, tuple[int, ...]]:
    """The condition that a recovery was in one of these stores."""
    if not store_ids:
        return "1 = 0", ()
    if len(store_ids) == 1:
        return "p.store_id = ?", tuple(store_ids)
    return f"p.store_id IN ({marks(len(store_ids))})", tuple(store_ids)


def _rows(connection: Connection, where: str, values: tuple[int, ...]) -> list[RecoveryRow]:
    columns = ", ".join(f"r.{name}" for name in COLUMNS)
    rows = run(
        connection,
        f"SELECT {columns}, p.store_id, k.code, p.touchpoint FROM recoveries r"  # noqa: S608
        f" JOIN placements p ON p.id = r.placement_id JOIN kiosks k ON k.id = r.kiosk_id WHERE {where}",
        values,
    )
    return [RecoveryRow(*row) for row in rows]
