"""What is deleted was confirmed; what was not is kept, even when there is no room for more."""

import sqlite3

import pytest

from kiosk.ballast import SPARE_BYTES
from kiosk.buffer.file import Limits
from kiosk.buffer.keeping import DAY_MS
from kiosk.buffer.whole import Buffer
from wire.messages import Anchor

PRESSES = 2_500


@pytest.fixture
def small(tmp_path):
    """A buffer of 1 MiB on a large card."""
    buffer = Buffer(tmp_path, Limits(buffer_mib=1), free=lambda _: 10**9)
    buffer.boot_number("boot-1", 500)
    yield buffer
    buffer.close()


def fill(buffer, stream, reaction, first=1):
    """Press in groups until the cap refuses; answers the next seq."""
    try:
        while True:
            buffer.append(stream, first, [reaction(at) for at in range(first, first + 50)])
            first += 50
    except sqlite3.OperationalError:
        return first


def confirm(buffer, stream, upto):
    while (batch := buffer.next_batch(stream, 1, 9_999, min(500, upto))).first_seq <= upto and batch.reactions:
        buffer.acknowledge(batch, None)
        if batch.last >= upto:
            return


def rows(buffer):
    return buffer._number("SELECT count(*) FROM reactions")


@pytest.fixture
def sent(buffer, reaction):
    """A stream with presses that the server confirmed at server time 1,000,000, which is 0 of this boot."""
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, PRESSES + 1)])
    buffer.acknowledge(buffer.next_batch(stream, 1, 10, 1), Anchor(1, 0, 1_000_000, 5))
    confirm(buffer, stream, PRESSES)
    return stream


def safe(buffer, stream, upto):
    buffer.reconcile([(stream.token, PRESSES, upto)], "epoch", resend_anchors=False)


def test_confirmed_and_backed_up_presses_go_after_their_days_and_no_sooner(buffer, sent):
    safe(buffer, sent, PRESSES)
    assert buffer.retain(1, 0) == 0
    assert buffer.retain(1, 35 * DAY_MS - 1) == 0
    assert buffer.retain(1, 35 * DAY_MS) == PRESSES
    assert rows(buffer) == 0
    assert buffer.retain(1, 36 * DAY_MS) == 0


def test_nothing_beyond_the_backup_goes(buffer, sent):
    safe(buffer, sent, 700)
    buffer.retain(1, 0)
    assert buffer.retain(1, 400 * DAY_MS) == 700
    assert rows(buffer) == PRESSES - 700


def test_the_days_count_from_the_confirmation_and_not_from_the_press(buffer, sent, reaction):
    safe(buffer, sent, PRESSES)
    buffer.retain(1, 0)
    buffer.append(sent, PRESSES + 1, [reaction(1)])
    confirm(buffer, sent, PRESSES + 1)
    buffer.reconcile([(sent.token, PRESSES + 1, PRESSES + 1)], "epoch", resend_anchors=False)
    buffer.retain(1, 20 * DAY_MS)
    assert buffer.retain(1, 40 * DAY_MS) == PRESSES
    assert buffer.retain(1, 55 * DAY_MS) == 1


def test_a_boot_that_never_met_the_server_deletes_nothing(buffer, sent):
    safe(buffer, sent, PRESSES)
    buffer.retain(1, 0)
    assert buffer.retain(buffer.boot_number("boot-2", 1), 400 * DAY_MS) == 0


def test_what_went_is_reported_as_lost_should_a_server_want_it_again(buffer, sent, batch_of):
    safe(buffer, sent, PRESSES)
    buffer.retain(1, 0)
    buffer.retain(1, 35 * DAY_MS)
    buffer.unacknowledge(sent.token, 2_000)
    assert batch_of(buffer, sent).lost == [(2_001, PRESSES)]


def test_near_the_cap_confirmed_presses_go_before_their_days_those_with_a_backup_first(small, reaction):
    first, second = small.new_stream(), small.new_stream()
    small.append(first, 1, [reaction(at) for at in range(1, 4_001)])
    confirm(small, first, 4_000)
    end = fill(small, second, reaction)
    confirm(small, second, 3_000)
    small.reconcile([(second.token, 3_000, 1_000)], "epoch", resend_anchors=False)
    assert small.ease() >= 1_000
    [trimmed] = small._conn.execute("SELECT trimmed FROM streams WHERE number = ?", (second.number,)).fetchone()
    assert trimmed >= 1_000
    kept = small._number("SELECT count(*) FROM reactions WHERE stream = ? AND seq > 3000", (second.number,))
    assert kept == end - 1 - 3_000


def test_far_from_the_cap_nothing_is_eased(buffer, sent):
    assert buffer.ease() == 0


def test_at_the_cap_unconfirmed_presses_are_never_deleted(small, reaction):
    stream = small.new_stream()
    end = fill(small, stream, reaction)
    assert not small.make_room()
    assert rows(small) == end - 1
    assert small._number("PRAGMA page_count") <= 256


def test_at_the_cap_the_server_can_still_confirm_and_then_there_is_room(small, reaction):
    stream = small.new_stream()
    end = fill(small, stream, reaction)
    batch = small.next_batch(stream, 1, 9_999, 500)
    assert small.acknowledge(batch, Anchor(1, 5, 6, 7)) == end - 1 - 500
    confirm(small, stream, 3_000)
    assert small.make_room()
    small.append(stream, end, [reaction(1)])


def test_at_the_cap_refusals_and_faults_are_written_down(small, reaction):
    fill(small, small.new_stream(), reaction)
    small.add_refused(3)
    small.note_fault("buffer-full", 1, (1, 1), (1, 1))
    assert small.counts().refused == 3
    assert [fault.code for fault in small.faults()] == ["buffer-full"]


def test_on_a_full_card_the_ballast_goes_and_pages_of_the_file_are_used(tmp_path, reaction):
    free = [10**9]
    buffer = Buffer(tmp_path, free=lambda _: free[0])
    buffer.boot_number("boot-1", 500)
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 3_001)])
    confirm(buffer, stream, 3_000)
    buffer.ballast.tend()
    free[0] = 0
    assert not buffer.make_room()
    assert not buffer.ballast.is_there()
    free[0] = SPARE_BYTES
    assert buffer.make_room()
    assert not buffer.is_roomy()
    buffer.close()
