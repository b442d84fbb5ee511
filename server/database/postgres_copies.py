"""Backups of a PostgreSQL database, in pg_dump's custom format."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine

from server.database.archives import check_files
from server.database.driver import run
from server.database.engine import ARCHIVE, make_engine, reading, writing
from server.database.holdings import Holding, read_holding
from server.database.life import new_life
from server.database.migrate import upgrade
from server.database.postgres_programs import run_program, running
from server.database.rollup_check import check
from server.database.tables import metadata
from server.database.whole_files import whole_file
from server.errors import Unfit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from server.database.holdings import Mark, Tell

RESTORE = ("pg_restore", "--no-owner", "--no-privileges", "--file=-")
PSQL = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")


def write_copy(engine: Engine, file: Path, tell: Tell) -> Holding:
    """Copy one moment of the database into a file, and read it back, every row of it."""
    with whole_file(file) as part:
        with reading(engine) as connection:
            held = read_holding(connection)
            snapshot = run(connection, "SELECT pg_export_snapshot()").scalar_one()
            run_program(
                engine, ["pg_dump", "--format=custom", "--load-via-partition-root", f"--snapshot={snapshot}", f"--file={part}"]
            )
        if _rows_of(engine, part, tell, sum(held.rows.values())) != held.rows:
            raise Unfit(f"The copy in {file} is not what the database held; nothing was said to be safe.")
    return held


def put_back(engine: Engine, file: Path, kept: Path | None, tell: Tell, mark: Mark) -> Holding:
    """Make the file's content the database, in one transaction; what was there is first copied to `kept`."""
    rows = _rows_of(engine, file, tell)
    with reading(engine) as connection:
        others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        if run(connection, f"{others} AND pid <> pg_backend_pid()").scalar_one():
            raise Unfit("Somebody uses the database; stop `salve-server serve` and `salve-server worker` first.")
        filled = run(connection, "SELECT to_regclass('life') IS NOT NULL").scalar_one()
    engine.dispose()
    if kept is not None and filled:
        write_copy(engine, kept, lambda _done, _whole: None)
    _fill(engine, file, rows)
    upgrade(engine)
    with writing(engine) as connection:
        mark(connection)
        return read_holding(connection)


def try_out(engine: Engine, file: Path, folder: Path, tell: Tell) -> tuple[Holding, int]:
    """Make a database of the file beside this one, and count the figures that its reactions contradict."""
    rows = _rows_of(engine, file, tell)
    name = f"salve_check_{secrets.token_hex(4)}"
    administrator = create_engine(engine.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with administrator.connect() as connection:
        if not _may_make_databases(connection):
            raise Unfit("Checking needs a database beside this one; let this role make one: ALTER ROLE ... CREATEDB.")
        run(connection, f"CREATE DATABASE {name}")
        url = engine.url.set(database=name).render_as_string(hide_password=False)
        tried = make_engine(url, engine.get_execution_options().get(ARCHIVE))
        try:
            _fill(tried, file, rows)
            upgrade(tried)
            with reading(tried) as restored:
                check_files(restored)
                found, held = check(restored), read_holding(restored)
        finally:
            tried.dispose()
            run(connection, f"DROP DATABASE {name}")
    return held, len(found.rows) + len(found.clusters)


def _may_make_databases(connection: Connection) -> bool:
    return bool(run(connection, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").scalar_one())


def _fill(engine: Engine, file: Path, rows: dict[str, int]) -> None:
    """All of it or nothing: what is there goes, what the file holds comes and is counted, and a new life begins."""
    tables = ", ".join([*sorted(metadata.tables), "alembic_version"])
    counted = "".join(
        f"IF (SELECT COUNT(*) FROM {name}) <> {count} THEN RAISE 'not all rows of {name} arrived'; END IF; "  # noqa: S608
        for name, count in rows.items()
    )
    # pg_restore leaves no schema to be looked in.
    after = ["SET search_path TO public", *new_life(), f"DO $$ BEGIN {counted} END $$"]
    begin = [
        f"--command=DROP TABLE IF EXISTS {tables} CASCADE",
        "--command=DROP SEQUENCE IF EXISTS stream_numbers",
        "--command=DROP FUNCTION IF EXISTS audit_keep, refuse_change",
    ]
    with running(engine, [*RESTORE, str(file)]) as script:
        run_program(engine, [*PSQL, *begin, "--file=-", *(f"--command={statement}" for statement in after)], script)


def _rows_of(engine: Engine, file: Path, tell: Tell, expected: int = 0) -> dict[str, int]:
    """How many rows of each table a file holds; reads all of it.

    Raises Unfit for a file that is no whole backup of ours.
    """
    found: dict[str, int] = {}
    if not file.is_file():
        raise Unfit(f"There is no file {file}.")
    table, done = "", 0
    try:
        with running(engine, [*RESTORE, str(file)]) as script:
            for line in script:
                if table:
                    if line == b"\\.\n":
                        table = ""
                        tell(done, max(expected, done))
                    else:
                        found[table] += 1
                        done += 1
                elif line.startswith(b"COPY public."):
                    table = line.split()[1].decode().removeprefix("public.")
                    found.setdefault(table, 0)
    except Unfit as error:
        raise Unfit(f"{file} is no backup that `salve-server backup` has made here, or it is damaged: {error}") from error
    if "life" not in found:
        raise Unfit(f"{file} is no backup that `salve-server backup` has made here.")
    return {name: count for name, count in found.items() if name in metadata.tables}
