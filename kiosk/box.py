"""All that needs power: panel, listener, writer and sync, switched on and off together."""

from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from kiosk import configuration, enrol
from kiosk.buffer.file import USUAL, Limits, StorageError
from kiosk.errors import CardFull
from kiosk.front import Front
from kiosk.press import Outcome, Recorder

if TYPE_CHECKING:
    import queue
    from collections.abc import Callable, Collection
    from pathlib import Path

    from hardware.lights import Light
    from hardware.panel import Panel
    from kiosk.cable import Cable
    from kiosk.clock import Clock
    from kiosk.schedule import SyncSchedule
    from kiosk.starts import Starts
    from kiosk.sync import Sync
    from wire.messages import Config

# What a box takes for its layout before anybody said which it has; no press means anything then.
LAYOUT_BEFORE_CONFIG = "two-row"
# With these answers of the server the box collects and may not send: someone has to enrol it anew.
NEEDS_ENROLMENT = frozenset({"not-enrolled", "hardware-differs", "key-unknown", "key-revoked", "kiosk-disabled"})

log = logging.getLogger("salve.kiosk")


class Signs(NamedTuple):
    """Signs of life: when the input last turned, and whether the sync's guard does (None before it was loaded)."""

    input_ms: int
    guarded: bool | None


class Box:
    """One running kiosk. `make_panel` opens the inputs and lamps of a layout, `beside` holds faults of what is not the box."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        make_panel: Callable[[str], Panel],
        *,
        cable: Cable,
        hardware: Callable[[], str],
        software: Callable[[], str],
        simulated: bool,
        every_s: int | None,
        limits: Limits = USUAL,
        starts: Starts | None = None,
        beside: Collection[str] = (),
        ca_file: Path | None = None,
    ) -> None:
        self._ca_file = ca_file
        self._folder = folder
        self._starts = starts
        self._beside = beside
        self._clock = clock
        self._cable = cable
        self._hardware = hardware
        self._software = software
        self._simulated = simulated
        self._every_s = every_s
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._failed = False
        self._unfit_version: int | None = None
        self._ended = False
        self._sync: Sync | None = None
        self._schedule: SyncSchedule | None = None
        self.config = configuration.read(folder)
        self._card = enrol.fingerprint(folder)
        self.recorder = Recorder(folder, clock, self.config, self._tell, limits)
        self.front = Front(make_panel, clock, self.recorder.put)

    def start(self) -> None:
        """Open the buffer and claim the pins; when this returns, presses count."""
        self.recorder.start()
        self._open_first()

    def start_sync(self) -> None:
        """Load the network's libraries beside the counting, and sync from then on."""
        threading.Thread(target=self._start_sync, name="sync-start", daemon=True).start()

    def stop(self) -> None:
        """End cleanly: what was pressed is stored, lamps go dark, the buffer is folded and closed."""
        self._stop_sync()
        self.front.close()
        self.recorder.stop()
        self.front.expected.tell_nothing()

    def cut_power(self) -> None:
        """End as a power cut would: nothing is finished."""
        self.recorder.cut_power()
        self._stop_sync()
        self.front.close()
        self.front.expected.tell_nothing()

    def is_dead(self) -> bool:
        """Whether a part ended by itself, or a sync hangs; only a new start helps then."""
        hangs = self._schedule is not None and self._schedule.hangs()
        return self.recorder.is_dead or self.front.listener.is_dead or self._failed or hangs

    def signs(self) -> Signs:
        """What the watchdog goes by, besides an answer of the writer."""
        return Signs(self.front.listener.beat_ms, self._schedule.is_guarded() if self._schedule is not None else None)

    @property
    def panel(self) -> Panel:
        """The buttons and lamps that are open now."""
        return self.front.panel

    def touch(self, button: str) -> None:
        """A press on the screen instead of on a button of the box; judged, stored and thanked for in the same way."""
        self.front.touch(button)

    def expect(self, button: str) -> queue.SimpleQueue[Outcome]:
        """A queue that gets the outcome of the next press of a button; give it back with `give_up`."""
        return self.front.expected.expect(button)

    def give_up(self, button: str, place: queue.SimpleQueue[Outcome]) -> None:
        """Stop expecting an outcome."""
        self.front.expected.give_up(button, place)

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
        except CardFull:
            # Among the faults already: nothing was counted, and nothing is known of what was before.
            pass
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
            "self_test": self.front.is_in_self_test(),
            "held": sorted(self.front.listener.held_down()),
        }

    def faults(self) -> list[str]:
        """What is wrong now, as short names."""
        found = [*self.front.listener.faults(), *self.recorder.faults(), *sorted(self._beside)]
        if self.config is None:
            found.append("being-set-up")
        if self._unfit_version is not None:
            found.append(f"config-refused:{self._unfit_version}")
        return [*found, *self._sync.faults()] if self._sync is not None else found

    # ---------- inside ----------

    def _open_first(self) -> None:
        """Open the panel of the configuration on the card, or of the one before it where that does not open."""
        try:
            self.front.open(_layout_of(self.config))
        except Exception as error:
            before = configuration.read_before(self._folder)
            if self.config is None or before is None or before.version == self.config.version:
                raise
            self._refuse(self.config, error)
            self.front.open(before.layout)
            self.recorder.apply(before)
            self.config = before
        self._rest()
        self.front.listen()

    def _tell(self, outcome: Outcome) -> None:
        """Called by the writer thread after its COMMIT."""
        self.front.tell(outcome)
        if outcome.seq is not None and self._schedule is not None:
            self._schedule.pressed()

    def _rest(self) -> None:
        """What the lamps show when nothing happens: breathing, or that someone has to set the box up."""
        report = self._sync.report() if self._sync is not None else None
        missing = self.config is None or (report is not None and report.fault in NEEDS_ENROLMENT)
        self.panel.rest("setup" if missing else "ready")
        self.panel.status(self._status_light(missing=missing))

    def _status_light(self, *, missing: bool) -> Light:
        """What the lamp inside the box says to a technician who has just opened it."""
        if self.front.is_in_self_test():
            return "test"
        if missing:
            return "setup"
        return "stuck" if self.faults() else "ready"

    def _apply(self, config: Config) -> None:
        """Keep and use another configuration from the next press on, or go back to this one when it does not work here."""
        with self._changing:
            if self._ended or config.version == self._unfit_version:
                return
            before = self.config
            configuration.save(self._folder, config)
            try:
                self._use(config)
            except Exception as error:  # noqa: BLE001  # whatever it was, the box has to go on with what worked
                self._refuse(config, error)
                self._failed = True
                self._use(before)
                self._failed = False
            else:
                self._unfit_version = None

    def _use(self, config: Config | None) -> None:
        """Between two presses: old buttons close, the meaning changes, new ones open; raises what keeps them from it."""
        changed = not self.front.has(_layout_of(config))
        if changed:
            self.front.wait_until_let_go()
            self.front.close()
            self.front.open(_layout_of(config))
        if config is not None:
            self.recorder.apply(config)
        self.config = config
        self._rest()
        if changed:
            self.front.listen()
            self.front.expected.tell_nothing()

    def _refuse(self, config: Config, error: Exception) -> None:
        log.warning("Configuration %s does not work on this box (%s); the one before it stays.", config.version, error)
        self._unfit_version = config.version
        configuration.roll_back(self._folder)

    def _card_changed(self) -> bool:
        """Whether this card was enrolled (anew) since the last look; its configuration then applies."""
        self._rest()
        found = enrol.fingerprint(self._folder)
        if found == self._card:
            return False
        self._card = found
        config = configuration.read(self._folder)
        if config is not None and config != self.config:
            self._unfit_version = None
            self._apply(config)
        return True

    def _start_sync(self) -> None:
        # Loading these takes seconds on a small Pi, in which presses already count.
        from kiosk.health import Health
        from kiosk.schedule import SyncSchedule
        from kiosk.sync import Sync
        from kiosk.trust import Trust
        from kiosk.upload import Uploader

        trust = Trust(self._ca_file, self._clock.synced) if self._ca_file is not None else None
        chance = random.SystemRandom()
        software = self._software()
        health = Health(self._folder, self._clock, self.recorder, self.faults, starts=self._starts, simulated=self._simulated)
        sync = Sync(
            self._folder,
            self.recorder,
            self._clock,
            lambda server: Uploader(server, self._cable, software=software, trust=trust),
            hardware=self._hardware(),
            software=software,
            health=lambda: health.facts(sync.report().skew_ms),
            apply=self._apply,
            config_version=lambda: self.config.version if self.config else 0,
            chance=chance,
            every_s=self._every_s,
        )
        schedule = SyncSchedule(
            sync,
            self._clock,
            chance,
            at_once=self._simulated,
            card_changed=self._card_changed,
            note=self.recorder.note_fault,
        )
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


def _layout_of(config: Config | None) -> str:
    return config.layout if config is not None else LAYOUT_BEFORE_CONFIG
