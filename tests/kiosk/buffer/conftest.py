"""A buffer with one boot in it, and presses to put there."""

import json

import pytest

from kiosk.buffer.whole import Buffer
from wire.messages import Reaction


def make_reaction(at=1_000, boot=1, button="happy"):
    return Reaction(at, 1_790_000_000_000 + at, True, boot, button, 3, None, "vote")


@pytest.fixture
def reaction():
    return make_reaction


@pytest.fixture
def buffer(tmp_path):
    buffer = Buffer(tmp_path)
    buffer.boot_number("boot-1", 500)
    yield buffer
    buffer.close()


@pytest.fixture
def batch_of():
    """What a sync in boot 1 would send."""

    def batch_of(buffer, stream, limit=500):
        return buffer.next_batch(stream, 1, 9_999, limit)

    return batch_of


@pytest.fixture
def reactions_in():
    """The reactions of a batch, read from the text that travels."""

    def reactions_in(batch):
        return [Reaction(*values) for values in json.loads(batch.reactions)]

    return reactions_in
