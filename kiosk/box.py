"""All that needs power: panel, listener, writer and sync, switched on and off together."""

from __future__ import annotations

import queue
import random
import threading
from typing import TYPE_CHECKING, Any

from hardware.layouts import load_layout
from kiosk import configuration, enrol
from kiosk.buffer.file import USUAL, Limits, StorageError
from kiosk.health import health
from kiosk.listener import Listener
from kiosk.press import Outcome, Press, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.layouts import Layout
    from hardware.panel import Panel
    from kiosk.cable import Cable
    from kiosk.clock import Clock
    from kiosk.schedule import SyncSchedule
    from kiosk.sync import Sync
    from wire.messages import Config

# What a box shows before anybody said which layout it has: all its lamps stay off, and no press means anything.
LAYOUT_BEFORE_CONFIG = "two-row"


class Box:
    """One running kiosk. `make_panel` opens the pins of a layout."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        make_panel: Callable[[Layout], Panel],
        *,
        cable: Cable,
        hardware: str,
        software: str,
        simulated: bool,
        every_s: int | None,
        limits: Limits = USUAL,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._make_panel = make_panel
        self._cable = cable
        self._hardware = hardware
        self._software = software
        self._simulated = simulated
        self._every_s = every_s
        self._lock = threading.Lock()
        self._waiting: dict[str, list[queue.SimpleQueue[Outcome]]] = {}
        self._ended = False
        self._sync: Sync | None = None
        self._schedule: SyncSchedule | None = None
        self.config = configuration.read(folder)
        self._card = enrol.fingerprint(folder)
        self.recorder = Recorder(folder, clock, self.config, self._tell, limits)
        self.panel: Panel
        self._listener: Listener

    def start(self) -> None:
        """Buffer and pins first, so that presses count; the network's libraries load afterwards, beside them."""
        self.recorder.start()
        self._open_panel()
        threading.Thread(target=self._start_sync, name="sync-start", daemon=True).start()

    def stop(self) -> None:
        """End cleanly: what was pressed is stored, lamps go dark, the buffer is folded and closed."""
        self._stop_sync()
        self._close_panel()
        self.recorder.stop()
        self._release_waiting()

    def cut_power(self) -> None:
        """End as a power cut would: nothing is finished."""
        self.recorder.cut_power()
        self._stop_sync()
        self._close_panel()
        self._release_waiting()

    def is_dead(self) -> bool:
        """Whether something that counts presses ended by itself; only a new start helps then."""
        return self.recorder.is_dead or self._listener.is_dead

    def touch(self, button: str) -> None:
        """A press on the screen instead of on a button of the box; judged, stored and thanked for in the same way."""
        self.recorder.put(Press(self._clock.elapsed_ms(), button))

    def expect(self, button: str) -> queue.SimpleQueue[Outcome]:
        """A queue that gets the outcome of the next press of a button; give it back with `give_up`."""
        place: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        with self._lock:
            self._waiting.setdefault(button, []).append(place)
        return place

    def give_up(self, button: str, place: queue.SimpleQueue[Outcome]) -> None:
        """Stop expecting an outcome."""
        with self._lock:
            if place in self._waiting.get(button, []):
                self._waiting[button].remove(place)

    def sync_now(self) -> None:
        """Sync at once, because the cable came back."""
        if self._schedule is not None:
            self._schedule.now()

    def status(self) -> dict[str, Any]:
        """The box's part of `salve-kiosk status`."""
        report = self._sync.report() if self._sync is not None else None
        faults = self.faults()
        thanked = waiting = acknowledged = refused = seq = stream = None
        try:
            (thanked, refused, waiting, acknowledged), stream, seq = self.recorder.counts()
        except StorageError:
            faults.append("buffer-unreadable")
        return {
            "thanked": thanked,
            "waiting": waiting,
            "acknowledged": acknowledged,
            "refused": refused,
            "last_sync_ms": report.last_sync_ms if report else None,
            "stream": stream,
            "seq": seq,
            "config_version": self.config.version if self.config else None,
            "faults": faults,
            "kiosk": report.kiosk if report else None,
            "store": self.config.store if self.config else None,
            "layout": self.panel.layout.name,
            "lights": self.panel.lights(),
        }

    def faults(self) -> list[str]:
        """What is wrong now, as short names."""
        found = [*self._listener.faults(), *self.recorder.faults()]
        if self.config is None:
            found.append("being-set-up")
        report = self._sync.report() if self._sync is not None else None
        return [*found, report.fault] if report and report.fault else found

    # ---------- inside ----------

    def _open_panel(self) -> None:
        self.panel = self._make_panel(load_layout(self.config.layout if self.config else LAYOUT_BEFORE_CONFIG))
        self.panel.rest("ready" if self.config else "off")
        self._listener = Listener(self.panel, self._clock, self.recorder.put)
        self._listener.start()

    def _close_panel(self) -> None:
        self._listener.stop()
        self.panel.close()

    def _tell(self, outcome: Outcome) -> None:
        """Light first, then whoever waits; called by the writer thread after its COMMIT."""
        if outcome.light is not None:
            self.panel.show(outcome.button, outcome.light)
        with self._lock:
            places = self._waiting.pop(outcome.button, [])
        for place in places:
            place.put(outcome)
        if outcome.seq is not None and self._schedule is not None:
            self._schedule.pressed()

    def _release_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for button, places in waiting.items():
            for place in places:
                place.put(Outcome(button, 0, None, None, None))

    def _apply(self, config: Config) -> None:
        """Ask and judge by another configuration from now on; another layout lets go of the pins and takes others."""
        self.recorder.apply(config)
        self.config = config
        if self._ended:
            return
        if self.panel.layout.name == config.layout:
            self.panel.rest("ready")
            return
        self._close_panel()
        self._open_panel()
        self._release_waiting()

    def _card_changed(self) -> bool:
        """Whether this card was enrolled (anew) since the last look; its configuration then applies."""
        found = enrol.fingerprint(self._folder)
        if found == self._card:
            return False
        self._card = found
        config = configuration.read(self._folder)
        if config is not None and config != self.config:
            self._apply(config)
        return True

    def _start_sync(self) -> None:
        # Loading these takes seconds on a small Pi, in which presses already count.
        from kiosk.schedule import SyncSchedule
        from kiosk.sync import Sync
        from kiosk.upload import Uploader

        chance = random.SystemRandom()
        sync = Sync(
            self._folder,
            self.recorder,
            self._clock,
            lambda server: Uploader(server, self._cable, software=self._software),
            hardware=self._hardware,
            software=self._software,
            health=lambda: health(
                self._folder, self._clock, self.faults(), self.recorder.fault_log(), simulated=self._simulated
            ),
            apply=self._apply,
            config_version=lambda: self.config.version if self.config else 0,
            chance=chance,
            every_s=self._every_s,
        )
        schedule = SyncSchedule(sync, self._clock, chance, at_once=self._simulated, card_changed=self._card_changed)
        with self._lock:
            if self._ended:
                return
            schedule.start()
            self._sync, self._schedule = sync, schedule

    def _stop_sync(self) -> None:
        with self._lock:
            self._ended = True
            schedule = self._schedule
        if schedule is not None:
            schedule.stop()
