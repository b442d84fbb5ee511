"""A request says what the batch holds and when it left; its answer anchors the middle of the way."""

from dataclasses import replace

from kiosk.exchange import SLOWEST_ANCHOR_MS, Identity, bare, request_for, timing_of
from wire.encoding import decode, encode
from wire.limits import check_sync
from wire.messages import Anchor, Boot, Sent, SyncRequest


def test_the_clocks_are_read_after_all_that_takes_time(kit):
    def slow_health():
        kit.clock.forward(700)
        return {"uptime_s": 1}

    kit.press()
    batch = kit.recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, kit.clock.elapsed_ms(), 500))
    request = request_for(batch, Identity("sha256:this", "1.0.0", lambda: 3, slow_health), kit.clock)
    assert request.sent == Sent(kit.clock.elapsed_ms(), kit.clock.wall_ms(), True, batch.boot)
    assert (request.hardware, request.software, request.config_version) == ("sha256:this", "1.0.0", 3)
    assert request.health == {"uptime_s": 1}


def test_the_batchs_reactions_take_their_place_in_the_request(kit):
    kit.press("served-unhappy")
    batch = kit.recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, kit.clock.elapsed_ms(), 500))
    request = request_for(batch, Identity("sha256:this", "1.0.0", lambda: 3, dict), kit.clock)
    found = decode(SyncRequest, encode(request, reactions=batch.reactions))
    [reaction] = found.reactions
    assert (reaction.elapsed_ms, reaction.button) == (kit.clock.elapsed_ms(), "served-unhappy")
    assert replace(found, reactions=[]) == request


def test_a_request_may_go_without_what_the_kiosk_tells_of_itself(kit):
    batch = kit.recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, kit.clock.elapsed_ms(), 500))
    asked = []
    identity = Identity("sha256:this", "1.0.0", lambda: 3, lambda: asked.append(1))
    assert request_for(batch, identity, kit.clock, with_health=False).health is None
    assert asked == []


def test_a_bare_request_carries_the_presses_and_what_they_need(kit):
    kit.press()
    batch = kit.recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, kit.clock.elapsed_ms(), 500))
    old = Anchor(batch.boot + 1, 5, 6, 7)
    batch = batch._replace(anchors=[old], boots=[*batch.boots, Boot("old", old.boot)], is_past=True)
    identity = Identity("sha256:this", "1.0.0", lambda: 3, dict)
    whole, found = request_for(batch, identity, kit.clock), request_for(bare(batch), identity, kit.clock)
    check_sync(found)
    assert bare(batch).reactions == batch.reactions
    assert (found.stream, found.first_seq, found.lost) == (whole.stream, whole.first_seq, whole.lost)
    assert [boot.number for boot in found.boots] == [batch.boot]
    assert (found.anchors, found.buffer, found.totals, found.parent, found.seen_epoch) == ([], None, None, None, None)
    # Nothing that was left out may be taken for delivered.
    assert (bare(batch).anchors, bare(batch).is_past) == ([], False)


def test_an_answer_anchors_the_middle_with_half_the_way_as_uncertainty(clock):
    sent = Sent(clock.elapsed_ms(), clock.wall_ms(), True, 4)
    clock.forward(300)
    timing = timing_of(sent, 1_800_000_000_000, clock)
    assert timing.anchor == Anchor(4, sent.elapsed_ms + 150, 1_800_000_000_000, 151)
    assert timing.skew_ms == sent.wall_ms + 150 - 1_800_000_000_000


def test_too_slow_an_answer_anchors_nothing_and_still_tells_the_skew(clock):
    sent = Sent(clock.elapsed_ms(), clock.wall_ms(), True, 4)
    clock.forward(SLOWEST_ANCHOR_MS + 1)
    timing = timing_of(sent, clock.wall_ms() - 90_000, clock)
    assert timing.anchor is None
    assert 84_000 < timing.skew_ms <= 90_000
