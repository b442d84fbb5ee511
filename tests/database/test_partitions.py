"""On PostgreSQL reactions lie in ranges of the stream number that are made ahead, and none is lost on the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shops import Kiosk, Shops
from sqlalchemy import insert, select, text

from server.database.driver import run
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.database.partitions import make_partition, make_partitions, partitions
from server.database.tables import metadata, reactions, streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

DAY_MS = 86_400_000
FACTS = {
    **dict.fromkeys(("boot", "config_version", "question_id", "placement_id"), 1),
    **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "time_quality", "pressed_ms", "uncertainty_ms"), 0),
    "synced": False,
    "counted": True,
    "button": "happy",
    "answer_id": 2,
    "faces": 2,
}


@pytest.fixture
def database() -> str:
    """SQLite, where a test does not ask for `fresh`."""
    return "sqlite"


@pytest.fixture
def fresh(postgres_url: str) -> Iterator[Engine]:
    """A PostgreSQL whose partitions are this test's own."""
    engine = make_engine(postgres_url)
    metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
    yield engine
    engine.dispose()


def store(engine: Engine, kiosk: Kiosk, *numbers: int, first_ms: int = 0) -> None:
    with writing(engine) as connection:
        for number in numbers:
            stream = {"kiosk_id": kiosk.id, "number": number, "token": f"{number:032x}", "high": 2, "first_ms": first_ms}
            connection.execute(insert(streams), stream)
            rows = [FACTS | {"kiosk_id": kiosk.id, "stream": number, "seq": seq} for seq in (1, 2)]
            connection.execute(insert(reactions), rows)
        run(connection, "SELECT setval('stream_numbers', ?)", (max(numbers),))


def lying(engine: Engine) -> dict[str, int]:
    """How many reactions lie in each part."""
    with reading(engine) as connection:
        found = connection.execute(text("SELECT tableoid::regclass::text, COUNT(*) FROM reactions GROUP BY 1 ORDER BY 1"))
        return {part: count for part, count in found}  # noqa: C416


def test_ranges_are_made_ahead_and_again_when_numbers_come_near_their_end(fresh: Engine) -> None:
    kiosk = Shops(fresh).kiosk(Shops(fresh).store("S001", "Leeds"), "K-001")
    with writing(fresh) as connection:
        assert make_partitions(connection, 10) == 2
        assert partitions(connection) == [(1, 11), (11, 21)]
        assert make_partitions(connection, 10) == 0
    store(fresh, kiosk, 3, 12)
    assert lying(fresh) == {"reactions_1_11": 2, "reactions_11_21": 2}
    with writing(fresh) as connection:
        assert make_partitions(connection, 10) == 1
        assert partitions(connection)[-1] == (21, 31)


def test_a_range_is_as_wide_as_a_month_of_this_chain(fresh: Engine) -> None:
    kiosk = Shops(fresh).kiosk(Shops(fresh).store("S001", "Leeds"), "K-001")
    store(fresh, kiosk, *range(1, 6), first_ms=0)
    store(fresh, kiosk, *range(6, 14), first_ms=40 * DAY_MS)
    with writing(fresh) as connection:
        make_partitions(connection, 2)
        assert partitions(connection) == [(1, 9), (9, 17), (17, 25)]


def test_what_came_before_its_range_was_there_moves_into_it(fresh: Engine) -> None:
    kiosk = Shops(fresh).kiosk(Shops(fresh).store("S001", "Leeds"), "K-001")
    store(fresh, kiosk, 1, 2, 30)
    assert lying(fresh) == {"reactions_rest": 6}
    with writing(fresh) as connection:
        make_partition(connection, 1, 20)
    assert lying(fresh) == {"reactions_1_20": 4, "reactions_rest": 2}
    with reading(fresh) as connection:
        assert len(connection.execute(select(reactions)).all()) == 6
        key = (
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'reactions_1_20'::regclass AND contype = 'p'"
        )
        assert run(connection, key).scalar_one() == "PRIMARY KEY (kiosk_id, stream, seq)"


def test_sqlite_has_none(engine: Engine) -> None:
    with writing(engine) as connection:
        assert make_partitions(connection) == 0
