"""Takes back what counted of a rush before the kiosk noticed it.

A press marked `rate` speaks for no one, and neither do those it came with: the kiosk marks a rush from the press on which it is
one, marks never change, and the presses of the two minutes before belong to it as much. The kiosk's word alone takes nothing
back; the presses that are stored must show the rush.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from server.database.codes import MARKS
from server.database.reactions import NearPress, ReactionRow, presses_since
from server.ingest.aside import set_aside
from wire.messages import Rules

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.analysis.tallies import Press
    from server.database.streams import Stream

RATE = MARKS["rate"]
RUSH_MS = Rules().rush_ms
LEAST_PRESSES = Rules().rush_presses
MARK_AT = ReactionRow._fields.index("mark")


def take_back(connection: Connection, stream: Stream, rows: list[tuple[Any, ...]], presses: list[Press]) -> list[int]:
    """Stop counting the batch's own presses of a rush, in place; returns the seqs of earlier batches' that stop counting."""
    if all(row[MARK_AT] != RATE for row in rows):
        return []
    near = [*_earlier(connection, stream, rows, presses), *_own(presses)]
    rushed = _rushed(near, {press.seq for row, press in zip(rows, presses, strict=True) if row[MARK_AT] == RATE})
    for place, press in enumerate(presses):
        if press.seq in rushed:
            rushed.discard(press.seq)
            set_aside(rows, presses, place, "burst")
    return sorted(rushed)


def _own(presses: list[Press]) -> list[NearPress]:
    return [NearPress(press.seq, press.boot, press.elapsed_ms, press.question, press.counted) for press in presses]


def _earlier(connection: Connection, stream: Stream, rows: list[tuple[Any, ...]], presses: list[Press]) -> list[NearPress]:
    first = next(press for row, press in zip(rows, presses, strict=True) if row[MARK_AT] == RATE)
    since_ms = first.elapsed_ms - RUSH_MS
    return presses_since(connection, stream.kiosk_id, stream.number, first.boot, since_ms, presses[0].seq)


def _rushed(near: list[NearPress], noticed: set[int]) -> set[int]:
    """The seqs of counted presses that lie in the rush window before a noticed press; `near` is in the order of seq."""
    found: set[int] = set()
    oldest = 0
    for place, press in enumerate(near):
        if press.seq not in noticed:
            continue
        while not _together(near[oldest], press):
            oldest += 1
        window = near[oldest : place + 1]
        if max(Counter(one.question for one in window).values()) >= LEAST_PRESSES:
            found.update(one.seq for one in window if one.counted)
    return found


def _together(earlier: NearPress, press: NearPress) -> bool:
    return earlier.boot == press.boot and press.elapsed_ms - earlier.elapsed_ms < RUSH_MS
