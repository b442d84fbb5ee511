"""The worker runs until it is told to end, and then ends cleanly; what has served its time is deleted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from server.audit import Act, By
from server.commands.working import add_up_audit, check_audit, jobs, tidy
from server.database import tables
from server.database.audit import newest_entries, note
from server.database.driver import run
from server.database.engine import make_engine, reading, writing
from server.database.people import insert_user

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from click.testing import Result

DEADLINE_S = 30
DAY_MS = 86_400_000


def test_the_worker_does_its_jobs_and_ends_on_sigterm(ready: Callable[..., Result], tmp_path: Path, database_url: str) -> None:
    command = [str(Path(sys.executable).with_name("salve-server")), "worker"]
    environment = {**os.environ, "SALVE_DATA_DIR": str(tmp_path / "data"), "SALVE_DATABASE_URL": database_url}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as worker:
        try:
            engine = make_engine(database_url)
            assert worker.stdout is not None
            assert worker.stdout.readline() == "The worker is at work.\n"
            deadline = time.monotonic() + DEADLINE_S
            while held(engine) and time.monotonic() < deadline:
                time.sleep(0.02)
            worker.send_signal(signal.SIGTERM)
            rest, _ = worker.communicate(timeout=DEADLINE_S)
            assert (worker.returncode, rest) == (0, "")
            assert held(engine) == 0
            engine.dispose()
        finally:
            worker.kill()


def held(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(tables.leases)).scalar_one())


def test_a_database_without_this_releases_tables_is_refused(bare: Callable[..., Result]) -> None:
    done = bare("worker")
    assert done.exit_code == 1
    assert "upgrade" in done.stderr


def test_every_job_can_run_on_an_empty_database(engine: Engine, clock: Any) -> None:
    found = {job.name: job.work(clock.now_ms()) for job in jobs(engine)}
    names = "retime watch recoveries usual heard buttons pauses held mix claims runs tidy partitions audit audit-check"
    assert found == dict.fromkeys(names.split(), 0)


def test_what_has_served_its_time_is_deleted_and_nothing_else(engine: Engine, clock: Any) -> None:
    now = clock.now_ms()
    with writing(engine) as connection:
        user = insert_user(connection, "a@demo.example", "x", "admin", [], now)
        for name, until_ms in (("old", now - 3_600_001), ("new", now)):
            connection.execute(tables.sign_in_delays.insert().values(subject=name, failures=9, until_ms=until_ms))
        for at_ms in (now - 600_001, now):
            connection.execute(tables.enrolment_failures.insert().values(address="::1", at_ms=at_ms))
        for name, made_ms, seen_ms in (("long", now - DAY_MS, now), ("idle", now, now - 1_800_001), ("live", now, now)):
            connection.execute(tables.sessions.insert().values(token_hash=name, user_id=user, made_ms=made_ms, seen_ms=seen_ms))
    assert tidy(engine, now) == 4
    assert tidy(engine, now) == 0
    with reading(engine) as connection:
        assert connection.execute(select(tables.sessions.c.token_hash)).scalars().all() == ["live"]
        assert connection.execute(select(tables.sign_in_delays.c.subject)).scalars().all() == ["new"]


def test_addresses_of_the_audit_log_are_kept_for_ninety_days(engine: Engine, clock: Any) -> None:
    with writing(engine) as connection:
        note(connection, clock.now_ms(), By("person", 1, "ewa@chain.example", "203.0.113.9"), Act.SIGNED_IN)
    assert add_up_audit(engine, clock.now_ms() + 90 * DAY_MS) == 0
    assert add_up_audit(engine, clock.now_ms() + 90 * DAY_MS + 1) == 1
    with reading(engine) as connection:
        assert newest_entries(connection, 1)[0].address == ""
    assert check_audit(engine, clock.now_ms()) == 0


def test_a_changed_audit_log_is_an_error_in_the_workers_log(
    engine: Engine, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(engine) as connection:
        note(connection, clock.now_ms(), By("command-line"), Act.STORE_ADDED, "S001")
    assert check_audit(engine, clock.now_ms()) == 0
    assert not caplog.records
    with writing(engine) as connection:
        run(connection, "DROP TRIGGER audit_keep_update")
        run(connection, "UPDATE audit SET about = 'S002'")
    assert check_audit(engine, clock.now_ms()) == 1
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "entry 1 does not fit" in record.getMessage()
