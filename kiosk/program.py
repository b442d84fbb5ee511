"""The kiosk program from start to end: settings in, box, socket and screen up, until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from kiosk import configuration
from kiosk.asking import AskingPlace
from kiosk.box import Box
from kiosk.buffer.file import CanNotOpen, Limits
from kiosk.cable import Cable
from kiosk.clock import Clock, SimulatedClock, SystemClock, utc_text
from kiosk.errors import BufferUnsafe, KioskError, Stopped
from kiosk.machine import FORGETTING, file_system, hardware_hash

if TYPE_CHECKING:
    from pathlib import Path

    from hardware.layouts import Layout
    from hardware.panel import Panel
    from kiosk.settings import KioskSettings
    from wire.messages import Config

# How often the program looks whether its own threads still live.
LOOK_S = 1.0

log = logging.getLogger("salve.kiosk")


class Program:
    """One kiosk with its power switch; on a real one the switch is never thrown."""

    def __init__(self, settings: KioskSettings, *, simulated: bool) -> None:
        self.settings = settings
        self.simulated = simulated
        self.cable = Cable()
        prepare_folder(settings.data_dir)
        refuse_forgetting_folder(settings.data_dir, file_system(settings.data_dir), simulated=simulated)
        self.clock: Clock = SimulatedClock(settings.data_dir) if simulated else SystemClock()
        self._hardware = hardware_hash(settings.data_dir)
        self._switching = threading.Lock()
        self.box: Box | None = None
        self._last_seen = dict(_NOT_SEEN)
        self._pins: Any = None

    def config(self) -> Config | None:
        """What the box asks now, or would ask with power."""
        box = self.box
        return box.config if box is not None else configuration.read(self.settings.data_dir)

    def power_on(self) -> None:
        """Start collecting; raises KioskError when the buffer is in use or unsafe."""
        with self._switching:
            if self.box is not None:
                return
            box = Box(
                self.settings.data_dir,
                self.clock,
                self._panel,
                cable=self.cable,
                hardware=self._hardware,
                software=software_version(),
                simulated=self.simulated,
                every_s=self.settings.sync_s,
                limits=Limits(self.settings.retention_days, self.settings.buffer_mib),
            )
            try:
                box.start()
            except CanNotOpen as error:
                raise BufferUnsafe(f"The buffer in {self.settings.data_dir} can not be opened: {error}.") from error
            self.box = box

    def power_off(self, *, cut: bool) -> None:
        """Stop collecting: cleanly, or (`cut`) as when the plug is pulled, after which the next start is another boot."""
        with self._switching:
            box, self.box = self.box, None
            if box is None:
                return
            if not cut:
                box.stop()
                return
            self._last_seen = box.status()
            box.cut_power()
            if isinstance(self.clock, SimulatedClock):
                self.clock.reboot()

    def is_dead(self) -> bool:
        """Whether the box has power and does not count."""
        box = self.box
        return box is not None and box.is_dead()

    def set_cable(self, *, plugged: bool) -> None:
        """Pull the network cable or plug it in."""
        self.cable.plugged = plugged
        box = self.box
        if plugged and box is not None:
            box.sync_now()

    def status(self) -> dict[str, Any]:
        """What `salve-kiosk status --json` and the page's `/status` answer."""
        box = self.box
        try:
            found = box.status() if box is not None else self._dark()
        except Stopped:
            box, found = None, self._dark()
        found["last_sync"] = utc_text(found.pop("last_sync_ms"))
        found["power"] = box is not None
        found["network"] = self.cable.plugged
        found["simulated"] = self.simulated
        found["software"] = software_version()
        return found

    def _dark(self) -> dict[str, Any]:
        return {**self._last_seen, "lights": {}, "faults": ["no-power"]}

    def _panel(self, layout: Layout) -> Panel:
        if self.simulated:
            from hardware.simulated import SimulatedPanel

            return SimulatedPanel(layout, self.clock.elapsed_ms)
        from hardware.gpio import GpioPanel, real_pins

        if self._pins is None:
            self._pins = real_pins(self.settings.runtime_dir)
        return GpioPanel(layout, self._pins, self.clock.elapsed_ms)


# What is known of a box that has not run yet.
_NOT_SEEN: dict[str, Any] = {
    "thanked": None,
    "waiting": None,
    "acknowledged": None,
    "refused": None,
    "last_sync_ms": None,
    "stream": None,
    "seq": None,
    "config_version": None,
    "faults": [],
    "kiosk": None,
    "store": None,
    "layout": None,
    "lights": {},
}


def run(settings: KioskSettings, *, simulated: bool) -> None:
    """Run until SIGTERM or SIGINT, then switch the lights off, close the buffer and return."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    program = Program(settings, simulated=simulated)
    settings.runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    program.power_on()
    asking = AskingPlace(settings.runtime_dir, {"status": program.status})
    asking.start()
    screen = None
    if settings.screen_port is not None:
        # Flask is half a second on a Zero 2 W, and a box without a screen never needs it.
        from kiosk.screen.server import Screen

        screen = Screen(program, settings.screen_port)
        screen.start()
    while not told.wait(LOOK_S) and not program.is_dead():
        pass
    asking.close()
    if screen is not None:
        screen.stop()
    died = program.is_dead()
    program.power_off(cut=False)
    if died:
        raise KioskError("A part of the program that counts presses ended by itself. Start the program again.")


def prepare_folder(folder: Path) -> None:
    """Make the data folder, private; raises KioskError with the setting's name when that is not possible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KioskError(
            f"data_dir: {folder} can not be made ({error.strerror}). Set SALVE_KIOSK_DATA_DIR to another."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise KioskError(f"data_dir: {folder} can not be written. Set SALVE_KIOSK_DATA_DIR to another.")


def refuse_forgetting_folder(folder: Path, kind: str, *, simulated: bool) -> None:
    """Raise BufferUnsafe when a reboot would empty this kind of file system; in simulation that is worth a warning only."""
    if kind not in FORGETTING:
        return
    sentence = f"data_dir: {folder} lies on {kind}, which a reboot empties. Set data_dir to a folder on the card."
    if not simulated:
        raise BufferUnsafe(sentence)
    log.warning(sentence)


def software_version() -> str:
    """The installed version, or the one of a checkout that is not installed."""
    try:
        return version("salve")
    except PackageNotFoundError:
        return "0+checkout"
