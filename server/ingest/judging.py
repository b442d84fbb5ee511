"""Judges a batch's new reactions: what each said, when it was, whether it counts; holds back what can not be counted yet."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from server.analysis.tallies import Meaning
from server.database.codes import MARKS
from server.database.held import HeldRow
from server.database.judgements import SHOPPERS
from server.database.local_time import QUARTER_MS, quarters_of
from server.database.presses import days_and_hours
from server.database.reactions import POLARITY_OF_ANSWER
from server.database.rollups import reactions_on_days
from server.database.unsettled import Unsettled
from server.ingest import mashes, rushes
from server.ingest.fresh import NOTHING, UNREASONED, Fresh
from server.ingest.hours import set_aside_out_of_hours
from wire import codes
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.analysis.times import BootClock, Time
    from server.database.local_time import Quarters
    from server.database.streams import Stream
    from server.ingest.meanings import Meanings
    from wire.messages import Rules

Entry = tuple[int, Reaction | bytes]


class Judged(NamedTuple):
    """New presses to store, reactions to hold, and earlier presses that stop counting.

    These last are seqs, each with the reason's name. `unsettled` are those whose time may still become surer.
    """

    fresh: Fresh
    held: list[HeldRow]
    uncounted: dict[int, str]
    unsettled: list[Unsettled]


class _Button(NamedTuple):
    """What pressing a button of a configuration says, and the clock of the store that it was made for."""

    meaning: Meaning
    answer: int
    zone: Quarters


class Boots(Protocol):
    """The boots that reactions name, under the numbers by which they name them."""

    def numbers(self) -> Mapping[int, int]:
        """The server's number of each."""

    def ids(self) -> Mapping[int, str]:
        """The boot id of each."""

    def clocks(self, named: Sequence[int], elapsed_ms: Sequence[int]) -> Mapping[int, BootClock]:
        """A clock for each of the boots named, good at these moments of theirs."""


class Judge:
    """Judges the new reactions of one stream's batch.

    Args:
        connection: the open write transaction.
        meanings: what buttons mean.
        stream: the stream; rows are its owner's.
        boots: the request's boots.
        sender_id: the kiosk that sent it.
        arrived_ms: when.
        quota: how many reactions of one local day are counted before further ones are held.
    """

    def __init__(
        self,
        connection: Connection,
        meanings: Meanings,
        stream: Stream,
        boots: Boots,
        sender_id: int,
        arrived_ms: int,
        quota: int,
    ) -> None:
        self._connection = connection
        self._meanings = meanings
        self._stream = stream
        self._boots = boots
        self._sender_id = sender_id
        self._arrived_ms = arrived_ms
        self._quota = quota
        self._held: list[HeldRow] = []
        self._unsettled: dict[int, tuple[int, int]] = {}
        self._shoppers: set[int] = set()

    def judge(self, entries: Sequence[Entry]) -> Judged:
        """What becomes of each entry, in the order of their seq."""
        fresh = self._within_quota(entries, self._resolve(self._read(entries)))
        uncounted = dict.fromkeys(rushes.take_back(self._connection, self._stream, fresh, self._rules), "burst")
        uncounted |= dict.fromkeys(mashes.take_back(self._connection, self._stream, fresh, self._rules), "mash")
        # Last, because a time may change: what is set aside for another reason stays so, whenever it was.
        set_aside_out_of_hours(self._connection, self._meanings, fresh, self._shoppers)
        stream = self._stream
        unsettled = [
            Unsettled(stream.kiosk_id, stream.number, boot, *span, "") for boot, span in sorted(self._unsettled.items())
        ]
        return Judged(fresh, self._held, uncounted, unsettled)

    def _read(self, entries: Sequence[Entry]) -> list[tuple[int, Reaction]]:
        """Those that can be read; holds the others."""
        found = [(seq, entry) for seq, entry in entries if isinstance(entry, Reaction)]
        if len(found) < len(entries):
            for seq, entry in entries:
                if isinstance(entry, bytes):
                    self._hold(seq, codes.HELD_OPAQUE, entry)
        return found

    def _resolve(self, entries: Sequence[tuple[int, Reaction]]) -> Fresh:
        """What was said, and when; holds what was said with buttons that are not known."""
        if not entries:
            return NOTHING
        seqs, reactions = zip(*entries, strict=True)
        elapsed_ms, wall_ms, synced, named, buttons, versions, visits, marks = zip(*reactions, strict=True)
        said = list(zip(versions, buttons, strict=True))
        known = {one: self._button(*one) for one in set(said)}
        if not all(known.values()):
            return self._resolve(self._hold_unknown(entries, known))
        meanings, answers, zones = zip(*[known[one] for one in said], strict=True)
        pressed_ms, unsure_ms, qualities = zip(*self._times(seqs, named, elapsed_ms, wall_ms, synced), strict=True)
        days, hours = days_and_hours(zones, pressed_ms, unsure_ms)
        arrived = self._arrived_ms // QUARTER_MS
        arrival_days = [zone[arrived][0] if day is None else day for zone, day in zip(zones, days, strict=True)]
        numbers = self._boots.numbers()
        return Fresh(
            *(seqs, [numbers[boot] for boot in named], elapsed_ms, wall_ms, synced, versions, buttons, visits),
            *([MARKS[mark] for mark in marks], meanings, answers, pressed_ms, unsure_ms, qualities),
            *(days, hours, arrival_days, [UNREASONED] * len(seqs)),
        )

    def _button(self, version: int, name: str) -> _Button | None:
        named = self._meanings.buttons(self._connection, self._stream.kiosk_id, version)
        if name not in named:
            return None
        placement, question, signal, answer, faces, dimension = named[name]
        if dimension == SHOPPERS:
            self._shoppers.add(question)
        zone = quarters_of(self._meanings.zone(self._connection, placement))
        return _Button(Meaning(placement, question, signal, faces, POLARITY_OF_ANSWER[answer]), answer, zone)

    def _hold_unknown(
        self, entries: Sequence[tuple[int, Reaction]], known: Mapping[tuple[int, str], _Button | None]
    ) -> list[tuple[int, Reaction]]:
        """Hold what was said with unknown buttons, and return the rest."""
        rest = []
        for seq, entry in entries:
            if known[entry.config_version, entry.button]:
                rest.append((seq, entry))
            else:
                made = self._meanings.buttons(self._connection, self._stream.kiosk_id, entry.config_version)
                code = codes.HELD_UNKNOWN_BUTTON if made else codes.HELD_UNKNOWN_CONFIG
                self._hold(seq, code, content(entry, self._boots.ids()))
        return rest

    def _times(
        self,
        seqs: Sequence[int],
        named: Sequence[int],
        elapsed_ms: Sequence[int],
        wall_ms: Sequence[int],
        synced: Sequence[bool],
    ) -> list[Time]:
        """When presses were made; notes which of them may still be told surer."""
        clocks, numbers = self._boots.clocks(named, elapsed_ms), self._boots.numbers()
        found: list[Time] = []
        for boot, its_own in groupby(named):
            part = slice(len(found), len(found) + len(list(its_own)))
            times = clocks[boot].times(elapsed_ms[part], wall_ms[part], synced[part])
            open_places = clocks[boot].improvable(elapsed_ms[part], times)
            if open_places:
                first, last = seqs[part][open_places[0]], seqs[part][open_places[-1]]
                self._unsettled[numbers[boot]] = self._unsettled.get(numbers[boot], (first,))[0], last
            found += times
        return found

    def _within_quota(self, entries: Sequence[Entry], fresh: Fresh) -> Fresh:
        """As many as their days have room for; holds the others."""
        wanted = Counter(fresh.arrival_days)
        before = reactions_on_days(self._connection, self._stream.kiosk_id, list(wanted)) if wanted else {}
        room = {day: self._quota - before.get(day, 0) for day in wanted}
        if all(count <= room[day] for day, count in wanted.items()):
            return fresh
        entry_of = dict(entries)
        kept: list[int] = []
        for place, (seq, day) in enumerate(zip(fresh.seqs, fresh.arrival_days, strict=True)):
            room[day] -= 1
            entry = entry_of[seq]
            if room[day] >= 0 or isinstance(entry, bytes):
                kept.append(place)
            else:
                self._hold(seq, codes.HELD_QUOTA, content(entry, self._boots.ids()))
        return fresh.only(kept)

    def _rules(self, version: int) -> Rules:
        """What the kiosk judged presses by under a configuration."""
        return self._meanings.rules(self._connection, self._stream.kiosk_id, version)

    def _hold(self, seq: int, code: str, raw: bytes) -> None:
        stream = self._stream
        self._held.append(HeldRow(stream.kiosk_id, stream.number, seq, code, self._sender_id, raw, self._arrived_ms))


def content(reaction: Reaction, boot_ids: Mapping[int, str]) -> bytes:
    """A reaction's facts as JSON bytes with the boot's id in place of its number, so that two buffers say the same."""
    return msgspec.json.encode((*reaction[:3], boot_ids[reaction.boot], *reaction[4:]))
