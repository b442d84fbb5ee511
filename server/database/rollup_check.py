"""Roll-ups worked out anew from reactions: what is wrong in the stored ones, and mending it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import Cluster, Figures, Tally
from server.database.archive_files import archived_units
from server.database.driver import run
from server.database.engine import reading, writing
from server.database.presses import presses_of_rows, presses_of_stream
from server.database.reactions import ReactionRow, streams_with_reactions
from server.database.rollups import (
    ROLL_UPS,
    add_figures,
    drop_clusters,
    figures_of,
    read_clusters,
    read_figures,
    save_clusters,
)
from server.database.streams import lock_kiosks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection, Engine

DAY_AT = 1
# Kiosks whose archived figures are in memory at once: each look for some goes through all files.
TOGETHER = 16


class Difference(NamedTuple):
    """One roll-up row that is not what the reactions say; `key` is in the order of the table's key after kiosk_id."""

    table: str
    kiosk_id: int
    key: tuple[int, ...]
    stored: list[int]
    right: list[int]


class WrongClusters(NamedTuple):
    """A stream whose remembered last clusters are not what its reactions say."""

    kiosk_id: int
    stream: int
    right: dict[int, Cluster]


class Findings(NamedTuple):
    """All that a check found wrong; both empty means that every figure can be traced to its reactions."""

    rows: list[Difference]
    clusters: list[WrongClusters]


def check(connection: Connection, kiosk_id: int | None = None) -> Findings:
    """Compare every roll-up row with the reactions, of one kiosk or of all, those in the archive too.

    Reads one moment, changes nothing. Raises 503 when a file of the archive is not there. Days before a kiosk's oldest reaction
    are not judged: an earlier release may have deleted theirs.
    """
    found = Findings([], [])
    wanted = [kiosk_id] if kiosk_id is not None else _kiosks(connection)
    for begin in range(0, len(wanted), TOGETHER):
        some = wanted[begin : begin + TOGETHER]
        archived = archived_tallies(connection, some)
        for one in some:
            tally = recompute(connection, one, found.clusters, archived.pop(one, None))
            for roll_up in ROLL_UPS:
                stored, right = read_figures(connection, one, roll_up), figures_of(tally)[roll_up.table]
                found.rows.extend(_differences(roll_up.table, one, stored, right, _oldest_day(tally)))
    return found


def archived_tallies(connection: Connection, kiosk_ids: Collection[int]) -> dict[int, Tally]:
    """What the archive adds to the figures of these kiosks; what is still in the database is left out.

    A run's part of a stream stands for itself: it was cut off where no figure reaches over, and what came later began anew.
    """
    found: dict[int, Tally] = {}
    for unit in archived_units(connection, kiosk_ids):
        tally = found.setdefault(unit.kiosk_id, Tally())
        tally.begin_stream()
        tally.add(presses_of_rows(connection, unit.kiosk_id, [ReactionRow(*row[1:]) for row in unit.rows]))
    return found


def recompute(
    connection: Connection, kiosk_id: int, wrong: list[WrongClusters] | None = None, archived: Tally | None = None
) -> Tally:
    """A kiosk's figures from its reactions, added to those of its archived ones.

    Streams whose last clusters are remembered wrongly are added to `wrong`.
    """
    tally = archived or Tally()
    for stream in streams_with_reactions(connection, kiosk_id):
        tally.begin_stream()
        tally.add(presses_of_stream(connection, kiosk_id, stream, 0))
        if wrong is not None and read_clusters(connection, kiosk_id, stream) != tally.open_clusters:
            wrong.append(WrongClusters(kiosk_id, stream, tally.open_clusters))
    return tally


def says_less(connection: Connection, kiosk_id: int, tally: Tally) -> bool:
    """Whether a stored row of a kiosk says less than these figures, which are a part of what it is the sum of."""
    for roll_up in ROLL_UPS:
        stored = read_figures(connection, kiosk_id, roll_up)
        for key, part in figures_of(tally)[roll_up.table].items():
            row = stored.get(key) or [0] * len(part)
            if any(one < other for one, other in zip(row, part, strict=True)):
                return True
    return False


def repair(engine: Engine, kiosk_id: int | None = None) -> Findings:
    """Put right what a check finds, and return that.

    Each row is mended by adding what is missing, and clusters are looked at again, so a sync that commits in between is not
    undone.
    """
    with reading(engine) as connection:
        found = check(connection, kiosk_id)
    with writing(engine) as connection:
        lock_kiosks(connection, sorted({row.kiosk_id for row in found.rows} | {one.kiosk_id for one in found.clusters}))
        for row in sorted(found.rows):
            change = [right - stored for right, stored in zip(row.right, row.stored, strict=True)]
            add_figures(connection, row.kiosk_id, row.table, {row.key: change})
        still_wrong: list[WrongClusters] = []
        for kiosk in sorted({one.kiosk_id for one in found.clusters}):
            recompute(connection, kiosk, still_wrong)
        for one in still_wrong:
            drop_clusters(connection, one.kiosk_id, one.stream)
            save_clusters(connection, one.kiosk_id, one.stream, one.right)
    return found


def _kiosks(connection: Connection) -> list[int]:
    return [row[0] for row in run(connection, "SELECT id FROM kiosks ORDER BY id")]


def _oldest_day(tally: Tally) -> int | None:
    return min((key[DAY_AT] for key in tally.days), default=None)


def _differences(table: str, kiosk_id: int, stored: Figures, right: Figures, oldest_day: int | None) -> Iterator[Difference]:
    for key in sorted(stored.keys() | right.keys()):
        if oldest_day is None or key[DAY_AT] < oldest_day:
            continue
        width = len(stored.get(key) or right[key])
        one, other = stored.get(key, [0] * width), right.get(key, [0] * width)
        if one != other:
            yield Difference(table, kiosk_id, key, one, other)
