"""Writes reactions and held rows as text in one shape, with most of each line from texts that are kept."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from server.analysis.tallies import DAY_UNCERTAINTY_MS
from server.database import export_facts as facts
from server.database import export_rows as rows
from server.database.codes import MARKS
from server.database.dimensions import configs_asking
from server.database.export_columns import LOCAL_DAY, REACTIONS
from server.database.local_time import local_day_and_hour
from server.export.shapes import piece, row
from server.export.times import HOUR_MS, MILLISECONDS, QUARTER_MS, SECONDS, StoreClock, utc_text
from wire.limits import MAX_NUMBER
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.database.export_rows import Arrival, HeldRow, Place
    from server.export.shapes import Shape
    from server.export.wanted import Wanted

# The texts from store up to the time's value, the store's clock, and what the clock has kept of its quarters of hours.
_Head = tuple[str, StoreClock, dict[int, tuple[str, str, str]]]
HEAD = REACTIONS.names[1:10]
NOT_THEIRS: _Head = ("", StoreClock("UTC"), {})
MOST_TOKENS = 10_000


class ReactionText:
    """The lines of one export.

    Args:
        wanted: whose rows, of which days.
        shape: how they are written; its table ends with the columns of REACTIONS.
        dated: begin each line with the local day.
    """

    def __init__(self, wanted: Wanted, shape: Shape, *, dated: bool = False) -> None:
        self._wanted = wanted
        self._shape = shape
        self._dated = dated
        self._of_days = wanted.from_day is not None or wanted.to_day is not None
        self._stores = {store.id: store for store in wanted.stores}
        self._meanings: dict[int, rows.Meaning] = {}
        self._clocks: dict[str, StoreClock] = {}
        self._heads: dict[int, _Head] = {}
        self._tokens: dict[tuple[int, int], str] = {}
        self._tails: dict[int, tuple[str, str]] = {}
        self._dates: dict[int, str] = {}
        self._hidden_configs: set[tuple[int, int]] | None = None
        self._between = shape.quote + shape.before("local_time") + shape.quote
        self._start = shape.before("position")
        self._received = shape.before("received_at") + shape.quote
        self._alone = piece(shape, ["visit"], [None])
        self._together = shape.before("visit")

    @property
    def days(self) -> set[int]:
        """The local days of all lines so far, where they are `dated`."""
        return set(self._dates)

    def presses(self, connection: Connection, arrivals: Mapping[int, Arrival], stored: Iterable[Any]) -> list[str]:
        """The lines of reactions (rows of `reactions_of`) that these arrivals brought, by their position: the hot path.

        They come in pieces to be joined, since joining a thousand lines at once costs less than making each.
        """
        heads, tails, alone, together = self._heads, self._tails, self._alone, self._together
        days_matter = self._of_days or self._dated
        texts: list[str] = []
        put = texts.extend
        at, start, of_arrival, received = -1, "", "", ""
        for position, seq, said, pressed_ms, unsure_ms, judged, visit in stored:
            if position != at:
                at, arrival = position, arrivals[position]
                start, received = self._of_arrival(connection, arrival)
                of_arrival = start
            text, clock, quarters = heads.get(said) or self._head(connection, said)
            if not text:
                continue
            if days_matter:
                day = self._day(clock.zone, pressed_ms, unsure_ms, arrival)
                if not self._is_wanted(day):
                    continue
                if self._dated:
                    start = self._date(day) + of_arrival
            quality, tail = tails.get(judged) or self._tail(judged)
            # As StoreClock.both has it, without the call.
            quarter = pressed_ms // QUARTER_MS
            utc, local, offset = quarters.get(quarter) or clock.quarter(quarter)
            rest = pressed_ms % HOUR_MS
            since = SECONDS[rest // 1000] + MILLISECONDS[rest % 1000]
            if not offset:
                utc, local, offset, since = clock.both(pressed_ms), "", "", ""
            visited = alone if visit is None else f"{together}{visit}"
            put((start, text, utc, since, local, since, offset, quality, f"{unsure_ms}", received, f"{seq}", visited, tail))
        return texts

    def _of_arrival(self, connection: Connection, arrival: Arrival) -> tuple[str, str]:
        """What all lines of an arrival begin with, and what they have between uncertainty and seq."""
        key = arrival.kiosk_id, arrival.stream
        token = self._tokens.get(key) or self._token(connection, *key)
        return f"{self._start}{arrival.position}", f"{self._received}{utc_text(arrival.received_ms)}{token}"

    def note_arrival(self, connection: Connection, arrival: Arrival, row: Any) -> None:
        """Add to `days` the one on which a reaction arrived: while it was held, or its time not known, it stood there."""
        text, clock, _ = self._head(connection, row[2])
        if text:
            self._date(local_day_and_hour(clock.zone, arrival.received_ms)[0])

    def held(self, connection: Connection, arrival: Arrival, kept: HeldRow) -> str:
        """The line of a held row, or "" where it is not the asker's: no answer, and no press time that anybody vouches for."""
        config, visit, mark = _facts(kept.content)
        place = rows.place_of_config(connection, kept.sender_id, config) if config else None
        if self._is_hidden(connection, kept.sender_id, config if place else None):
            return ""
        place = place or rows.place_at(connection, kept.sender_id, arrival.received_ms)
        store = None if place is None else self._stores.get(place.store_id)
        if place is None or store is None:
            return ""
        day = self._day(store.timezone, arrival.received_ms, 0, arrival)
        if not self._is_wanted(day):
            return ""
        values = (
            *(arrival.position, *self._where(place, store), *("", "", "", "", ""), None, None, "", None),
            *(
                utc_text(arrival.received_ms),
                rows.stream_token(connection, arrival.kiosk_id, arrival.stream),
                kept.seq,
                visit,
                mark,
                kept.code,
                0,
                config,
            ),
        )
        return (self._date(day) if self._dated else "") + row(self._shape, REACTIONS.names, values)

    def _head(self, connection: Connection, said: int) -> _Head:
        """What a line has before its time; NOT_THEIRS where it is not the asker's."""
        placement_id, question_id, answer_id = facts.meant(said)
        place = rows.place(connection, placement_id)
        store = self._stores.get(place.store_id)
        if question_id not in self._meanings:
            self._meanings = rows.meanings(connection)
        meaning = self._meanings[question_id]
        found = NOT_THEIRS
        if store is not None and meaning.dimension not in self._wanted.hidden:
            texts = (
                *self._where(place, store),
                meaning.code,
                meaning.signal,
                meaning.dimension,
                *facts.ANSWER_WORDS[answer_id],
            )
            clock = self._clocks.setdefault(store.timezone, StoreClock(store.timezone, self._between))
            head = piece(self._shape, HEAD, texts)
            found = head + self._shape.before("pressed_at") + self._shape.quote, clock, clock.quarters
        self._heads[said] = found
        return found

    def _is_hidden(self, connection: Connection, kiosk_id: int, config: int | None) -> bool:
        """Whether a held row may be an employee's: by its configuration, where that is not known by any its kiosk ever had."""
        if self._hidden_configs is None:
            self._hidden_configs = configs_asking(connection, self._wanted.hidden)
        if config is None:
            return any(kiosk_id == one for one, _ in self._hidden_configs)
        return (kiosk_id, config) in self._hidden_configs

    @staticmethod
    def _where(place: Place, store: StoreRef) -> tuple[str, str, str, str]:
        return store.code, store.region, place.kiosk, place.touchpoint

    def _tail(self, judged: int) -> tuple[str, str]:
        """What stands between local time and uncertainty, and what ends the line."""
        config, quality, mark, reason, counted = facts.judgement(judged)
        shape = self._shape
        between = shape.quote + piece(shape, ["time_quality"], [facts.QUALITIES[quality]]) + shape.before("uncertainty_ms")
        words = (facts.MARKS[mark], facts.REASON_WORDS[reason], counted, config)
        self._tails[judged] = between, piece(shape, ["mark", "reason", "counted", "config_version"], words) + shape.end
        return self._tails[judged]

    def _token(self, connection: Connection, kiosk_id: int, stream: int) -> str:
        """What stands between received_at's value and seq's, the stream's token among it."""
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens.clear()
        shape, token = self._shape, rows.stream_token(connection, kiosk_id, stream)
        found = shape.quote + piece(shape, ["stream"], [token]) + shape.before("seq")
        self._tokens[kiosk_id, stream] = found
        return found

    @staticmethod
    def _day(zone: str, pressed_ms: int, unsure_ms: int, arrival: Arrival) -> int:
        # A press that is not sure of its day stands at the day it arrived, as in the daily figures.
        return local_day_and_hour(zone, pressed_ms if unsure_ms < DAY_UNCERTAINTY_MS else arrival.received_ms)[0]

    def _is_wanted(self, day: int) -> bool:
        first, end = self._wanted.from_day, self._wanted.to_day
        return (first is None or day >= first) and (end is None or day < end)

    def _date(self, day: int) -> str:
        text = self._dates.get(day)
        if text is None:
            text = self._dates[day] = piece(self._shape, [LOCAL_DAY.name], [date.fromordinal(day).isoformat()])
        return text


def _facts(content: bytes) -> tuple[int | None, int | None, str]:
    """Config version, visit and mark of a held reaction; not known is what its bytes do not say, which may be anything."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None, None, ""
    config, visit, mark = found[5:8] if isinstance(found, list) and len(found) == len(Reaction._fields) else (None, None, None)
    if not _is_number(config) or not (visit is None or _is_number(visit)) or not isinstance(mark, str) or mark not in MARKS:
        return None, None, ""
    return config, visit, mark


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER
