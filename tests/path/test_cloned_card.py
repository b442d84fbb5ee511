"""Two machines run from one card's copy; an old image is put back: every press arrives once, and the fork shows."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from world import HARDWARE, DirectKiosk, KioskClock, World

from kiosk import configuration
from kiosk.press import Press, Recorder
from kiosk.sync import Sync
from server.database.engine import reading
from server.database.rollup_check import check
from server.database.tables import held, reactions, stream_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import FakeClock
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from kiosk.work import Outcome

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")


class Card:
    """A data folder with a program running on it."""

    def __init__(self, folder: Path, first: DirectKiosk, boot_id: str) -> None:
        self.folder = folder
        self.world = first.world
        self.outcomes: list[Outcome] = []
        clock = KioskClock(first.world)
        clock.boot_id = lambda: boot_id  # type: ignore[method-assign]
        config = configuration.read(folder)
        self.recorder = Recorder(folder, clock, config, self.outcomes.append)
        self.recorder.start()
        self.sync = Sync(
            folder,
            self.recorder,
            clock,
            lambda _server: first.uploader,
            hardware=HARDWARE,
            software="1.0.0",
            health=dict,
            apply=lambda _config: None,
            config_version=lambda: config.version,
            chance=random.Random(2),
        )
        self.clock = clock

    def press(self, times: int = 1) -> None:
        for number in range(times):
            self.world.set(self.world.now_ms() + 30_000)
            self.recorder.put(Press(self.clock.elapsed_ms(), BUTTONS[number % 4]))
            self.recorder.ask(lambda _work: None)

    def said(self) -> set[tuple[str | None, int | None]]:
        return {(one.stream, one.seq) for one in self.outcomes if one.seq is not None}

    def close(self) -> None:
        self.recorder.stop()


@pytest.fixture
def card(tmp_path: Path, engine: Engine, client: FlaskClient, clock: FakeClock) -> Iterator[Callable[[Path | None], Card]]:
    """Starts a program on a folder; without one, on the enrolled card itself."""
    clock.set(int(START.timestamp() * 1000))
    first = DirectKiosk(tmp_path / "kiosk", engine, client, World(clock), timezone="Europe/London")
    first.close()
    running: list[Card] = []

    def start(folder: Path | None = None) -> Card:
        running.append(Card(folder or tmp_path / "kiosk", first, f"boot-{len(running)}"))
        return running[-1]

    yield start
    for one in running:
        one.close()


def stored(engine: Engine) -> Counter[tuple[str, int]]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(stream_tokens.c.token, reactions.c.seq).join_from(
                reactions,
                stream_tokens,
                (reactions.c.kiosk_id == stream_tokens.c.kiosk_id) & (reactions.c.stream == stream_tokens.c.number),
            )
        )
        return Counter((token, seq) for token, seq in rows)


def forks(engine: Engine) -> list[str]:
    """Parents with more than one child among the streams that the server knows."""
    with reading(engine) as connection:
        parents = Counter(
            connection.execute(select(stream_tokens.c.parent).where(stream_tokens.c.parent.is_not(None))).scalars()
        )
    return [parent for parent, children in parents.items() if children > 1]


def assert_once(engine: Engine, *cards: Card) -> None:
    said = set().union(*(one.said() for one in cards))
    assert stored(engine) == Counter(said)
    with reading(engine) as connection:
        assert connection.execute(select(held)).all() == []
        assert check(connection) == ([], [])


def test_a_cloned_card_doubles_and_loses_nothing_and_shows_as_a_fork(
    tmp_path: Path, engine: Engine, card: Callable[..., Card]
) -> None:
    original = card()
    original.press(7)
    original.sync.run()
    original.press(3)
    original.close()
    shutil.copytree(original.folder, tmp_path / "clone")
    again, clone = card(), card(tmp_path / "clone")
    for _ in range(4):
        again.press(2)
        clone.press(3)
        clone.sync.run()
        again.sync.run()
    assert_once(engine, original, again, clone)
    assert forks(engine) == [again.recorder.ask(lambda work: work.stream.parent)]


def test_an_old_image_put_back_doubles_and_loses_nothing_that_was_sent_and_shows_as_a_fork(
    tmp_path: Path, engine: Engine, card: Callable[..., Card]
) -> None:
    original = card()
    original.press(5)
    original.close()
    shutil.copytree(original.folder, tmp_path / "image")
    newer = card()
    newer.press(6)
    newer.sync.run()
    newer.close()
    shutil.rmtree(newer.folder)
    shutil.copytree(tmp_path / "image", newer.folder)
    back = card()
    back.press(4)
    back.sync.run()
    assert_once(engine, original, newer, back)
    assert forks(engine) == [back.recorder.ask(lambda work: work.stream.parent)]


def test_a_salvaged_buffer_counts_once_on_the_real_server(tmp_path: Path, engine: Engine, card: Callable[..., Card]) -> None:
    original = card()
    original.press(6)
    original.sync.run()
    original.press(5)
    original.close()
    with (original.folder / "buffer.db").open("r+b") as file:
        file.write(b"\xff" * 4096)
    fresh = card()
    fresh.press(2)
    assert fresh.recorder._homebringer.wait(20)
    fresh.sync.run()
    assert_once(engine, original, fresh)
    assert forks(engine) == []
