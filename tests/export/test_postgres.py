"""Every export on PostgreSQL is what it is on SQLite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import make_engine, reading, writing
from server.database.export_columns import TABLES
from server.database.life import begin_life
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.tables import metadata
from server.export.producing import KINDS, produce
from server.export.tags import closed_tag
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000
FRIDAY = 739_940


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
    yield engine
    engine.dispose()


def press(chain: Any) -> None:
    chain.press(1, count=3)
    chain.press(2, visit=1, mark=1, counted=False, reason=3, answer_id=4, time_quality=3, uncertainty_ms=10**12)
    chain.held(1, "unknown-button", [1, 2, True, "boot", "x", 3, None, "vote"])
    with writing(chain.engine) as connection:
        add_revisions(connection, [Revision(1, 1, 2, COUNTED)], NOON_MS)


def exported(engine: Engine) -> dict[str, bytes]:
    with reading(engine) as connection:
        wanted = Wanted(visible_stores(connection, OFFICE), every=False)
    return {
        f"{name}.{kind}": b"".join(produce(engine, NOON_MS, wanted, name, kind).chunks) for name in TABLES for kind in KINDS
    }


def test_both_databases_give_the_same_bytes(chain: Any, chain_on: Callable[[Engine], Any], postgres: Engine) -> None:
    other = chain_on(postgres)
    press(chain)
    press(other)
    ours, theirs = exported(chain.engine), exported(postgres)
    assert ours == theirs
    assert len(re.findall(rb"\r\n", ours["reactions.csv"])) == 6


def test_a_closed_days_tag_can_be_made(chain_on: Callable[[Engine], Any], postgres: Engine) -> None:
    press(chain_on(postgres))
    with reading(postgres) as connection:
        wanted = Wanted(visible_stores(connection, OFFICE), every=True, from_day=FRIDAY, to_day=FRIDAY + 1)
        assert closed_tag(connection, wanted, NOON_MS, "reactions")
