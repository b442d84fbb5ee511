"""A chain in which something is tried in some stores: their presses before and after a change, and a claim about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from shops import EXPERIENCE, SERVICE, Kiosk, Shops

from server.claims.registering import Wish, register, windows_of
from server.database.engine import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from server.access.scope import StoreRef

START = date(2026, 11, 23)  # a Monday; registered on the Saturday before
NOON_MS = 1_795_262_400_000
DAY_MS = 86_400_000
BEFORE, AFTER = windows_of(START, 4)
WHO = "office@demo.example"
OTHER = "staff-mattered"
LIVES_DAYS = 150


class Trials(Shops):
    """Stores S01, S02 ... with one kiosk each, of which the first few have the change."""

    def __init__(self, engine: Engine, stores: int = 8, treated: int = 3, *, lives: bool = True) -> None:
        super().__init__(engine)
        self.codes = [f"S{at:02d}" for at in range(1, stores + 1)]
        self.treated = tuple(self.codes[:treated])
        self.control = tuple(self.codes[treated:])
        self.kiosks: dict[str, Kiosk] = {}
        self.refs: dict[str, StoreRef] = {}
        for code in self.codes:
            self.refs[code] = self.store(code, f"Store {code}", zone="UTC")
            self.kiosks[code] = self.kiosk(self.refs[code], f"K-{code}", heard_ms=NOON_MS + 400 * DAY_MS)
        if lives:
            self.live(START, START + timedelta(days=LIVES_DAYS))

    def live(self, first: date, end: date) -> None:
        """One press on each of these days, on what no claim is about: the chain's days really pass."""
        days = [first + timedelta(days=day) for day in range((end - first).days)]
        self.press_on(self.kiosks[self.codes[-1]], days, OTHER, 1, 0)

    def hear(self, code: str, day: date, positive: int, negative: int, question: str = EXPERIENCE, **more: int) -> None:
        """Counted presses of one store in the afternoon of one day."""
        parts = {"afternoon_counted": positive + negative, "afternoon_positive": positive}
        self.press(self.kiosks[code], day, question, positive, negative, **parts | more)

    def hear_all(self, day: date, positive: Sequence[int], of: int = 1000) -> None:
        """So many positive presses of so many in each store on one day, in the order of the stores."""
        for code, one in zip(self.codes, positive, strict=True):
            self.hear(code, day, one, of - one)

    def before(self, positive: Sequence[int] = (), of: int = 1000) -> None:
        """The presses of the time before, which also are what the stores usually hear."""
        self.hear_all(START - timedelta(days=7), positive or [of * 7 // 10] * len(self.codes), of)

    def after(self, positive: Sequence[int], of: int = 1000) -> None:
        """The presses of the time after, all on one day of it."""
        self.hear_all(AFTER.first, positive, of)

    def wish(self, **change: object) -> Wish:
        """A claim about the welcome, registered in time."""
        wish = Wish(
            title="Greeting training lifts the welcome",
            what="A day of training in greeting for everybody at the till.",
            plan="",
            measure="experience",
            question="",
            start=START,
            before=BEFORE,
            after=AFTER,
            matters=3,
            direction="up",
            treated=self.treated,
            control=self.control,
        )
        return wish._replace(**change)  # type: ignore[arg-type]

    def register(self, now_ms: int = NOON_MS, **change: object) -> int:
        """Register that claim."""
        with writing(self.engine) as connection:
            return self.register_in(connection, now_ms, **change)

    def register_in(self, connection: Connection, now_ms: int = NOON_MS, **change: object) -> int:
        """The same in a transaction that goes on."""
        return register(connection, self.wish(**change), now_ms, WHO)


def at(day: date) -> int:
    """Noon (UTC) of a day, Unix milliseconds."""
    return NOON_MS + (day - date(2026, 11, 21)).days * DAY_MS


__all__ = ["AFTER", "BEFORE", "EXPERIENCE", "NOON_MS", "SERVICE", "START", "WHO", "Trials", "at"]
