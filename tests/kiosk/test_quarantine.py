"""Damaged buffers are moved with all that belongs to them, and kept."""

import pytest

from kiosk import quarantine

NOON_MS = 1_795_262_400_000


def damaged(tmp_path, size=10):
    (tmp_path / "buffer.db").write_bytes(b"d" * size)
    (tmp_path / "buffer.db-wal").write_bytes(b"w")


def set_aside(tmp_path, most_bytes=10**6):
    return quarantine.set_aside(tmp_path, "a reason", "0a1b2c3d-4e5f", NOON_MS, most_bytes)


def test_file_and_wal_move_together_under_time_and_boot(tmp_path):
    damaged(tmp_path)
    folder = set_aside(tmp_path)
    assert folder == tmp_path / "quarantine" / "20261121T120000Z-0a1b2c3d"
    assert {path.name for path in folder.iterdir()} == {"buffer.db", "buffer.db-wal", "note.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["quarantine"]


def test_each_case_is_counted_and_can_be_closed(tmp_path):
    for _ in range(2):
        damaged(tmp_path)
        set_aside(tmp_path)
    assert quarantine.generation(tmp_path) == 2
    first, second = quarantine.cases(tmp_path)
    quarantine.close_case(first, {"presses": 1})
    assert [case.is_salvaged for case in quarantine.cases(tmp_path)] == [True, False]
    assert (first.generation, second.generation) == (1, 2)


@pytest.mark.parametrize(("most_bytes", "kept"), [(10**6, 5), (2_000, 2), (0, 2)])
def test_the_last_two_stay_always_and_older_ones_while_there_is_room(tmp_path, most_bytes, kept):
    for _ in range(5):
        damaged(tmp_path, 1_000)
        set_aside(tmp_path, most_bytes)
        for case in quarantine.cases(tmp_path):
            quarantine.close_case(case, {"presses": 1})
    assert len(quarantine.cases(tmp_path)) == kept
    assert quarantine.generation(tmp_path) == 5


def test_what_nobody_has_read_yet_is_never_deleted(tmp_path):
    for _ in range(5):
        damaged(tmp_path, 1_000)
        set_aside(tmp_path, 0)
    assert len(quarantine.cases(tmp_path)) == 5


def test_a_move_that_a_power_cut_ended_is_completed(tmp_path):
    damaged(tmp_path)
    folder = set_aside(tmp_path)
    (folder / "buffer.db-wal").rename(tmp_path / "buffer.db-wal")
    assert not quarantine.orphans(tmp_path)
    assert (folder / "buffer.db-wal").exists()


def test_a_wal_of_nobody_is_an_orphan(tmp_path):
    assert not quarantine.orphans(tmp_path)
    (tmp_path / "buffer.db-wal").write_bytes(b"w")
    assert quarantine.orphans(tmp_path)
    (tmp_path / "buffer.db").write_bytes(b"d")
    assert not quarantine.orphans(tmp_path)
