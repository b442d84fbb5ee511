"""A file is replaced whole or not at all."""

import stat

import pytest

from kiosk.files import write_durably


def test_the_new_content_replaces_the_old_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "key"
    write_durably(path, b"old", 0o644)
    write_durably(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_failure_leaves_the_old_content(tmp_path):
    path = tmp_path / "key"
    write_durably(path, b"old")
    with pytest.raises(TypeError):
        write_durably(path, "no bytes")
    assert path.read_bytes() == b"old"
