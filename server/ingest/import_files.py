"""Reads presses of another system from a CSV file: the columns of our own export, or others by a mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.times import BOUNDED, DISCIPLINED_MS, ESTIMATED
from server.database.codes import ANSWERS, MARKS, REASONS, TIME_QUALITIES
from server.database.stores import printable
from server.errors import Unfit
from server.ingest.import_lines import rows_of
from server.ingest.import_mapping import MAY, NEEDED
from server.ingest.import_times import Skipped, read_moment
from wire.limits import MAX_SEQ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from server.database.imports import ImportStore
    from server.ingest.import_mapping import RowMapping
    from server.ingest.import_times import Moment
    from wire.messages import Mark

# Nobody pressed a kiosk before; a year like 0202 is a slip of the pen.
FIRST_MS = 946_684_800_000
MOST_COUNT = 10_000
# Other systems' clocks; coarser times are meant to be the start of a span, and stand in its middle.
FINE_S = 60
# What an export puts before text that a spreadsheet would run (docs/exports.md).
DEFUSED = re.compile(r"(^|[;\r\n])'")


class WrongRow(ValueError):
    """A row that can not be taken; `why` is a short kind to count by, the text says what it is about."""

    def __init__(self, why: str, what: str) -> None:
        super().__init__(what)
        self.why = why


class Press(NamedTuple):
    """One press of another system; `stream` and `seq` are its identity there, "" and 0 where it has none, and then no visit."""

    line: int
    store: str
    touchpoint: str
    question: str
    answer: str
    wall_ms: int
    pressed_ms: int
    uncertainty_ms: int
    quality: int
    mark: Mark
    reason: str
    stream: str
    seq: int
    visit: int | None


class PressFile:
    """The presses of a file; `rows` tells how many were read."""

    def __init__(
        self, path: Path, mapping: RowMapping, stores: Mapping[str, ImportStore], questions: set[str], now_ms: int
    ) -> None:
        self._path = path
        self._mapping = mapping
        self._stores = stores
        self._questions = questions
        self._now_ms = now_ms
        self.rows = 0

    def presses(self, refuse: Callable[[int, WrongRow], None]) -> Iterator[Press]:
        """Every press; `refuse(line, WrongRow)` hears of the others.

        Raises Unfit as `rows_of`, and for a file without the columns needed.
        """
        mapping = self._mapping
        for line, row in rows_of(self._path, mapping.encoding, mapping.delimiter, self._check_columns):
            self.rows += 1
            try:
                yield from self._read(line, row)
            except WrongRow as wrong:
                refuse(line, wrong)

    def _check_columns(self, there: set[str]) -> None:
        mapping = self._mapping
        for name in (*NEEDED, *MAY) if mapping.every_column else NEEDED:
            if name not in mapping.fixed and (name in NEEDED or name in mapping.columns) and mapping.columns[name] not in there:
                raise Unfit(f"{self._path} has no column {mapping.columns[name]!r}, which tells the {name}.")

    def _read(self, line: int, row: dict[str, str]) -> Iterator[Press]:
        said = {name: self._word(name, row) for name in (*NEEDED, *MAY)}
        store = self._stores.get(said["store"])
        if store is None:
            raise WrongRow("no such store here", said["store"])
        if not said["answer"] and said["reason"]:
            raise WrongRow("held there, without an answer", said["reason"])
        if said["question"] not in self._questions:
            raise WrongRow("no such question here", said["question"])
        if said["answer"] not in ANSWERS:
            raise WrongRow("no such answer", said["answer"])
        if said["mark"] and said["mark"] not in MARKS:
            raise WrongRow("no such mark", said["mark"])
        if said["reason"] not in REASONS:
            raise WrongRow("no such reason", said["reason"])
        mark: Mark = said["mark"] or "vote"  # type: ignore[assignment]
        try:
            touchpoint = printable("touchpoint", said["touchpoint"], least=1)
        except Unfit as error:
            raise WrongRow("no touchpoint", said["touchpoint"]) from error
        moment = self._moment(said["pressed_at"], store.timezone)
        press = Press(
            *(line, store.code, touchpoint, said["question"], said["answer"], moment.at_ms, *self._time(moment, said), mark),
            *(said["reason"], *_identity(said)),
        )
        for _ in range(self._count(said["count"], row)):
            yield press

    def _count(self, text: str, row: dict[str, str]) -> int:
        """How many presses a row stands for: one only where nothing counts them; an hour without a press has none."""
        mapping = self._mapping
        counts = "count" in mapping.fixed or mapping.columns.get("count") in row
        if not text and not counts and not (mapping.every_column and "count" in mapping.columns):
            return 1
        return _whole(text, "count", MOST_COUNT, least=0)

    def _word(self, name: str, row: dict[str, str]) -> str:
        if name in self._mapping.fixed:
            return self._mapping.fixed[name]
        column = self._mapping.columns.get(name)
        # A column without a name, such as some programs put in front for the row's number, tells nothing.
        text = "" if column is None else row.get(column, "").strip()
        if self._mapping.defused:
            text = DEFUSED.sub(r"\1", text)
        return self._mapping.words.get(name, {}).get(text, text)

    def _moment(self, text: str, store_zone: str) -> Moment:
        mapping = self._mapping
        try:
            zone = store_zone if mapping.zone == "store" else mapping.zone
            moment = read_moment(text, mapping.time, zone, mapping.resolution_s)
        except Skipped as error:
            raise WrongRow("a time that the clock there skipped", text) from error
        except (ValueError, OverflowError) as error:
            raise WrongRow("a time that can not be read", text) from error
        if not FIRST_MS <= moment.at_ms <= self._now_ms:
            raise WrongRow("a time that can not be: before 2000, or still to come", text)
        return moment

    def _time(self, moment: Moment, said: Mapping[str, str]) -> tuple[int, int, int]:
        """When it was pressed, how far off that may be, and how it is known: never exactly, because nobody here saw it."""
        pressed_ms, uncertainty_ms, quality = self._stated(moment.at_ms, said)
        if not moment.later_ms:
            return pressed_ms, uncertainty_ms, quality
        # The clock showed that time twice: it stands in the middle of both.
        half_ms = moment.later_ms // 2
        return min(pressed_ms + half_ms, self._now_ms), uncertainty_ms + half_ms, max(BOUNDED, quality)

    def _stated(self, wall_ms: int, said: Mapping[str, str]) -> tuple[int, int, int]:
        if said["uncertainty_ms"]:
            uncertainty_ms = _whole(said["uncertainty_ms"], "uncertainty_ms", 10**13, least=0)
            if said["time_quality"] not in TIME_QUALITIES:
                raise WrongRow("no such time quality", said["time_quality"])
            return wall_ms, uncertainty_ms, max(ESTIMATED, TIME_QUALITIES[said["time_quality"]])
        span_ms = 1000 * self._mapping.resolution_s
        if self._mapping.resolution_s <= FINE_S:
            return wall_ms, span_ms, ESTIMATED if span_ms <= DISCIPLINED_MS else BOUNDED
        # One less than half, so that a press of a whole hour is sure of its hour, and one of a day of its day.
        half_ms = (span_ms - 1) // 2
        return min(wall_ms + half_ms, self._now_ms), half_ms, BOUNDED


def _identity(said: Mapping[str, str]) -> tuple[str, int, int | None]:
    if not said["stream"] or not said["seq"]:
        return "", 0, None
    visit = _whole(said["visit"], "visit", MAX_SEQ) if said["visit"] else None
    return said["stream"], _whole(said["seq"], "seq", MAX_SEQ), visit


def _whole(text: str, what: str, most: int, least: int = 1) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise WrongRow(f"{what} is no number that fits", text)
    return int(text)
