"""`./setup.sh demo`: the made-up chain, a server and one simulated kiosk on loopback, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from demo.chain import STORES
from demo.feeding import Refused
from demo.folder import Folder, NotOurs
from demo.processes import Child, NotStarted, command
from demo.sign_ins import ADMIN, MANAGER, OFFICE, SignIns, sign_ins
from demo.telling import add_stores, tell
from kiosk.enrol import read as read_enrolment
from kiosk.errors import Unreachable
from kiosk.upload import Uploader
from server.clock import SystemClock
from server.database.engine import make_engine, writing
from server.database.migrate import upgrade
from server.fleet.enrolment import make_code
from server.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from sqlalchemy import Engine

    from demo.feeding import Life

LIVE_TOUCHPOINT = "exit"
WATCH_S = 0.5
# Without a word for a quarter of an hour a kiosk counts as silent.
BEAT_S = 300


@click.command()
@click.option("--empty", is_flag=True, help="Start without the made-up history.")
@click.option("--fresh", is_flag=True, help="Forget the demonstration's data and begin anew.")
def main(*, empty: bool, fresh: bool) -> None:
    """Start the demonstration; SALVE_DEMO_PORT, SALVE_DEMO_SCREEN_PORT and SALVE_DEMO_DIR change where.

    Example: SALVE_DEMO_PORT=9000 ./setup.sh demo --fresh
    """
    # Also SIGINT: a shell that starts us in the background would have us ignore it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    folder = Folder(Path(os.environ.get("SALVE_DEMO_DIR") or ".demo").resolve())
    port, screen_port = _port("SALVE_DEMO_PORT", 8000), _port("SALVE_DEMO_SCREEN_PORT", 8010)
    if port == screen_port:
        _fail(f"SALVE_DEMO_SCREEN_PORT: server and kiosk can not both listen on {port}.")
    try:
        folder.take(fresh=fresh)
        _run(folder.path, port, screen_port, empty=empty)
    except KeyboardInterrupt:
        click.echo("\nStopped. What was made is kept; start again to go on.")
    except (NotOurs, NotStarted, Refused) as error:
        _fail(f"The demonstration can not start: {error}.")


def _run(folder: Path, port: int, screen_port: int, *, empty: bool) -> None:
    environment = _server_environment(folder, port)
    settings = read_settings(environment)
    engine = make_engine(settings.database_url, settings.archive)
    now_ms = SystemClock().now_ms()
    click.echo("Preparing the made-up chain ...")
    upgrade(engine)
    add_stores(engine, now_ms)
    people = sign_ins(engine, folder / "sign-ins.json", now_ms)
    lives = [] if empty else tell(settings, engine, folder / "history.json", now_ms)
    kiosk_folder = folder / "kiosk"
    enrolment = read_enrolment(kiosk_folder)
    # Another port than last time is another server to the kiosk; enrolled again, it is still the same kiosk.
    code = None if enrolment and enrolment.server == f"http://127.0.0.1:{port}" else _live_code(engine)
    engine.dispose()
    with ExitStack() as running:
        server = Child(
            "server", [command("salve-server"), "serve"], environment, folder / "server.log", f"http://127.0.0.1:{port}/healthz"
        )
        running.callback(server.stop)
        server.start()
        worker = Child("worker", [command("salve-server"), "worker"], environment, folder / "worker.log")
        running.callback(worker.stop)
        worker.start()
        kiosk_environment = _kiosk_environment(kiosk_folder, screen_port)
        if code is not None:
            _enrol(kiosk_environment, port, code)
        kiosk = Child(
            "kiosk",
            [command("salve-kiosk"), "run", "--simulate"],
            kiosk_environment,
            folder / "kiosk.log",
            f"http://127.0.0.1:{screen_port}/status",
        )
        running.callback(kiosk.stop)
        kiosk.start()
        _tell_newcomer(port, screen_port, people)
        _watch((server, worker, kiosk), lives, port, now_ms)


def _watch(children: Sequence[Child], lives: Sequence[Life], port: int, told_ms: int) -> NoReturn:
    """Keep server and kiosk running, and the made-up kiosks heard, until somebody ends it."""
    uploader = Uploader(f"http://127.0.0.1:{port}", software="made-up")
    next_beat = time.monotonic()
    while True:
        for child in children:
            if child.restart_if_dead():
                click.echo(f"The {child.name} ended and was started again.")
        if time.monotonic() >= next_beat:
            next_beat = time.monotonic() + BEAT_S
            for life in lives:
                key, body = life.heartbeat(told_ms, SystemClock().now_ms())
                with suppress(Unreachable):
                    uploader.post("/api/v1/sync", body, key)
        time.sleep(WATCH_S)


def _live_code(engine: Engine) -> str:
    # Valid from now: on a busy machine the chain takes its time.
    now_ms, questions = SystemClock().now_ms(), ("felt-welcome", "got-needed")
    with writing(engine) as connection:
        return make_code(connection, now_ms, STORES[0].code, LIVE_TOUCHPOINT, "two-row", questions, minutes=60)


def _enrol(environment: dict[str, str], port: int, code: str) -> None:
    done = subprocess.run(  # noqa: S603  (our own command)
        [command("salve-kiosk"), "enrol", "--server", f"http://127.0.0.1:{port}", "--code", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotStarted(f"the kiosk could not be enrolled: {done.stderr.strip()}")


def _server_environment(folder: Path, port: int) -> dict[str, str]:
    return _plain_environment() | {"SALVE_DATA_DIR": str(folder / "server"), "SALVE_PORT": str(port)}


def _kiosk_environment(folder: Path, screen_port: int) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _plain_environment() | {"SALVE_KIOSK_DATA_DIR": str(folder), "SALVE_KIOSK_SCREEN_PORT": str(screen_port)}


def _plain_environment() -> dict[str, str]:
    """Ours without settings of a real server or kiosk, which must not leak into the demonstration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SALVE_")}


def _tell_newcomer(port: int, screen_port: int, people: SignIns) -> None:
    server = f"http://127.0.0.1:{port}"
    click.echo(
        f"""
Salve is running with a made-up chain.

  Press the buttons   http://127.0.0.1:{screen_port}/
  See the store move  {server}/stores/{STORES[0].code}?period=today
  All stores          {server}/head-office

Sign in as the manager of one store, as head office, or as administrator
{MANAGER}  {people.manager}
{OFFICE}  {people.office}
{ADMIN}  {people.admin}

Every reaction as CSV:
curl --fail -H 'Authorization: Bearer {people.token}' {server}/api/v1/export/reactions.csv

Ctrl-C stops it."""
    )
    sys.stdout.flush()


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= 65_535:
        _fail(f"{name}: must be a port from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            _fail(f"{name}: port {text} is in use; choose another, like {name}={int(text) + 1000} ./setup.sh demo")
    return int(text)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main(prog_name="./setup.sh demo")
