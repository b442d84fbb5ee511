"""What is archived leaves the database in whole ranges or in small pieces, and never together with what has changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from long_history import LongHistory

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.archives import all_archives
from server.database.backups import back_up, check_backup, restore
from server.database.driver import run
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.database.migrate import upgrade
from server.database.partitions import make_partition
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.rollup_check import check
from server.database.tables import metadata
from server.errors import Unfit
from server.export import archive_moving
from server.export.archive import Archived, Archiving
from server.export.producing import produce
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOW_MS = 1_795_262_400_000  # 21 November 2026
AUGUST = date(2026, 8, 1).toordinal()
JULY_EVENING_MS = 1_784_833_200_000  # 23 July 2026, 21:00 in Warsaw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def archived(engine: Engine, folder: Path, end_day: int = AUGUST) -> Archived:
    return Archiving(engine, folder, NOW_MS, lambda _done, _whole: None, make=True).archive(end_day)


def exported(engine: Engine) -> bytes:
    with reading(engine) as connection:
        wanted = Wanted(visible_stores(connection, OFFICE), every=True, hidden=frozenset())
    return b"".join(produce(engine, NOW_MS, wanted, "reactions").chunks)


def test_what_changes_while_it_leaves_stays_and_its_copy_leaves_the_file(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LongHistory(engine)
    with reading(engine) as connection:
        statement = "SELECT stream, last_seq FROM arrivals WHERE kiosk_id = 1 AND received_ms > ? ORDER BY position LIMIT 1"
        stream, seq = run(connection, statement, (JULY_EVENING_MS,)).one()
    look = archive_moving._look

    def change_then(*arguments: Any) -> Any:
        found = look(*arguments)
        with writing(engine) as connection:
            run(connection, "UPDATE reactions SET wall_ms = 1 WHERE kiosk_id = 1 AND stream = ? AND seq = ?", (stream, seq - 1))
            add_revisions(connection, [Revision(1, stream, seq - 1, COUNTED)], NOW_MS)
        return found

    before = exported(engine)
    monkeypatch.setattr(archive_moving, "_look", change_then)
    done = archived(engine, folder)
    monkeypatch.undo()
    with reading(engine) as connection:
        statement = "SELECT wall_ms FROM reactions WHERE kiosk_id = 1 AND stream = ? AND seq = ?"
        assert run(connection, statement, (stream, seq - 1)).scalar_one() == 1
        assert check(connection) == ([], [])
    theirs = f"SELECT count(*) FROM read_parquet('{folder}/*/*/*.parquet') WHERE kiosk_id = 1 AND stream_number = {stream}"
    assert duckdb.sql(theirs).fetchall() == [(0,)]
    assert exported(engine) == before
    assert archived(engine, folder).rows > 0
    assert exported(engine) == before
    assert duckdb.sql(theirs).fetchall()[0][0] > 0
    assert all((folder / one.path).exists() for one in done.files if "month=2026-07" not in one.path)


@pytest.fixture
def upgraded(folder: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database that can be restored."""
    engine = make_engine(f"sqlite:///{tmp_path / 'upgraded.db'}", folder)
    upgrade(engine)
    yield engine
    engine.dispose()


def test_a_backup_taken_while_something_changes_finds_the_files_that_it_names(
    upgraded: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = upgraded
    LongHistory(engine)
    (stream, seq), backup, before = _april_stream(engine), tmp_path / "backup", exported(engine)
    write = archive_moving._write_without

    def change_then(*arguments: Any) -> Any:
        back_up(engine, backup, lambda _done, _whole: None, NOW_MS)
        return write(*arguments)

    def look_then(*arguments: Any) -> Any:
        found = look(*arguments)
        if not backup.exists():
            with writing(engine) as connection:
                add_revisions(connection, [Revision(1, stream, seq, COUNTED)], NOW_MS)
        return found

    look = archive_moving._look
    monkeypatch.setattr(archive_moving, "_look", look_then)
    monkeypatch.setattr(archive_moving, "_write_without", change_then)
    archived(engine, folder)
    monkeypatch.undo()
    with pytest.raises(Unfit, match=r"missing or damaged.*Once it is restored, take the last ending off") as told:
        check_backup(engine, backup, tmp_path, lambda _done, _whole: None)
    aside = sorted(folder.rglob("*.parquet.replaced"))
    assert aside
    assert all(str(path.relative_to(folder)) in str(told.value) for path in aside)
    engine.dispose()
    restore(engine, backup, None, lambda _done, _whole: None, NOW_MS)
    for path in aside:
        path.rename(path.with_suffix(""))
    assert exported(engine) == before
    assert check_backup(engine, backup, tmp_path, lambda _done, _whole: None)[1] == 0
    archived(engine, folder)
    assert exported(engine) == before


APRIL_EVENING_MS = 1_777_316_400_000  # 27 April 2026, 21:00 in Warsaw
DAY_MS = 86_400_000


def _april_stream(engine: Engine) -> tuple[int, int]:
    with reading(engine) as connection:
        statement = "SELECT stream, last_seq FROM arrivals WHERE kiosk_id = 1 AND received_ms > ? ORDER BY position LIMIT 1"
        stream, seq = run(connection, statement, (APRIL_EVENING_MS - DAY_MS,)).one()
    return stream, seq


def _holds(engine: Engine) -> tuple[list[bytes], list[Any]]:
    lines = exported(engine).splitlines()
    with reading(engine) as connection:
        assert check(connection) == ([], [])
        return sorted(lines), all_archives(connection)


def test_of_two_programs_that_write_files_at_once_one_enters_its_own(engine: Engine, folder: Path) -> None:
    history, signs = LongHistory(engine), 0
    stream, seq = _april_stream(engine)

    def tell(_done: int, _whole: int) -> None:
        nonlocal signs
        signs += 1
        if signs == 11:  # the files have their names, and are not entered yet
            history.press(1, stream, seq + 40, APRIL_EVENING_MS, APRIL_EVENING_MS + 5 * DAY_MS)
            archived(engine, folder)

    before = set(exported(engine).splitlines())
    with pytest.raises(Unfit, match="Another program"):
        Archiving(engine, folder, NOW_MS, tell, make=True).archive(AUGUST)
    lines, known = _holds(engine)
    assert len(lines) == len(set(lines)) == len(before) + 1
    assert all((folder / one.path).exists() for one in known)


@pytest.fixture
def partitioned(postgres_url: str, folder: Path) -> Iterator[Engine]:
    """A PostgreSQL with streams in ranges of ten."""
    engine = make_engine(postgres_url, folder)
    metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
        for first in range(1, 141, 20):
            make_partition(connection, first, first + 20)
    yield engine
    engine.dispose()


def test_on_postgresql_whole_ranges_are_dropped(partitioned: Engine, folder: Path) -> None:
    history = LongHistory(partitioned)
    whole = exported(partitioned)
    with reading(partitioned) as connection:
        numbers = run(connection, "SELECT kiosk_id, MIN(number), MAX(number) FROM streams GROUP BY 1").all()
    archived(partitioned, folder, date(2026, 10, 1).toordinal())
    with reading(partitioned) as connection:
        left = run(connection, "SELECT relname FROM pg_class WHERE relname ~ '^reactions_[0-9]+_[0-9]+$'").scalars()
    assert 0 < len(left) < 7, numbers
    assert exported(partitioned) == whole
    with reading(partitioned) as connection:
        assert check(connection) == ([], [])
    assert history.stored() < 1_500


def test_nothing_is_dropped_under_who_began_to_read_before_the_files_were_known(partitioned: Engine, folder: Path) -> None:
    history = LongHistory(partitioned)
    stored = history.stored()
    with reading(partitioned) as connection:
        # It has seen the other ledger alone so far, and holds no lock on the reactions.
        run(connection, "SELECT COUNT(*) FROM arrivals")
        archived(partitioned, folder, date(2026, 10, 1).toordinal())
        assert history.stored() < stored
        assert run(connection, "SELECT COUNT(*) FROM reactions").scalar_one() == stored
        assert check(connection) == ([], [])
