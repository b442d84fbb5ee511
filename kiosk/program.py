"""A kiosk with its power switch: what its page and its socket ask, with power and without."""

from __future__ import annotations

import functools
import logging
import os
import threading
from typing import TYPE_CHECKING, Any

from kiosk import configuration
from kiosk.box import Box
from kiosk.buffer.file import CanNotOpen, Limits
from kiosk.cable import Cable
from kiosk.clock import Clock, SimulatedClock, SystemClock, utc_text
from kiosk.errors import BufferUnsafe, KioskError, Stopped
from kiosk.machine import FORGETTING, file_system, hardware_hash
from kiosk.panels import Panels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.settings import KioskSettings
    from kiosk.starts import Starts
    from wire.messages import Config

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
        self._switching = threading.Lock()
        self.box: Box | None = None
        self._last_seen = dict(_NOT_SEEN)
        self.starts: Starts | None = None
        # Faults of what stands beside the box, such as its page.
        self.beside: set[str] = set()
        self.panels = Panels(settings, self.clock, simulated=simulated)

    def config(self) -> Config | None:
        """What the box asks now, or would ask with power."""
        box = self.box
        return box.config if box is not None else configuration.read(self.settings.data_dir)

    def power_on(self, counting: Callable[[], None] = lambda: None) -> None:
        """Start collecting, call `counting`, then load what syncs; raises KioskError when the buffer is in use or unsafe."""
        with self._switching:
            if self.box is not None:
                return
            box = Box(
                self.settings.data_dir,
                self.clock,
                self.panels.open,
                cable=self.cable,
                hardware=lambda: self._hardware,
                software=software_version,
                simulated=self.simulated,
                every_s=self.settings.sync_s,
                limits=Limits(self.settings.retention_days, self.settings.buffer_mib),
                starts=self.starts,
                beside=self.beside,
                ca_file=self.settings.ca_file,
            )
            try:
                box.start()
            except CanNotOpen as error:
                raise BufferUnsafe(f"The buffer in {self.settings.data_dir} can not be opened: {error}.") from error
            self.box = box
            counting()
            box.start_sync()

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

    @functools.cached_property
    def _hardware(self) -> str:
        return hardware_hash(self.settings.data_dir)

    def answers(self) -> dict[str, Callable[[], dict[str, Any]]]:
        """What the program answers through its socket."""
        return {
            "status": self.status,
            "self-test begin": self._begin_self_test,
            "self-test look": lambda: self._running_box().front.self_test().look(),
            "self-test skip": lambda: self._running_box().front.self_test().skip(),
            "self-test end": lambda: self._running_box().front.self_test().end(),
        }

    def _begin_self_test(self) -> dict[str, Any]:
        found = self._running_box().front.begin_self_test()
        return found | {"wired": self.panels.wired(found["layout"])}

    def _running_box(self) -> Box:
        box = self.box
        if box is None:
            raise Stopped("The kiosk has no power.")
        return box

    def _dark(self) -> dict[str, Any]:
        return {**self._last_seen, "lights": {}, "held": [], "self_test": False, "faults": ["no-power"]}


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
    "self_test": False,
    "held": [],
}


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
    # Reading it loads a parser of mails, and only the server and the curious want to know it.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("salve")
    except PackageNotFoundError:
        return "0+checkout"
