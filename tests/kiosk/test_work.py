"""What the writer works with can be begun on a full card too, as long as there is a ballast to let go of."""

import errno
import os
import sqlite3

import pytest

from kiosk.buffer.whole import Buffer
from kiosk.work import Work


class FullCard(Buffer):
    """A buffer on a card that something else has filled: it takes a boot only in the room that the ballast had."""

    def boot_number(self, boot_id, elapsed_ms):
        if self.ballast.is_there() or self.never:
            error = sqlite3.OperationalError(os.strerror(errno.ENOSPC))
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().boot_number(boot_id, elapsed_ms)

    never = False


def test_a_card_that_something_else_filled_keeps_no_box_dark(tmp_path, clock):
    buffer = FullCard(tmp_path)
    buffer.ballast.tend()
    assert buffer.ballast.is_there()
    work = Work(buffer, clock)
    assert (work.boot, work.seq, len(work.stream.token)) == (1, 0, 32)
    assert buffer.is_tight
    assert not buffer.ballast.is_there()
    buffer.close()


def test_without_a_ballast_the_start_says_that_the_card_is_full(tmp_path, clock):
    buffer = FullCard(tmp_path)
    buffer.never = True
    with pytest.raises(sqlite3.OperationalError):
        Work(buffer, clock)
    buffer.close()
