"""Old reactions leave for Parquet files; nothing is lost or doubled, and whoever reads sees no difference."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
from long_history import LongHistory

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.archives import all_archives
from server.database.driver import run
from server.database.engine import reading, writing
from server.database.export_columns import HOURLY, REACTIONS, REVISIONS, STORES
from server.database.rollup_check import check, repair
from server.errors import Refusal, Unfit
from server.export.archive import Archived, Archiving, closed_before
from server.export.delivery import Delivery
from server.export.parquet import ParquetMonths
from server.export.producing import produce
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOW_MS = 1_795_262_400_000  # 21 November 2026
DAY_MS = 86_400_000
AUGUST = date(2026, 8, 1).toordinal()
AUGUST_TENTH_MS = 1_786_363_200_000  # 10 August 2026, 12:00 UTC
JULY_EVENING_MS = 1_784_833_200_000  # 23 July 2026, 21:00 in Warsaw


@pytest.fixture
def history(engine: Engine) -> LongHistory:
    return LongHistory(engine)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def archived(engine: Engine, folder: Path, end_day: int = AUGUST, now_ms: int = NOW_MS) -> Archived:
    return Archiving(engine, folder, now_ms, lambda _done, _whole: None, make=True).archive(end_day)


def exported(engine: Engine, name: str = REACTIONS.name, kind: str = "csv", **wishes: Any) -> bytes:
    after = wishes.pop("after", "")
    with reading(engine) as connection:
        wanted = Wanted(visible_stores(connection, OFFICE), every=True, hidden=frozenset(), **wishes)
    return b"".join(produce(engine, NOW_MS, wanted, name, kind, after=after).chunks)


def everything(engine: Engine) -> list[bytes]:
    """What programs read: all, some days of archived and kept months, from a cursor on, changes, figures."""
    with reading(engine) as connection:
        epoch = run(connection, "SELECT epoch FROM life").scalar_one()
    return [
        exported(engine),
        exported(engine, kind="ndjson", from_day=AUGUST - 40, to_day=AUGUST + 9),
        exported(engine, after=f"{epoch}.100"),
        exported(engine, REVISIONS.name),
        exported(engine, HOURLY.name),
        exported(engine, STORES.name, from_day=AUGUST - 60, to_day=AUGUST),
    ]


def test_whoever_reads_sees_no_difference(history: LongHistory, folder: Path, tmp_path: Path) -> None:
    engine, before, stored = history.engine, everything(history.engine), history.stored()
    lake = {path.relative_to(tmp_path): pq.read_table(path) for path in _months(engine, tmp_path / "before")}
    done = archived(engine, folder)
    assert done.rows == stored - history.stored() > 1_800
    assert everything(engine) == before
    for path in _months(engine, tmp_path / "after"):
        assert pq.read_table(path).equals(lake[Path("before", *path.relative_to(tmp_path / "after").parts)])
    with reading(engine) as connection:
        assert check(connection) == ([], [])
    assert repair(engine) == ([], [])
    assert everything(engine) == before
    again = archived(engine, folder)
    assert (again.rows, again.files, again.aside) == (0, [], [])


def _months(engine: Engine, place: Path) -> list[Path]:
    with reading(engine) as connection:
        wanted = Wanted(visible_stores(connection, OFFICE), every=True, raw=True)
    return ParquetMonths(engine, wanted).write(place)


def test_every_column_of_every_reaction_is_in_a_file_and_in_its_month(history: LongHistory, folder: Path) -> None:
    with reading(history.engine) as connection:
        names = ("kiosk_id", "stream", "seq", "boot", "elapsed_ms", "wall_ms", "synced", "button", "placement_id")
        names += ("question_id", "answer_id", "faces", "pressed_ms", "visit", "uncertainty_ms", "config_version")
        rows = run(connection, f"SELECT {', '.join(names)} FROM reactions")
        stored = {tuple(int(one) if isinstance(one, bool) else one for one in row) for row in rows}
    archived(history.engine, folder)
    own = ", ".join("stream_number" if name == "stream" else name for name in names)
    found = set(duckdb.sql(f"SELECT {own} FROM read_parquet('{folder}/*/*/*.parquet', hive_partitioning = true)").fetchall())
    assert len(found) > 1_800
    assert found <= stored
    wrong = f"SELECT count(*) FROM read_parquet('{folder}/*/*/*.parquet') WHERE strftime(local_day, '%Y-%m') <> month"
    assert duckdb.sql(wrong).fetchall() == [(0,)]
    customers = duckdb.sql(f"SELECT DISTINCT dimension FROM read_parquet('{folder}/reactions/*/*.parquet')").fetchall()
    assert customers == [("CX",)]


def test_duckdb_reads_the_archive_and_gets_the_pages_figures(
    history: LongHistory, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    archived(history.engine, folder)
    found = duckdb.sql(
        "SELECT store, count(*) FILTER (counted = 1 AND signal = 'service' AND polarity = 'positive'),"
        " count(*) FILTER (counted = 1 AND signal = 'service'),"
        " count(*) FILTER (counted = 1 AND signal = 'experience' AND polarity = 'positive'),"
        " count(*) FILTER (counted = 1 AND signal = 'experience'), count(*)"
        f" FROM read_parquet('{folder}/reactions/*/*.parquet', hive_partitioning = true) WHERE month = '2026-06'"
        " GROUP BY store ORDER BY store"
    ).fetchall()
    june = {"from_day": date(2026, 6, 1).toordinal(), "to_day": date(2026, 7, 1).toordinal()}
    page = parsed(exported(history.engine, STORES.name, **june))
    names = ("service_positive", "service_total", "experience_positive", "experience_total", "raw_total")
    assert found == [(row["store"], *(int(row[name]) for name in names)) for row in page]
    assert found[0][2] > 50


def test_a_visit_over_the_end_of_a_month_is_not_torn(history: LongHistory, folder: Path) -> None:
    archived(history.engine, folder)
    september = date(2026, 9, 1).toordinal()
    at_midnight = "seq = visit + 1 AND hour(pressed_at AT TIME ZONE 'Europe/Warsaw') IN (23, 0)"
    files = f"read_parquet('{folder}/reactions/*/*.parquet', hive_partitioning = true)"
    assert duckdb.sql(f"SELECT count(*) FROM {files} WHERE {at_midnight}").fetchall() == [(0,)]
    further = archived(history.engine, folder, september)
    rest = {one.path.rpartition("/")[0]: one.rows for one in further.files if "2026-07" in one.path}
    assert rest == {"reactions/month=2026-07": 2, "employees/month=2026-07": 1}
    with reading(history.engine) as connection:
        assert check(connection) == ([], [])


def test_what_comes_late_for_an_archived_month_counts_and_follows_into_a_further_file(
    history: LongHistory, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    engine = history.engine
    archived(engine, folder)
    stream, seq = _last_of_july(engine)
    before = len(parsed(exported(engine)))
    history.press(1, stream, seq + 40, JULY_EVENING_MS, NOW_MS - DAY_MS)
    with reading(engine) as connection:
        assert check(connection) == ([], [])
    assert archived(engine, folder).rows == 0  # it has just come, and pages tell of it
    assert len(parsed(exported(engine))) == before + 1
    whole = exported(engine)
    later = archived(engine, folder, now_ms=NOW_MS + 150 * DAY_MS, end_day=date(2027, 1, 1).toordinal())
    july = [one for one in later.files if "2026-07" in one.path]
    assert sum(one.rows for one in july) >= 1
    assert exported(engine) == whole
    with reading(engine) as connection:
        assert check(connection) == ([], [])


def _last_of_july(engine: Engine) -> tuple[int, int]:
    with reading(engine) as connection:
        statement = "SELECT stream, last_seq FROM arrivals WHERE kiosk_id = 1 AND received_ms > ? ORDER BY position LIMIT 1"
        stream, seq = run(connection, statement, (JULY_EVENING_MS,)).one()
    return stream, seq


def killed_after(engine: Engine, folder: Path, signs: int) -> subprocess.CompletedProcess[str]:
    url = engine.url.render_as_string(hide_password=False)
    script = Path(__file__).parent.parent / "support" / "archive_killed.py"
    words = [url, str(folder), str(NOW_MS), str(AUGUST), str(signs)]
    return subprocess.run([sys.executable, script, *words], capture_output=True, text=True, check=False, cwd=Path.cwd())


def test_killed_at_any_moment_it_goes_on_and_nothing_is_lost_or_doubled(history: LongHistory, folder: Path) -> None:
    engine, whole, stored = history.engine, everything(history.engine), history.stored()
    engine.dispose()
    seen = []
    # A table is written; files have their names; they are entered; some reactions have left; all have, and the next are read.
    for signs in (1, 11, 12, 2, 5):
        ended = killed_after(engine, folder, signs)
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        known = _known(engine)
        with reading(engine) as connection:
            assert check(connection) == ([], [])
        named = len(list(folder.rglob("*.parquet")))
        seen.append((named, len(known), any(one.moved_ms is None for one in known), stored - history.stored()))
        assert exported(engine) == whole[0]
        engine.dispose()
    assert [state[:3] for state in seen] == [(0, 0, False), (2, 0, False), (2, 2, True), (2, 2, True), (2, 2, False)]
    assert [state[3] for state in seen[:3]] == [0, 0, 0]
    assert 0 < seen[3][3] < seen[4][3] == 198
    archived(engine, folder)
    assert everything(engine) == whole
    assert sorted(path.name for path in folder.iterdir()) == ["employees", "reactions"]
    with reading(engine) as connection:
        known = {one.path: one.rows for one in all_archives(connection)}
        assert all(one.moved_ms for one in all_archives(connection))
    files = {str(path.relative_to(folder)): pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet")}
    assert files == known
    assert sum(known.values()) == stored - history.stored()


def test_a_roll_up_that_says_less_stops_it_before_anything_is_deleted(history: LongHistory, folder: Path) -> None:
    stored = history.stored()
    with writing(history.engine) as connection:
        run(connection, "UPDATE days SET negative = negative - 1 WHERE kiosk_id = 1 AND local_day = ?", (AUGUST - 12,))
    with pytest.raises(Unfit, match="rollup repair"):
        archived(history.engine, folder)
    with reading(history.engine) as connection:
        months = {one.path.split("/")[1] for one in all_archives(connection)}
    assert months == {"month=2026-04", "month=2026-05", "month=2026-06"}
    assert history.stored() == stored - sum(one.rows for one in _known(history.engine))
    repair(history.engine)
    assert {one.path.split("/")[1] for one in archived(history.engine, folder).files} == {"month=2026-07"}


def _known(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return all_archives(connection)


def test_without_its_file_nothing_is_sent_checked_or_repaired(history: LongHistory, folder: Path) -> None:
    engine = history.engine
    done = archived(engine, folder)
    path = folder / done.files[0].path
    path.rename(folder / "elsewhere")
    with pytest.raises(Refusal, match=done.files[0].path) as refused:
        exported(engine)
    assert refused.value.status == 503
    with pytest.raises(Refusal, match="archive"), reading(engine) as connection:
        check(connection)
    with pytest.raises(Refusal, match="archive"):
        repair(engine)
    with reading(engine) as connection:
        epoch, end = run(connection, "SELECT epoch, (SELECT MAX(position) FROM arrivals) FROM life").one()
    assert exported(engine, after=f"{epoch}.{end - 3}").count(b"\r\n") > 3  # a program that is up to date goes on
    (folder / "elsewhere").rename(path)
    with reading(engine) as connection:
        assert check(connection) == ([], [])


def test_what_needs_none_of_a_missing_file_is_sent_and_delivered_all_the_same(
    history: LongHistory, folder: Path, tmp_path: Path
) -> None:
    engine = history.engine
    days = {"from_day": date(2026, 6, 1).toordinal(), "to_day": date(2026, 6, 28).toordinal()}
    june, autumn = exported(engine, **days), exported(engine, from_day=AUGUST + 9)
    done = archived(engine, folder)
    (july,) = [folder / one.path for one in done.files if one.path.startswith("reactions/month=2026-07")]
    july.rename(tmp_path / "elsewhere")
    assert exported(engine, **days) == june
    assert exported(engine, from_day=AUGUST + 9) == autumn
    with pytest.raises(Refusal, match="2026-07"):
        exported(engine, from_day=AUGUST - 9, to_day=AUGUST - 8)
    place = tmp_path / "delivered"
    place.mkdir()
    with pytest.raises(Refusal, match="2026-07"):
        Delivery(engine, place).deliver(AUGUST_TENTH_MS)
    there = {path.stem for path in (place / "reactions").glob("*.csv")}
    assert {f"2026-08-0{day}" for day in range(2, 10)} <= there
    assert "2026-07-30" not in there
    assert (place / "datapackage.json").exists()
    (tmp_path / "elsewhere").rename(july)
    Delivery(engine, place).deliver(AUGUST_TENTH_MS)
    assert len({path.stem for path in (place / "reactions").glob("*.csv")}) == 35
    assert Delivery(engine, place).deliver(AUGUST_TENTH_MS) == 0


def test_a_file_of_which_a_bit_changed_never_tells_other_figures(history: LongHistory, folder: Path) -> None:
    engine, whole = history.engine, exported(history.engine)
    done = archived(engine, folder)
    path = folder / done.files[0].path
    content = path.read_bytes()
    refusals = []
    for place in range(4, len(content), max(1, len(content) // 60)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        try:
            found = exported(engine)
        except Refusal as error:
            refusals.append(error)
        else:
            assert found == whole, place
    assert len(refusals) > 20
    assert {(one.status, one.code, path.name in str(one)) for one in refusals} == {(503, "archive-incomplete", True)}
    path.write_bytes(content)
    assert exported(engine) == whole


def test_a_file_of_another_life_is_set_aside(history: LongHistory, folder: Path) -> None:
    archived(history.engine, folder)
    stranger = folder / "reactions" / "month=2026-05" / "reactions-0123456789abcdef.parquet"
    stranger.write_bytes(b"PAR1")
    assert archived(history.engine, folder).aside == [
        "reactions/month=2026-05/reactions-0123456789abcdef.parquet.unknown",
    ]
    assert not stranger.exists()


def test_the_newest_stream_of_a_standing_kiosk_stays(history: LongHistory, folder: Path) -> None:
    engine, whole = history.engine, exported(history.engine)
    far = date(2027, 6, 1).toordinal()
    archived(engine, folder, far, NOW_MS + 400 * DAY_MS)
    with reading(engine) as connection:
        assert len(run(connection, "SELECT DISTINCT kiosk_id, stream FROM reactions").all()) == 3
    assert exported(engine) == whole


def test_what_is_closed_ends_with_a_month_in_every_store(history: LongHistory) -> None:
    assert date.fromordinal(closed_before(history.engine, NOW_MS, 3)) == date(2026, 8, 1)
    assert date.fromordinal(closed_before(history.engine, NOW_MS, 23)) == date(2024, 12, 1)
    # In Kolkata it is December already, in Warsaw not yet.
    assert date.fromordinal(closed_before(history.engine, NOW_MS + 10 * DAY_MS - 15 * 3_600_000, 3)) == date(2026, 8, 1)


def test_a_folder_that_was_named_is_never_made(history: LongHistory, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="there is no folder"):
        Archiving(history.engine, tmp_path / "mount", NOW_MS, lambda _done, _whole: None)
