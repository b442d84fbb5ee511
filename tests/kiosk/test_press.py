"""No light claims what did not happen: thank-you after COMMIT, sorry when there was none."""

import sqlite3

import pytest

from kiosk.buffer.whole import Buffer
from kiosk.errors import Stopped
from kiosk.press import Press, Recorder
from wire.limits import MAX_SEQ


def fail_append(kit, times, *, commit=False):
    """Let the next appends fail, before (or, with `commit`, after) they are on the card."""
    whole = kit.recorder._work.buffer
    real = whole.append

    def append(*values):
        nonlocal times
        if times:
            times -= 1
            if commit:
                real(*values)
            raise sqlite3.OperationalError("disk I/O error")
        real(*values)

    whole.append = append


def test_a_press_is_on_the_card_when_its_light_is_told(kit):
    seen = []
    kit.recorder._writer._tell = lambda _: seen.append(kit.recorder._work.buffer._number("SELECT count(*) FROM reactions"))
    kit.recorder.put(Press(1, "welcome-happy"))
    kit.recorder.counts()
    assert seen == [1]


def test_presses_that_queued_up_share_one_commit_and_are_answered_in_order(kit):
    before = kit.recorder._work.buffer._commits

    def hold(work):
        for number, button in enumerate(["welcome-happy", "served-happy", "welcome-happy"]):
            kit.recorder.put(Press(kit.clock.elapsed_ms() + number, button))

    kit.recorder.ask(hold)
    kit.recorder.counts()
    assert [(one.seq, one.light) for one in kit.outcomes] == [(1, "thanks"), (2, "thanks"), (3, "repeat")]
    assert kit.recorder._work.buffer._commits == before + 1


def test_a_press_before_any_configuration_means_nothing_and_is_not_thanked_for(tmp_path, clock):
    told = []
    recorder = Recorder(tmp_path, clock, None, told.append)
    recorder.start()
    recorder.put(Press(1, "happy"))
    counts, _, _ = recorder.counts()
    recorder.stop()
    assert counts.thanked == 0
    assert [(one.light, one.seq) for one in told] == [(None, None)]


def test_the_wall_clock_and_boot_of_the_press_are_stamped_not_those_of_its_storing(kit, server):
    at_ms, wall_ms = kit.clock.elapsed_ms(), kit.clock.wall_ms()
    kit.clock.forward(4_000)
    kit.recorder.put(Press(at_ms, "welcome-happy"))
    kit.sync.run()
    [reaction] = server.stored().values()
    assert (reaction.elapsed_ms, reaction.wall_ms) == (at_ms, wall_ms)


@pytest.mark.parametrize("commit", [False, True])
def test_a_failed_commit_is_tried_once_more_with_the_same_seq(kit, commit):
    kit.press()
    fail_append(kit, 1, commit=commit)
    assert kit.press()[2:] == ("thanks", kit.outcomes[0].stream, 2)
    assert kit.recorder.counts()[0].thanked == 2


def test_failing_twice_shows_sorry_and_counts_as_refused_and_the_next_press_begins_another_stream(kit):
    first = kit.press()
    fail_append(kit, 2)
    sorry = kit.press()
    assert (sorry.light, sorry.seq) == ("sorry", None)
    counts = kit.recorder.counts()[0]
    assert (counts.thanked, counts.refused) == (1, 1)
    assert kit.recorder.faults() == ["card-failing"]
    after = kit.press(pause_ms=500)
    assert (after.light, after.seq) == ("thanks", 1), "no repeat of a press that was lost"
    assert after.stream != first.stream
    assert kit.recorder.faults() == []


def test_a_commit_that_failed_twice_but_reached_the_card_is_never_overwritten(kit):
    kit.press()
    fail_append(kit, 2, commit=True)
    kit.press("served-happy")
    kit.press("served-unhappy")
    rows = kit.recorder.ask(lambda work: work.buffer._conn.execute("SELECT seq, button FROM reactions").fetchall())
    assert sorted(rows) == [(1, "served-unhappy"), (1, "welcome-happy"), (2, "served-happy")]


def test_a_stream_ends_after_its_last_seq_and_after_a_week(kit):
    first = kit.press()
    kit.recorder.ask(lambda work: setattr(work, "seq", MAX_SEQ))
    second = kit.press()
    assert second.stream != first.stream
    assert second.seq == 1
    assert kit.press(pause_ms=7 * 86_400_000).stream != second.stream


def test_a_group_that_would_cross_the_last_seq_is_split(kit):
    kit.recorder.ask(
        lambda work: (setattr(work, "seq", MAX_SEQ - 1), work.buffer._conn.execute("UPDATE streams SET high = 65535"))
    )

    def hold(work):
        for number in range(3):
            kit.recorder.put(Press(kit.clock.elapsed_ms() + number * 100, "welcome-happy"))

    kit.recorder.ask(hold)
    kit.recorder.counts()
    assert [one.seq for one in kit.outcomes] == [MAX_SEQ, 1, 2]


def test_a_visit_joins_two_questions_of_one_passer_by_and_never_crosses_streams(kit, server):
    kit.press("welcome-happy")
    kit.press("served-happy", pause_ms=4_000)
    kit.recorder.ask(lambda work: setattr(work, "seq", MAX_SEQ))
    kit.press("welcome-happy", pause_ms=1_000_000)
    kit.sync.run()
    assert [reaction.visit for reaction in server.stored().values()].count(1) == 1
    assert server.stored()[kit.outcomes[1].stream, 2].visit == 1


def test_a_button_that_the_configuration_does_not_know_is_kept_all_the_same(kit):
    assert kit.press("neutral").light == "thanks"


def test_what_is_asked_of_an_ended_program_fails_at_once(kit):
    kit.recorder.stop()
    with pytest.raises(Stopped):
        kit.recorder.counts()


def test_a_power_cut_answers_nothing_that_was_not_stored(kit):
    kit.press()
    kit.recorder.cut_power()
    kit.recorder.put(Press(1, "served-happy"))
    buffer = Buffer(kit.folder)
    counts = buffer.counts()
    buffer.close()
    assert counts.thanked == len(kit.outcomes) == 1


def test_a_fault_from_another_thread_comes_to_the_card_when_there_is_time(kit):
    kit.recorder.note_fault("sync-failed", "because")
    kit.recorder.ask(lambda _: kit.recorder._writer.idle())
    assert [(fault["code"], fault["detail"]) for fault in kit.recorder.fault_log()] == [("sync-failed", "because")]
