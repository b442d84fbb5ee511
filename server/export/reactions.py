"""The CSV of reactions in received order: one line for each reaction and held row that the asker may see."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from server.analysis.tallies import DAY_UNCERTAINTY_MS
from server.database import export_rows as rows
from server.database.codes import MARKS
from server.database.dimensions import configs_asking
from server.database.engine import reading
from server.database.local_time import local_day_and_hour
from server.export.csv_text import field, line
from server.export.times import StoreClock, utc_text
from wire.limits import MAX_NUMBER
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from server.access.scope import StoreRef
    from server.database.export_rows import Arrival, HeldRow, Place
    from server.export.wanted import Wanted

COLUMNS = (
    *("position", "store", "region", "kiosk", "touchpoint", "question", "signal", "dimension", "answer", "polarity"),
    *("pressed_at", "local_time", "time_quality", "uncertainty_ms", "received_at", "stream", "seq", "visit", "mark", "reason"),
    *("counted", "config_version"),
)
# A chunk is one short read transaction: long ones would hold up SQLite's checkpoints and PostgreSQL's vacuum.
CHUNK_ARRIVALS = 2_000
CHUNK_ROWS = 4_000
MOST_TOKENS = 10_000
DAY_MS = 86_400_000
UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()


class ReactionLines:
    """Makes the lines of one export; keeps the texts that repeat from line to line."""

    def __init__(self, engine: Engine, wanted: Wanted) -> None:
        self._engine = engine
        self._wanted = wanted
        self._position = 0
        self._stores = {store.id: store for store in wanted.stores}
        self._meanings: dict[int, rows.Meaning] = {}
        self._clocks = {store.timezone: StoreClock(store.timezone) for store in wanted.stores}
        self._heads: dict[tuple[int, int, int], tuple[str, StoreClock] | None] = {}
        self._tokens: dict[tuple[int, int], str] = {}
        self._tails: dict[tuple[int, int, bool], str] = {}
        self._hidden_configs: set[tuple[int, int]] = set()

    @property
    def position(self) -> int:
        """How far the last chunk reached in the ledger."""
        return self._position

    def chunks(self, after: int, end: int) -> Iterator[bytes]:
        """The header, then all lines with after < position <= end, some thousand at a time."""
        self._position = after
        yield line(list(COLUMNS)).encode()
        with reading(self._engine) as connection:
            heard = None if self._wanted.every else rows.kiosks_heard_in(connection, self._stores.keys())
            self._hidden_configs = configs_asking(connection, self._wanted.hidden)
        from_day = self._wanted.from_day
        # No press is later than its arrival, so what arrived well before the first day can not belong to it.
        least_ms = 0 if from_day is None else (from_day - UNIX_EPOCH_DAY - 2) * DAY_MS
        while after < end:
            with reading(self._engine) as connection:
                arrivals = _few(rows.next_arrivals(connection, after, end, CHUNK_ARRIVALS, heard, least_ms))
                if not arrivals:
                    return
                lines = self._lines(connection, arrivals)
            after = self._position = arrivals[-1].position
            if lines:
                yield "".join(lines).encode()

    def _lines(self, connection: Connection, arrivals: list[Arrival]) -> list[str]:
        positions = [arrival.position for arrival in arrivals]
        stored: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows.reactions_of(connection, positions):
            stored[row[0]].append(row)
        held: defaultdict[int, list[HeldRow]] = defaultdict(list)
        for kept in rows.held_of(connection, positions):
            held[kept.position].append(kept)
        lines: list[str] = []
        for arrival in arrivals:
            if arrival.position in held:
                self._add_mixed(connection, lines, arrival, stored[arrival.position], held[arrival.position])
            else:
                self._add(connection, lines, arrival, stored[arrival.position])
        return lines

    def _add_mixed(
        self, connection: Connection, lines: list[str], arrival: Arrival, stored: list[Any], held: list[HeldRow]
    ) -> None:
        by_seq: dict[int, Any] = {row[1]: row for row in stored} | {kept.seq: kept for kept in held}
        for seq in sorted(by_seq):
            if isinstance(by_seq[seq], rows.HeldRow):
                lines.extend(filter(None, [self._held_line(connection, arrival, by_seq[seq])]))
            else:
                self._add(connection, lines, arrival, [by_seq[seq]])

    def _add(self, connection: Connection, lines: list[str], arrival: Arrival, stored: list[Any]) -> None:
        """Add the lines of reactions that one arrival brought; the hot path, so its texts come from caches."""
        heads, tails = self._heads, self._tails
        start = f"{arrival.position},"
        received = f",{utc_text(arrival.received_ms)},{self._token(connection, arrival)},"
        days_matter = self._wanted.from_day is not None or self._wanted.to_day is not None
        for row in stored:
            _, seq, placement, question, answer, pressed_ms, uncertainty_ms, quality, visit, mark, reason, counted, config = row
            key = (placement, question, answer)
            head = heads[key] if key in heads else self._head(connection, *key)
            if head is None or (days_matter and not self._in_days(head[1].zone, pressed_ms, uncertainty_ms, arrival)):
                continue
            tail = tails.get((mark, reason, counted)) or self._tail(mark, reason, counted)
            lines.append(
                f"{start}{head[0]}{head[1].both(pressed_ms)},{rows.QUALITIES[quality]},"
                f"{uncertainty_ms}{received}{seq},{'' if visit is None else visit}{tail}{config}\r\n"
            )

    def _held_line(self, connection: Connection, arrival: Arrival, kept: HeldRow) -> str:
        """The line of a held row, or "" where it is not the asker's: no answer, and no press time that anybody vouches for."""
        config, visit, mark = _facts(kept.content)
        place = rows.place_of_config(connection, kept.sender_id, int(config)) if config else None
        if self._is_hidden(kept.sender_id, int(config) if place else None):
            return ""
        place = place or rows.place_at(connection, kept.sender_id, arrival.received_ms)
        store = None if place is None else self._stores.get(place.store_id)
        if place is None or store is None or not self._in_days(store.timezone, arrival.received_ms, 0, arrival):
            return ""
        return line(
            [
                str(arrival.position),
                *self._where(place, store),
                *("", "", "", "", "", "", "", "", ""),
                utc_text(arrival.received_ms),
                self._token(connection, arrival),
                str(kept.seq),
                visit,
                mark,
                kept.code,
                "0",
                config,
            ]
        )

    def _head(
        self, connection: Connection, placement_id: int, question_id: int, answer_id: int
    ) -> tuple[str, StoreClock] | None:
        """The texts from store to polarity with a comma after each, and the store's clock; None where it is not the asker's."""
        place = rows.place(connection, placement_id)
        store = self._stores.get(place.store_id)
        found: tuple[str, StoreClock] | None = None
        if question_id not in self._meanings:
            self._meanings = rows.meanings(connection)
        if store is not None and self._meanings[question_id].dimension not in self._wanted.hidden:
            texts = (*self._meanings[question_id], *rows.ANSWER_WORDS[answer_id])
            head = ",".join([*self._where(place, store), *(field(text, raw=self._wanted.raw) for text in texts), ""])
            found = head, self._clocks[store.timezone]
        self._heads[placement_id, question_id, answer_id] = found
        return found

    def _is_hidden(self, kiosk_id: int, config: int | None) -> bool:
        """Whether a held row may be an employee's: by its configuration, where that is not known by any its kiosk ever had."""
        if config is None:
            return any(kiosk_id == one for one, _ in self._hidden_configs)
        return (kiosk_id, config) in self._hidden_configs

    def _where(self, place: Place, store: StoreRef) -> list[str]:
        return [field(text, raw=self._wanted.raw) for text in (store.code, store.region, place.kiosk, place.touchpoint)]

    def _tail(self, mark: int, reason: int, counted: bool) -> str:
        tail = f",{rows.MARKS[mark]},{rows.REASON_WORDS[reason]},{int(counted)},"
        self._tails[mark, reason, counted] = tail
        return tail

    def _token(self, connection: Connection, arrival: Arrival) -> str:
        key = arrival.kiosk_id, arrival.stream
        if key not in self._tokens:
            if len(self._tokens) >= MOST_TOKENS:
                self._tokens.clear()
            self._tokens[key] = rows.stream_token(connection, *key)
        return self._tokens[key]

    def _in_days(self, zone: str, pressed_ms: int, uncertainty_ms: int, arrival: Arrival) -> bool:
        # A press that is not sure of its day stands at the day it arrived, as in the daily figures.
        at_ms = pressed_ms if uncertainty_ms < DAY_UNCERTAINTY_MS else arrival.received_ms
        day, _ = local_day_and_hour(zone, at_ms)
        first, end = self._wanted.from_day, self._wanted.to_day
        return (first is None or day >= first) and (end is None or day < end)


def _few(arrivals: list[Arrival]) -> list[Arrival]:
    """The first arrivals, up to CHUNK_ROWS reactions but at least one arrival."""
    count = 0
    for at, arrival in enumerate(arrivals):
        count += arrival.last_seq - arrival.first_seq + 1
        if count > CHUNK_ROWS and at:
            return arrivals[:at]
    return arrivals


def _facts(content: bytes) -> tuple[str, str, str]:
    """Config version, visit and mark of a held reaction as texts; "" for what its bytes do not say, which may be anything."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return "", "", ""
    config, visit, mark = found[5:8] if isinstance(found, list) and len(found) == len(Reaction._fields) else (None, None, None)
    if not _is_number(config) or not (visit is None or _is_number(visit)) or not isinstance(mark, str) or mark not in MARKS:
        return "", "", ""
    return str(config), "" if visit is None else str(visit), mark


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER
