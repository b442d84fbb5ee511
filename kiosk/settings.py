"""The kiosk's settings: read once at start from a TOML file and the environment, which wins."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from kiosk.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG_ENV = "SALVE_KIOSK_CONFIG"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Setting(NamedTuple):
    """One setting: its name in the file, its environment variable, its default as text, and what it means."""

    name: str
    env: str
    kind: Literal["folder", "file", "number", "flag", "side", "text"]
    default: str
    meaning: str
    least: int = 0
    most: int = 0


SETTINGS = (
    Setting(
        "data_dir",
        "SALVE_KIOSK_DATA_DIR",
        "folder",
        "/var/lib/salve-kiosk",
        "Folder of the buffer, the key and the configuration.",
    ),
    Setting(
        "runtime_dir",
        "SALVE_KIOSK_RUNTIME_DIR",
        "folder",
        "",
        "Private folder of the socket that `salve-kiosk status` asks; by default systemd's RUNTIME_DIRECTORY, else `run` in the"
        " data folder.",
    ),
    Setting(
        "screen_port",
        "SALVE_KIOSK_SCREEN_PORT",
        "number",
        "",
        "Port on 127.0.0.1 of the kiosk's own page; no page unless set.",
        1,
        65_535,
    ),
    Setting(
        "sync_s",
        "SALVE_KIOSK_SYNC_S",
        "number",
        "",
        "Seconds between two syncs when nobody presses; by default what the server advises, and 60 before it has. At most 600:"
        " a kiosk that was not heard for 15 minutes is called silent.",
        1,
        600,
    ),
    Setting(
        "insecure_lan",
        "SALVE_KIOSK_INSECURE_LAN",
        "flag",
        "false",
        "Allow a server address with http:// that is not on this machine. Presses and the key then travel readable.",
    ),
    Setting(
        "ca_file",
        "SALVE_KIOSK_CA_FILE",
        "file",
        "",
        "File with the certificate of your own authority (PEM): only servers that it signed are believed. While no time server"
        " has set the clock, dates of certificates are then not looked at.",
    ),
    Setting(
        "keypad",
        "SALVE_KIOSK_KEYPAD",
        "text",
        "",
        "A USB keypad or arcade encoder in place of the pins: its name, its vendor:product in hex, or its path under"
        " /dev/input/by-id.",
    ),
    Setting(
        "happy_side",
        "SALVE_KIOSK_HAPPY_SIDE",
        "side",
        "",
        "`left` or `right`: where the happy face of a row stands. By default, on the screen, where reading begins in the"
        " store's first language. `right` also exchanges the pins or keys within each row, which are wired for `left`.",
    ),
    Setting(
        "wiring_dir",
        "SALVE_KIOSK_WIRING_DIR",
        "folder",
        "",
        "Folder with wiring files of this box (`two-row.toml` and so on) in place of those that come with the program.",
    ),
    Setting(
        "retention_days",
        "SALVE_KIOSK_RETENTION_DAYS",
        "number",
        "35",
        "Days that a press stays on the card after the server confirmed it; longer until a backup of the server has it.",
        1,
        3_650,
    ),
    Setting(
        "buffer_mib",
        "SALVE_KIOSK_BUFFER_MIB",
        "number",
        "128",
        "MiB that the buffer may grow to. Near it confirmed presses go early; when only unconfirmed ones are left, presses are"
        " refused.",
        1,
        4_096,
    ),
)


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """Settings in their types; None means that the default is decided where it is used."""

    data_dir: Path
    runtime_dir: Path
    screen_port: int | None
    sync_s: int | None
    insecure_lan: bool
    ca_file: Path | None = None
    keypad: str | None = None
    happy_side: str | None = None
    wiring_dir: Path | None = None
    retention_days: int = 35
    buffer_mib: int = 128


def load(environment: Mapping[str, str] = os.environ) -> KioskSettings:
    """Read file and environment; raises SettingError, which begins with the setting's name, for anything unknown or wrong."""
    found = _from_file(environment.get(CONFIG_ENV, ""))
    values = {setting.name: _value(setting, found, environment) for setting in SETTINGS}
    if values["runtime_dir"] is None:
        # systemd gives a list when a unit has several runtime folders.
        given = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
        values["runtime_dir"] = Path(given) if given else values["data_dir"] / "run"
    return KioskSettings(**values)


def check_server(url: str, *, insecure_lan: bool) -> str:
    """The server's address without a trailing slash; raises SettingError for one that a key must not travel to."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingError(f"server: {url!r} is no address like https://salve.example.com.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not insecure_lan:
        raise SettingError(
            "server: http:// would show the key to the whole network. Use https://, or set insecure_lan = true for a network"
            " you trust."
        )
    return url.rstrip("/")


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        table = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise SettingError(f"{CONFIG_ENV}: {path} can not be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{CONFIG_ENV}: {path} is not TOML ({error}).") from error
    unknown = sorted(set(table) - {setting.name for setting in SETTINGS})
    if unknown:
        raise SettingError(f"{unknown[0]}: there is no such setting ({path}).")
    return table


def _value(setting: Setting, found: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    raw = environment.get(setting.env) or found.get(setting.name, setting.default)
    name = setting.env if environment.get(setting.env) else setting.name
    if raw == "":
        return None
    if setting.kind == "folder":
        return _folder(name, raw)
    if setting.kind == "file":
        return _readable(name, _folder(name, raw))
    if setting.kind == "flag":
        return _flag(name, raw)
    if setting.kind == "side":
        return _side(name, raw)
    if setting.kind == "text":
        return _text(name, raw)
    return _number(name, raw, setting.least, setting.most)


def _folder(name: str, raw: Any) -> Path:
    if not isinstance(raw, str):
        raise SettingError(f"{name}: must be the path of a folder.")
    return Path(raw).expanduser().absolute()


def _readable(name: str, path: Path) -> Path:
    if not path.is_file() or not os.access(path, os.R_OK):
        raise SettingError(f"{name}: there is no file {path} that the kiosk may read.")
    return path


def _flag(name: str, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in {"true", "false"}:
        return bool(raw == "true")
    raise SettingError(f"{name}: must be true or false, not {raw!r}.")


def _side(name: str, raw: Any) -> str:
    if raw in {"left", "right"}:
        return str(raw)
    raise SettingError(f"{name}: must be left or right, not {raw!r}.")


def _text(name: str, raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    raise SettingError(f"{name}: must be a text, not {raw!r}.")


def _number(name: str, raw: Any, least: int, most: int) -> int:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
        raise SettingError(f"{name}: must be a whole number from {least} to {most}, not {raw!r}.")
    return raw
