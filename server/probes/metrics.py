"""How the server is doing, in Prometheus' text format: what this process counted, and what the database says of all of them."""

from __future__ import annotations

from collections import Counter as Tally
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from server.database.engine import reading
from server.database.measures import Measures, read_measures
from server.fleet.states import is_heard
from server.fleet.watching import Watched, look, waiting_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Metric
    from sqlalchemy import Engine

    from server.clock import Clock

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Counting(Protocol):
    """What stores syncs and counts them."""

    @property
    def waiting(self) -> int:
        """Requests that wait for the next COMMIT."""

    @property
    def stored(self) -> int:
        """Reactions stored since the process began."""

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Requests since the process began, by "stored" or the refusal's code."""


class Metrics:
    """Collects on asking. Each process of several is asked by its own address, so nothing is shared between them."""

    def __init__(self, clock: Clock, engine: Engine, writer: Counting) -> None:
        self._clock, self._engine, self._writer = clock, engine, writer
        # Its own registry: tests and programs may make several apps in one process.
        self._registry = CollectorRegistry()
        labels = ("door", "status")
        self._answers = Counter("salve_http_answers", "Answers by door and status.", labels, registry=self._registry)
        self._registry.register(self)

    def count(self, door: str, status: int) -> None:
        """Count an answer; what no door took is `none`."""
        self._answers.labels(door, str(status)).inc()

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing, so that registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """What is read at the moment of asking."""
        now_ms = self._clock.now_ms()
        with reading(self._engine) as connection:
            measures, fleet = read_measures(connection), look(connection, now_ms)
        yield from _of_kiosks(fleet, now_ms)
        yield from self._of_ingest()
        yield from _of_database(measures)
        yield from _of_jobs(measures)

    def _of_ingest(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "salve_sync_queue", "Syncs that wait for the next COMMIT of this process.", self._writer.waiting
        )
        yield CounterMetricFamily("salve_reactions_stored", "Reactions stored by this process.", self._writer.stored)
        outcomes = CounterMetricFamily("salve_syncs", "Syncs of this process by what became of them.", labels=["outcome"])
        for outcome, count in sorted(self._writer.outcomes.items()):
            outcomes.add_metric([outcome], count)
        yield outcomes


def _of_kiosks(fleet: list[Watched], now_ms: int) -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "salve_kiosks", "Kiosks that stand in stores, by what is most wrong with them.", labels=["state"]
    )
    for state, count in sorted(Tally(one.state for one in fleet).items()):
        states.add_metric([state], count)
    yield states
    heard = [one for one in fleet if is_heard(one.row.heard_ms, now_ms)]
    yield GaugeMetricFamily("salve_kiosks_heard", "Kiosks that were heard lately.", len(heard))
    waiting = sum(waiting_of(one.row) for one in heard)
    yield GaugeMetricFamily("salve_presses_waiting", "Presses that wait on kiosks which were heard lately.", waiting)


def _of_database(measures: Measures) -> Iterator[Metric]:
    yield GaugeMetricFamily("salve_database_bytes", "Size of the database.", measures.size_bytes)
    yield CounterMetricFamily("salve_arrivals", "Runs of reactions that arrived, all processes.", measures.position)
    held = GaugeMetricFamily("salve_reactions_held", "Reactions stored raw and not counted, by reason.", labels=["reason"])
    for reason, count in measures.held.items():
        held.add_metric([reason], count)
    yield held
    yield CounterMetricFamily("salve_audit_entries", "Entries of the audit log.", measures.audit_entries)
    yield GaugeMetricFamily(
        "salve_audit_fault", "First entry that the last check found not to fit; 0 is none.", measures.audit_fault
    )


def _of_jobs(measures: Measures) -> Iterator[Metric]:
    ended = GaugeMetricFamily("salve_job_ended_timestamp_seconds", "When a job last ended, Unix time.", labels=["job"])
    took = GaugeMetricFamily("salve_job_seconds", "How long a job's last run took.", labels=["job"])
    failed = GaugeMetricFamily("salve_job_failed", "Whether a job's last run failed.", labels=["job"])
    for job in measures.jobs:
        ended.add_metric([job.name], job.ended_ms / 1000)
        took.add_metric([job.name], job.took_ms / 1000)
        failed.add_metric([job.name], int(job.failed))
    yield from (ended, took, failed)
