"""Clocks of the machine, and of a simulated one that can be rebooted."""

from kiosk.clock import SimulatedClock, SystemClock, moment, utc_text


def test_elapsed_time_never_runs_back_and_a_boot_has_one_name():
    clock = SystemClock()
    first = clock.elapsed_ms()
    assert clock.elapsed_ms() >= first
    assert clock.boot_id() == SystemClock().boot_id()


def test_a_simulated_reboot_is_another_boot_from_zero_and_outlives_the_program(tmp_path):
    clock = SimulatedClock(tmp_path)
    assert clock.boot_id() == SystemClock().boot_id()
    clock.reboot()
    assert clock.boot_id() != SystemClock().boot_id()
    assert clock.elapsed_ms() < 5_000
    assert SimulatedClock(tmp_path).boot_id() == clock.boot_id()


def test_a_real_reboot_ends_the_simulated_one(tmp_path):
    clock = SimulatedClock(tmp_path)
    clock.reboot()
    kept = (tmp_path / "simulated-boot.json").read_text()
    (tmp_path / "simulated-boot.json").write_text(kept.replace(SystemClock().boot_id(), "an older boot"))
    assert SimulatedClock(tmp_path).boot_id() == SystemClock().boot_id()


def test_times_are_written_in_utc():
    assert utc_text(1_790_000_000_123) == "2026-09-21T14:13:20.123Z"
    assert utc_text(None) is None
    assert moment(1_790_000_000_000, 1.5).isoformat() == "2026-09-21T14:13:21.500000+00:00"
