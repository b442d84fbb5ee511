"""A kiosk that does not stay up restarts its machine once a day, and is else tried again, for ever."""

import os
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "rescue.sh"
DAY_S = 86_400


@pytest.fixture
def rescue(tmp_path):
    """Runs the script with a systemctl that only writes down what was asked of it; answers the words."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "systemctl"
    fake.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    fake.chmod(0o755)
    state = tmp_path / "state"
    state.mkdir()

    def run():
        (tmp_path / "asked").write_text("")
        environment = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "STATE_DIRECTORY": str(state), "RESCUE_WAIT_S": "0"}
        subprocess.run([SCRIPT], env=environment, check=True, capture_output=True)
        return (tmp_path / "asked").read_text().splitlines()

    run.stamp = state / "restarted"
    return run


AGAIN = ["reset-failed salve-kiosk.service", "start --no-block salve-kiosk.service"]


def test_the_first_time_the_machine_restarts_and_the_second_time_the_kiosk_is_tried_again(rescue):
    assert rescue() == ["reboot"]
    assert rescue() == AGAIN
    assert rescue() == AGAIN


def test_a_day_later_the_machine_may_restart_again(rescue):
    rescue.stamp.write_text(f"{int(time.time()) - DAY_S}\n")
    assert rescue() == ["reboot"]


@pytest.mark.parametrize("ahead_s", [60, 400 * DAY_S])
def test_a_clock_that_went_back_neither_restarts_at_once_nor_never_again(rescue, ahead_s):
    rescue.stamp.write_text(f"{int(time.time()) + ahead_s}\n")
    assert rescue() == AGAIN
    assert int(rescue.stamp.read_text()) <= time.time()


@pytest.mark.parametrize("text", ["", "nonsense\n", "-5\n"])
def test_a_stamp_that_a_power_cut_left_unreadable_counts_as_none(rescue, text):
    rescue.stamp.write_text(text)
    assert rescue() == ["reboot"]


def test_where_no_stamp_can_be_kept_the_machine_never_restarts(rescue):
    rescue.stamp.mkdir()
    assert rescue() == AGAIN


def test_unless_told_otherwise_it_waits_half_a_minute(tmp_path):
    """A program that dies each minute then counts for two thirds of the time, not for a sixth of it."""
    (tmp_path / "bin").mkdir()
    for name in ("systemctl", "sleep"):
        fake = tmp_path / "bin" / name
        fake.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/{name}.asked\n')
        fake.chmod(0o755)
    (tmp_path / "restarted").write_text(f"{int(time.time())}\n")
    environment = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "STATE_DIRECTORY": str(tmp_path)}
    done = subprocess.run([SCRIPT], env=environment, check=True, capture_output=True, text=True)
    assert (tmp_path / "sleep.asked").read_text() == "30\n"
    assert "30 s" in done.stdout
