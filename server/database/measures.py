"""What a monitoring program wants to know of the database itself: its size, what waits in it, how the background jobs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection


class JobRun(NamedTuple):
    """A background job's last run: when it ended, how long it took, and whether it failed."""

    name: str
    ended_ms: int
    took_ms: int
    failed: bool


class Measures(NamedTuple):
    """`held` are reactions stored raw, by reason; `position` is the ledger's end; `audit_fault` is an entry's number or 0."""

    size_bytes: int
    position: int
    held: dict[str, int]
    audit_entries: int
    audit_fault: int
    jobs: list[JobRun]


def read_measures(connection: Connection) -> Measures:
    """All of them, of one moment."""
    held = run(connection, "SELECT code, COUNT(*) FROM held GROUP BY code ORDER BY code")
    numbers: dict[str, int] = {row[0]: row[1] for row in run(connection, "SELECT name, value FROM counters")}
    jobs = run(connection, "SELECT name, ended_ms, took_ms, failed FROM job_runs ORDER BY name")
    return Measures(
        size_bytes=_size(connection),
        position=numbers.get("position", 0),
        held={row[0]: row[1] for row in held},
        audit_entries=numbers.get("audit", 0),
        audit_fault=run(connection, "SELECT fault FROM audit_checks").scalar() or 0,
        jobs=[JobRun(name, ended_ms, took_ms, bool(failed)) for name, ended_ms, took_ms, failed in jobs],
    )


def note_run(connection: Connection, job: JobRun) -> None:
    """Keep a job's last run."""
    run(
        connection,
        "INSERT INTO job_runs (name, ended_ms, took_ms, failed) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET ended_ms = excluded.ended_ms, took_ms = excluded.took_ms, failed = excluded.failed",
        tuple(job),
    )


def _size(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(run(connection, "SELECT pg_database_size(current_database())").scalar_one())
    pages, size = (run(connection, f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)
