"""A power cut at any operation of the buffer's life loses nothing that was thanked for, and damages nothing."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import disk
import pytest

from kiosk.buffer.check import Damaged
from kiosk.buffer.whole import Buffer

if TYPE_CHECKING:
    from collections.abc import Iterator

CUTS = 2_000


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return disk.build(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def place(tmp_path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of buffers are opened in it, and real syncs prove nothing here."""
    memory = Path("/dev/shm")
    folder = memory / f"salve-{tmp_path.parent.name}-{tmp_path.name}" if memory.is_dir() else tmp_path / "place"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def stored(folder: Path) -> set[tuple[str, int]]:
    """What a start after the cut finds; raises Damaged."""
    buffer = Buffer(folder)
    rows = buffer._conn.execute("SELECT token, seq, elapsed_ms, wall_ms FROM reactions JOIN streams ON number = stream")
    found = {(token, seq) for token, seq, elapsed_ms, wall_ms in rows if (seq, 10 * seq) == (elapsed_ms, wall_ms)}
    buffer.close()
    return found


def said(marks: list[str]) -> set[tuple[str, int]]:
    """What must be there: all that was thanked for, without what was confirmed and let go."""
    words = [mark.rsplit(" ", 2) for mark in marks]
    thanked = {(token, int(seq)) for kind, token, seq in words if kind == "thanked"}
    gone = {token: int(seq) for kind, token, seq in words if kind == "may go"}
    return {(token, seq) for token, seq in thanked if seq > gone.get(token, 0)}


def lost_in_cuts(library: Path, place: Path, synchronous: str, cuts: int) -> list[str]:
    """Each cut after which something was lost or damaged, in words."""
    seed = random.SystemRandom().randrange(10**6)
    watched, record = place / "watched", place / "record"
    watched.mkdir()
    disk.run(library, "card_life.py", watched, record, synchronous)
    trouble = []
    for number, (files, marks, where) in enumerate(disk.cuts(disk.read_record(record), cuts, random.Random(seed))):
        target = place / str(number)
        found: set[tuple[str, int]] = set()
        for part in ("new", "old"):
            (target / part).mkdir(parents=True)
        disk.lay_out(files, watched, target)
        try:
            for part in ("new", "old"):
                if part == "new" or (target / part / "buffer.db").exists():
                    found |= stored(target / part)
        except Damaged as damage:
            trouble.append(f"{where} (seed {seed}): {damage}")
        else:
            trouble += [f"{where} (seed {seed}): {one} lost" for one in sorted(said(marks) - found)[:1]]
        shutil.rmtree(target)
    return trouble


def test_no_cut_loses_or_damages_anything(library, place):
    assert lost_in_cuts(library, place, "FULL", CUTS) == []


def test_each_press_is_one_sync(library, tmp_path):
    found = json.loads(disk.run(library, "card_syncs.py", tmp_path))
    assert found["syncs"] == found["presses"] == 200


def test_no_failing_write_or_sync_loses_what_was_thanked_for(library, place):
    (place / "watched").mkdir()
    (place / "beside").mkdir()
    found = json.loads(disk.run(library, "card_errors.py", place / "watched", place / "beside"))
    assert found["lost"] == []
    assert found["tried"] > 200
    assert found["refused"] > 100
    assert found["thanked"] > 2_000


def test_a_card_that_fills_up_loses_nothing_counts_its_refusals_and_recovers_with_the_next_sync(library, place):
    seen = json.loads(disk.run(library, "card_small.py", place))
    assert seen["empty"]["ballast"]
    assert seen["full"]["faults"] == ["buffer-full"]
    assert seen["full"]["counts"]["refused"] == seen["full"]["refused"] > 0
    assert seen["sent"]["counts"]["waiting"] == 0
    assert seen["fitted again"] > 0.8 * seen["fitted"] > 1_000
    assert seen["full again"]["counts"]["thanked"] == seen["full again"]["thanked"]
    assert (seen["lost"], seen["unconfirmed and deleted"]) == (0, 0)


def test_a_card_without_a_byte_or_a_ballast_keeps_no_box_dark_and_counts_again_when_there_is_room(library, place):
    seen = json.loads(disk.run(library, "card_none.py", place))
    assert seen["before"] == ["thanks"] * 3
    for name, before in (("with presses", 3), ("never begun", 0)):
        full, room = seen[name]["full"], seen[name]["room"]
        assert full == {"begun": False, "lights": ["sorry"] * 4, "faults": ["buffer-full"]}
        assert (room["begun"], room["faults"], room["lights"][-1]) == (True, [], "thanks")
        thanked = before + room["lights"].count("thanks")
        assert (room["counts"]["thanked"], room["counts"]["refused"]) == (thanked, 4 + room["lights"].count("sorry"))
        assert room["noted"] == ["buffer-full"]


def test_the_same_life_without_a_sync_at_each_commit_does_lose(library, place):
    assert any("lost" in one for one in lost_in_cuts(library, place, "NORMAL", 200))
