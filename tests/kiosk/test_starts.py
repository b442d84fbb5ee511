"""Starts are counted per boot, and the word for the last end comes from systemd."""

from kiosk.starts import LAST_END_NAME, count_start


def test_starts_are_counted_until_the_next_boot(tmp_path):
    assert [count_start(tmp_path, "boot-1").number for _ in range(3)] == [1, 2, 3]
    assert count_start(tmp_path, "boot-2").number == 1


def test_the_last_end_is_told_when_systemd_wrote_it(tmp_path):
    assert count_start(tmp_path, "boot-1").last_end is None
    (tmp_path / LAST_END_NAME).write_text("watchdog\n")
    assert count_start(tmp_path, "boot-1").last_end == "watchdog"


def test_a_file_that_makes_no_sense_or_can_not_be_written_makes_it_the_first(tmp_path):
    (tmp_path / "starts").write_bytes(b"boot-1 many\xff")
    assert count_start(tmp_path, "boot-1").number == 1
    assert count_start(tmp_path / "none", "boot-1").number == 1
