"""Turns a batch's new reactions into rows to store, and holds back those that can not be counted yet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from server.analysis.tallies import DAY_UNCERTAINTY_MS, HOUR_UNCERTAINTY_MS, Press
from server.analysis.times import SETTLED_MS
from server.database.codes import ASIDE_OF_MARK, MARKS, REASONS
from server.database.driver import truths
from server.database.held import HeldRow
from server.database.judgements import SHOPPERS
from server.database.local_time import local_day_and_hour
from server.database.reactions import POLARITY_OF_ANSWER, ReactionRow, last_of_question
from server.database.rollups import reactions_on_days
from server.database.unsettled import Unsettled
from server.ingest import rushes
from server.ingest.aside import set_aside
from server.ingest.hours import set_aside_out_of_hours
from wire import codes
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.analysis.times import BootClock
    from server.database.placements import ButtonMeaning
    from server.database.streams import Stream
    from server.ingest.meanings import Meanings
    from wire.messages import Rules

Entry = tuple[int, Reaction | bytes]
MASH, VOTE, UNREASONED = MARKS["mash"], MARKS["vote"], REASONS[""]
MARK_AT, VERSION_AT = ReactionRow._fields.index("mark"), ReactionRow._fields.index("config_version")


class Judged(NamedTuple):
    """New reactions as rows and as presses, one beside the other; the held ones; and earlier presses that stop counting.

    These last are seqs, each with the reason's name.
    `unsettled` are those whose time may still become surer.
    """

    rows: list[tuple[Any, ...]]
    presses: list[Press]
    held: list[HeldRow]
    uncounted: dict[int, str]
    unsettled: list[Unsettled]


class Boots(Protocol):
    """The boots that reactions name, under the numbers by which they name them."""

    def numbers(self) -> Mapping[int, int]:
        """The server's number of each."""

    def ids(self) -> Mapping[int, str]:
        """The boot id of each."""

    def clocks(self, reactions: Sequence[Reaction]) -> Mapping[int, BootClock]:
        """A clock for each that these reactions name."""


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
        rows, presses = self._resolve(entries)
        self._hold_beyond_quota(entries, rows, presses)
        uncounted = dict.fromkeys(rushes.take_back(self._connection, self._stream, rows, presses, self._rules), "burst")
        uncounted |= dict.fromkeys(self._find_mashes(rows, presses), "mash")
        # Last, because a time may change: what is set aside for another reason stays so, whenever it was.
        set_aside_out_of_hours(self._connection, self._meanings, rows, presses, self._shoppers)
        stream = self._stream
        unsettled = [
            Unsettled(stream.kiosk_id, stream.number, boot, *span, "") for boot, span in sorted(self._unsettled.items())
        ]
        return Judged(rows, presses, self._held, uncounted, unsettled)

    def _resolve(self, entries: Sequence[Entry]) -> tuple[list[tuple[Any, ...]], list[Press]]:
        rows: list[tuple[Any, ...]] = []
        presses: list[Press] = []
        owner, stream = self._stream.kiosk_id, self._stream.number
        numbers = self._boots.numbers()
        clocks = self._boots.clocks([entry for _, entry in entries if isinstance(entry, Reaction)])
        make_press = Press._make
        truth = truths(self._connection)
        configs: dict[int, dict[str, ButtonMeaning]] = {}
        zones: dict[int, str] = {}
        for seq, entry in entries:
            if isinstance(entry, bytes):
                self._hold(seq, codes.HELD_OPAQUE, entry)
                continue
            elapsed_ms, wall_ms, synced, boot, button, version, visit, mark = entry
            if version not in configs:
                configs[version] = self._meanings.buttons(self._connection, owner, version)
                self._shoppers |= {one.question_id for one in configs[version].values() if one.dimension == SHOPPERS}
            meaning = configs[version].get(button)
            if meaning is None:
                code = codes.HELD_UNKNOWN_BUTTON if configs[version] else codes.HELD_UNKNOWN_CONFIG
                self._hold(seq, code, content(entry, self._boots.ids()))
                continue
            placement, question, signal, answer, faces, _ = meaning
            if placement not in zones:
                zones[placement] = self._meanings.zone(self._connection, placement)
            number = numbers[boot]
            time = clocks[boot].at(elapsed_ms, wall_ms, synced)
            pressed_ms, unsure_ms, quality = time
            if (quality or unsure_ms > SETTLED_MS) and clocks[boot].may_improve(elapsed_ms, time):
                self._unsettled[number] = (self._unsettled.get(number, (seq,))[0], seq)
            marked = MARKS[mark]
            counted = marked == VOTE
            day, hour, arrival_day = self._days(zones[placement], pressed_ms, unsure_ms)
            # fmt: off
            rows.append((  # a bare tuple in the order of ReactionRow: the driver is quicker with those
                owner, stream, seq, number, elapsed_ms, wall_ms, truth[synced], version, button, visit, marked,
                placement, question, answer, faces, UNREASONED, truth[counted], pressed_ms, unsure_ms, quality,
            ))
            presses.append(make_press((
                seq, number, elapsed_ms, placement, question, signal, faces, POLARITY_OF_ANSWER[answer], counted,
                day, hour, arrival_day, visit, ASIDE_OF_MARK[marked],
            )))
            # fmt: on
        return rows, presses

    def _days(self, zone: str, pressed_ms: int, unsure_ms: int) -> tuple[int | None, int | None, int]:
        if unsure_ms >= DAY_UNCERTAINTY_MS:
            return None, None, local_day_and_hour(zone, self._arrived_ms)[0]
        day, hour = local_day_and_hour(zone, pressed_ms)
        return day, (hour if unsure_ms < HOUR_UNCERTAINTY_MS else None), day

    def _hold_beyond_quota(self, entries: Sequence[Entry], rows: list[tuple[Any, ...]], presses: list[Press]) -> None:
        if not presses:
            return
        wanted = Counter([press.arrival_day if press.day is None else press.day for press in presses])
        before = reactions_on_days(self._connection, self._stream.kiosk_id, list(wanted))
        if all(before.get(day, 0) + count <= self._quota for day, count in wanted.items()):
            return
        entry_of = dict(entries)
        room = {day: self._quota - before.get(day, 0) for day in wanted}
        kept: list[int] = []
        for place, press in enumerate(presses):
            day = press.arrival_day if press.day is None else press.day
            room[day] -= 1
            entry = entry_of[press.seq]
            if room[day] >= 0 or isinstance(entry, bytes):
                kept.append(place)
            else:
                self._hold(press.seq, codes.HELD_QUOTA, content(entry, self._boots.ids()))
        rows[:], presses[:] = [rows[place] for place in kept], [presses[place] for place in kept]

    def _find_mashes(self, rows: list[tuple[Any, ...]], presses: list[Press]) -> list[int]:
        """A mash speaks for no one, and neither does the press before it that it was mashed with.

        Changes rows and presses in place; returns the seqs of earlier batches' presses that stop counting.
        """
        if MASH not in {row[MARK_AT] for row in rows}:
            return []
        last: dict[int, int] = {}
        uncounted: list[int] = []
        for place, press in enumerate(presses):
            if rows[place][MARK_AT] == MASH:
                before, mash_ms = last.get(press.question), self._rules(rows[place]).mash_ms
                if before is None:
                    uncounted.extend(self._mashed_before(press, mash_ms))
                elif _mashed(rows[before][MARK_AT], presses[before].boot, presses[before].elapsed_ms, press, mash_ms):
                    set_aside(rows, presses, before, "mash")
            last[press.question] = place
        return uncounted

    def _mashed_before(self, press: Press, mash_ms: int) -> list[int]:
        stream = self._stream
        found = last_of_question(self._connection, stream.kiosk_id, stream.number, press.question, press.seq)
        if found is None:
            return []
        seq, boot, elapsed_ms, mark, counted = found
        return [int(seq)] if counted and _mashed(mark, boot, elapsed_ms, press, mash_ms) else []

    def _rules(self, row: tuple[Any, ...]) -> Rules:
        """What the kiosk judged the press of a row by."""
        return self._meanings.rules(self._connection, self._stream.kiosk_id, row[VERSION_AT])

    def _hold(self, seq: int, code: str, raw: bytes) -> None:
        stream = self._stream
        self._held.append(HeldRow(stream.kiosk_id, stream.number, seq, code, self._sender_id, raw, self._arrived_ms))


def content(reaction: Reaction, boot_ids: Mapping[int, str]) -> bytes:
    """A reaction's facts as JSON bytes with the boot's id in place of its number, so that two buffers say the same."""
    return msgspec.json.encode((*reaction[:3], boot_ids[reaction.boot], *reaction[4:]))


def _mashed(mark: int, boot: int, elapsed_ms: int, press: Press, mash_ms: int) -> bool:
    return mark == VOTE and boot == press.boot and 0 <= press.elapsed_ms - elapsed_ms < mash_ms
