"""The server's settings, read once at start into a frozen dataclass: TOML file first, environment wins."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class WrongSetting(ValueError):
    """A setting that is missing or makes no sense; the text begins with its name."""


class Setting(NamedTuple):
    """One setting as it is documented: its name in the environment, its default as text, and what it means."""

    env: str
    default: str
    meaning: str

    @property
    def key(self) -> str:
        """The setting's name in the TOML file."""
        return self.env.removeprefix("SALVE_").lower()


SETTINGS = (
    Setting("SALVE_DATA_DIR", "./data", "Folder of the embedded database and of the secret key; made when missing."),
    Setting("SALVE_DATABASE_URL", "", "SQLAlchemy address of the database; empty means SQLite in the data folder."),
    Setting("SALVE_HOST", "127.0.0.1", "Address to listen on."),
    Setting("SALVE_PORT", "8000", "Port to listen on."),
    Setting(
        "SALVE_SECRET_KEY_FILE", "", "File with the secret; empty means `secret-key` in the data folder, made at first start."
    ),
    Setting(
        "SALVE_TRUSTED_HOSTS", "", "Host names to answer to, with commas; empty means loopback and the public address's host."
    ),
    Setting("SALVE_PROXY_HOPS", "0", "How many reverse proxies stand in front and set X-Forwarded headers."),
    Setting("SALVE_PUBLIC_URL", "", "Address that people and kiosks use, for links; empty means http://host:port."),
    Setting("SALVE_THREADS", "32", "Threads that answer requests; committing in groups needs waiters, so not few."),
    Setting("SALVE_CONNECTION_LIMIT", "2000", "Connections held open at once; above the number of slow clients expected."),
    Setting("SALVE_DAILY_QUOTA", "50000", "Reactions a kiosk may press in a day before further ones are held and looked at."),
    Setting(
        "SALVE_DELIVERY_DIR",
        "",
        "Folder where the worker puts each day's exports once the day is over everywhere; none if empty.",
    ),
    Setting("SALVE_METRICS_TOKEN_FILE", "", "File with the token for /metrics, 32 characters or more; no such page if empty."),
    Setting(
        "SALVE_KEEP_MONTHS",
        "0",
        "Whole months of single reactions to keep in the database, 3 or more; older ones go to the archive. 0 keeps all.",
    ),
    Setting("SALVE_ARCHIVE_DIR", "", "Folder of the archive's Parquet files; empty means `archive` in the data folder."),
)
# Pages tell for weeks what came late, and runs are held against the ten weeks before: those must be whole.
LEAST_KEPT_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. `public_url` has no slash at its end; `secret_key` and `metrics_token` never print."""

    data_dir: Path
    database_url: str
    host: str
    port: int
    secret_key: bytes
    trusted_hosts: tuple[str, ...]
    proxy_hops: int
    public_url: str
    threads: int = 32
    connection_limit: int = 2000
    daily_quota: int = 50_000
    delivery_dir: Path | None = None
    metrics_token: str = ""
    keep_months: int = 0
    archive_dir: Path | None = None

    @property
    def archive(self) -> Path:
        """The archive's folder."""
        return self.archive_dir or self.data_dir / "archive"

    @property
    def session_cookie(self) -> str:
        """The session cookie's name; on https the browser itself keeps it to this host and to secure connections."""
        return "__Host-salve" if self.public_url.startswith("https:") else "salve"

    def __repr__(self) -> str:
        return f"Settings(data_dir={self.data_dir}, host={self.host}, port={self.port})"


def read_settings(environment: Mapping[str, str] | None = None, *, begins: bool = True) -> Settings:
    """Read the settings; raises WrongSetting with the name of the first that does not fit.

    Without `begins` there must be an embedded database already, and nothing is made where there is none. Never does one begin
    where one was moved to PostgreSQL: every key and token would be unknown to it.
    """
    environment = os.environ if environment is None else environment
    values = {setting.env: setting.default for setting in SETTINGS}
    if environment.get("SALVE_CONFIG"):
        values |= _file(Path(environment["SALVE_CONFIG"]))
    values |= {name: environment[name] for name in values if environment.get(name)}
    data_dir = Path(values["SALVE_DATA_DIR"]).expanduser().resolve()
    database_url = values["SALVE_DATABASE_URL"] or f"sqlite:///{data_dir / 'salve.db'}"
    _check_beginning(database_url, begins=begins)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    host, port = values["SALVE_HOST"], _whole("SALVE_PORT", values, 1, 65_535)
    public_url = _public_url(values["SALVE_PUBLIC_URL"] or f"http://{host}:{port}")
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        host=host,
        port=port,
        secret_key=_secret(values["SALVE_SECRET_KEY_FILE"], data_dir),
        trusted_hosts=_hosts(values["SALVE_TRUSTED_HOSTS"], public_url),
        proxy_hops=_whole("SALVE_PROXY_HOPS", values, 0, 10),
        public_url=public_url,
        threads=_whole("SALVE_THREADS", values, 4, 512),
        connection_limit=_whole("SALVE_CONNECTION_LIMIT", values, 100, 100_000),
        daily_quota=_whole("SALVE_DAILY_QUOTA", values, 1, 10_000_000),
        delivery_dir=_folder(values["SALVE_DELIVERY_DIR"]),
        metrics_token=_token(values["SALVE_METRICS_TOKEN_FILE"]),
        keep_months=_months(values),
        archive_dir=_folder(values["SALVE_ARCHIVE_DIR"]),
    )


def _check_beginning(url: str, *, begins: bool) -> None:
    found = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", url)
    if found is None or Path(found[1]).exists():
        return
    file = Path(found[1])
    moved = sorted(one.name for one in file.parent.glob("*") if one.name.startswith(f"{file.name}.moved-"))
    if moved:
        raise WrongSetting(
            f"SALVE_DATABASE_URL: must be the PostgreSQL address that the database was moved to, as {file.with_name(moved[-1])}"
            " says; services read it from their environment file (take that file away to begin with nothing)"
        )
    if not begins:
        raise WrongSetting(
            f"SALVE_DATA_DIR: there is no database {file}; name the folder of one, or begin one with `salve-server upgrade`"
        )


def _file(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise WrongSetting(f"SALVE_CONFIG: {path} can not be read: {error}") from error
    known = {setting.key: setting.env for setting in SETTINGS}
    for key in found:
        if key not in known:
            raise WrongSetting(f"{key}: no setting of the server has this name ({path})")
    return {known[key]: ",".join(value) if isinstance(value, list) else str(value) for key, value in found.items()}


def _whole(name: str, values: dict[str, str], least: int, most: int) -> int:
    try:
        number = int(values[name])
    except ValueError as error:
        raise WrongSetting(f"{name}: must be a whole number, not {values[name]!r}") from error
    if not least <= number <= most:
        raise WrongSetting(f"{name}: must be {least} to {most}, not {number}")
    return number


def _folder(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _months(values: dict[str, str]) -> int:
    months = _whole("SALVE_KEEP_MONTHS", values, 0, 1200)
    if 0 < months < LEAST_KEPT_MONTHS:
        raise WrongSetting(f"SALVE_KEEP_MONTHS: must be 0, which keeps all, or at least {LEAST_KEPT_MONTHS}, not {months}")
    return months


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise WrongSetting(f"SALVE_PUBLIC_URL: must be like https://salve.example, not {text!r}")
    return text.rstrip("/")


def _hosts(text: str, public_url: str) -> tuple[str, ...]:
    named = tuple(name.strip() for name in text.split(",") if name.strip())
    return named or ("localhost", "127.0.0.1", "[::1]", urlsplit(public_url).hostname or "localhost")


def _secret(text: str, data_dir: Path) -> bytes:
    path = Path(text) if text else data_dir / "secret-key"
    if not text and not path.exists():
        _make_secret(path)
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise WrongSetting(f"SALVE_SECRET_KEY_FILE: {path} can not be read: {error.strerror}") from error
    if len(secret) < 32:
        raise WrongSetting(f"SALVE_SECRET_KEY_FILE: {path} must hold at least 32 bytes")
    return secret


def _token(path: str) -> str:
    if not path:
        return ""
    try:
        token = Path(path).expanduser().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"SALVE_METRICS_TOKEN_FILE: {path} can not be read as plain ASCII") from error
    if len(token) < 32 or not token.isprintable() or " " in token:
        raise WrongSetting(f"SALVE_METRICS_TOKEN_FILE: {path} must hold one token of at least 32 characters")
    return token


def _make_secret(path: Path) -> None:
    # Made in place only when nobody else has: two first starts at once must end with one secret.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
