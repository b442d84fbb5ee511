"""The daily delivery: closed days, each whole, again when they changed, and through a mount that comes and goes."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from flushes import noted
from sqlalchemy import update

from server.analysis.tallies import DAY_COLUMNS, Tally
from server.database.engine import writing
from server.database.revisions import TIME, Revision, add_revisions
from server.database.rollups import add_tally
from server.database.tables import life, reactions
from server.errors import Unfit
from server.export import delivery
from server.export.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON_MS = 1_795_262_400_000  # Saturday 21 November 2026
DAY_MS = 86_400_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "head office"
    folder.mkdir()
    return folder


@pytest.fixture
def delivering(chain: Any, folder: Path) -> Delivery:
    return Delivery(chain.engine, folder)


def held_there(folder: Path, parsed: Callable[[bytes], Any]) -> dict[str, int]:
    """How many reactions each delivered day has."""
    return {path.stem: len(parsed(path.read_bytes())) for path in sorted((folder / "reactions").iterdir())}


def test_every_closed_day_is_there_and_no_other(
    chain: Any, delivering: Delivery, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    chain.press(1, count=2, received_ms=NOON_MS - DAY_MS)
    chain.press(2, count=3)
    assert delivering.work(NOON_MS) == 35
    found = held_there(folder, parsed)
    assert (min(found), max(found)) == ("2026-10-17", "2026-11-20")
    assert found["2026-11-20"] == sum(found.values()) == 2
    names = {"reactions", "hourly", "stores.csv", "kiosks.csv", "recoveries.csv", "datapackage.json", "delivered.json"}
    assert {path.name for path in folder.iterdir()} == names
    package = json.loads((folder / "datapackage.json").read_bytes())
    paths = {one["name"]: one["path"] for one in package["resources"]}
    assert paths["reactions"][-1] == "reactions/2026-11-20.csv"
    assert "revisions" not in paths


def test_a_delivered_file_has_its_name_only_once_it_is_on_the_disk(
    chain: Any, delivering: Delivery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.press(2)
    seen = noted(monkeypatch)
    delivering.work(NOON_MS)
    at = seen.index("name 2026-11-20.csv")
    assert seen[at - 1 : at + 2] == ["flush .2026-11-20.csv.part", "name 2026-11-20.csv", "flush reactions"]


def test_nothing_is_done_until_another_day_is_over(
    chain: Any, delivering: Delivery, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    chain.press(2, count=3)
    delivering.work(NOON_MS)
    chain.press(1, received_ms=NOON_MS + 1, pressed_ms=NOON_MS - DAY_MS)
    assert delivering.work(NOON_MS + 1) == 0
    # Saturday ends in Warsaw at 23:00 UTC.
    assert delivering.work(NOON_MS + DAY_MS // 2 - 3_600_001) == 0
    assert delivering.work(NOON_MS + DAY_MS // 2 - 3_600_000) == 2
    found = held_there(folder, parsed)
    assert (found["2026-11-20"], found["2026-11-21"], len(found)) == (1, 3, 36)


def test_a_day_that_changed_is_delivered_again(
    chain: Any, delivering: Delivery, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    chain.press(1, count=2, received_ms=NOON_MS - 3 * DAY_MS)
    chain.press(2, received_ms=NOON_MS - 2 * DAY_MS)
    delivering.work(NOON_MS)
    with writing(chain.engine) as connection:
        same = (reactions.c.kiosk_id == 1) & (reactions.c.seq == 1)
        connection.execute(update(reactions).where(same).values(counted=False, reason=3))
        add_revisions(connection, [Revision(1, 1, 1, TIME)], NOON_MS)
        # A press whose corrected time left Friday shows nowhere there but in the sums.
        tally = Tally()
        tally.days[chain.placements[1], 739_940, chain.question_ids["felt-welcome"], 2] = [1, *[0] * (DAY_COLUMNS - 1)]
        add_tally(connection, 1, tally)
    assert delivering.work(NOON_MS + DAY_MS) == 3
    rows = parsed((folder / "reactions" / "2026-11-18.csv").read_bytes())
    assert [row["counted"] for row in rows] == ["0", "1"]


def test_a_day_whose_held_reaction_was_let_in_on_another_day_is_delivered_again(
    chain: Any, delivering: Delivery, folder: Path, parsed: Callable[[bytes], Any]
) -> None:
    chain.held(1, "unknown-config", [1, 1, True, "boot", "happy", 9, None, "vote"], NOON_MS - 2 * DAY_MS)
    delivering.work(NOON_MS)
    assert held_there(folder, parsed)["2026-11-19"] == 1
    chain.release(1, 1, pressed_ms=NOON_MS - 4 * DAY_MS)
    delivering.work(NOON_MS + DAY_MS)
    found = held_there(folder, parsed)
    assert (found["2026-11-17"], found["2026-11-19"]) == (1, 0)


def test_what_lies_beside_the_days_is_made_up_for_too(
    chain: Any, delivering: Delivery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = delivery._write

    def failing(path: Path, chunks: Any) -> None:
        if path.name == "datapackage.json":
            raise OSError(5, "Input/output error", str(path))
        write(path, chunks)

    monkeypatch.setattr(delivery, "_write", failing)
    assert delivering.work(NOON_MS) == 0
    monkeypatch.setattr(delivery, "_write", write)
    assert delivering.work(NOON_MS + 1) == 1
    assert (folder / "datapackage.json").exists()


def test_after_a_restore_the_last_weeks_are_delivered_again(chain: Any, delivering: Delivery) -> None:
    delivering.work(NOON_MS)
    with writing(chain.engine) as connection:
        connection.execute(update(life).values(epoch="abc123"))
    assert delivering.work(NOON_MS) == 0
    assert delivering.work(NOON_MS + DAY_MS) == 35


def test_an_interrupted_delivery_goes_on_where_it_was(
    chain: Any, delivering: Delivery, folder: Path, monkeypatch: pytest.MonkeyPatch, parsed: Callable[[bytes], Any]
) -> None:
    written: list[str] = []
    write = delivery._write

    def failing(path: Path, chunks: Any) -> None:
        if len(written) == 20:
            raise OSError(5, "Input/output error", str(path))
        write(path, chunks)
        written.append(path.name)

    monkeypatch.setattr(delivery, "_write", failing)
    assert delivering.work(NOON_MS) == 0
    there = len(held_there(folder, parsed))
    monkeypatch.setattr(delivery, "_write", write)
    assert 0 < there < 35
    assert Delivery(chain.engine, folder).work(NOON_MS) in range(35 - there, 35)
    assert len(held_there(folder, parsed)) == 35


def test_a_mount_that_is_away_is_told_once_and_caught_up_with(
    chain: Any, delivering: Delivery, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder.rmdir()
    assert [delivering.work(NOON_MS) for _ in range(3)] == [0, 0, 0]
    assert not folder.exists()
    assert len(caplog.messages) == 1
    assert str(folder) in caplog.messages[0]
    folder.mkdir()
    assert delivering.work(NOON_MS) == 35
    assert caplog.messages[1:] == ["Delivery works again."]


def test_a_file_that_says_nonsense_is_not_written_over(delivering: Delivery, folder: Path) -> None:
    (folder / "delivered.json").write_text("[]")
    with pytest.raises(Unfit, match="delete it"):
        delivering.deliver(NOON_MS)
