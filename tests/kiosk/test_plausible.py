"""What damage leaves is believed only where a buffer can hold it."""

import pytest

from kiosk.plausible import agreed, is_number, is_sound, is_token

ROW = (1, 2, 3, 1, 1, "happy", 4, None, "vote", 0)


def test_a_press_can_be_a_press():
    assert is_sound(ROW)


@pytest.mark.parametrize(
    ("place", "value"), [(0, 70_000), (1, -1), (2, "late"), (3, 2), (4, None), (5, ""), (6, 2**60), (8, "votes"), (9, None)]
)
def test_a_row_with_one_wrong_value_can_not(place, value):
    assert not is_sound((*ROW[:place], value, *ROW[place + 1 :]))


def test_most_places_decide_a_token_and_two_that_differ_decide_nothing():
    one, other = "a" * 32, "b" * 32
    assert agreed(one, other, one) == one
    assert agreed(one, None, "no token") == one
    assert agreed(one, other, None) is None
    assert agreed() is None


def test_numbers_and_tokens():
    assert (is_number(0, 5), is_number(6, 5), is_number("1", 5)) == (True, False, False)
    assert (is_token("0" * 32), is_token("0" * 31), is_token(None)) == (True, False, False)
