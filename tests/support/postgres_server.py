"""A PostgreSQL of one's own for tests: on a Unix socket, never as root, gone afterwards; an empty database for each test."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from server.database.engine import make_engine
from server.database.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START_S = 30
NUMBERS = itertools.count(1)
# A power cut may take this database with it.
UNSAFE = ("-c", "fsync=off", "-c", "full_page_writes=off")
# Making and dropping a database costs half a second; emptying one a few milliseconds.
EMPTY = """
DO $$ DECLARE one record; filled boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT oid::regclass AS name FROM pg_class
      WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
      AND relname <> 'alembic_version' LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || one.name || ')' INTO filled;
    IF filled THEN EXECUTE 'DELETE FROM ' || one.name; END IF;
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""


@contextmanager
def running(programs: Path, settings: Sequence[str] = UNSAFE) -> Iterator[str]:
    """A new server with these settings; the folder of its socket."""
    # A socket's path may have 107 letters at most, so it does not lie in pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="salve-pg-"))
    prefix = _as_another(folder)
    data = folder / "data"
    subprocess.run(
        [*prefix, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
    )
    words = [*prefix, programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *settings]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        _wait(programs, folder, server)
        yield str(folder)
    finally:
        server.send_signal(signal.SIGINT)  # its "fast" shutdown
        server.wait(START_S)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(socket: str) -> Iterator[str]:
    """SQLAlchemy address of a new, empty database."""
    name = f"salve_{next(NUMBERS)}"
    _administer(socket, f"CREATE DATABASE {name}")
    yield _address(socket, name)
    _administer(socket, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    """The folder of a running server's socket."""
    programs = programs_of_postgresql()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    with running(programs) as socket:
        yield socket


@pytest.fixture
def postgres_url(postgres_socket: str) -> Iterator[str]:
    """SQLAlchemy address of a new, empty database."""
    with new_database(postgres_socket) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_kept(postgres_socket: str) -> str:
    """SQLAlchemy address of a database with this release's tables, which tests use one after another."""
    _administer(postgres_socket, "CREATE DATABASE salve_kept")
    url = _address(postgres_socket, "salve_kept")
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture
def postgres_tables(postgres_kept: str) -> str:
    """SQLAlchemy address of a database with this release's tables and no rows."""
    # The driver alone connects in half the time; kept open it would be somebody who uses the database.
    with psycopg.connect(postgres_kept.replace("+psycopg", "", 1)) as connection:
        connection.execute(EMPTY)
    return postgres_kept


def _address(socket: str, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={socket}"


def _administer(socket: str, statement: str) -> None:
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)


def programs_of_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def _as_another(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands the folder to another user and starts it as that one."""
    if os.geteuid() != 0:
        return []
    user = next(name for name in ("postgres", "nobody") if any(entry.pw_name == name for entry in pwd.getpwall()))
    entry = pwd.getpwnam(user)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]


def _wait(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
        time.sleep(0.05)
