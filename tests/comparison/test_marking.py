"""From how many marked presses on a store's figures are told as doubtful."""

from server.comparison.marking import much_marked


def test_more_than_a_tenth_marked_asks_for_a_look_at_the_kiosk_unless_they_are_few():
    assert not much_marked(10, 90, 0)
    assert much_marked(11, 89, 0)
    assert much_marked(9, 9, 0)
    assert not much_marked(8, 1, 0)
    assert not much_marked(0, 0, 0)


def test_of_presses_that_a_rush_set_aside_more_than_a_twentieth_asks_for_it_already():
    assert not much_marked(20, 380, 20)
    assert much_marked(21, 379, 21)
    assert not much_marked(30, 370, 20)
    assert not much_marked(8, 92, 8)
