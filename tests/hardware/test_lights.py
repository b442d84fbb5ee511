"""Lights differ where it matters."""

from hardware.lights import CYCLE_MS, LASTS_MS, LIT_MS, is_lit, is_over


def picture(light):
    return [is_lit(light, at) for at in range(0, CYCLE_MS, 20)]


def test_thank_you_is_steady_from_its_first_moment_for_two_seconds():
    assert all(is_lit("thanks", at) for at in range(0, 2_000, 20))
    assert not is_over("thanks", 1_999)
    assert is_over("thanks", 2_000)


def test_sorry_is_seen_at_once_and_is_never_steady_as_long_as_the_thank_you():
    assert is_lit("sorry", 0)
    assert max(end - start for start, end in LIT_MS["sorry"]) < 500


def test_no_two_lights_look_alike():
    pictures = [tuple(picture(light)) for light in LIT_MS]
    assert len(set(pictures)) == len(pictures)


def test_resting_lights_stay():
    assert LASTS_MS["ready"] is None
    assert not is_over("off", 10**9)
