"""Roll-ups: adding changes to hour, day and visit rows, and reading them back to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import BAND_COLUMNS, Cluster, Figures, Tally
from server.database.driver import marks, run, run_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


class RollUp(NamedTuple):
    """A roll-up table: its key's columns after `kiosk_id`, the columns that are added up, whether a row counts its writes."""

    table: str
    key: tuple[str, ...]
    sums: tuple[str, ...]
    writes: bool = False

    def upsert(self) -> str:
        """The statement that adds to a row or begins it."""
        columns = ("kiosk_id", *self.key, *self.sums)
        added = ", ".join(f"{name} = {self.table}.{name} + excluded.{name}" for name in self.sums)
        if self.writes:
            added += f", writes = {self.table}.writes + 1"
        return (
            f"INSERT INTO {self.table} ({', '.join(columns)}) VALUES ({marks(len(columns))})"  # noqa: S608
            f" ON CONFLICT (kiosk_id, {', '.join(self.key)}) DO UPDATE SET {added}"
        )


POLARITIES = ("positive", "neutral", "negative", "marked")
HOURS = RollUp("hours", ("placement_id", "local_day", "question_id", "faces", "hour"), POLARITIES)
DAYS = RollUp(
    "days",
    ("placement_id", "local_day", "question_id", "faces"),
    (*POLARITIES, "uncertain", "clusters", "sum_xx", "sum_xn", "sum_nn", *BAND_COLUMNS),
    writes=True,
)
VISIT_DAYS = RollUp(
    "visit_days",
    ("placement_id", "local_day", "service_id", "experience_id", "faces"),
    ('"both"', "service_only", "experience_only", "neither"),  # BOTH is a word of PostgreSQL's own
    writes=True,
)
SET_ASIDE = RollUp("set_aside", ("placement_id", "local_day", "question_id", "reason"), POLARITIES[:3], writes=True)
ROLL_UPS = (HOURS, DAYS, VISIT_DAYS, SET_ASIDE)
UPSERTS = {roll_up.table: roll_up.upsert() for roll_up in ROLL_UPS}


def figures_of(tally: Tally) -> dict[str, Figures]:
    """A tally's figures by table, keyed as the tables are."""
    return {"hours": tally.hours, "days": tally.days, "visit_days": tally.visits, "set_aside": tally.aside}


def add_figures(connection: Connection, kiosk_id: int, table: str, figures: Figures) -> None:
    """Add changes to one table's rows of a kiosk.

    In the order of their keys: two transactions that take the same rows in another order would wait for each other for ever.
    """
    rows = [(kiosk_id, *key, *figures[key]) for key in sorted(figures) if any(figures[key])]
    run_many(connection, UPSERTS[table], rows)


def add_tally(connection: Connection, kiosk_id: int, tally: Tally) -> None:
    """Add a tally's figures to all roll-ups of a kiosk."""
    for table, figures in figures_of(tally).items():
        add_figures(connection, kiosk_id, table, figures)


def read_figures(connection: Connection, kiosk_id: int, roll_up: RollUp) -> Figures:
    """All rows of one roll-up of a kiosk."""
    columns = ", ".join((*roll_up.key, *roll_up.sums))
    rows = run(connection, f"SELECT {columns} FROM {roll_up.table} WHERE kiosk_id = ?", (kiosk_id,))  # noqa: S608
    width = len(roll_up.key)
    return {tuple(row[:width]): list(row[width:]) for row in rows}


def reactions_on_days(connection: Connection, kiosk_id: int, days: list[int]) -> dict[int, int]:
    """How many reactions a kiosk already has on each of these local days."""
    rows = run(
        connection,
        "SELECT local_day, SUM(positive + neutral + negative + marked + uncertain) FROM days"  # noqa: S608
        f" WHERE kiosk_id = ? AND local_day IN ({marks(len(days))}) GROUP BY local_day",
        (kiosk_id, *days),
    )
    return {day: int(count) for day, count in rows}


def read_clusters(connection: Connection, kiosk_id: int, stream: int) -> dict[int, Cluster]:
    """Each question's last cluster in a stream."""
    rows = run(
        connection,
        "SELECT question_id, boot, elapsed_ms, placement_id, local_day, faces, positives, presses FROM open_clusters"
        " WHERE kiosk_id = ? AND stream = ?",
        (kiosk_id, stream),
    )
    return {
        question: Cluster(boot, elapsed, (placement, day, question, faces), positives, presses)
        for question, boot, elapsed, placement, day, faces, positives, presses in rows
    }


def save_clusters(connection: Connection, kiosk_id: int, stream: int, clusters: Mapping[int, Cluster]) -> None:
    """Store the last clusters of these questions, in place of the ones before."""
    run_many(
        connection,
        "INSERT INTO open_clusters"
        " (kiosk_id, stream, question_id, boot, elapsed_ms, placement_id, local_day, faces, positives, presses)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kiosk_id, stream, question_id) DO UPDATE SET"
        " boot = excluded.boot, elapsed_ms = excluded.elapsed_ms, placement_id = excluded.placement_id,"
        " local_day = excluded.local_day, faces = excluded.faces, positives = excluded.positives, presses = excluded.presses",
        [
            (kiosk_id, stream, question, last.boot, last.elapsed_ms, last.key[0], last.key[1], last.key[3], *last[3:])
            for question, last in sorted(clusters.items())
        ],
    )


def drop_clusters(connection: Connection, kiosk_id: int, stream: int, question_id: int | None = None) -> None:
    """Forget a stream's last clusters, or that of one question."""
    statement, values = "DELETE FROM open_clusters WHERE kiosk_id = ? AND stream = ?", (kiosk_id, stream)
    if question_id is None:
        run(connection, statement, values)
    else:
        run(connection, f"{statement} AND question_id = ?", (*values, question_id))
