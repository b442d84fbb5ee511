"""How soon and how light the kiosk is ready: its own start beside the same program that imports everything first.

Ready is the moment of READY=1 (buffer checked, pins claimed, levels read), as the receiving end of systemd's protocol sees it;
CPU time and peak memory are the kernel's, read at that moment. The pins are gpiozero's mock ones, dearer than a Pi's own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.table import Line, keep

ROUNDS = 7
MOST_CPU, MOST_MEMORY = 0.40, 0.55
RUN = "from kiosk.__main__ import main; main(['--simulate'])"
# All that the program ever imports, which a program written without this care would import at its top.
EVERYTHING = (
    "import click, flask, requests, sqlite_utils, apscheduler.schedulers.background, gpiozero.pins.mock;"
    "import kiosk.program, kiosk.schedule, kiosk.sync, kiosk.upload, kiosk.health, kiosk.cli, kiosk.screen.server;"
    "import hardware.simulated;"
)


class Start(NamedTuple):
    """One start: CPU time until ready in milliseconds, and the most memory it had until then in MiB."""

    cpu_ms: float
    memory_mib: float


def start(program: str, folder: Path) -> Start:
    """Start the program on this data folder, and stop it as soon as it is ready."""
    address = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(60)
        environment = {"PATH": os.environ["PATH"], "SALVE_KIOSK_DATA_DIR": str(folder / "data"), "NOTIFY_SOCKET": address}
        command = [sys.executable, "-c", program]
        process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[1])  # noqa: S603  # our own program
        try:
            while systemd.recv(4096) != b"READY=1":
                pass
            process.send_signal(signal.SIGSTOP)
            return measure(process.pid)
        finally:
            process.kill()
            process.wait()
            Path(address).unlink()


def measure(pid: int) -> Start:
    """What the kernel has counted of a process so far."""
    # In nanoseconds, where /proc/PID/stat counts in hundredths of a second.
    run_ns = sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Start(run_ns / 1e6, int(status["VmHWM"].split()[0]) / 1024)


def compare(rounds: int = ROUNDS) -> tuple[Start, Start]:
    """The medians of both programs' starts, in turns, on a folder that has been started on before."""
    found: dict[str, list[Start]] = {RUN: [], EVERYTHING + RUN: []}
    with tempfile.TemporaryDirectory() as name:
        start(RUN, Path(name))
        for _ in range(rounds):
            for program, starts in found.items():
                starts.append(start(program, Path(name)))
    own, eager = (Start(*(median(values) for values in zip(*starts, strict=True))) for starts in found.values())
    return own, eager


def main() -> None:
    """Print both and their ratios; exit 1 when a ratio is above its bound."""
    own, eager = compare()
    cpu, memory = own.cpu_ms / eager.cpu_ms, own.memory_mib / eager.memory_mib
    sys.stdout.write(
        f"ready                        {own.cpu_ms:7.0f} ms CPU {own.memory_mib:7.1f} MiB\n"
        f"importing everything first   {eager.cpu_ms:7.0f} ms CPU {eager.memory_mib:7.1f} MiB\n"
        f"ratio                        {cpu:7.2f} (at most {MOST_CPU:.2f}) {memory:7.2f} (at most {MOST_MEMORY:.2f})\n"
    )
    beside = "the same program importing everything first"
    lines = [
        Line("kiosk ready", beside, f"<= {MOST_CPU:.2f}x its CPU", f"{cpu:.2f}x", met=cpu <= MOST_CPU),
        Line("  the same", "", f"<= {MOST_MEMORY:.2f}x its memory", f"{memory:.2f}x", met=memory <= MOST_MEMORY),
    ]
    keep("ready", lines, {"own": own._asdict(), "eager": eager._asdict()})
    if cpu > MOST_CPU or memory > MOST_MEMORY:
        sys.exit(1)


if __name__ == "__main__":
    main()
