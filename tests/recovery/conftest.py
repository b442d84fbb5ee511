"""A shop whose presses arrive one by one at moments that a test names, with weeks of history behind them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from shops import EXPERIENCE, SERVICE, TODAY, Kiosk, Shops
from sqlalchemy import select, update

from server.access.people import Person
from server.analysis.opening_text import read_week
from server.database.engine import reading, writing
from server.database.opening import set_week
from server.database.tables import kiosk_syncs, recoveries, recovery_steps, streams, watches
from server.database.watches import Place, Watch, read_watch
from server.fleet.configuration import make_config
from server.recovery.watch import learn_usual, watch_presses

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOON_MS = 1_795_262_400_000  # Saturday 21 November 2026, 12:00 in London
MINUTE_MS = 60_000
HAPPY, NEUTRAL, UNHAPPY = 2, 3, 4


class Corner:
    """Store S001 (London, 09:00 to 20:00) with kiosk K-001 at its exit, where one press in ten is unhappy."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.shops = Shops(engine)
        self.store = self.shops.store("S001", "Leeds Briggate")
        self.manager = Person(1, "ada@chain.example", "manager", "")
        self.other = Person(2, "bob@chain.example", "manager", "")
        self.open("mon-sun 09:00-20:00")
        self.kiosk = self.stand("K-001")
        self.place = Place(self.kiosk.id, self.kiosk.placement_id, self.shops.questions[EXPERIENCE])

    def stand(self, code: str, store: Any = None, questions: tuple[str, ...] = (EXPERIENCE, SERVICE)) -> Kiosk:
        """One more kiosk, asking both questions of the starter pair."""
        kiosk = self.shops.kiosk(store or self.store, code, heard_ms=NOON_MS)
        with writing(self.engine) as connection:
            config = make_config(connection, kiosk.id, kiosk.placement_id, "two-row", list(questions), NOON_MS)
            connection.execute(
                update(kiosk_syncs).where(kiosk_syncs.c.kiosk_id == kiosk.id).values(config_applied=config.version)
            )
            values = {"kiosk_id": kiosk.id, "number": kiosk.id, "token": f"{kiosk.id:032x}", "high": 0}
            connection.execute(streams.insert().values(values | {"first_ms": NOON_MS - 3 * 86_400_000}))
        return kiosk

    def open(self, week: str | None) -> None:
        with writing(self.engine) as connection:
            set_week(connection, self.store.id, None if week is None else read_week(week))

    def history(self, happy: int = 90, unhappy: int = 10, days: int = 20, kiosk: Kiosk | None = None) -> None:
        """The same presses about the welcome on each of the days before today."""
        for back in range(1, days + 1):
            self.shops.press(kiosk or self.kiosk, TODAY - timedelta(days=back), EXPERIENCE, happy, unhappy)

    def press(self, at_ms: int, answer: int = UNHAPPY, *, received_ms: int | None = None, **facts: Any) -> None:
        received = at_ms + 1_000 if received_ms is None else received_ms
        kiosk = facts.pop("kiosk", self.kiosk)
        self.shops.react(kiosk, 1, at_ms, received, answer_id=answer, **facts)

    def presses(self, answers: list[int], first_ms: int = NOON_MS, apart_ms: int = MINUTE_MS) -> int:
        """Presses a minute apart, each counted when it came; returns when the last was made."""
        at_ms = first_ms
        for number, answer in enumerate(answers):
            at_ms = first_ms + number * apart_ms
            self.press(at_ms, answer)
            self.watch(at_ms + 2_000)
        return at_ms

    def burst(self, first_ms: int = NOON_MS) -> int:
        """Unhappy presses, a minute apart, until a recovery is open; returns when the last was made."""
        at_ms = first_ms
        while not self.open_ones():
            self.presses([UNHAPPY], at_ms)
            at_ms += MINUTE_MS
            assert at_ms < first_ms + 30 * MINUTE_MS, "nothing was noticed"
        return at_ms - MINUTE_MS

    def watch(self, now_ms: int) -> int:
        learn_usual(self.engine, now_ms)
        return watch_presses(self.engine, now_ms)

    def state(self, place: Place | None = None) -> Watch | None:
        with reading(self.engine) as connection:
            return read_watch(connection, place or self.place)

    def rows(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(recoveries).order_by(recoveries.c.id)))

    def open_ones(self) -> list[Any]:
        return [row for row in self.rows() if row.ended_ms is None]

    def steps(self) -> dict[str, tuple[int, str]]:
        """The steps of the only recovery: when, and through whom."""
        with reading(self.engine) as connection:
            found = connection.execute(select(recovery_steps)).all()
        assert len({step.recovery_id for step in found}) <= 1
        return {step.what: (step.at_ms, step.person) for step in found}

    def everything(self) -> list[Any]:
        """All that the watch has written."""
        with reading(self.engine) as connection:
            return [
                list(connection.execute(select(table).order_by(*table.primary_key)))
                for table in (watches, recoveries, recovery_steps)
            ]


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """This room's tests run on both databases."""
    return str(request.param)


@pytest.fixture
def corner(engine: Engine) -> Corner:
    return Corner(engine)
