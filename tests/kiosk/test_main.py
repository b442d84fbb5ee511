"""Presses count before the network's libraries are loaded, and the service's own door says what is wrong in one sentence."""

import json
import os
import subprocess
import sys

import pytest

from kiosk.__main__ import main

# What the first press must not wait for, by the name of its first module.
LATER = {"requests", "urllib3", "ssl", "apscheduler", "flask", "werkzeug", "click", "sqlite_utils", "_hashlib"}
AT_READY = """
import json, os, sys
from kiosk.__main__ import load
from kiosk.program import Program

def ready():
    print(json.dumps(sorted(sys.modules)))
    sys.stdout.flush()
    os._exit(0)

Program(load(), simulated=True).power_on(ready)
"""


def test_when_presses_count_nothing_is_loaded_that_only_syncs_or_shows(tmp_path):
    environment = {**os.environ, "SALVE_KIOSK_DATA_DIR": str(tmp_path / "data")}
    # The first start of all makes the buffer, which may load more; it is the only one.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", AT_READY], env=environment, capture_output=True, text=True, check=True, timeout=30
        )
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "gpiozero" in loaded
    assert loaded & LATER == set()


def test_a_wrong_setting_is_one_sentence_and_exit_code_1(tmp_path):
    environment = {**os.environ, "SALVE_KIOSK_DATA_DIR": str(tmp_path), "SALVE_KIOSK_SYNC_S": "soon"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kiosk"], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr == "Error: SALVE_KIOSK_SYNC_S: must be a whole number from 1 to 600, not 'soon'.\n"


def test_other_words_are_sent_to_the_command():
    with pytest.raises(SystemExit, match="salve-kiosk"):
        main(["status"])
