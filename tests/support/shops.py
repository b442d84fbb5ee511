"""Stores whose roll-up rows are written straight in, so that a test says exactly which figures a page must show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from spared import install_once
from sqlalchemy import select, update

from server.access.scope import StoreRef
from server.database.engine import writing
from server.database.stores import add_store
from server.database.streams import Arrival, add_arrivals
from server.database.tables import (
    buffers,
    days,
    hours,
    kiosk_syncs,
    kiosks,
    life,
    placements,
    questions,
    reactions,
    streams,
    visit_days,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

MADE_MS = 1_780_000_000_000
TODAY = date(2026, 11, 21)
SERVICE, EXPERIENCE = "got-needed", "felt-welcome"


class Kiosk(NamedTuple):
    """Where rows of a kiosk go."""

    id: int
    placement_id: int
    store_id: int


class Shops:
    """A chain with the starter questions; `engine`'s database holds nothing else."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.seqs: dict[int, int] = {}
        with writing(engine) as connection:
            install_once(connection, MADE_MS)
            self.questions = dict(connection.execute(select(questions.c.code, questions.c.id)).all())

    def store(self, code: str, name: str, *, zone: str = "Europe/London", languages=("en",), territory: str = "GB") -> StoreRef:
        with writing(self.engine) as connection:
            number = add_store(connection, code, name, zone, "North", languages, territory, MADE_MS)
        return StoreRef(number, code, name, "North", zone, tuple(languages), territory)

    def kiosk(self, store: StoreRef, code: str, touchpoint: str = "exit", *, heard_ms: int | None = None) -> Kiosk:
        with writing(self.engine) as connection:
            number = connection.execute(
                kiosks.insert()
                .values(
                    code=code,
                    hardware=f"hardware-{code}",
                    enrolled_ms=MADE_MS,
                )
                .returning(kiosks.c.id)
            ).scalar_one()
            said = {"software": "", "heard_ms": heard_ms, "config_seen": 1, "config_applied": 1, "health": "{}"}
            connection.execute(kiosk_syncs.insert().values(kiosk_id=number, **said))
            placement = connection.execute(
                placements.insert()
                .values(kiosk_id=number, store_id=store.id, touchpoint=touchpoint, from_ms=MADE_MS)
                .returning(placements.c.id)
            ).scalar_one()
        return Kiosk(number, placement, store.id)

    def press(self, kiosk: Kiosk, day: date, question: str, positive: int, negative: int, **more: int) -> None:
        """Presses of one question on one day, each a cluster of its own unless `more` says otherwise."""
        self.press_on(kiosk, [day], question, positive, negative, **more)

    def press_on(self, kiosk: Kiosk, on: Sequence[date], question: str, positive: int, negative: int, **more: int) -> None:
        """The same on each of several days."""
        total = positive + negative + more.get("neutral", 0)
        alone = {"clusters": total, "sum_xx": positive, "sum_xn": positive, "sum_nn": total}
        row = {
            "kiosk_id": kiosk.id,
            "placement_id": kiosk.placement_id,
            "question_id": self.questions[question],
            "faces": 2,
            "positive": positive,
            "negative": negative,
        }
        with writing(self.engine) as connection:
            connection.execute(days.insert(), [row | alone | more | {"local_day": day.toordinal()} for day in on])

    def hour(self, kiosk: Kiosk, day: date, hour: int, question: str, positive: int, negative: int, faces: int = 2) -> None:
        """Presses of one question in one hour; the day's row is `press`'s."""
        row = {
            "kiosk_id": kiosk.id,
            "placement_id": kiosk.placement_id,
            "local_day": day.toordinal(),
            "question_id": self.questions[question],
            "faces": faces,
            "hour": hour,
            "positive": positive,
            "negative": negative,
        }
        with writing(self.engine) as connection:
            connection.execute(hours.insert().values(row))

    def visits(self, kiosk: Kiosk, day: date, both: int, service_only: int, experience_only: int, neither: int) -> None:
        """Passers-by who answered both questions of the starter pair."""
        with writing(self.engine) as connection:
            connection.execute(
                visit_days.insert().values(
                    kiosk_id=kiosk.id,
                    placement_id=kiosk.placement_id,
                    local_day=day.toordinal(),
                    service_id=self.questions[SERVICE],
                    experience_id=self.questions[EXPERIENCE],
                    faces=2,
                    both=both,
                    service_only=service_only,
                    experience_only=experience_only,
                    neither=neither,
                )
            )

    def react(self, kiosk: Kiosk, count: int, pressed_ms: int, received_ms: int, **facts: object) -> None:
        """Reactions that arrived in one run, as ingest stores them; roll-ups are `press`'s and `hour`'s."""
        row = {
            "kiosk_id": kiosk.id,
            "stream": kiosk.id,
            "boot": 1,
            "elapsed_ms": 1,
            "wall_ms": 1,
            "synced": True,
            "config_version": 1,
            "button": "happy",
            "visit": None,
            "mark": 0,
            "placement_id": kiosk.placement_id,
            "question_id": self.questions[EXPERIENCE],
            "answer_id": 2,
            "faces": 2,
            "reason": 0,
            "counted": True,
            "pressed_ms": pressed_ms,
            "uncertainty_ms": 40,
            "time_quality": 0,
        }
        first = self.seqs.get(kiosk.id, 0) + 1
        last = self.seqs[kiosk.id] = first + count - 1
        with writing(self.engine) as connection:
            connection.execute(reactions.insert(), [row | facts | {"seq": seq} for seq in range(first, last + 1)])
            add_arrivals(connection, [Arrival(kiosk.id, kiosk.id, first, last, received_ms)])

    def totals(self, kiosk: Kiosk, thanked: int, known: int, *, buffer: str = "b", heard_ms: int = MADE_MS) -> None:
        """What the kiosk says its buffer thanked for, and how far its stream is known."""
        with writing(self.engine) as connection:
            connection.execute(
                buffers.insert().values(kiosk_id=kiosk.id, buffer=buffer, thanked=thanked, refused=0, heard_ms=heard_ms)
            )
            connection.execute(
                streams.insert().values(
                    kiosk_id=kiosk.id, number=kiosk.id, token=f"{kiosk.id:032x}", high=known, first_ms=MADE_MS
                )
            )

    def made_up(self) -> None:
        with writing(self.engine) as connection:
            connection.execute(update(life).values(made_up=True))
