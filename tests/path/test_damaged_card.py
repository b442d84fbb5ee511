"""A byte of the buffer changes: the kiosk is up within 10 seconds, counts, and says what it brought home of the rest."""

from __future__ import annotations

import json
import random
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from world import KioskClock, World

from kiosk.press import Press, Recorder
from wire.encoding import encode
from wire.messages import Config

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeClock

    from kiosk.work import Outcome, Work

FLIPS = 50
UP_S = 10.0
CONFIG = Config(1, 1, "S001", [], "two", {})


@pytest.fixture
def world(clock: FakeClock) -> World:
    return World(clock)


def start(folder: Path, world: World) -> tuple[Recorder, list[Outcome]]:
    outcomes: list[Outcome] = []
    recorder = Recorder(folder, KioskClock(world), CONFIG, outcomes.append)
    recorder.start()
    return recorder, outcomes


def send_all(work: Work) -> None:
    """Make every request that a sync would make, and take each as confirmed."""
    while work.buffer.counts().waiting:
        batch = work.buffer.next_batch(work.stream, work.boot, 10**9, 500)
        encode([json.loads(batch.reactions), *batch.boots, batch.buffer, batch.totals, batch.stream])
        work.buffer.acknowledge(batch, None)


def press(recorder: Recorder, world: World, times: int = 1) -> None:
    for _ in range(times):
        world.set(world.now_ms() + 4_000)
        recorder.put(Press(KioskClock(world).elapsed_ms(), "happy"))


@pytest.fixture
def lived_in(tmp_path: Path, world: World) -> tuple[Path, set[tuple[str | None, int | None]]]:
    """A card after four starts with 300 presses each, and the identities it thanked for."""
    folder = tmp_path / "card"
    folder.mkdir()
    said = set()
    for _ in range(4):
        recorder, outcomes = start(folder, world)
        press(recorder, world, 300)
        recorder.stop()
        said |= {(one.stream, one.seq) for one in outcomes}
    return folder, said


def test_any_flipped_byte_leaves_a_kiosk_that_counts_and_reports(
    tmp_path: Path, world: World, lived_in: tuple[Path, set[tuple[str | None, int | None]]]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    folder, said = lived_in
    size = (folder / "buffer.db").stat().st_size
    reported = 0
    for number in range(FLIPS):
        card = tmp_path / str(number)
        shutil.copytree(folder, card)
        with (card / "buffer.db").open("r+b") as file:
            at = chance.randrange(size)
            file.seek(at)
            old = file.read(1)[0]
            file.seek(at)
            file.write(bytes([old ^ chance.randrange(1, 256)]))
        began = time.monotonic()
        recorder, outcomes = start(card, world)
        press(recorder, world)
        recorder.counts()
        assert time.monotonic() - began < UP_S, seed
        assert [one.light for one in outcomes] == ["thanks"], seed
        assert recorder._homebringer.wait(UP_S), seed
        recorder.ask(lambda _, writer=recorder._writer: writer.idle())
        recorder.ask(send_all)
        codes = {fault["code"] for fault in recorder.fault_log()}
        assert codes in (set(), {"buffer-damaged", "buffer-salvaged"}), seed
        reported += bool(codes)
        here = recorder.ask(
            lambda work: set(work.buffer._conn.execute("SELECT token, seq FROM reactions JOIN streams ON number = stream"))
        )
        recorder.stop()
        made_up = here - said - {(outcomes[0].stream, 1)}
        assert made_up == set(), (seed, at)
        # One byte costs a page at most.
        assert len(said - here) <= 120, (seed, at)
        shutil.rmtree(card)
    assert reported > 0, seed
