"""The demonstration's folder is never somebody else's, and never two demonstrations'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from demo.folder import MARK, Folder, NotOurs

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_or_empty_folder_is_taken_and_marked(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new")
    folder.take(fresh=False)
    assert (tmp_path / "new" / MARK).exists()
    folder.release()


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_with_other_peoples_files_is_refused_whatever_they_are_called(tmp_path: Path, *, fresh: bool) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "main.c").write_text("mine")
    with pytest.raises(NotOurs, match="holds server and is not"):
        Folder(tmp_path).take(fresh=fresh)
    assert (tmp_path / "server" / "main.c").read_text() == "mine"


def test_fresh_empties_its_own_folder_and_follows_no_link(tmp_path: Path) -> None:
    own, other = tmp_path / "demo", tmp_path / "other"
    other.mkdir()
    (other / "kept").write_text("mine")
    first = Folder(own)
    first.take(fresh=False)
    (own / "server").mkdir()
    (own / "link").symlink_to(other)
    first.release()
    second = Folder(own)
    second.take(fresh=True)
    assert [entry.name for entry in own.iterdir()] == [MARK]
    assert (other / "kept").exists()
    second.release()


def test_a_second_demonstration_on_the_same_folder_is_refused_with_the_firsts_process(tmp_path: Path) -> None:
    first = Folder(tmp_path)
    first.take(fresh=False)
    with pytest.raises(NotOurs, match=r"already runs from .* \(process \d+\)"):
        Folder(tmp_path).take(fresh=True)
    first.release()


def test_a_file_in_the_folders_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotOurs, match="can not be used"):
        Folder(tmp_path / "file").take(fresh=False)
