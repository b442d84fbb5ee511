"""Of hundreds of stores those that changed are read anew, and what nobody asks for is forgotten."""

from __future__ import annotations

from server.comparison.shelf import MOST_KEPT, Shelf, by_store
from server.database.fingerprints import Fingerprint


def prints(**writes: int) -> dict[int, Fingerprint]:
    return {int(store[1:]): Fingerprint((1, count), (0, 0), (0, 0), "GB") for store, count in writes.items()}


class Reader:
    """Reads what was written last, and notes what it was asked for."""

    def __init__(self) -> None:
        self.shelf, self.asked = Shelf(), []

    def look(self, about: str = "30 days", **writes: int) -> dict[int, int]:
        def read(stores):
            self.asked.append(stores if stores is None else sorted(stores))
            return {int(store[1:]): count for store, count in writes.items() if stores is None or int(store[1:]) in stores}

        return by_store(self.shelf, about, prints(**writes), read)


def test_all_are_read_once_and_then_those_that_changed():
    reader = Reader()
    assert reader.look(s1=1, s2=1, s3=1) == {1: 1, 2: 1, 3: 1}
    assert reader.look(s1=1, s2=1, s3=1) == {1: 1, 2: 1, 3: 1}
    assert reader.look(s1=1, s2=2, s3=1) == {1: 1, 2: 2, 3: 1}
    assert reader.asked == [None, [2]]


def test_a_new_store_is_read_and_one_that_is_gone_is_not_kept():
    reader = Reader()
    reader.look(s1=1, s2=1, s3=1)
    assert reader.look(s1=1, s2=1, s3=1, s4=1) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert reader.look(s1=1, s2=1, s4=1) == {1: 1, 2: 1, 4: 1}
    assert reader.asked[:2] == [None, [4]]


def test_where_most_changed_all_are_read_at_once():
    reader = Reader()
    reader.look(s1=1, s2=1, s3=1)
    assert reader.look(s1=2, s2=2, s3=1) == {1: 2, 2: 2, 3: 1}
    assert reader.asked == [None, None]


def test_a_moment_before_may_look_after_a_later_one_did():
    # Two threads: one began to read before a press came in, and is done after the other.
    reader = Reader()
    for writes in (1, 2, 1, 2):
        assert reader.look(s1=writes, s2=1, s3=1) == {1: writes, 2: 1, 3: 1}


def test_other_questions_are_another_matter_and_only_the_last_are_kept():
    reader = Reader()
    for number in range(MOST_KEPT + 1):
        reader.look(f"{number} days", s1=1)
    reader.look(f"{MOST_KEPT} days", s1=1)
    assert len(reader.asked) == MOST_KEPT + 1
    reader.look("0 days", s1=1)
    assert len(reader.asked) == MOST_KEPT + 2
