"""What is wrong with a kiosk, if anything, told from what it last said, when that was, and what came of it; pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
# A kiosk that is well asks at least every five minutes, also when it has to back off; a quarter of an hour outlives a router's
# restart. After a day nobody waits for it to come back by itself.
SILENT_AFTER_MS = 15 * MINUTE_MS
OFFLINE_AFTER_MS = DAY_MS
# The firmware slows the processor down from 80 degrees Celsius on.
HOT_C = 80.0
# A crystal alone needs two weeks for this; it is a clock that nobody sets.
SKEW_MS = MINUTE_MS
BACKLOG_S = 3_600
# Of one old request that came late nobody needs to hear; two machines change places again and again.
TURNS = 3
# 999 of 1,000 pauses are shorter: fewer than 1,000 can not tell.
PAUSES_KNOWN_FROM = 1_000
# Above this a kiosk's number is not a number of anything.
MOST = 1e12
FULL = frozenset({"buffer-full"})
DAMAGED = frozenset({"buffer-damaged", "buffer-unreadable"})
INPUT = frozenset({"input-dead", "input-failing", "input-unplugged", "input-busy"})
# What a kiosk says while it cannot reach us is over once we read it; what was brought home after damage is no trouble.
PAST = frozenset({"unreachable", "answered-by-another", "not-understood", "buffer-salvaged", "no-power"})


class Facts(NamedTuple):
    """What is known of one kiosk; times in Unix milliseconds, `health` as it said it last.

    `others_heard`: whether another kiosk of its store was heard lately, None when it stands there alone. `incidents` by their
    name, with how often. `unheard_ms` and `unpressed_ms` are how long ago it was heard (or enrolled) and pressed, counting only
    the time in which its store was open where its hours are known. `silent_buttons` look dead by what was pressed beside them.
    `revoked`: whether all its keys were ended.
    """

    enrolled_ms: int
    heard_ms: int | None
    unheard_ms: int
    disabled: bool
    health: Mapping[str, Any]
    refused: int
    held: int
    pressed_ms: int | None
    unpressed_ms: int
    usual_pause_ms: int | None
    incidents: Mapping[str, int]
    others_heard: bool | None
    silent_buttons: Sequence[str] = ()
    revoked: bool = False


class Trouble(NamedTuple):
    """One thing that is wrong: its name, since when or when last, how much, and what it is about (a button, a fault's code)."""

    name: str
    at_ms: int | None = None
    n: int | None = None
    what: str = ""


def is_heard(heard_ms: int | None, now_ms: int) -> bool:
    """Whether a kiosk was heard lately, as clocks count."""
    return heard_ms is not None and now_ms - heard_ms <= SILENT_AFTER_MS


def is_missed(unheard_ms: int) -> bool:
    """Whether a kiosk should have been heard by now; the time in which its store was open counts."""
    return unheard_ms > SILENT_AFTER_MS


def troubles(facts: Facts, now_ms: int) -> list[Trouble]:
    """What needs someone, the most pressing first; empty for a kiosk that is well, and for one that was switched off."""
    if facts.disabled:
        return []
    found = [Trouble(name, n=times) for name, times in facts.incidents.items() if name != "two-boots" or times >= TURNS]
    if facts.revoked:
        # It speaks, and is turned away: neither its plug nor its network is to blame.
        return [*found, Trouble("revoked", at_ms=facts.enrolled_ms if facts.heard_ms is None else facts.heard_ms)]
    if not is_heard(facts.heard_ms, now_ms):
        return [*found, *_unheard(facts, now_ms)]
    faults = [str(fault) for fault in _list(facts.health.get("faults"))]
    found += _storage(facts, faults)
    found += _buttons([*faults, *(f"dead:{button}" for button in facts.silent_buttons)])
    if facts.usual_pause_ms is not None and facts.pressed_ms is not None and facts.unpressed_ms > facts.usual_pause_ms:
        found.append(Trouble("nobody", at_ms=facts.pressed_ms))
    found += _machine(facts.health)
    known = FULL | DAMAGED | INPUT | PAST
    found += [
        Trouble("fault", what=fault) for fault in faults if fault not in known and not fault.startswith(("stuck:", "dead:"))
    ]
    return found


def remarks(facts: Facts, now_ms: int) -> list[Trouble]:
    """What is worth knowing and mends itself: a clock that differs, a backlog on its way, presses set aside."""
    found = []
    if facts.disabled:
        return [Trouble("off")]
    skew_ms, backlog = _number(facts.health.get("skew_ms")), facts.health.get("backlog")
    oldest_s = _number(backlog.get("oldest_s")) if isinstance(backlog, dict) else 0
    if is_heard(facts.heard_ms, now_ms):
        if abs(skew_ms) > SKEW_MS:
            found.append(Trouble("clock", n=round(abs(skew_ms) / MINUTE_MS)))
        if oldest_s > BACKLOG_S:
            found.append(Trouble("backlog"))
    if facts.held:
        found.append(Trouble("held", n=facts.held))
    return found


def usual_pause_ms(pressed_ms: Sequence[int]) -> int | None:
    """The pause that 999 of 1,000 between these presses (in their order) do not exceed; None when they are too few to tell."""
    pauses = sorted(after - before for before, after in pairwise(pressed_ms))
    if len(pauses) < PAUSES_KNOWN_FROM:
        return None
    return pauses[-(len(pauses) // 1_000) - 1]


def others_heard(heard: Collection[bool]) -> bool | None:
    """Whether any of a store's other kiosks was heard; None when there is none."""
    return any(heard) if heard else None


def _unheard(facts: Facts, now_ms: int) -> list[Trouble]:
    if not is_missed(facts.unheard_ms):
        return []  # closed, or only just open
    if facts.heard_ms is None:
        return [Trouble("never", at_ms=facts.enrolled_ms)]
    if now_ms - facts.heard_ms >= OFFLINE_AFTER_MS:
        return [Trouble("offline", at_ms=facts.heard_ms, n=(now_ms - facts.heard_ms) // DAY_MS)]
    return [Trouble("silent" if facts.others_heard is not False else "silent-all", at_ms=facts.heard_ms)]


def _storage(facts: Facts, faults: Collection[str]) -> list[Trouble]:
    found = []
    if FULL.intersection(faults):
        found.append(Trouble("full", n=facts.refused))
    if DAMAGED.intersection(faults):
        found.append(Trouble("damaged"))
    return found


def _buttons(faults: Sequence[str]) -> list[Trouble]:
    found = [Trouble("input")] if INPUT.intersection(faults) else []
    # The kiosk may have noticed as well.
    for fault in dict.fromkeys(faults):
        name, _, button = fault.partition(":")
        if name in {"stuck", "dead"} and button:
            found.append(Trouble(name, what=button))
    return found


def _machine(health: Mapping[str, Any]) -> list[Trouble]:
    found = []
    throttling = [str(name) for name in _list(health.get("throttling"))]
    if _number(health.get("temperature_c")) >= HOT_C or {"throttled", "soft-limit"}.intersection(throttling):
        found.append(Trouble("hot"))
    seen = _number(health.get("under_voltage_seen"))
    if health.get("under_voltage") is True or seen > 0 or "under-voltage" in throttling:
        found.append(Trouble("power", n=max(1, int(seen))))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float:
    """A number as a kiosk said it; 0 for anything that can not be one."""
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and -MOST <= value <= MOST
    return float(value) if fits else 0.0
