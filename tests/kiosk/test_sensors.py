"""The machine's own files are read as they are on a Pi, and missing or odd ones are no fact and no error."""

import pytest

from kiosk.sensors import Sensors, throttling_names

PI = {
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
    "run/salve/throttled": "throttled=0x50005\n",
    "proc/net/wireless": (
        "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
        " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n"
        " wlan0: 0000   58.  -52.  -256        0      0      0      0      0        0\n"
    ),
    "sys/block/mmcblk0/device/name": "SD16G\n",
    "sys/block/mmcblk0/device/manfid": "0x000003\n",
    "sys/block/mmcblk0/device/date": "09/2024\n",
    "proc/device-tree/model": "Raspberry Pi Zero 2 W Rev 1.0\0",
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n',
}


@pytest.fixture
def machine(tmp_path):
    for name, text in PI.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def all_of(sensors):
    return {
        name: getattr(sensors, name)()
        for name in ("temperature_c", "under_voltage", "throttled", "wifi_dbm", "model", "card", "system")
    }


def test_a_pis_files_become_facts(machine):
    assert all_of(Sensors(machine)) == {
        "temperature_c": 48.312,
        "under_voltage": True,
        "throttled": 0x50005,
        "wifi_dbm": -52,
        "model": "Raspberry Pi Zero 2 W Rev 1.0",
        "card": "SD16G 0x000003 09/2024",
        "system": "Debian GNU/Linux 12 (bookworm)",
    }


def test_a_machine_without_any_of_them_gives_no_facts(tmp_path):
    assert set(all_of(Sensors(tmp_path)).values()) == {None}


@pytest.mark.parametrize("odd", ["", "\0\xff", "-", "0x", "throttled=", "x" * 100_000, "PRETTY_NAME=", "\n\n\n\n wlan0: 0 1"])
def test_odd_content_is_no_fact_and_no_error(machine, odd):
    for name in PI:
        (machine / name).write_text(odd)
    (machine / "sys/class/hwmon/hwmon1/name").write_text("rpi_volt")
    found = all_of(Sensors(machine))
    found.pop("model")
    found.pop("card")
    assert set(found.values()) == {None}


def test_a_folder_in_place_of_a_file_is_no_error(machine):
    (machine / "run/salve/throttled").unlink()
    (machine / "run/salve/throttled").mkdir()
    assert Sensors(machine).throttled() is None


def test_a_sound_supply_is_false_and_not_unknown(machine):
    (machine / "sys/class/hwmon/hwmon1/in0_lcrit_alarm").write_text("0\n")
    assert Sensors(machine).under_voltage() is False


def test_throttling_bits_have_names_now_and_since_the_boot():
    assert throttling_names(0x50005) == [
        "under-voltage",
        "throttled",
        "under-voltage since boot",
        "throttled since boot",
    ]
    assert throttling_names(0) == []
