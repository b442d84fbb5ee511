"""The commands of a kiosk: become one, run, and tell how it is."""

from __future__ import annotations

import functools
import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kiosk import enrol as enrolment
from kiosk.asking import ask
from kiosk.errors import KioskError, Unreachable
from kiosk.leading import Leader, lead
from kiosk.settings import check_server, load
from wire.redacting import begin_logging

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def _in_one_sentence(command: F) -> F:
    """Turn our own errors into one sentence on standard error and exit code 1."""

    @functools.wraps(command)
    def guarded(*values: Any, **named: Any) -> Any:
        try:
            return command(*values, **named)
        except KioskError as error:
            raise click.ClickException(str(error)) from error

    return guarded  # type: ignore[return-value]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The program on a Salve kiosk. Settings come from SALVE_KIOSK_* or the file that SALVE_KIOSK_CONFIG names."""
    begin_logging(logging.WARNING, "%(message)s")


@main.command("enrol", epilog="Example: salve-kiosk enrol --server https://salve.example.com --code K7QM-2WXR-9FTB")
@click.option("--server", help="The server's address, https:// unless it is this machine.")
@click.option("--code", help="The code that head office made for this place. Without it, the last one is sent again.")
@_in_one_sentence
def enrol_command(server: str | None, code: str | None) -> None:
    """Trade a one-time code for this kiosk's key and configuration."""
    from kiosk.clock import SystemClock
    from kiosk.machine import hardware_hash
    from kiosk.program import prepare_folder, software_version
    from kiosk.trust import Trust
    from kiosk.upload import Uploader

    settings = load()
    trust = Trust(settings.ca_file, SystemClock().synced) if settings.ca_file is not None else None
    prepare_folder(settings.data_dir)
    pending = enrolment.pending_code(settings.data_dir)
    server = server or (pending.server if pending else None)
    code = code or (pending.code if pending else None)
    if not server or not code:
        raise KioskError("Both --server and --code are needed.")
    server = check_server(server, insecure_lan=settings.insecure_lan)
    software = software_version()
    uploader = Uploader(server, software=software, trust=trust)
    try:
        reply = enrolment.enrol(settings.data_dir, server, code, hardware_hash(settings.data_dir), software, uploader)
    except Unreachable as error:
        raise KioskError(f"{error} The code is kept; to send it again: salve-kiosk enrol") from error
    click.echo(f"This is now kiosk {reply.kiosk} of store {reply.store}.")


@main.command("run", epilog="Example: SALVE_KIOSK_SCREEN_PORT=8010 salve-kiosk run --simulate")
@click.option("--simulate", is_flag=True, help="Use mock pins, and draw the box on the kiosk's page.")
@_in_one_sentence
def run_command(simulate: bool) -> None:
    """Collect presses and bring them to the server until told to stop."""
    from kiosk.running import run

    run(load(), simulated=simulate)


@main.command("status", epilog="Example: salve-kiosk status --json")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@_in_one_sentence
def status_command(as_json: bool) -> None:
    """Tell how the running kiosk is."""
    found = ask(load().runtime_dir, "status")
    if as_json:
        click.echo(json.dumps(found))
        return
    for line in _status_lines(found):
        click.echo(line)
    if found.get("self_test"):
        click.echo("A self-test runs: presses do not count until it ends.")
    for fault in found["faults"]:
        click.echo(f"Fault: {fault}")


def _status_lines(found: dict[str, Any]) -> list[str]:
    """What a technician looks for first: whose kiosk this is, what became of its presses, and when it last met the server."""
    name = f"Kiosk {found['kiosk']}" if found["kiosk"] else "A kiosk"
    where = f"{name} of store {found['store']}, layout {found['layout']}." if found["store"] else "Not set up for a store yet."
    counts = (
        "The buffer can not be read."
        if found["thanked"] is None
        else "{thanked} presses thanked for, {waiting} waiting, {refused} refused."
    )
    return [where, counts.format_map(found), f"Last sync: {found['last_sync'] or 'none since the start'}."]


@main.command("self-test", epilog="Example: salve-kiosk self-test")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0.2, 300), default=30.0, show_default=True, help="Seconds for each button."
)
@_in_one_sentence
def self_test_command(wait_s: float) -> None:
    """Press each button and see each light, one after the other; no press counts meanwhile."""
    runtime_dir = load().runtime_dir
    at_terminal = sys.stdin.isatty()
    leader = Leader(
        ask=lambda question: ask(runtime_dir, question),
        say=click.echo,
        confirm=(lambda question: click.confirm(question, default=True)) if at_terminal else None,
        pause=time.sleep,
    )
    if not lead(leader, wait_s):
        raise click.exceptions.Exit(1)
