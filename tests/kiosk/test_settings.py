"""A wrong setting stops the program with its name; none is guessed."""

from pathlib import Path

import pytest

from kiosk.errors import SettingError
from kiosk.settings import SETTINGS, KioskSettings, check_server, load


def write(tmp_path, text):
    path = tmp_path / "kiosk.toml"
    path.write_text(text)
    return {"SALVE_KIOSK_CONFIG": str(path)}


def test_without_file_and_environment_the_defaults_stand():
    found = load({})
    assert found == KioskSettings(Path("/var/lib/salve-kiosk"), Path("/var/lib/salve-kiosk/run"), None, None, False)


def test_the_environment_wins_over_the_file(tmp_path):
    environment = write(tmp_path, 'data_dir = "/srv/a"\nsync_s = 30\ninsecure_lan = true\n')
    found = load({**environment, "SALVE_KIOSK_SYNC_S": "5", "SALVE_KIOSK_SCREEN_PORT": "8010"})
    assert (found.data_dir, found.sync_s, found.screen_port, found.insecure_lan) == (Path("/srv/a"), 5, 8010, True)


def test_systemd_names_the_runtime_folder_when_no_setting_does():
    assert load({"RUNTIME_DIRECTORY": "/run/salve:/run/other"}).runtime_dir == Path("/run/salve")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sync_s = 0", "sync_s"),
        ("sync_s = 601", "sync_s"),
        ('sync_s = "soon"', "sync_s"),
        ("sync_s = true", "sync_s"),
        ("screen_port = 70000", "screen_port"),
        ("data_dir = 5", "data_dir"),
        ('insecure_lan = "maybe"', "insecure_lan"),
        ("sync_seconds = 60", "sync_seconds"),
        ("sync_s = = 1", "SALVE_KIOSK_CONFIG"),
    ],
)
def test_an_unknown_or_wrong_value_stops_with_its_name(tmp_path, text, name):
    with pytest.raises(SettingError, match=f"^{name}: "):
        load(write(tmp_path, text))


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(SettingError, match=r"^SALVE_KIOSK_CONFIG: "):
        load({"SALVE_KIOSK_CONFIG": str(tmp_path / "none.toml")})


def test_a_wrong_environment_variable_is_named_as_such():
    with pytest.raises(SettingError, match=r"^SALVE_KIOSK_SYNC_S: "):
        load({"SALVE_KIOSK_SYNC_S": "-1"})


def test_the_list_of_settings_is_the_one_that_the_loader_fills():
    assert [setting.name for setting in SETTINGS] == list(KioskSettings.__dataclass_fields__)
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)


@pytest.mark.parametrize("url", ["https://salve.example.com", "http://127.0.0.1:8000", "http://localhost:8000/"])
def test_a_server_is_https_or_this_machine(url):
    assert check_server(url, insecure_lan=False) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://192.168.1.5", "http://localhost.evil.example", "ftp://x", "salve.example.com", "https://u:p@x"]
)
def test_a_key_does_not_travel_readable_or_to_no_address(url):
    with pytest.raises(SettingError, match=r"^server: "):
        check_server(url, insecure_lan=False)


def test_an_insecure_network_has_to_be_allowed_by_name():
    assert check_server("http://192.168.1.5", insecure_lan=True) == "http://192.168.1.5"
