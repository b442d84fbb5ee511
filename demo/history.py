"""What made-up shoppers press on one kiosk on one day: the same for the same seed, whenever it is asked."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from demo.chain import MadeUpKiosk, MadeUpStore

# Monday to Sunday: how busy a day is beside the mean weekday.
WEEKDAY_FACTORS = (0.85, 0.85, 0.9, 1.0, 1.1, 1.45, 0.8)
# How much likelier a person who was served feels welcome than one who was not.
HALO = 0.15
CHILD_PRESSES = 30
CHILD_SECONDS = 150
# At 78 of 100 happy it takes 28 in a row to be told from chance, and some who are not happy press among them.
CLOSING_RUN_PRESSES = 40
CLOSING_RUN_APART_MS = 34_000
# The tills are down for three quarters of an hour, and nearly everybody who waited says so.
BURST_AFTER_H = 2
BURST_PRESSES = 14
BURST_APART_MS = 180_000
SATURDAY = 5
BAD_HOURS = (13, 17)
BAD_SATURDAY_WELCOMED = 0.25
BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")


class Press(NamedTuple):
    """One press: when (Unix milliseconds, true time) and on which button."""

    at_ms: int
    button: str


def presses(seed: str, store: MadeUpStore, kiosk: MadeUpKiosk, day: date, base: date) -> list[Press]:
    """All presses of a kiosk on a local day, in order; stories count their days back from `base`."""
    back = (base - day).days
    # By days back: whenever a demonstration is begun, the same people come, on other dates.
    rng = random.Random(f"{seed}/{store.code}/{kiosk.touchpoint}/{back}")  # noqa: S311  (made-up data, repeatable on purpose)
    opening = _ms(store, day, time(store.opens))
    closing = _ms(store, day, time(store.closes - 1, 59, 30))
    found: list[Press] = []
    if store.holiday == back:
        return found
    for _ in range(_poisson(rng, kiosk.visitors * WEEKDAY_FACTORS[day.weekday()])):
        found += _visitor(rng, kiosk, day, base, _moment(rng, opening, closing), store.timezone)
    if kiosk.child_day == back:
        found += _child(rng, _ms(store, day, time(store.opens + 5, 10)))
    if back in kiosk.closing_run_days:
        found += _closing_run(rng, closing)
    if kiosk.burst_day == back:
        found += _burst(rng, burst_ms(store, day))
    return sorted(found)


def _visitor(rng: random.Random, kiosk: MadeUpKiosk, day: date, base: date, at_ms: int, zone: str) -> list[Press]:
    """One passer-by: mostly both questions a few seconds apart, sometimes only one."""
    served = rng.random() < kiosk.served
    welcomed_share = _welcomed_share(kiosk, day, base, at_ms, zone)
    lean = HALO * ((1 - kiosk.served) if served else -kiosk.served)
    welcomed = rng.random() < min(0.98, max(0.02, welcomed_share + lean))
    first = Press(at_ms, "welcome-happy" if welcomed else "welcome-unhappy")
    second = Press(at_ms + rng.randrange(1_500, 7_000), "served-happy" if served else "served-unhappy")
    choice = rng.random()
    if choice < 0.74:
        return [first, second]
    return [first] if choice < 0.88 else [second]


def _welcomed_share(kiosk: MadeUpKiosk, day: date, base: date, at_ms: int, zone: str) -> float:
    share = kiosk.welcomed
    if kiosk.colder_since is not None and (base - day).days <= kiosk.colder_since:
        share -= kiosk.colder_by
    if kiosk.bad_saturday and day == last_saturday(base):
        hour = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).hour
        if BAD_HOURS[0] <= hour < BAD_HOURS[1]:
            share = BAD_SATURDAY_WELCOMED
    return share


def last_saturday(base: date) -> date:
    """The last Saturday that was over before `base`."""
    return base - timedelta(days=(base.weekday() - SATURDAY) % 7 or 7)


def _child(rng: random.Random, start_ms: int) -> list[Press]:
    moments = sorted(rng.randrange(CHILD_SECONDS * 1000) for _ in range(CHILD_PRESSES))
    return [Press(start_ms + moment, rng.choice(BUTTONS)) for moment in moments]


def _closing_run(rng: random.Random, closing_ms: int) -> list[Press]:
    return [
        Press(closing_ms - (CLOSING_RUN_PRESSES - place) * CLOSING_RUN_APART_MS + rng.randrange(14_000), "welcome-happy")
        for place in range(CLOSING_RUN_PRESSES)
    ]


def burst_ms(store: MadeUpStore, day: date) -> int:
    """When a burst begins on its day, Unix milliseconds."""
    return _ms(store, day, time(store.opens + BURST_AFTER_H))


def _burst(rng: random.Random, start_ms: int) -> list[Press]:
    return [
        Press(start_ms + place * BURST_APART_MS + rng.randrange(90_000), "served-unhappy") for place in range(BURST_PRESSES)
    ]


def _moment(rng: random.Random, opening_ms: int, closing_ms: int) -> int:
    """A moment of the day: busiest in the early afternoon, thin at both ends."""
    return int(opening_ms + (closing_ms - opening_ms) * rng.betavariate(2.2, 2.0))


def _poisson(rng: random.Random, mean: float) -> int:
    """A Poisson number by Knuth's product of uniforms; fine for the means of one kiosk's day."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _ms(store: MadeUpStore, day: date, at: time) -> int:
    return int(datetime.combine(day, at, ZoneInfo(store.timezone)).timestamp() * 1000)
