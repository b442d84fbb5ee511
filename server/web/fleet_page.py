"""The fleet page in the reader's words: how many kiosks are well, who needs someone and what to do, then every kiosk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from server.comparison.periods import local_time
from server.fleet.states import SILENT_AFTER_MS, is_heard
from server.fleet.watching import CLOSED, OFF, WELL, waiting_of
from server.web.figures import touchpoint_words
from server.web.fleet_words import TroubleWords
from server.web.heard_bars import DAYS, heard_bars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from markupsafe import Markup

    from server.database.fleet import FleetRow, HeardDay
    from server.fleet.watching import Watched
    from server.i18n.translator import Translator

# A page stays small on a phone; a store is chosen, or the list is read part by part, who needs someone first.
PART_KIOSKS = 20
# So many stores are a list to choose from; the code of one among more is typed.
MOST_STORES_LISTED = 60
UNHEARD = frozenset({"never", "offline", "silent", "silent-all", "revoked"})
URGENCY = (
    *("full", "input", "card-copied", "key-elsewhere", "two-boots", "stuck", "damaged", "revoked", "offline", "silent-all"),
    *("silent", "never", "dead", "power", "hot", "nobody", "fault", WELL, CLOSED, OFF),
)


class ShownKiosk(NamedTuple):
    """One kiosk's row; `mark` is well, closed, silent, open or off."""

    code: str
    store: str
    touchpoint: str
    state: str
    mark: str
    words: list[Markup]
    remarks: list[Markup]
    bars: Markup
    last: str
    received: str
    notes: list[str]
    waiting: str
    heat: str
    supply: str


class ShownFleet:
    """What the template of the fleet page places.

    Args:
        watched: the kiosks that are shown, and `everyone` those that the sentence speaks of.
        heard: the looks of the last days, by kiosk.
        config_of: the stored configuration (JSON) of a kiosk's version, or None.
        t: the reader's translator.
        now_ms: Unix milliseconds.
        part: which part of the list, from 1.
    """

    def __init__(
        self,
        watched: Sequence[Watched],
        heard: Iterable[HeardDay],
        config_of: Callable[[int, int], str | None],
        t: Translator,
        now_ms: int,
        *,
        part: int,
    ) -> None:
        self._t = t
        self._now_ms = now_ms
        self._words = TroubleWords(t, now_ms, config_of)
        looks: defaultdict[int, list[HeardDay]] = defaultdict(list)
        for one in heard:
            looks[one.kiosk_id].append(one)
        ordered = sorted(watched, key=_urgency)
        begin = PART_KIOSKS * (part - 1)
        shown = ordered[begin : begin + PART_KIOSKS]
        self.previous = str(part - 1) if begin else ""
        self.next = str(part + 1) if begin + len(shown) < len(ordered) else ""
        self.part = t.say("office.part", first=begin + 1, last=begin + len(shown), all=len(ordered))
        self.kiosks = [self._kiosk(one, looks[one.row.id]) for one in shown]
        self.troubles = [self._words.trouble(one, trouble) for one in shown for trouble in one.troubles]
        stores = len({one.row.store_id for one in watched})
        self.count = t.listed(t.say("unit.kiosks", len(watched)), t.say("unit.stores", stores))
        self.moment = t.listed(t.formats.long_day(local_time("UTC", now_ms).date()), t.formats.time(local_time("UTC", now_ms)))
        self.verdict = self._verdict(watched)
        self.why = self._received(watched)
        self.days = DAYS
        self.made = t.say(
            "fleet.made", minutes=SILENT_AFTER_MS // 60_000, most=999, thousand=1_000, time=local_time("UTC", now_ms)
        )

    def _verdict(self, watched: Sequence[Watched]) -> str:
        on = [one for one in watched if one.state != OFF]
        need = sum(bool(one.troubles) for one in on)
        if not on:
            return self._t.say("fleet.none")
        closed = sum(one.state == CLOSED for one in on)
        parts = [
            *([self._t.say("fleet.well", len(on) - need, all=len(on))] if need else [self._t.say("fleet.all-well")]),
            *([self._t.say("fleet.need", need)] if need else []),
            *([self._t.say("fleet.closed", closed)] if closed else []),
        ]
        return " ".join(parts)

    def _received(self, watched: Sequence[Watched]) -> str:
        t = self._t
        rows = [one.row for one in watched]
        waiting = sum(waiting_of(row) for row in rows if is_heard(row.heard_ms, self._now_ms))
        gone = sum(row.lost for row in rows)
        parts = [
            t.say("fleet.received-all", received=sum(map(_received, rows)), thanked=sum(map(_thanked, rows))),
            *([t.say("fleet.waiting-all", waiting=waiting)] if waiting else []),
            *([t.say("fleet.lost-all", lost=gone)] if gone else []),
            *([t.say("fleet.silent-unknown")] if any(UNHEARD.intersection(_names(one)) for one in watched) else []),
        ]
        return " ".join(parts)

    def _kiosk(self, one: Watched, looks: Sequence[HeardDay]) -> ShownKiosk:
        t, row = self._t, one.row
        notes = [
            *([t.say("fleet.lost", lost=row.lost)] if row.lost else []),
            *([t.say("fleet.refused", refused=row.refused)] if row.refused else []),
            *([t.say("fleet.held", held=row.held)] if row.held else []),
        ]
        words = [self._words.state(row, trouble) for trouble in one.troubles]
        well = [] if words or one.state == OFF else [self._words.at_ease(one)]
        heard = is_heard(row.heard_ms, self._now_ms)
        return ShownKiosk(
            code=row.code,
            store=row.store_name,
            touchpoint=touchpoint_words(row.touchpoint, t),
            state=one.state,
            mark=_mark(one),
            words=[*words, *well],
            remarks=[self._words.state(row, remark) for remark in one.remarks],
            bars=heard_bars(looks, self._now_ms, t),
            last="" if row.heard_ms is None else t.say("fleet.heard-last", time=self._words.moment(row, row.heard_ms)),
            received=t.say("fleet.received-of", received=_received(row), thanked=_thanked(row)),
            notes=notes,
            waiting=t.formats.number(waiting_of(row)) if heard else t.say("fleet.not-known"),
            heat=self._heat(one.health) if heard else "–",
            supply=self._supply(one) if heard else "–",
        )

    def _heat(self, health: Mapping[str, Any]) -> str:
        heat = health.get("temperature_c")
        fits = isinstance(heat, (int, float)) and not isinstance(heat, bool) and -100 < heat < 200
        return self._t.say("fleet.degrees", heat=round(heat)) if fits and heat is not None else "–"

    def _supply(self, one: Watched) -> str:
        if "power" in _names(one):
            return self._t.say("fleet.supply-weak")
        told = one.health.get("under_voltage") is not None or one.health.get("throttling") is not None
        return self._t.say("fleet.supply-good") if told else "–"


def _names(one: Watched) -> set[str]:
    return {trouble.name for trouble in one.troubles}


def _urgency(one: Watched) -> tuple[bool, bool, int]:
    """Places those who need someone first: where presses are lost or nobody can answer, then by how surely it is broken.

    Then those of which there is something to know; a chain's other kiosks may fill many parts of the page.
    """
    told = any(remark.name != OFF for remark in one.remarks)
    return not one.troubles, not told, URGENCY.index(one.state) if one.state in URGENCY else len(URGENCY)


def _mark(one: Watched) -> str:
    if one.state in {WELL, CLOSED, OFF}:
        return one.state
    return "silent" if one.state in UNHEARD - {"offline", "revoked"} else "open"


def _thanked(row: FleetRow) -> int:
    # A buffer that does not tell its totals, or a copied card, must not make us claim more than all.
    return max(row.thanked, row.known) - row.elsewhere


def _received(row: FleetRow) -> int:
    return max(0, row.known - row.lost - row.elsewhere)
