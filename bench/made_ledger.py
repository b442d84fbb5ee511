"""A made-up ledger and its reactions, written straight in, and the statement that has `sqlite3 -csv` write the same text."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from server.access.tokens import add_token
from server.database.engine import make_engine, writing
from server.database.kiosks import add_kiosk
from server.database.migrate import upgrade
from server.database.placements import place
from server.database.stores import add_store, store_ids
from server.database.tables import questions, reactions, streams
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

KIOSKS, IN_A_RUN = 40, 12
BEGIN_MS = 1_780_000_000_000
# Every column as the export writes it, by its quickest way: CROSS JOIN has SQLite begin with the ledger, and rows of a run come
# in order by their key. The peer gets the zone's offset for nothing: it has no time zones.
SAME_TEXT = """
SELECT a.position, s.code, s.region, k.code, p.touchpoint, q.code, q.signal, q.dimension, w.code, w.polarity,
 strftime('%Y-%m-%dT%H:%M:%fZ', r.pressed_ms / 1000.0, 'unixepoch'),
 strftime('%Y-%m-%dT%H:%M:%f', r.pressed_ms / 1000.0, 'unixepoch', '+1 hour') || '+01:00',
 CASE r.time_quality WHEN 0 THEN 'exact' WHEN 1 THEN 'estimated' WHEN 2 THEN 'bounded' ELSE 'unknown' END, r.uncertainty_ms,
 strftime('%Y-%m-%dT%H:%M:%fZ', a.received_ms / 1000.0, 'unixepoch'), t.token, r.seq, r.visit,
 CASE r.mark WHEN 0 THEN 'vote' WHEN 1 THEN 'repeat' WHEN 2 THEN 'mash' ELSE 'rate' END,
 CASE r.reason WHEN 0 THEN '' WHEN 1 THEN 'mash' WHEN 2 THEN 'out-of-hours' WHEN 3 THEN 'burst' ELSE 'closing-run' END,
 r.counted, r.config_version
FROM arrivals a CROSS JOIN reactions r
 ON r.kiosk_id = a.kiosk_id AND r.stream = a.stream AND r.seq BETWEEN a.first_seq AND a.last_seq
JOIN placements p ON p.id = r.placement_id JOIN stores s ON s.id = p.store_id JOIN kiosks k ON k.id = r.kiosk_id
JOIN questions q ON q.id = r.question_id JOIN answers w ON w.id = r.answer_id
JOIN streams t ON t.kiosk_id = r.kiosk_id AND t.number = r.stream
ORDER BY a.position;
"""


def fill(folder: Path, count: int) -> str:
    """A database with that many reactions of 40 kiosks in 40 stores, 12 to an arrival; returns an export token."""
    engine = make_engine(f"sqlite:///{folder / 'salve.db'}")
    upgrade(engine)
    with writing(engine) as connection:
        install_starter(connection, 0)
        placements = [_kiosk(connection, number) for number in range(1, KIOSKS + 1)]
        ids = [row.id for row in connection.execute(questions.select().limit(2))]
        token = add_token(connection, "bench", None, 1, time.time_ns() // 1_000_000)
    raw = sqlite3.connect(folder / "salve.db")
    with raw:
        runs = range(count // IN_A_RUN)
        names = ", ".join(column.name for column in reactions.columns)
        marks = ", ".join("?" for _ in reactions.columns)
        raw.executemany(f"INSERT INTO reactions ({names}) VALUES ({marks})", _rows(runs, placements, ids))  # noqa: S608
        raw.executemany("INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?, '')", (_arrival(run) for run in runs))
        raw.execute("UPDATE counters SET value = ? WHERE name = 'position'", (len(runs),))
    raw.close()
    engine.dispose()
    return token


def _kiosk(connection: Connection, number: int) -> int:
    code = f"S{number:03d}"
    add_store(connection, code, f"Store {number}", "Africa/Lagos", "South, by the sea", ["en"], "", 0)
    kiosk_id = add_kiosk(connection, f"sha256:{number}", "1.0.0", 0)
    values = {"kiosk_id": kiosk_id, "number": number, "token": f"{number:032x}", "high": 0, "first_ms": 0}
    connection.execute(streams.insert().values(values))
    return place(connection, kiosk_id, store_ids(connection, [code])[0], "exit", 0)


def _arrival(run: int) -> tuple[int, ...]:
    kiosk, first = run % KIOSKS + 1, run // KIOSKS * IN_A_RUN + 1
    return run + 1, kiosk, kiosk, first, first + IN_A_RUN - 1, BEGIN_MS + (run + 1) * 7_000


def _rows(runs: range, placements: list[int], ids: list[int]) -> Iterator[tuple[object, ...]]:
    for run in runs:
        _, kiosk, stream, first, last, received_ms = _arrival(run)
        for seq in range(first, last + 1):
            pressed_ms = received_ms - (last - seq + 1) * 487
            answer = 2 if seq % 5 else 4
            visit = seq - 1 if seq % 3 == 0 else None
            yield (
                *(kiosk, stream, seq, 1, pressed_ms - BEGIN_MS, pressed_ms, 1, 3, "happy", visit, 0, placements[kiosk - 1]),
                *(ids[seq % 2], answer, 2, 0, 1, pressed_ms, 40, 0),
            )
