"""Takes back what counted of a rush before the kiosk noticed it.

A press marked `rate` speaks for no one, and neither do those it came with: the kiosk marks a rush from the press on which it is
one, marks never change, and the presses of the two minutes before belong to it as much. The kiosk's word alone takes nothing
back; the presses that are stored must show the rush.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from server.database.codes import MARKS
from server.database.reactions import NearPress, presses_since

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from server.database.streams import Stream
    from server.ingest.fresh import Fresh
    from wire.messages import Rules

RATE = MARKS["rate"]


def take_back(connection: Connection, stream: Stream, fresh: Fresh, rules_of: Callable[[int], Rules]) -> list[int]:
    """Stop counting the batch's own presses of a rush, in place; returns the seqs of earlier batches' that stop counting.

    `rules_of` tells by which rules the kiosk judged presses under a version of its configuration.
    """
    if RATE not in fresh.marks:
        return []
    noticed = {
        seq: rules_of(version)
        for seq, version, mark in zip(fresh.seqs, fresh.versions, fresh.marks, strict=True)
        if mark == RATE
    }
    longest_ms = max(rules.rush_ms for rules in noticed.values())
    rushed = _rushed([*_earlier(connection, stream, fresh, longest_ms), *_own(fresh)], noticed)
    for place, seq in enumerate(fresh.seqs):
        if seq in rushed:
            rushed.discard(seq)
            fresh.set_aside(place, "burst")
    return sorted(rushed)


def _own(fresh: Fresh) -> list[NearPress]:
    facts = zip(fresh.seqs, fresh.boots, fresh.elapsed_ms, fresh.meanings, strict=True)
    return [
        NearPress(seq, boot, elapsed_ms, meaning.question, fresh.counts(place))
        for place, (seq, boot, elapsed_ms, meaning) in enumerate(facts)
    ]


def _earlier(connection: Connection, stream: Stream, fresh: Fresh, longest_ms: int) -> list[NearPress]:
    """Presses of earlier batches that may be of the first rush that was noticed."""
    first = fresh.marks.index(RATE)
    since_ms = fresh.elapsed_ms[first] - longest_ms
    return presses_since(connection, stream.kiosk_id, stream.number, fresh.boots[first], since_ms, fresh.seqs[0])


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
