"""Takes held reactions in after all, once what they were held for is gone."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from server.database.boot_clocks import clock_of_boot
from server.database.boots import boots_by_id
from server.database.engine import reading, writing
from server.database.held import HeldRow, drop_held, held_of_stream, streams_with_held
from server.database.revisions import COUNTED, RELEASED, Revision, add_revisions
from server.database.streams import lock_stream_number
from server.database.unsettled import note_unsettled
from server.ingest.judging import Judge
from server.ingest.meanings import Meanings
from server.ingest.taking import store_out_of_order
from wire import codes
from wire.limits import MAX_NUMBER
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Engine

    from server.analysis.times import BootClock

# Whoever sent another's stream, other content or bytes that nobody can read is not let in by waiting.
REASONS_THAT_PASS = (codes.HELD_UNKNOWN_CONFIG, codes.HELD_UNKNOWN_BUTTON)


def release(engine: Engine, now_ms: int, kiosk_id: int | None = None, *, beyond_quota: bool = False) -> int:
    """Take in what is held although its configuration is known by now, of one kiosk or of all; returns how many.

    With `beyond_quota` also what came above the quota of its day: somebody has looked at it and believes it.
    """
    wanted = (*REASONS_THAT_PASS, codes.HELD_QUOTA) if beyond_quota else REASONS_THAT_PASS
    with reading(engine) as connection:
        streams = streams_with_held(connection, wanted, kiosk_id)
    return sum(_release_stream(engine, owner, number, wanted, now_ms) for owner, number in streams)


def _release_stream(engine: Engine, owner: int, number: int, wanted: Sequence[str], now_ms: int) -> int:
    """All of a stream in one transaction, so that its figures are moved once."""
    released = 0
    with writing(engine) as connection:
        stream = lock_stream_number(connection, owner, number)
        held = held_of_stream(connection, owner, number, wanted)
        revisions = []
        for (sender_id, received_ms), rows in groupby(held, key=lambda row: (row.sender_id, row.received_ms)):
            of_seq = {row.seq: row for row in rows}
            boots = _BootsById(connection, owner, of_seq.values(), received_ms)
            judge = Judge(connection, Meanings(), stream, boots, sender_id, received_ms, MAX_NUMBER)
            judged = judge.judge(sorted(boots.reactions.items()))
            if not judged.fresh.seqs:
                continue
            store_out_of_order(connection, stream, judged, now_ms)
            note_unsettled(connection, judged.unsettled)
            drop_held(connection, [of_seq[seq] for seq in judged.fresh.seqs])
            revisions += [Revision(owner, number, seq, RELEASED) for seq in judged.fresh.seqs]
            revisions += [Revision(owner, number, seq, COUNTED) for seq in judged.uncounted]
            released += len(judged.fresh.seqs)
        add_revisions(connection, revisions, now_ms)
    return released


class _BootsById:
    """The boots that held reactions name by their id; a reaction of one that the server never heard of stays held."""

    def __init__(self, connection: Connection, kiosk_id: int, held: Iterable[HeldRow], received_ms: int) -> None:
        self._connection = connection
        self._kiosk_id = kiosk_id
        self._received_ms = received_ms
        read = {row.seq: msgspec.json.decode(row.content) for row in held}
        found = boots_by_id(connection, kiosk_id, sorted({facts[3] for facts in read.values()}))
        self._boots = {boot.number: boot for boot in found.values()}
        self.reactions = {
            seq: Reaction._make([*facts[:3], found[facts[3]].number, *facts[4:]])
            for seq, facts in read.items()
            if facts[3] in found
        }

    def numbers(self) -> dict[int, int]:
        return {number: number for number in self._boots}

    def ids(self) -> dict[int, str]:
        return {number: boot.boot_id for number, boot in self._boots.items()}

    def clocks(self, named: Sequence[int], elapsed_ms: Sequence[int]) -> dict[int, BootClock]:
        arguments = self._connection, self._kiosk_id
        return {number: clock_of_boot(*arguments, self._boots[number], self._received_ms) for number in set(named)}
