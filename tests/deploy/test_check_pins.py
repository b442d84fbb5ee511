"""Only the system's own GPIO libraries will do; the empty stub that pip finds for some Pythons is refused."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "check_pins.py"
SPEC = importlib.util.spec_from_file_location("check_pins", SCRIPT)
check_pins = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_pins)

APT = "/usr/lib/python3/dist-packages/lgpio.py"
REAL = "SET_PULL_NONE = 128\n"


def test_the_systems_own_library_is_right():
    assert check_pins.trouble(APT, REAL, "lgpio") is None
    assert check_pins.trouble("/usr/lib/python3/dist-packages/evdev/__init__.py", "", "evdev") is None


@pytest.mark.parametrize(
    ("origin", "source", "word"),
    [
        (None, "", "is missing"),
        ("/opt/salve/venv/lib/python3.13/site-packages/lgpio/__init__.py", REAL, "not from apt"),
        (APT, "__version__ = '0.0.0.2'\n" + REAL, "empty stub"),
        (APT, "", "empty stub"),
    ],
)
def test_another_one_is_refused_with_what_to_do(origin, source, word):
    found = check_pins.trouble(origin, source, "lgpio")
    assert word in found
    assert "apt" in found or "pip uninstall" in found


def test_the_command_ends_with_the_sentence(tmp_path):
    (tmp_path / "lgpio.py").write_text("raise SystemExit('it was imported')\n")
    done = subprocess.run(
        [sys.executable, SCRIPT], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"lgpio comes from {tmp_path}/lgpio.py, not from apt")
