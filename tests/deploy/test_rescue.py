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
