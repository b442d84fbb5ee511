"""Backups of an embedded database, through SQLite's own online copying."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, NullPool, create_engine

from server.database.archives import check_files
from server.database.driver import run
from server.database.engine import ARCHIVE, make_engine, reading, writing
from server.database.failures import SQLAlchemyError, first_line
from server.database.holdings import Holding, read_holding
from server.database.life import new_life
from server.database.migrate import upgrade
from server.database.rollup_check import check
from server.database.whole_files import flush, whole_file
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from server.database.holdings import Mark, Tell

# Some megabytes: often enough to show progress.
PAGES_AT_ONCE = 2_000


def write_copy(engine: Engine, file: Path, tell: Tell) -> Holding:
    """Copy one moment of the database into a file of its own, and read it back."""
    with whole_file(file) as part:
        with reading(engine) as source, _plain(part) as target:
            # What this transaction has read is what all steps of the copy see, also while others write.
            held = read_holding(source)
            _copy(source, target, tell, file)
        with _plain(part) as copied:
            _check_pages(copied, file)
            if read_holding(copied) != held:
                raise Unfit(f"The copy in {file} is not what the database held; nothing was said to be safe.")
    return held


def put_back(engine: Engine, file: Path, kept: Path | None, tell: Tell, mark: Mark) -> Holding:
    """Make the file's content the database; what was there keeps its content under the name `kept`."""
    place = Path(engine.url.database or "")
    part = place.with_name(f"{place.name}.restoring-{os.getpid()}")
    try:
        with alone(place):
            held = _take_out(file, part, tell, mark)
            flush(part)
            if kept is not None and place.exists():
                _name_too(place, kept)
            # One rename: at every moment there is the old database or the new one.
            part.replace(place)
            flush(place.parent)
    finally:
        part.unlink(missing_ok=True)
    return held


def try_out(engine: Engine, file: Path, folder: Path, tell: Tell) -> tuple[Holding, int]:
    """Make a database of the file in the folder, and count the figures that its reactions contradict."""
    with tempfile.TemporaryDirectory(prefix="restore-check-", dir=folder) as temporary:
        place = Path(temporary) / "salve.db"
        held = _take_out(file, place, tell)
        tried = make_engine(str(_address(place)), engine.get_execution_options().get(ARCHIVE))
        try:
            with reading(tried) as connection:
                check_files(connection)
                found = check(connection)
        finally:
            tried.dispose()
    return held, len(found.rows) + len(found.clusters)


def _take_out(file: Path, place: Path, tell: Tell, mark: Mark | None = None) -> Holding:
    """A database of this release, with a life of its own, of a backup."""
    if not file.is_file():
        raise Unfit(f"There is no file {file}.")
    try:
        with _plain(file, read_only=True) as source, _plain(place) as target:
            _copy(source, target, tell, place)
        with _plain(place) as copied:
            _check_pages(copied, file)
            run(copied, "SELECT epoch FROM life").one()
    except SQLAlchemyError as error:
        raise Unfit(f"{file} is no backup that `salve-server backup` has made here, or it is damaged.") from error
    engine = make_engine(str(_address(place)))
    upgrade(engine)
    with writing(engine) as connection:
        for statement in new_life():
            run(connection, statement)
        if mark is not None:
            mark(connection)
        held = read_holding(connection)
    engine.dispose()
    with _plain(place) as copied:
        run(copied, "PRAGMA journal_mode = DELETE")  # one file, without another beside it
    return held


def _copy(source: Connection, target: Connection, tell: Tell, into: Path) -> None:
    run(source, "PRAGMA schema_version").one()  # which finds out whether it is a database at all
    here, there = _driver(source), _driver(target)
    try:
        here.backup(there, pages=PAGES_AT_ONCE, progress=lambda _status, left, whole: tell(whole - left, whole))
    except here.Error as error:
        raise Unfit(f"Copying into {into} stopped: {error}.") from error
    run(target, "PRAGMA journal_mode = DELETE")


def _check_pages(copied: Connection, file: Path) -> None:
    (found,) = run(copied, "PRAGMA integrity_check(1)").one()
    if found != "ok" or run(copied, "PRAGMA foreign_key_check").first() is not None:
        raise Unfit(f"{file} is damaged: {found.splitlines()[0] if found != 'ok' else 'what it refers to is missing'}.")


@contextmanager
def alone(place: Path) -> Iterator[Connection | None]:
    """Nobody else uses this database meanwhile, whether it is there (then this is a connection to it), whole or damaged.

    Raises Unfit while somebody does.
    """
    if not place.exists():
        yield None
        return
    with _plain(place) as connection:
        run(connection, "PRAGMA busy_timeout = 1000")
        try:
            # Leaving the write-ahead log, into one file, needs that nobody has the database open.
            run(connection, "PRAGMA journal_mode = DELETE")
            run(connection, "BEGIN EXCLUSIVE")
        except SQLAlchemyError as error:
            if "locked" in first_line(error):
                raise _in_use() from error
        yield connection


def _in_use() -> Unfit:
    return Unfit("Somebody uses the database; stop `salve-server serve` and `salve-server worker` first.")


def _name_too(place: Path, kept: Path) -> None:
    try:
        os.link(place, kept)
    except OSError:
        shutil.copy2(place, kept)


@contextmanager
def _plain(place: Path, *, read_only: bool = False) -> Iterator[Connection]:
    """A connection that changes nothing by itself, not even how the file is written."""
    engine = create_engine(_address(place, read_only=read_only), poolclass=NullPool)
    with engine.connect() as connection:
        _driver(connection).isolation_level = None
        yield connection


def _address(place: Path, *, read_only: bool = False) -> URL:
    if read_only:
        return URL.create("sqlite", database=place.resolve().as_uri(), query={"mode": "ro", "uri": "true"})
    return URL.create("sqlite", database=str(place))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
