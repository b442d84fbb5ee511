"""A file has its name only once its content is on the disk, and its folder then says so, too."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
from flushes import noted

from server.database.whole_files import flush_if_possible, take_name, whole_file

if TYPE_CHECKING:
    from pathlib import Path


def test_the_content_is_flushed_before_the_name_is_given_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = noted(monkeypatch)
    (tmp_path / "part").write_text("all of it")
    take_name(tmp_path / "part", tmp_path / "file")
    assert seen == ["flush part", "name file", f"flush {tmp_path.name}"]
    assert (tmp_path / "file").read_text() == "all of it"
    seen.clear()
    with whole_file(tmp_path / "backup") as part:
        part.write_text("copied")
    of_sum = part.name.replace("backup", "backup.sha256")
    assert seen == [
        *(f"flush {part.name}", "name backup", f"flush {tmp_path.name}"),
        *(f"flush {of_sum}", "name backup.sha256", f"flush {tmp_path.name}"),
    ]


def test_a_file_system_that_can_not_flush_is_left_to_its_own_and_one_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "part").write_text("all of it")

    def answer(number: int) -> None:
        def fail(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fail)

    answer(errno.EINVAL)
    take_name(tmp_path / "part", tmp_path / "file", flush_if_possible)
    answer(errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        take_name(tmp_path / "file", tmp_path / "other", flush_if_possible)
    assert not (tmp_path / "other").exists()
