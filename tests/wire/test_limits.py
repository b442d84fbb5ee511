"""What types alone can not refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wire import limits
from wire.messages import Anchor, Boot, EnrolRequest, Opaque, Reaction, ReconcileRequest, Sent, Span, SyncRequest

STREAM = "9f2c" + "0" * 28
PRESS = Reaction(1_000, 1_795_262_400_000, True, 1, "happy", 1, None, "vote")
BATCH = SyncRequest(
    protocol=1,
    software="1.0.0",
    stream=STREAM,
    parent=None,
    first_seq=1,
    reactions=[PRESS, PRESS],
    sent=Sent(2_000, 1_795_262_401_000, True, 1),
    config_version=1,
    boots=[Boot("boot", 1)],
)


def test_a_sound_batch_passes() -> None:
    limits.check_sync(BATCH)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stream": "9F2C" + "0" * 28}, "stream: must be 32"),
        ({"stream": STREAM + "\n"}, "stream: must be 32"),
        ({"parent": "short"}, "parent: must be 32"),
        ({"first_seq": 0}, "first_seq"),
        ({"first_seq": -5}, "first_seq"),
        ({"first_seq": limits.MAX_SEQ}, f"seq: {limits.MAX_SEQ + 1} is above"),
        ({"config_version": -1}, "config_version"),
        ({"software": "a\nb"}, "software"),
        ({"boots": []}, "boot 1 is not in boots"),
        ({"reactions": [PRESS._replace(boot=2)]}, "boot 2 is not in boots"),
        ({"reactions": [PRESS._replace(elapsed_ms=-1)]}, "elapsed_ms of seq 1"),
        ({"reactions": [PRESS._replace(wall_ms=2**60)]}, "wall_ms of seq 1"),
        ({"reactions": [PRESS._replace(button="No Such!")]}, "button of seq 1"),
        ({"reactions": [PRESS._replace(visit=2)]}, "visit of seq 1"),
        ({"sent": Sent(-1, 0, False, 1)}, "sent.elapsed_ms"),
        ({"anchors": [Anchor(9, 1, 1, 1)]}, "anchors: boot 9"),
        ({"lost": [Span(5, 4)]}, "lost"),
        ({"opaque": [Opaque(1, "***")]}, "opaque: not base64"),
        ({"opaque": [Opaque(7, "YQ==")]}, "opaque: each seq"),
        ({"opaque": [Opaque(1, "YQ=="), Opaque(1, "YQ==")]}, "opaque: each seq"),
        ({"lost": [Span(1, 1)] * (limits.MAX_LOST + 1)}, "lost: more than"),
    ],
)
def test_an_unsound_batch_is_refused_by_the_field_that_is_wrong(change: dict, sentence: str) -> None:
    with pytest.raises(limits.Malformed, match=sentence):
        limits.check_sync(replace(BATCH, **change))


def test_a_batch_of_five_hundred_is_the_largest() -> None:
    limits.check_sync(replace(BATCH, reactions=[PRESS] * limits.MAX_REACTIONS))
    with pytest.raises(limits.TooLarge):
        limits.check_sync(replace(BATCH, reactions=[PRESS] * (limits.MAX_REACTIONS + 1)))


def test_opaque_entries_take_their_place_in_the_run() -> None:
    batch = replace(BATCH, first_seq=10, opaque=[Opaque(11, "YQ==")])
    assert list(limits.sequence_numbers(batch)) == [10, 11, 12]
    assert limits.reaction_numbers(batch) == [10, 12]


def test_opaque_bytes_have_a_limit() -> None:
    assert limits.opaque_bytes("YWI=") == b"ab"
    with pytest.raises(limits.Malformed, match="more than"):
        limits.opaque_bytes("YWJj" * limits.MAX_OPAQUE_BYTES)


def test_enrolment_needs_a_code_and_a_hardware_hash() -> None:
    limits.check_enrol(EnrolRequest("K7QM-2WXR-9FTB", "sha256:abcdef"))
    for request in (EnrolRequest("", "sha256:abcdef"), EnrolRequest("code", ""), EnrolRequest("c" * 201, "sha256:abcdef")):
        with pytest.raises(limits.Malformed):
            limits.check_enrol(request)


def test_reconcile_takes_streams_only() -> None:
    limits.check_reconcile(ReconcileRequest(1, [STREAM]))
    with pytest.raises(limits.Malformed):
        limits.check_reconcile(ReconcileRequest(1, ["x"]))
    with pytest.raises(limits.TooLarge):
        limits.check_reconcile(ReconcileRequest(1, [STREAM] * (limits.MAX_RECONCILE_STREAMS + 1)))
