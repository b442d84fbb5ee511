"""The cursor as text and back."""

from __future__ import annotations

import pytest

from server.errors import Refusal
from server.export.cursor import Cursor, read_cursor

EPOCH = "5be1c0ffee"


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(str(Cursor(EPOCH, 17)), EPOCH, 20) == Cursor(EPOCH, 17)
    assert read_cursor("", EPOCH, 20) == Cursor(EPOCH, 0)


@pytest.mark.parametrize(
    "text", ["x", "17", f"{EPOCH}.", f"{EPOCH}.-1", f"{EPOCH}.1.2", f"{EPOCH}.1\n", f"{EPOCH}.21", "." * 9, "٣.٣"]
)
def test_what_was_never_given_out_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_cursor(text, EPOCH, 20)
    assert (refused.value.status, refused.value.code) == (400, "wrong-parameter")


def test_a_cursor_of_another_life_is_gone() -> None:
    with pytest.raises(Refusal) as refused:
        read_cursor("abc.3", EPOCH, 20)
    assert (refused.value.status, refused.value.code) == (410, "cursor-gone")
