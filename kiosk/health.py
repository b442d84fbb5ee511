"""What a kiosk says about itself with each sync: as much as it knows, never more than fits, and never a reason not to sync."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.machine import free_bytes
from kiosk.quarantine import cases
from kiosk.sensors import Sensors, throttling_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.clock import Clock
    from kiosk.press import Recorder, Work
    from kiosk.starts import Starts

# All facts together as JSON. A fact that does not fit is left out; the first ones are the ones that an alarm needs.
MOST_BYTES = 4_096
MOST_TEXT = 100
MOST_ENTRIES = 20


class Health:
    """Gathers the facts of one running box; `facts` is called by the sync's thread."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        recorder: Recorder,
        faults: Callable[[], list[str]],
        *,
        starts: Starts | None,
        simulated: bool,
        sensors: Sensors | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._recorder = recorder
        self._faults = faults
        self._starts = starts
        self._simulated = simulated
        self._sensors = sensors or Sensors()
        self._began_ms = clock.elapsed_ms()
        self._low_volts = 0

    def facts(self, skew_ms: int | None = None) -> dict[str, Any]:
        """Names and values for the fleet page; a fact that is not known is left out, and no failure to know one is raised."""
        sources: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("faults", self._faults),
            ("uptime_s", lambda: self._clock.elapsed_ms() // 1000),
            ("running_s", lambda: (self._clock.elapsed_ms() - self._began_ms) // 1000),
            ("boot_id", self._clock.boot_id),
            ("synced", self._clock.synced),
            ("skew_ms", lambda: skew_ms),
            ("free_bytes", lambda: free_bytes(self._folder)),
            ("free_root_bytes", lambda: free_bytes(Path("/"))),
            ("backlog", lambda: self._recorder.ask(self._backlog)),
            ("temperature_c", self._sensors.temperature_c),
            ("throttling", self._throttling),
            ("under_voltage", self._under_voltage),
            ("under_voltage_seen", lambda: self._low_volts),
            ("starts", lambda: self._starts.number if self._starts else None),
            ("last_end", lambda: self._starts.last_end if self._starts else None),
            ("quarantines", lambda: len(cases(self._folder))),
            ("fault_log", self._recorder.fault_log),
            ("wifi_dbm", self._sensors.wifi_dbm),
            ("model", self._sensors.model),
            ("card", self._sensors.card),
            ("system", self._sensors.system),
            ("kernel", self._sensors.kernel),
            ("python", platform.python_version),
            ("simulated", lambda: self._simulated),
        )
        return bounded({name: _known(source) for name, source in sources})

    def _backlog(self, work: Work) -> dict[str, int | None]:
        waiting = work.buffer.counts().waiting
        return {"waiting": waiting, "oldest_s": self._oldest_s(work) if waiting else None}

    def _oldest_s(self, work: Work) -> int | None:
        """How long the oldest press has waited; across a reboot only clocks that a time server had set can tell."""
        oldest = work.buffer.oldest_waiting()
        if oldest is None:
            return None
        now_ms = self._clock.elapsed_ms()
        if oldest.boot == work.boot:
            return max(0, now_ms - oldest.elapsed_ms) // 1000
        if oldest.synced and self._clock.synced():
            return max(0, self._clock.wall_ms() - oldest.wall_ms) // 1000
        return None

    def _throttling(self) -> list[str] | None:
        bits = self._sensors.throttled()
        return None if bits is None else throttling_names(bits)

    def _under_voltage(self) -> bool | None:
        low = self._sensors.under_voltage()
        self._low_volts += low is True
        return low


def bounded(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts that are known, each shortened, as many as MOST_BYTES of JSON hold."""
    kept: dict[str, Any] = {}
    for name, value in facts.items():
        short = _short(value)
        if short is not None and len(json.dumps({**kept, name: short})) <= MOST_BYTES:
            kept[name] = short
    return kept


def _known(source: Callable[[], Any]) -> Any:
    try:
        return source()
    except Exception:  # noqa: BLE001  # whatever keeps a fact from being known, presses still have to be sent
        return None


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if isinstance(value, list):
        return [_short(entry) for entry in value[:MOST_ENTRIES]]
    if isinstance(value, dict):
        return {name: _short(entry) for name, entry in value.items() if entry is not None}
    return value
