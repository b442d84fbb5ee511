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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from server.analysis.tallies import Press
    from server.database.streams import Stream
    from wire.messages import Rules

RATE = MARKS["rate"]
MARK_AT = ReactionRow._fields.index("mark")


def take_back(
    connection: Connection,
    stream: Stream,
    rows: list[tuple[Any, ...]],
    presses: list[Press],
    rules_of: Callable[[tuple[Any, ...]], Rules],
) -> list[int]:
    """Stop counting the batch's own presses of a rush, in place; returns the seqs of earlier batches' that stop counting.

    `rules_of` tells by which rules the kiosk judged the press of a row.
    """
    noticed = {press.seq: rules_of(row) for row, press in zip(rows, presses, strict=True) if row[MARK_AT] == RATE}
    if not noticed:
        return []
    longest_ms = max(rules.rush_ms for rules in noticed.values())
    rushed = _rushed([*_earlier(connection, stream, presses, min(noticed), longest_ms), *_own(presses)], noticed)
    for place, press in enumerate(presses):
        if press.seq in rushed:
            rushed.discard(press.seq)
            set_aside(rows, presses, place, "burst")
    return sorted(rushed)


def _own(presses: list[Press]) -> list[NearPress]:
    return [NearPress(press.seq, press.boot, press.elapsed_ms, press.question, press.counted) for press in presses]


def _earlier(connection: Connection, stream: Stream, presses: list[Press], noticed: int, longest_ms: int) -> list[NearPress]:
    """Presses of earlier batches that may be of a rush which was first noticed at seq `noticed`."""
    first = next(press for press in presses if press.seq == noticed)
    since_ms = first.elapsed_ms - longest_ms
    return presses_since(connection, stream.kiosk_id, stream.number, first.boot, since_ms, presses[0].seq)


def _rushed(near: list[NearPress], noticed: Mapping[int, Rules]) -> set[int]:
    """The seqs of counted presses that lie in the rush window before a noticed press; `near` is in the order of seq."""
    found: set[int] = set()
    oldest = 0
    rush_ms: int | None = None
    for place, press in enumerate(near):
        rules = noticed.get(press.seq)
        if rules is None:
            continue
        if rules.rush_ms != rush_ms:
            # A wider window than before may reach further back.
            oldest, rush_ms = 0, rules.rush_ms
        while oldest < place and not _together(near[oldest], press, rush_ms):
            oldest += 1
        window = near[oldest : place + 1]
        if max(Counter(one.question for one in window).values()) >= rules.rush_presses:
            found.update(one.seq for one in window if one.counted)
    return found


def _together(earlier: NearPress, press: NearPress, rush_ms: int) -> bool:
    return earlier.boot == press.boot and press.elapsed_ms - earlier.elapsed_ms < rush_ms
