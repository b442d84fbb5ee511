"""A card without any room keeps nobody from running: presses are refused visibly, and counted as soon as there is room."""

import errno
import os
import random
import sqlite3

import pytest

from kiosk.beginning import AGAIN_MS, Beginning
from kiosk.buffer.file import StorageError
from kiosk.errors import CardFull
from kiosk.housekeeping import Housekeeping
from kiosk.press import Press, Recorder
from kiosk.sync import Sync
from kiosk.upload import Uploader
from kiosk.watchdog import PROBE_EVERY_MS, WRITER_MS, Watchdog


class Card:
    """Lets a buffer be opened when it has room."""

    def __init__(self, real=lambda: None):
        self.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.tries = 0
        self.real = real

    def open(self):
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.real()


def full():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize("error", [full(), OSError(errno.ENOSPC, "no space left")])
def test_a_full_card_is_asked_again_every_few_seconds_and_no_oftener(clock, error):
    card, standing = Card(), set()
    card.error = error
    beginning = Beginning(card.open, clock, Housekeeping(clock), standing)
    card.real = lambda: setattr(beginning, "is_done", True)
    beginning.begin()
    assert (beginning.is_done, standing) == (False, {"buffer-full"})
    assert not beginning.is_done_now()
    assert card.tries == 1
    clock.forward(AGAIN_MS)
    assert not beginning.is_done_now()
    assert not beginning.is_done_now()
    assert card.tries == 2
    clock.forward(AGAIN_MS)
    card.error = None
    assert beginning.is_done_now()
    assert standing == set()
    assert beginning.is_done_now()
    assert card.tries == 3


def test_what_else_keeps_a_buffer_from_being_open_ends_the_start_and_no_later_try(clock):
    card = Card()
    card.error = sqlite3.OperationalError("disk I/O error")
    beginning = Beginning(card.open, clock, Housekeeping(clock), set())
    with pytest.raises(StorageError):
        beginning.begin()
    card.error = full()
    beginning.begin()
    card.error = OSError(errno.EIO, "input/output error")
    clock.forward(AGAIN_MS)
    assert not beginning.is_done_now()


@pytest.fixture
def crowded(kit):
    """A recorder on a card without room, and the card."""
    kit.recorder.stop()
    kit.recorder = Recorder(kit.folder, kit.clock, kit.config, kit._tell)
    beginning = kit.recorder._writer.beginning
    card = Card(beginning._open_it)
    beginning._open_it = card.open
    kit.recorder.start()
    yield card
    kit.recorder.stop()


def press(kit):
    kit.recorder.put(Press(kit.clock.elapsed_ms(), "welcome-happy"))
    kit.recorder.apply(kit.config)  # waits for its turn, behind the press
    return kit.outcomes[-1].light


def test_presses_are_answered_with_sorry_until_there_is_room_and_all_of_it_is_told(kit, crowded):
    assert press(kit) == "sorry"
    assert kit.recorder.faults() == ["buffer-full"]
    with pytest.raises(CardFull):
        kit.recorder.counts()
    crowded.error = None
    kit.clock.forward(AGAIN_MS)
    assert press(kit) == "thanks"
    assert kit.recorder.faults() == []
    counts, _, seq = kit.recorder.counts()
    assert (counts.thanked, counts.refused, seq) == (1, 1, 1)


def test_without_a_buffer_nothing_is_synced_and_the_watchdog_is_fed(kit, crowded, server):
    sync = Sync(
        kit.folder,
        kit.recorder,
        kit.clock,
        Uploader,
        hardware=kit.hardware,
        software="1.0.0",
        health=dict,
        apply=lambda _: None,
        config_version=lambda: 3,
        chance=random.Random(1),
    )
    assert sync.run() <= 5
    assert (sync.faults(), server.paths) == ([], [])
    watchdog = Watchdog(kit.clock, {})
    box = Standing(kit)
    for _ in range(2 * WRITER_MS // PROBE_EVERY_MS):
        assert watchdog.look(box) == []
        kit.clock.forward(PROBE_EVERY_MS)


class Standing:
    """As much of a box as the watchdog looks at; input and guard are well."""

    def __init__(self, kit):
        self.recorder = kit.recorder
        self._clock = kit.clock

    def signs(self):
        from kiosk.box import Signs

        return Signs(self._clock.elapsed_ms(), True)


def test_a_box_that_never_had_room_ends_cleanly_and_by_a_power_cut(kit, crowded):
    kit.recorder.cut_power()
    another = Recorder(kit.folder, kit.clock, kit.config, kit._tell)
    another._writer.beginning._open_it = crowded.open
    another.start()
    another.stop()
    assert not another.is_dead
