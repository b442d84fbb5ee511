"""The figures of a manager's page from raw reactions, by one plain statement: the peer of the roll-ups, and their proof."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from bench.made_reactions import DAY_MS, UNIX_DAY, ZONE_MS
from bench.made_rollups import EXPERIENCE, SERVICE
from server.database.engine import reading
from server.database.figures import day_counts
from server.database.fingerprints import fingerprints
from server.database.store_figures import day_clusters, store_counts, visit_counts
from server.database.tables import questions, stores
from server.database.weekends import weekends_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection, Engine

INDEX = "CREATE INDEX by_place_and_time ON reactions (placement_id, pressed_ms)"
# Of one store (:store) or of all (NULL) every column of `figures.DayCount`, runs of presses less than 20 s apart included, and
# the parts of the day. Visits are left out, and no press here is of an uncertain time: the roll-ups do more.
STATEMENT = """
WITH own AS MATERIALIZED (
  SELECT p.store_id, p.touchpoint, (r.pressed_ms + :zone_ms) / 86400000 + :unix_day AS day, r.question_id, r.faces, r.counted,
   (r.pressed_ms + :zone_ms) / 3600000 % 24 AS hour, r.answer_id <= 2 AS positive, r.answer_id = 3 AS neutral, r.kiosk_id,
   r.stream, r.seq, r.elapsed_ms
  FROM placements p CROSS JOIN reactions r
  WHERE (:store IS NULL OR p.store_id = :store) AND r.kiosk_id = p.kiosk_id AND r.placement_id = p.id
   AND r.pressed_ms >= :from_ms AND r.pressed_ms < :to_ms),
presses AS (
  SELECT store_id, touchpoint, day, question_id, faces, SUM(counted AND positive) AS positive,
   SUM(counted AND neutral) AS neutral, SUM(counted AND NOT positive AND NOT neutral) AS negative, SUM(NOT counted) AS marked,
   0 AS uncertain, SUM(counted AND hour < 12) AS morning, SUM(counted AND positive AND hour < 12) AS morning_positive,
   SUM(counted AND hour >= 17) AS evening, SUM(counted AND positive AND hour >= 17) AS evening_positive
  FROM own GROUP BY 1, 2, 3, 4, 5),
begun AS (
  SELECT *, elapsed_ms - LAG(elapsed_ms, 1, -20000) OVER of_stream >= 20000 AS begins
  FROM own WHERE counted WINDOW of_stream AS (PARTITION BY kiosk_id, stream, question_id ORDER BY seq)),
joined AS (
  SELECT *, SUM(begins) OVER (PARTITION BY kiosk_id, stream, question_id ORDER BY seq) AS run FROM begun),
runs AS (
  SELECT store_id, touchpoint, MIN(day) AS day, question_id, faces, SUM(positive) AS x, COUNT(*) AS n
  FROM joined GROUP BY kiosk_id, stream, question_id, run),
clusters AS (
  SELECT store_id, touchpoint, day, question_id, faces, COUNT(*) AS clusters,
   SUM(x * x) AS xx, SUM(x * n) AS xn, SUM(n * n) AS nn
  FROM runs GROUP BY 1, 2, 3, 4, 5)
SELECT store_id, touchpoint, day, question_id, faces, positive, neutral, negative, marked, uncertain, clusters, xx, xn, nn,
 morning, morning_positive, evening, evening_positive
FROM presses LEFT JOIN clusters USING (store_id, touchpoint, day, question_id, faces) ORDER BY 1, 2, 3, 4, 5
"""
# What of a row `figures.DayCount` has, the store before it.
COMPARED = 14


class Costs(NamedTuple):
    """CPU seconds of the counts of 30 days: the store's own, and with all stores' beside them, from either kind of rows.

    `own_indexed` is from raw reactions with an index for this very question, which the product does not have. `page_kept` is
    what the page reads after a late press while the server runs: its store's counts, and that all others are as they were.
    """

    own: float
    own_raw: float
    own_indexed: float
    page: float
    page_kept: float
    page_raw: float


def costs_of(engine: Engine, path: Path, store_id: int, first: date, end: date, rounds: int) -> Costs:
    """The costs, medians; raises an AssertionError where both kinds of rows do not come to the same figures in every store."""
    span = first.toordinal(), end.toordinal()
    times = {"from_ms": (span[0] - UNIX_DAY) * DAY_MS - ZONE_MS, "to_ms": (span[1] - UNIX_DAY) * DAY_MS - ZONE_MS}
    about = times | {"zone_ms": ZONE_MS, "unix_day": UNIX_DAY}
    raw = sqlite3.connect(path)
    # As much of the file as the server's own connections keep.
    raw.execute("PRAGMA cache_size = -16000")

    def counted(store: int | None) -> list[tuple[object, ...]]:
        return raw.execute(STATEMENT, about | {"store": store}).fetchall()

    with reading(engine) as connection:
        codes = {SERVICE, EXPERIENCE}
        ids = dict(connection.execute(select(questions.c.code, questions.c.id).where(questions.c.code.in_(codes))).all())
        every = [
            (store, *one)
            for store in connection.execute(select(stores.c.id)).scalars()
            for one in day_counts(connection, store, *span)
        ]
        if not every or sorted(row[:COMPARED] for row in counted(None)) != sorted(every):
            raise AssertionError("Roll-ups and raw reactions do not come to the same figures.")

        signals = [ids[SERVICE]], [ids[EXPERIENCE]]
        own = _median_s(lambda: day_counts(connection, store_id, *span), 20 * rounds)
        page = _median_s(lambda: _read_page(connection, store_id, span, signals, None), 4 * rounds)
        kept = _median_s(lambda: _read_page(connection, store_id, span, signals, [store_id]), 20 * rounds)
    own_raw, page_raw = _median_s(lambda: counted(store_id), rounds), _median_s(lambda: counted(None), 1)
    raw.execute(INDEX)
    indexed = _median_s(lambda: counted(store_id), rounds)
    raw.execute("DROP INDEX by_place_and_time")
    # Else whoever reads next looks through a journal of half a gigabyte.
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    return Costs(own, own_raw, indexed, page, kept, page_raw)


def _read_page(
    connection: Connection,
    store_id: int,
    span: tuple[int, int],
    signals: tuple[list[int], list[int]],
    changed: list[int] | None,
) -> None:
    """What the page of a store reads of these days: of all stores, or of those that changed since they were kept."""
    fingerprints(connection, *span)
    day_counts(connection, store_id, *span)
    store_counts(connection, *span, weekends_here(connection), changed)
    visit_counts(connection, *span, signals, changed)
    day_clusters(connection, *span, signals, changed)


def _median_s(work: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return sorted(spent)[len(spent) // 2]
