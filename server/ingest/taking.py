"""Takes a batch into its stream: what is new is stored, what is known is compared, what is missing is asked for."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from server import errors
from server.analysis.tallies import NO_PRESSES, Tally
from server.database.boots import boots_by_id
from server.database.codes import MARKS
from server.database.held import HeldRow, held_between, hold, hold_apart, name_of
from server.database.presses import presses_of_stream
from server.database.reactions import RawFacts, facts_between, insert_reactions, stop_counting
from server.database.revisions import COUNTED, Revision
from server.database.rollups import add_tally, drop_clusters, read_clusters, save_clusters
from server.database.streams import Arrival, Stream, add_lost, close_lost, lost_spans, runs, set_high
from server.database.unsettled import note_unsettled
from server.ingest.clocks import Boots
from server.ingest.judging import Entry, Judge, Judged, content
from wire import codes
from wire.limits import opaque_bytes, reaction_numbers
from wire.messages import Held

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.ingest.meanings import Meanings
    from wire.messages import Reaction, SyncRequest


class Taken(NamedTuple):
    """What became of a batch: every entry is stored, a duplicate or held."""

    stored: int
    duplicate: int
    held: list[Held]
    high: int
    arrivals: list[Arrival]
    revisions: list[Revision]
    boot: int | None  # the server's number of the boot that spoke, None in a stream of somebody else's


def take_in(
    connection: Connection, stream: Stream, request: SyncRequest, sender_id: int, now_ms: int, meanings: Meanings, quota: int
) -> Taken:
    """Take a batch into a stream of the sender's own, or of the kiosk it replaces; raises 409 `gap`."""
    entries = _entries(request)
    high = _note_lost(connection, stream, request, stream.high, now_ms)
    if entries and entries[0][0] > high + 1:
        raise errors.gap(high)
    boots = Boots(connection, stream.kiosk_id, request, now_ms)
    new, known = _split(connection, stream, entries, high)
    duplicate, conflicts = _compare(connection, stream, known, boots.numbers(), boots.ids())
    judged = Judge(connection, meanings, stream, boots, sender_id, now_ms, quota).judge(new)
    seqs = [seq for seq, _ in new]
    late = seqs[: bisect_right(seqs, high)]
    if late or judged.uncounted:
        store_out_of_order(connection, stream, judged, now_ms)
        close_lost(connection, stream, late, now_ms)
    else:
        store_in_order(connection, stream, judged, now_ms)
    apart = [_apart(stream, seq, codes.HELD_CONTENT_CONFLICT, sender_id, raw, now_ms) for seq, raw in conflicts]
    hold(connection, judged.held)
    beside = hold_apart(connection, apart)
    high = max(high, entries[-1][0]) if entries else high
    high = _note_lost(connection, stream, request, high, now_ms)
    if high != stream.high:
        set_high(connection, stream, high)
    arrivals = [Arrival(stream.kiosk_id, stream.number, first, last, now_ms) for first, last in runs(seqs)]
    arrivals += _news(beside)
    held = sorted(Held(row.seq, row.code) for row in (*judged.held, *apart))
    note_unsettled(connection, judged.unsettled)
    revisions = [Revision(stream.kiosk_id, stream.number, seq, COUNTED) for seq in judged.uncounted]
    # The boots of a stream that was taken over are counted as its owner's, not the sender's.
    boot = boots.speaking() if sender_id == stream.kiosk_id else None
    return Taken(len(judged.fresh.seqs), duplicate, held, high, arrivals, revisions, boot)


def keep_apart(connection: Connection, stream: Stream, request: SyncRequest, sender_id: int, now_ms: int) -> Taken:
    """Hold what another kiosk sends for this stream, unless the owner sent the same.

    The stream does not move on: the owner's own presses of those numbers may still come.
    """
    entries = _entries(request)
    if not entries:
        return Taken(0, 0, [], stream.high, [], [], None)
    ids = {boot.number: boot.boot_id for boot in request.boots}
    known = boots_by_id(connection, stream.kiosk_id, list(set(ids.values())))
    numbers = {named: known[boot_id].number for named, boot_id in ids.items() if boot_id in known}
    new, taken = _split(connection, stream, entries, stream.high)
    duplicate, foreign = _compare(connection, stream, taken, numbers, ids)
    foreign += [(seq, entry if isinstance(entry, bytes) else content(entry, ids)) for seq, entry in new]
    rows = [_apart(stream, seq, codes.HELD_FOREIGN_STREAM, sender_id, raw, now_ms) for seq, raw in foreign]
    arrivals = _news(hold_apart(connection, rows))
    held = [Held(row.seq, row.code) for row in rows]
    return Taken(0, duplicate, held, max(stream.high, entries[-1][0]), arrivals, [], None)


def _entries(request: SyncRequest) -> list[Entry]:
    """The batch in the order of its seq, an opaque entry as its bytes."""
    if not request.opaque:
        return list(enumerate(request.reactions, request.first_seq))
    entries: list[Entry] = list(zip(reaction_numbers(request), request.reactions, strict=True))
    entries.extend((entry.seq, opaque_bytes(entry.base64)) for entry in request.opaque)
    return sorted(entries, key=lambda entry: entry[0])


def _note_lost(connection: Connection, stream: Stream, request: SyncRequest, high: int, now_ms: int) -> int:
    """Record what the kiosk says it no longer has, as far as it follows on what is known; returns the new high."""
    for span in sorted(request.lost):
        if span.first <= high + 1 and span.last > high:
            add_lost(connection, stream, high + 1, span.last, now_ms)
            high = span.last
    return high


def _split(
    connection: Connection, stream: Stream, entries: Sequence[Entry], high: int
) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """New entries, and those whose place in the stream is taken already, also when retention has deleted what stood there."""
    if not entries or entries[0][0] > high:
        return entries, ()
    open_seqs = {seq for first, last in lost_spans(connection, stream) for seq in range(first, last + 1)}
    new = [entry for entry in entries if entry[0] > high or entry[0] in open_seqs]
    known = [entry for entry in entries if entry[0] <= high and entry[0] not in open_seqs]
    return new, known


def _compare(
    connection: Connection, stream: Stream, known: Sequence[Entry], numbers: Mapping[int, int], ids: Mapping[int, str]
) -> tuple[int, list[tuple[int, bytes]]]:
    """How many entries are what is stored at their place (or was, before retention), and seq and content of the others."""
    if not known:
        return 0, []
    span = (stream.kiosk_id, stream.number, known[0][0], known[-1][0])
    stored, held = facts_between(connection, *span), held_between(connection, *span)
    same, others = 0, []
    for seq, entry in known:
        raw = entry if isinstance(entry, bytes) else content(entry, ids)
        if seq in stored:
            equal = not isinstance(entry, bytes) and stored[seq] == _facts(entry, numbers)
        elif seq in held:
            equal = held[seq] == raw
        else:
            equal = True  # retention deleted what stood here
        if equal:
            same += 1
        else:
            others.append((seq, raw))
    return same, others


def _facts(reaction: Reaction, numbers: Mapping[int, int]) -> RawFacts:
    elapsed_ms, wall_ms, synced, boot, button, version, visit, mark = reaction
    return RawFacts(numbers.get(boot, 0), elapsed_ms, wall_ms, synced, version, button, visit, MARKS[mark])


def store_in_order(connection: Connection, stream: Stream, judged: Judged, now_ms: int) -> None:
    """Store presses that follow on all that the stream holds, and add them to its figures."""
    if not judged.fresh.seqs:
        return
    insert_reactions(connection, judged.fresh.columns(stream.kiosk_id, stream.number))
    presses = judged.fresh.presses()
    earlier = sorted({visit for visit in presses.visits if visit is not None}.difference(presses.seqs))
    firsts = presses_of_stream(connection, stream.kiosk_id, stream.number, now_ms, earlier) if earlier else NO_PRESSES
    before = read_clusters(connection, stream.kiosk_id, stream.number)
    tally = Tally(before)
    tally.add(presses, firsts)
    add_tally(connection, stream.kiosk_id, tally)
    moved = {question: last for question, last in tally.open_clusters.items() if before.get(question) != last}
    save_clusters(connection, stream.kiosk_id, stream.number, moved)


def store_out_of_order(connection: Connection, stream: Stream, judged: Judged, now_ms: int) -> None:
    """Store presses between others, or take back one that counted: the stream's figures are worked out anew."""
    place = (stream.kiosk_id, stream.number)
    before, after = Tally(), Tally()
    before.add(presses_of_stream(connection, *place, now_ms))
    for seq, reason in judged.uncounted.items():
        stop_counting(connection, *place, seq, reason)
    insert_reactions(connection, judged.fresh.columns(*place))
    after.add(presses_of_stream(connection, *place, now_ms))
    clusters = after.open_clusters
    after.subtract(before)
    add_tally(connection, stream.kiosk_id, after)
    drop_clusters(connection, *place)
    save_clusters(connection, *place, clusters)


def _news(beside: Sequence[HeldRow]) -> list[Arrival]:
    """What was held beside other reactions, one ledger row each: their seqs are no run of the stream."""
    return [Arrival(row.kiosk_id, row.stream, row.seq, row.seq, row.received_ms, name_of(row)) for row in beside]


def _apart(stream: Stream, seq: int, code: str, sender_id: int, raw: bytes, now_ms: int) -> HeldRow:
    return HeldRow(stream.kiosk_id, stream.number, seq, code, sender_id, raw, now_ms)
