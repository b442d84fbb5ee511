"""The ballast really takes its room, and is made only where there is room."""

import resource

import pytest

from kiosk.ballast import BALLAST_BYTES, SPARE_BYTES, Ballast


def ballast(tmp_path, free):
    return Ballast(tmp_path, lambda _: free)


def test_it_holds_a_mebibyte_of_the_card_and_gives_it_back(tmp_path):
    one = ballast(tmp_path, 10**9)
    one.tend()
    about = (tmp_path / "ballast").stat()
    assert about.st_size == BALLAST_BYTES
    assert about.st_blocks * 512 >= BALLAST_BYTES
    one.let_go()
    assert list(tmp_path.iterdir()) == []
    one.let_go()


def test_it_is_not_made_on_a_card_that_is_nearly_full(tmp_path):
    one = ballast(tmp_path, BALLAST_BYTES + SPARE_BYTES)
    one.tend()
    assert not one.is_there()


def test_half_a_ballast_is_removed(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        ballast(tmp_path, 10**9).tend()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("there", "inside", "free", "room"),
    [
        (True, False, SPARE_BYTES, True),
        (True, False, SPARE_BYTES - 1, False),
        (False, False, SPARE_BYTES, False),
        (False, False, BALLAST_BYTES + SPARE_BYTES, True),
        (False, True, SPARE_BYTES, True),
        (False, True, SPARE_BYTES - 1, False),
    ],
)
def test_what_the_ballast_holds_or_would_hold_is_not_for_presses(tmp_path, there, inside, free, room):
    if there:
        ballast(tmp_path, 10**9).tend()
    assert ballast(tmp_path, free).leaves_room(inside=inside) is room
