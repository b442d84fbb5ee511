"""What is put back into a damaged copy is what every buffer begins with."""

import os

import pytest

from kiosk.buffer.mending import BLOCK_BYTES, copy_readable, put_back_beginning
from kiosk.buffer.whole import Buffer


def test_a_copy_is_the_same_also_where_the_last_block_is_short(tmp_path):
    content = os.urandom(2 * BLOCK_BYTES + 17)
    (tmp_path / "source").write_bytes(content)
    copy_readable(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


def test_blocks_that_can_not_be_read_become_zeros(tmp_path, monkeypatch):
    (tmp_path / "source").write_bytes(b"a" * 3 * BLOCK_BYTES)
    real = os.pread

    def pread(descriptor, size, place):
        if place == BLOCK_BYTES:
            raise OSError(5, "Input/output error")
        return real(descriptor, size, place)

    monkeypatch.setattr(os, "pread", pread)
    copy_readable(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"a" * BLOCK_BYTES + bytes(BLOCK_BYTES) + b"a" * BLOCK_BYTES


@pytest.mark.parametrize("whole_page", [False, True])
def test_the_beginning_put_back_is_the_one_that_was_lost(tmp_path, whole_page):
    Buffer(tmp_path).close()
    path = tmp_path / "buffer.db"
    whole = path.read_bytes()
    path.write_bytes(bytes(BLOCK_BYTES if whole_page else 100) + whole[BLOCK_BYTES if whole_page else 100 :])
    put_back_beginning(path, whole_page=whole_page)
    assert path.read_bytes()[100:] == whole[100:]
    Buffer(tmp_path).close()
