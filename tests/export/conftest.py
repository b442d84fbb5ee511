"""A small chain whose presses arrive as ingest stores them: rows first, the ledger's position last, one transaction."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from spared import install_once
from sqlalchemy import delete, select

from server.access.tokens import add_token
from server.analysis.tallies import Tally
from server.database.engine import reading, writing
from server.database.held import HeldRow, hold
from server.database.kiosks import add_kiosk
from server.database.placements import place
from server.database.presses import presses_of_stream
from server.database.revisions import RELEASED, Revision, add_revisions
from server.database.rollups import add_tally
from server.database.stores import add_store, store_ids
from server.database.streams import Arrival, add_arrivals
from server.database.tables import held, questions, reactions, streams

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NOON_MS = 1_795_262_400_000  # Saturday 21 November 2026, 12:00 UTC
HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


class Chain:
    """Stores S001 (Warsaw) and S002 (Kolkata) with a kiosk each, 1 and 2, whose names a spreadsheet would run."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seqs: dict[int, int] = {}
        with writing(engine) as connection:
            install_once(connection, 0)
            add_store(connection, "S001", "@home", "Europe/Warsaw", "-20% Outlet", ["pl"], "PL", 0)
            add_store(connection, "S002", "Bazaar", "Asia/Kolkata", 'East, "old"', ["en"], "", 0)
            self.placements = {
                1: self._kiosk(connection, 1, "S001", "=exit"),
                2: self._kiosk(connection, 2, "S002", "checkout"),
            }
            ids = connection.execute(select(questions.c.code, questions.c.id))
            self.question_ids = {row.code: int(row.id) for row in ids}

    def _kiosk(self, connection: Connection, number: int, store: str, touchpoint: str) -> int:
        kiosk_id = add_kiosk(connection, f"sha256:{number}", "1.0.0", NOON_MS - YEAR_MS)
        (store_id,) = store_ids(connection, [store])
        connection.execute(
            streams.insert().values(kiosk_id=kiosk_id, number=number, token=f"{number:032x}", high=0, first_ms=NOON_MS)
        )
        return place(connection, kiosk_id, store_id, touchpoint, NOON_MS - YEAR_MS)

    def press(self, kiosk: int = 1, count: int = 1, received_ms: int = NOON_MS, **facts: Any) -> None:
        """Let that many presses arrive in one run."""
        first = self.seqs.get(kiosk, 0) + 1
        self.seqs[kiosk] = first + count - 1
        row = self._row(kiosk, received_ms) | facts
        with writing(self.engine) as connection:
            connection.execute(reactions.insert(), [row | {"seq": seq} for seq in range(first, first + count)])
            add_arrivals(connection, [Arrival(kiosk, kiosk, first, first + count - 1, received_ms)])

    def count_up(self) -> None:
        """Put what was pressed into the roll-ups, as ingest does."""
        with writing(self.engine) as connection:
            for kiosk in self.seqs:
                tally = Tally()
                tally.add(presses_of_stream(connection, kiosk, kiosk, NOON_MS))
                add_tally(connection, kiosk, tally)

    def release(self, kiosk: int, seq: int, **facts: Any) -> None:
        """Let one held press in."""
        with writing(self.engine) as connection:
            connection.execute(delete(held).where(held.c.kiosk_id == kiosk, held.c.seq == seq))
            connection.execute(reactions.insert(), self._row(kiosk, NOON_MS) | {"seq": seq} | facts)
            add_revisions(connection, [Revision(kiosk, kiosk, seq, RELEASED)], NOON_MS)

    def _row(self, kiosk: int, received_ms: int) -> dict[str, Any]:
        return {
            "kiosk_id": kiosk,
            "stream": kiosk,
            "boot": 1,
            "elapsed_ms": 1,
            "wall_ms": 1,
            "synced": True,
            "config_version": 3,
            "button": "happy",
            "visit": None,
            "mark": 0,
            "placement_id": self.placements[kiosk],
            "question_id": self.question_ids["felt-welcome"],
            "answer_id": 2,
            "faces": 2,
            "reason": 0,
            "counted": True,
            "pressed_ms": received_ms - 1_500,
            "uncertainty_ms": 40,
            "time_quality": 0,
        }

    def held(self, kiosk: int, code: str, content: Any, received_ms: int = NOON_MS) -> None:
        """Let one press arrive that is held at its seq."""
        seq = self.seqs[kiosk] = self.seqs.get(kiosk, 0) + 1
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        with writing(self.engine) as connection:
            hold(connection, [HeldRow(kiosk, kiosk, seq, code, kiosk, raw, received_ms)])
            add_arrivals(connection, [Arrival(kiosk, kiosk, seq, seq, received_ms)])

    def token(self, *stores: str) -> dict[str, str]:
        """The header of a program that may see these stores, or all."""
        with writing(self.engine) as connection:
            return {"Authorization": f"Bearer {add_token(connection, 'test', stores or None, 90, NOON_MS)}"}

    def epoch(self) -> str:
        """The life of this database."""
        from server.database.life import read_life

        with reading(self.engine) as connection:
            return read_life(connection).epoch


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """This room's tests run on both databases."""
    return str(request.param)


@pytest.fixture
def chain(engine: Engine) -> Chain:
    return Chain(engine)


def _parsed(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


@pytest.fixture
def parsed() -> Any:
    return _parsed


@pytest.fixture
def chain_on() -> Any:
    """Make the same chain in another database."""
    return Chain
