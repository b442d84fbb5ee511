"""What one sync request says, and what its answer tells about the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wire.messages import PROTOCOL, Anchor, Sent, SyncRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.buffer.outgoing import Batch
    from kiosk.clock import Clock

# An exchange slower than this says too little about the time.
SLOWEST_ANCHOR_MS = 10_000


class Identity(NamedTuple):
    """What a kiosk says of itself in each request: hardware hash, software, version of its configuration, health."""

    hardware: str
    software: str
    config_version: Callable[[], int]
    health: Callable[[], dict[str, Any]]


class Timing(NamedTuple):
    """What an answer told: the anchor it gives, None when it came too slowly, and how far ahead the wall clock is."""

    anchor: Anchor | None
    skew_ms: int


def request_for(batch: Batch, identity: Identity, clock: Clock, *, with_health: bool = True) -> SyncRequest:
    """The request that carries a batch, whose reactions are JSON already and take their place when it is encoded.

    Its clocks are read last, because the server takes them for the moment of sending.
    """
    health = identity.health() if with_health else None
    return SyncRequest(
        protocol=PROTOCOL,
        software=identity.software,
        stream=batch.stream.token,
        parent=batch.stream.parent,
        first_seq=batch.first_seq,
        reactions=[],
        sent=Sent(clock.elapsed_ms(), clock.wall_ms(), clock.synced(), batch.boot),
        config_version=identity.config_version(),
        hardware=identity.hardware,
        opaque=batch.opaque,
        boots=batch.boots,
        anchors=batch.anchors,
        lost=batch.lost,
        buffer=batch.buffer,
        totals=batch.totals,
        seen_epoch=batch.epoch,
        health=health,
    )


def bare(batch: Batch) -> Batch:
    """The batch's presses with nothing but what they need.

    One changed byte on the card, in an anchor, a buffer's or a stream's name, would otherwise have the server refuse every
    request whole that carries it, and with it whatever presses there are.
    """
    needed = {batch.boot, *batch.pressed_in}
    return batch._replace(
        stream=batch.stream._replace(parent=None),
        boots=[boot for boot in batch.boots if boot.number in needed],
        anchors=[],
        buffer=None,
        totals=None,
        epoch=None,
        is_past=False,
    )


def anchor_of(boot: int, sent_ms: int, answered_ms: int, server_ms: int) -> Anchor | None:
    """What an exchange of these elapsed times tells of the server's time; None when it took too long."""
    took_ms = answered_ms - sent_ms
    return Anchor(boot, (sent_ms + answered_ms) // 2, server_ms, took_ms // 2 + 1) if took_ms <= SLOWEST_ANCHOR_MS else None


def timing_of(sent: Sent, server_ms: int, clock: Clock) -> Timing:
    """Compare both sides at the middle of an exchange that began with `sent` and has just ended."""
    now_ms = clock.elapsed_ms()
    middle_ms = (sent.elapsed_ms + now_ms) // 2
    skew_ms = clock.wall_ms() - (now_ms - middle_ms) - server_ms
    return Timing(anchor_of(sent.boot, sent.elapsed_ms, now_ms, server_ms), skew_ms)
