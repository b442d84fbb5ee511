"""The server's settings: defaults, file, environment, and a sentence for each that does not fit."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from server.settings import SETTINGS, WrongSetting, read_settings

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, **environment: str) -> object:
    return read_settings({"SALVE_DATA_DIR": str(folder / "data")} | environment)


def test_without_settings_it_listens_on_loopback_with_the_embedded_database(tmp_path: Path) -> None:
    settings = read_settings({"SALVE_DATA_DIR": str(tmp_path / "data")})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'salve.db'}"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.trusted_hosts == ("localhost", "127.0.0.1", "[::1]", "127.0.0.1")


def test_the_secret_is_made_once_private_and_never_printed(tmp_path: Path) -> None:
    first = read_settings({"SALVE_DATA_DIR": str(tmp_path)})
    again = read_settings({"SALVE_DATA_DIR": str(tmp_path)})
    assert first.secret_key == again.secret_key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert first.secret_key.decode() not in repr(first)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "salve.toml"
    file.write_text(f'data_dir = "{tmp_path}"\nport = 9000\nhost = "0.0.0.0"\ntrusted_hosts = ["a.example", "b.example"]\n')
    settings = read_settings({"SALVE_CONFIG": str(file), "SALVE_PORT": "9001"})
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)
    assert settings.trusted_hosts == ("a.example", "b.example")


def test_the_public_address_is_trusted_and_loses_its_last_slash(tmp_path: Path) -> None:
    settings = read_settings({"SALVE_DATA_DIR": str(tmp_path), "SALVE_PUBLIC_URL": "https://salve.example/"})
    assert settings.public_url == "https://salve.example"
    assert "salve.example" in settings.trusted_hosts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SALVE_PORT", "eighty"),
        ("SALVE_PORT", "70000"),
        ("SALVE_PROXY_HOPS", "-1"),
        ("SALVE_THREADS", "1"),
        ("SALVE_KEEP_MONTHS", "2"),
        ("SALVE_KEEP_MONTHS", "-1"),
        ("SALVE_PUBLIC_URL", "salve.example"),
        ("SALVE_PUBLIC_URL", "ftp://salve.example"),
        ("SALVE_SECRET_KEY_FILE", "/nowhere/at/all"),
        ("SALVE_CONFIG", "/nowhere/at/all.toml"),
    ],
)
def test_a_setting_that_does_not_fit_stops_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name}:"):
        read(tmp_path, **{name: value})


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("changeme")
    with pytest.raises(WrongSetting, match="at least 32 bytes"):
        read(tmp_path, SALVE_SECRET_KEY_FILE=str(tmp_path / "secret"))


def test_the_metrics_token_is_read_from_its_file_and_a_short_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t" * 32 + "\n")
    settings = read(tmp_path, SALVE_METRICS_TOKEN_FILE=str(file))
    assert settings.metrics_token == "t" * 32
    assert "ttt" not in repr(settings)
    assert read(tmp_path).metrics_token == ""
    for wrong in ("short", "two words of thirty-two letters or so", "ü" * 40):
        file.write_text(wrong)
        with pytest.raises(WrongSetting, match=r"^SALVE_METRICS_TOKEN_FILE: "):
            read(tmp_path, SALVE_METRICS_TOKEN_FILE=str(file))


@pytest.mark.parametrize("text", ["colour = 'blue'", "port = ["])
def test_a_file_with_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "salve.toml"
    file.write_text(text)
    with pytest.raises(WrongSetting, match=r"^(colour|SALVE_CONFIG):"):
        read(tmp_path, SALVE_CONFIG=str(file))


def test_every_setting_has_a_meaning_and_a_name_of_its_own() -> None:
    assert len({setting.env for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)
