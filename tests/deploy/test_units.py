"""The services are as closed as a counting kiosk allows, and a failed one always comes back."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "units"
ANALYZE = shutil.which("systemd-analyze")


class Unit(configparser.RawConfigParser):
    """A unit file; of a directive given several times the values are joined by blanks."""

    def __init__(self, name):
        super().__init__(strict=False, interpolation=None, comment_prefixes=("#",), delimiters=("=",))
        self.optionxform = str
        text = (UNITS / name).read_text().replace("\\\n", " ")
        seen, lines = {}, []
        for line in text.splitlines():
            found = re.match(r"(\w+)=(.*)", line)
            if found and found[1] in seen:
                lines[seen[found[1]]] += f" {found[2]}"
                continue
            if found:
                seen[found[1]] = len(lines)
            lines.append(line)
        self.read_string("\n".join(lines))


@pytest.fixture(scope="module")
def kiosk():
    return Unit("salve-kiosk.service")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["salve-kiosk.service", "salve-rescue.service", "salve-throttled.service"])
def test_systemds_own_judgement_of_the_exposure_is_2_or_better(name):
    done = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--no-pager", str(UNITS / name)], capture_output=True, text=True, check=True
    )
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert float(level[1]) <= 2.0, done.stdout


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("path", sorted(UNITS.iterdir()), ids=lambda path: path.name)
def test_systemd_knows_every_directive(path):
    done = subprocess.run([ANALYZE, "verify", "--man=no", str(path)], capture_output=True, text=True, check=False)
    known = [line for line in done.stderr.splitlines() if path.name in line and "is not executable" not in line]
    assert known == []


def test_the_kiosk_counts_without_a_network_and_always_comes_back(kiosk):
    text = (UNITS / "salve-kiosk.service").read_text()
    assert not re.search(r"^\w+=.*network-online", text, re.MULTILINE)
    assert kiosk["Unit"]["OnFailure"] == "salve-rescue.service"
    assert (kiosk["Service"]["Restart"], kiosk["Service"]["RestartSec"]) == ("always", "2")


def test_the_watchdog_waits_longer_than_the_program_feeds_and_ends_it_with_stacks(kiosk):
    assert kiosk["Service"]["Type"] == "notify"
    assert int(kiosk["Service"]["WatchdogSec"]) >= 30
    assert kiosk["Service"]["WatchdogSignal"] == "SIGABRT"


def test_buttons_are_the_only_devices_and_the_firmwares_mailbox_is_none(kiosk):
    assert kiosk["Service"]["DevicePolicy"] == "closed"
    assert kiosk["Service"]["DeviceAllow"] == "char-gpiochip rw char-input r"
    assert "video" not in kiosk["Service"]["SupplementaryGroups"]


def test_lgpios_pipe_lies_in_a_private_folder_in_memory(kiosk):
    service = kiosk["Service"]
    assert service["WorkingDirectory"] == f"/run/{service['RuntimeDirectory']}"
    assert service["RuntimeDirectoryMode"] == "0700"
    assert service["RuntimeDirectoryPreserve"] == "restart"
    assert "GPIOZERO_PIN_FACTORY=lgpio" in service["Environment"]


def test_the_kernel_watchdog_stays_below_what_the_pis_can_wait():
    drop_in = (UNITS.parent / "drop-ins" / "watchdog.conf").read_text()
    assert int(re.search(r"RuntimeWatchdogSec=(\d+)", drop_in)[1]) < 15
