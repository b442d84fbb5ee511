"""A second try confirms, contradicts, or does neither yet."""

from __future__ import annotations

import math

import pytest

from server.analysis.claims import replication


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        ((2.5, 2.2), "not_confirmed_yet"),
        ((5.0, 2.0), "confirmed"),
        ((30.0, 2.0), "confirmed"),
        ((-5.0, 2.0), "contradicted"),
        ((-0.5, 0.5), "contradicted"),
        ((0.0, 4.0), "not_confirmed_yet"),
    ],
)
def test_the_verdict_follows_from_the_sign_and_both_intervals(second, verdict):
    assert replication(6.0, 2.0, *second).verdict == verdict


def test_both_pooled_weigh_by_their_errors():
    found = replication(6.0, 2.0, 2.5, 2.2)
    assert (found.pooled, found.pooled_error) == pytest.approx((4.42, 1.48), abs=0.005)


def test_a_claim_and_its_mirror_image_have_the_same_fate():
    assert replication(-6.0, 2.0, -5.0, 2.0).verdict == "confirmed"
    assert replication(-6.0, 2.0, 5.0, 2.0).verdict == "contradicted"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: replication(1, 0, 1, 1), "above 0"),
        (lambda: replication(1, 1, 1, -1), "above 0"),
        (lambda: replication(math.nan, 1, 1, 1), "finite"),
        (lambda: replication(1, 1, 1, 1, 2), "confidence"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
