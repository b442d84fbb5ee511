"""What a request may hold at most, and the checks that types alone cannot make."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wire.messages import EnrolRequest, Reaction, ReconcileRequest, SyncRequest

MAX_SENT_BYTES = 256 * 1024
MAX_INFLATED_BYTES = 2 * 1024 * 1024
MAX_REACTIONS = 500
MAX_SEQ = 65_536
MAX_STREAM_DAYS = 7
MAX_RECONCILE_STREAMS = 1_000
MAX_BOOTS = 1_000
MAX_ANCHORS = 1_000
MAX_LOST = 1_000
MAX_OPAQUE_BYTES = 4_096
MAX_TEXT = 200
# A machine does not run 30 years without a boot, and a wall clock past the year 9999 is not a time Python can show.
MAX_ELAPSED_MS = 30 * 366 * 86_400_000
MAX_WALL_MS = 253_402_300_799_999
MAX_NUMBER = 2**31 - 1

STREAM = re.compile(r"[0-9a-f]{32}\Z")
BUTTON = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
CONTROL = re.compile(r"[\x00-\x1f]")


class Malformed(ValueError):
    """A message that can not have come from a sound kiosk; its text names the field and what is wrong with it."""


class TooLarge(ValueError):
    """A batch with more reactions than one request may carry."""


def check_enrol(request: EnrolRequest) -> None:
    """Raise Malformed unless code, hardware and software are texts of a sensible length."""
    _text("code", request.code, least=1)
    _text("hardware", request.hardware, least=8)
    _text("software", request.software)


def check_reconcile(request: ReconcileRequest) -> None:
    """Raise Malformed unless every stream is a token, TooLarge above MAX_RECONCILE_STREAMS of them."""
    if len(request.streams) > MAX_RECONCILE_STREAMS:
        raise TooLarge(f"at most {MAX_RECONCILE_STREAMS} streams fit one request")
    for token in request.streams:
        _stream("streams", token)


def check_sync(request: SyncRequest) -> None:
    """Raise Malformed or TooLarge unless the batch keeps every limit of the protocol."""
    if len(request.reactions) + len(request.opaque) > MAX_REACTIONS:
        raise TooLarge(f"at most {MAX_REACTIONS} reactions fit one request")
    _stream("stream", request.stream)
    if request.parent is not None:
        _stream("parent", request.parent)
    _text("software", request.software)
    _text("hardware", request.hardware or "")
    _text("buffer", request.buffer or "")
    _text("seen_epoch", request.seen_epoch or "")
    _number("config_version", request.config_version, 0, MAX_NUMBER)
    _number("first_seq", request.first_seq, 1, MAX_SEQ + 1)
    _check_lists(request)
    seqs = sequence_numbers(request)
    if seqs and seqs[-1] > MAX_SEQ:
        raise Malformed(f"seq: {seqs[-1]} is above {MAX_SEQ}")
    if request.reactions:
        _check_reactions(request)


def sequence_numbers(request: SyncRequest) -> range:
    """All seq numbers of the batch in order, opaque ones included; raises Malformed when they are not one run."""
    run = range(request.first_seq, request.first_seq + len(request.reactions) + len(request.opaque))
    own = {entry.seq for entry in request.opaque}
    if len(own) != len(request.opaque) or not all(seq in run for seq in own):
        raise Malformed("opaque: each seq must lie inside the batch, once")
    return run


def reaction_numbers(request: SyncRequest) -> Sequence[int]:
    """The seq of each entry of `reactions`, in order: the batch's run without the places of `opaque`."""
    own = {entry.seq for entry in request.opaque}
    run = sequence_numbers(request)
    return [seq for seq in run if seq not in own] if own else run


def opaque_bytes(encoded: str) -> bytes:
    """The stored bytes of an opaque reaction; raises Malformed for text that is not base64 or is too long."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("opaque: not base64") from error
    if len(raw) > MAX_OPAQUE_BYTES:
        raise Malformed(f"opaque: more than {MAX_OPAQUE_BYTES} bytes")
    return raw


def _check_lists(request: SyncRequest) -> None:
    for name, entries, most in (
        ("boots", request.boots, MAX_BOOTS),
        ("anchors", request.anchors, MAX_ANCHORS),
        ("lost", request.lost, MAX_LOST),
    ):
        if len(entries) > most:
            raise Malformed(f"{name}: more than {most} entries")
    for boot in request.boots:
        _text("boots", boot.boot_id, least=1)
        _number("boots", boot.number, 0, MAX_NUMBER)
        _number("boots", boot.last_elapsed_ms or 0, 0, MAX_ELAPSED_MS)
    known = {boot.number for boot in request.boots}
    for anchor in request.anchors:
        _boot("anchors", anchor.boot, known)
        _number("anchors", anchor.elapsed_ms, 0, MAX_ELAPSED_MS)
        _number("anchors", anchor.server_ms, 0, MAX_WALL_MS)
        _number("anchors", anchor.uncertainty_ms, 0, MAX_ELAPSED_MS)
    for span in request.lost:
        _number("lost", span.first, 1, MAX_SEQ)
        _number("lost", span.last, span.first, MAX_SEQ)
    for entry in request.opaque:
        opaque_bytes(entry.base64)
    _boot("sent", request.sent.boot, known)
    _number("sent.elapsed_ms", request.sent.elapsed_ms, 0, MAX_ELAPSED_MS)
    _number("sent.wall_ms", request.sent.wall_ms, 0, MAX_WALL_MS)
    _check_boots_of(request.reactions, known)
    if request.totals is not None:
        _number("totals.thanked", request.totals.thanked, 0, MAX_WALL_MS)
        _number("totals.refused", request.totals.refused, 0, MAX_WALL_MS)


def _check_boots_of(reactions: Iterable[Reaction], known: set[int]) -> None:
    unknown = {reaction.boot for reaction in reactions} - known
    if unknown:
        raise Malformed(f"reactions: boot {min(unknown)} is not in boots")


def _check_reactions(request: SyncRequest) -> None:
    seqs = reaction_numbers(request)
    elapsed_ms, wall_ms, _, _, buttons, versions, visits, _ = zip(*request.reactions, strict=True)
    # A look at each column: naming every field of each sound reaction would cost more than to store it.
    fits = _within(elapsed_ms, MAX_ELAPSED_MS) and _within(wall_ms, MAX_WALL_MS) and _within(versions, MAX_NUMBER)
    ahead = [seq for seq, visit in zip(seqs, visits, strict=True) if visit is not None and not 1 <= visit <= seq]
    if not fits or ahead or not all(map(BUTTON.match, set(buttons))):
        for seq, reaction in zip(seqs, request.reactions, strict=True):
            _check_reaction(seq, reaction)


def _check_reaction(seq: int, reaction: Reaction) -> None:
    _number(f"elapsed_ms of seq {seq}", reaction.elapsed_ms, 0, MAX_ELAPSED_MS)
    _number(f"wall_ms of seq {seq}", reaction.wall_ms, 0, MAX_WALL_MS)
    _number(f"config_version of seq {seq}", reaction.config_version, 0, MAX_NUMBER)
    if not BUTTON.match(reaction.button):
        raise Malformed(f"button of seq {seq}: not a button's name")
    # A visit looks back: its first press carries null, or may name itself.
    if reaction.visit is not None and not 1 <= reaction.visit <= seq:
        raise Malformed(f"visit of seq {seq}: must not be a later seq")


def _within(column: Sequence[int], most: int) -> bool:
    return min(column) >= 0 and max(column) <= most


def _boot(name: str, number: int, known: set[int]) -> None:
    if number not in known:
        raise Malformed(f"{name}: boot {number} is not in boots")


def _stream(name: str, token: str) -> None:
    if not STREAM.match(token):
        raise Malformed(f"{name}: must be 32 lower-case hex digits")


def _text(name: str, value: str, least: int = 0) -> None:
    if not least <= len(value) <= MAX_TEXT or CONTROL.search(value):
        raise Malformed(f"{name}: must be {least} to {MAX_TEXT} printable characters")


def _number(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Malformed(f"{name}: must be {least} to {most}")
