"""Gives stored reactions a surer time once more is known of their boot, and moves their figures with them.

The raw facts stay as they were sent. One transaction holds a part of a stream that no figure reaches out of: the reactions' new
times, what opening hours make of these, the change of every roll-up, and a row for each change in the ledger of revisions. So
whoever reads in between, or after the power went in between, finds reactions and figures that agree; doing it again changes
nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING

from server.analysis.drift import Fix
from server.analysis.times import NOT_KNOWN_MS, BootClock, PressTime, is_better
from server.database.boot_clocks import bound_of, limits_of_boots
from server.database.boots import anchors_around, boot_of_number
from server.database.engine import reading, writing
from server.database.judgements import give_reasons
from server.database.reviews import freed_of_runs
from server.database.revisions import COUNTED, TIME, Revision, add_revisions
from server.database.streams import arrivals_of_stream, lock_stream_number
from server.database.unsettled import (
    kiosks_with_unsettled,
    knowledge_of_boots,
    restamp,
    settle,
    stamps_between,
    unsettled_of,
)
from server.fleet.hours import reasons_by_hours
from server.fleet.moving import MOST_AT_ONCE, moving, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from server.analysis.boot_order import Between
    from server.database.unsettled import Stamped, Unsettled


def retime(engine: Engine, now_ms: int, most_at_once: int = MOST_AT_ONCE) -> int:
    """Look again at every boot of which more is known than at the last look; returns how many reactions got another time.

    `most_at_once` new times, and what is tied to them, share a transaction.
    """
    with reading(engine) as connection:
        kiosks = kiosks_with_unsettled(connection)
    changed = 0
    for kiosk_id in kiosks:
        with reading(engine) as connection:
            todo = list(_worth_a_look(connection, kiosk_id))
        changed += sum(_retime_range(engine, *one, now_ms, most_at_once) for one in todo)
    return changed


def _worth_a_look(connection: Connection, kiosk_id: int) -> Iterator[tuple[Unsettled, str, Between | None]]:
    """The ranges of boots that more is known of, with what that is."""
    knowledge = knowledge_of_boots(connection, kiosk_id)
    limits: dict[str, dict[int, Between]] = {}
    for unsettled in unsettled_of(connection, kiosk_id):
        buffer, known = knowledge[unsettled.boot]
        around = None
        if not known:  # only a boot that never met the server has to ask its neighbours
            if buffer not in limits:
                limits[buffer] = limits_of_boots(connection, kiosk_id, buffer)
            around = limits[buffer].get(unsettled.boot)
            known = "nothing" if around is None else " ".join(map(str, around))
        if known != unsettled.looked:
            yield unsettled, known, around


def _retime_range(
    engine: Engine, unsettled: Unsettled, looked: str, limits: Between | None, now_ms: int, most_at_once: int
) -> int:
    kiosk_id, stream, boot, first, last, _ = unsettled
    with reading(engine) as connection:
        times = _Times(connection, unsettled, limits, now_ms)
        pending = [seq for seq, _ in times.better(stamps_between(connection, kiosk_id, stream, boot, first, last))]
    changed = 0
    while pending:
        with writing(engine) as connection:
            upto = pending[:most_at_once][-1]
            end, count = _retime_part(connection, unsettled, times, (pending[0], upto), now_ms)
        changed += count
        pending = pending[bisect_right(pending, end) :]
    with writing(engine) as connection:
        lock_stream_number(connection, kiosk_id, stream)
        stamps = stamps_between(connection, kiosk_id, stream, boot, first, last)
        settle(connection, unsettled, times.still_unsettled(stamps), looked)
    return changed


def _retime_part(
    connection: Connection, unsettled: Unsettled, times: _Times, span: tuple[int, int], now_ms: int
) -> tuple[int, int]:
    """Re-time the part of the stream that holds these two seqs; returns its last seq and how many changed."""
    kiosk_id, stream, boot = unsettled[:3]
    part = part_of(connection, kiosk_id, stream, *span)
    better = times.better(stamps_between(connection, kiosk_id, stream, boot, *part))
    if better:
        with moving(connection, kiosk_id, stream, part, now_ms):
            restamp(connection, kiosk_id, stream, better)
            reasons = _new_reasons(connection, kiosk_id, stream, [seq for seq, _ in better])
        changes = [(seq, TIME) for seq, _ in better] + [(seq, COUNTED) for seq in sorted(reasons)]
        add_revisions(connection, [Revision(kiosk_id, stream, *change) for change in changes], now_ms)
    return part[1], len(better)


def _new_reasons(connection: Connection, kiosk_id: int, stream: int, seqs: Sequence[int]) -> dict[int, str]:
    """Give presses with a new time the reasons that it makes: out of a run that was set aside, in or out of hours."""
    freed = dict.fromkeys(set(freed_of_runs(connection, kiosk_id, stream, seqs[0], seqs[-1])).intersection(seqs), "")
    give_reasons(connection, kiosk_id, stream, freed)
    by_hours = reasons_by_hours(connection, kiosk_id, stream, seqs)
    give_reasons(connection, kiosk_id, stream, by_hours)
    return freed | by_hours


class _Times:
    """What is known of one boot's clock, for reactions of one stream, each with its own arrival as the latest it can be."""

    def __init__(self, connection: Connection, unsettled: Unsettled, limits: Between | None, now_ms: int) -> None:
        kiosk_id, stream, number = unsettled[:3]
        boot = boot_of_number(connection, kiosk_id, number)
        bound = bound_of(boot)
        self._bounds = [] if bound is None else [bound]
        self._fixes = [Fix(*row) for row in anchors_around(connection, kiosk_id, number, 0, NOT_KNOWN_MS)]
        self._limits = limits
        self._arrivals = arrivals_of_stream(connection, kiosk_id, stream)
        self._now_ms = now_ms
        self._clocks: dict[int, BootClock] = {}

    def better(self, stamps: Sequence[Stamped]) -> list[tuple[int, PressTime]]:
        """Seq and time of those that get another one."""
        found = []
        for clock, together in groupby(stamps, lambda stamp: self._clock(stamp.seq)):
            seqs, *facts, before = zip(*together, strict=True)
            times = map(PressTime._make, clock.times(*facts))
            found += [(seq, now) for seq, now, old in zip(seqs, times, before, strict=True) if is_better(now, old)]
        return found

    def still_unsettled(self, stamps: Sequence[Stamped]) -> list[int]:
        """Seqs whose time may become surer yet."""
        return [stamp.seq for stamp in stamps if self._clock(stamp.seq).may_improve(stamp.elapsed_ms, stamp.time)]

    def _clock(self, seq: int) -> BootClock:
        place = bisect_right(self._arrivals, seq, key=lambda arrival: arrival[0]) - 1
        arrived_ms = self._arrivals[place][2] if place >= 0 else self._now_ms
        if arrived_ms not in self._clocks:
            self._clocks[arrived_ms] = BootClock(self._fixes, self._bounds, arrived_ms, self._limits)
        return self._clocks[arrived_ms]
