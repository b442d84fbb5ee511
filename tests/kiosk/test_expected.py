"""Who waits for a press hears of it once, also when nothing came of it."""

from kiosk.expected import Expected
from kiosk.press import Outcome


def test_an_outcome_goes_to_all_who_wait_for_that_button():
    expected = Expected()
    first, second, other = expected.expect("happy"), expected.expect("happy"), expected.expect("unhappy")
    expected.tell(Outcome("happy", 5, "thanks", "s", 1))
    assert (first.get_nowait().seq, second.get_nowait().seq, other.empty()) == (1, 1, True)
    expected.tell(Outcome("happy", 6, "repeat", "s", 2))
    assert first.empty()


def test_who_gave_up_hears_nothing():
    expected = Expected()
    place = expected.expect("happy")
    expected.give_up("happy", place)
    expected.give_up("happy", place)
    expected.tell(Outcome("happy", 5, "thanks", "s", 1))
    assert place.empty()


def test_when_nothing_will_come_all_are_told():
    expected = Expected()
    places = [expected.expect("happy"), expected.expect("unhappy")]
    expected.tell_nothing(["happy"])
    assert [place.empty() for place in places] == [False, True]
    expected.tell_nothing()
    assert places[1].get_nowait().light is None
