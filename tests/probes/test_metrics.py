"""What /metrics says is what the fleet page, the database and this process know; Prometheus' own parser reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from prometheus_client.parser import text_string_to_metric_families
from shops import Shops

from server.app import create_app
from server.database.engine import writing
from server.database.measures import JobRun, note_run
from server.database.tables import buffers
from server.probes.metrics import Metrics

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings

NOON_MS = 1_795_262_400_000


class Quiet:
    """A writer that stored seven reactions of three syncs and refused two."""

    waiting, stored = 4, 7
    outcomes = {"stored": 3, "gap": 2}  # noqa: RUF012  (never changed)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Sizes are asked for differently."""
    return str(request.param)


def values(text: bytes) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
    }


def test_kiosks_presses_jobs_and_the_database_are_told(engine: Engine, clock: Any) -> None:
    shops = Shops(engine)
    store = shops.store("S001", "Leeds")
    heard = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.kiosk(store, "K-002", heard_ms=NOON_MS - 9_000_000)
    with writing(engine) as connection:
        connection.execute(buffers.insert().values(kiosk_id=heard.id, buffer="b", thanked=12, refused=0, heard_ms=NOON_MS))
        note_run(connection, JobRun("tidy", NOON_MS - 5_000, 250, failed=False))
        note_run(connection, JobRun("tidy", NOON_MS - 4_000, 500, failed=True))
    found = values(Metrics(clock, engine, Quiet()).text())
    assert found["salve_kiosks_heard",] == 1
    assert sum(count for name, count in found.items() if name[0] == "salve_kiosks") == 2
    assert found["salve_presses_waiting",] == 12
    assert found["salve_job_ended_timestamp_seconds", "tidy"] == (NOON_MS - 4_000) / 1000
    assert (found["salve_job_seconds", "tidy"], found["salve_job_failed", "tidy"]) == (0.5, 1)
    assert found["salve_database_bytes",] > 10_000
    assert found["salve_audit_fault",] == 0
    assert (found["salve_sync_queue",], found["salve_reactions_stored_total",]) == (4, 7)
    assert (found["salve_syncs_total", "stored"], found["salve_syncs_total", "gap"]) == (3, 2)


def test_answers_are_counted_by_door_and_status_and_two_apps_do_not_share(
    engine: Engine, settings: Settings, clock: Any
) -> None:
    token = "t" * 32
    for _ in range(2):
        app = create_app(replace(settings, metrics_token=token), clock, engine)
        client = app.test_client()
        client.get("/healthz")
        client.get("/healthz")
        client.get("/nothing")
        client.get("/api/v1/export/reactions.csv")
        found = values(client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).data)
        app.extensions["salve_close"]()
        assert found["salve_http_answers_total", "probes", "200"] == 2
        assert found["salve_http_answers_total", "none", "404"] == 1
        assert found["salve_http_answers_total", "export", "401"] == 1


def test_no_name_address_or_code_of_anybody_is_in_it(engine: Engine, clock: Any) -> None:
    shops = Shops(engine)
    shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=NOON_MS)
    text = Metrics(clock, engine, Quiet()).text()
    for secret in (b"S001", b"Leeds", b"K-001"):
        assert secret not in text
