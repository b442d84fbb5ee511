"""Bouncing contacts become exactly the presses that a hand made."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.debounce import SETTLE_MS, Debouncer


def run(edges, until_ms):
    """Feed edges (t, button, down) with a tick every 5 ms, as the input loop does; answers all changes."""
    debouncer = Debouncer()
    changes = []
    waiting = sorted(edges)
    for now in range(0, until_ms + 5, 5):
        while waiting and waiting[0][0] <= now:
            changes += debouncer.feed(*waiting.pop(0))
        changes += debouncer.tick(now)
    return changes


def chatter(start, level, gaps):
    """The first edge at `start`, then an even number of further flips, so that the level stays."""
    edges, now, state = [(start, "happy", level)], start, level
    for gap in gaps[: len(gaps) // 2 * 2]:
        now += gap
        state = not state
        edges.append((now, "happy", state))
    return edges


hands = st.lists(
    st.tuples(
        st.integers(45, 400),  # pause before
        st.integers(45, 900),  # held
        st.lists(st.integers(1, 2), max_size=6),
        st.lists(st.integers(1, 2), max_size=6),
        st.booleans(),  # interference in the pause
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(hands)
def test_every_press_counts_once_at_its_first_edge_whatever_the_bounces(presses):
    now, edges, expected = 100, [], []
    for pause, held, bounces_down, bounces_up, spike in presses:
        if spike:
            now += 60
            edges += [(now, "happy", True), (now + 3, "happy", False)]
        now += pause
        down, up = now, now + held
        edges += chatter(down, True, bounces_down) + chatter(up, False, bounces_up)
        expected += [(down, True, 0), (up, False, held)]
        now = up + 15
    found = run(edges, now + 200)
    assert [(change.at_ms, change.down, change.held_ms) for change in found] == expected


def test_a_spike_shorter_than_the_settling_time_is_nothing():
    assert run([(50, "happy", True), (50 + SETTLE_MS - 5, "happy", False)], 300) == []


def test_two_buttons_pressed_together_come_out_in_the_order_they_went_down():
    found = run([(51, "unhappy", True), (50, "happy", True)], 300)
    assert [change.button for change in found] == ["happy", "unhappy"]


def test_a_button_that_is_down_at_the_start_was_not_pressed_but_is_known_to_be_held():
    debouncer = Debouncer()
    debouncer.begin(10, "happy", True)
    assert debouncer.feed(200, "happy", True) == []
    assert debouncer.tick(300) == []
    assert debouncer.held_down() == {"happy": 10}


def test_the_same_level_seen_again_changes_nothing_and_delays_nothing():
    debouncer = Debouncer()
    debouncer.feed(100, "happy", True)
    debouncer.feed(115, "happy", True)
    assert debouncer.due_ms() == 100 + SETTLE_MS
    assert [change.at_ms for change in debouncer.tick(100 + SETTLE_MS)] == [100]
    assert debouncer.due_ms() is None


def test_a_late_tick_after_a_full_press_and_release_still_sees_both():
    debouncer = Debouncer()
    changes = debouncer.feed(100, "happy", True)
    changes += debouncer.feed(180, "happy", False)
    changes += debouncer.tick(5_000)
    assert [(change.at_ms, change.down) for change in changes] == [(100, True), (180, False)]
    assert changes[1].held_ms == 80
