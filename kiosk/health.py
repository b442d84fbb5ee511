"""What a kiosk says about itself with each sync, as far as it knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.machine import free_bytes, temperature_c
from kiosk.quarantine import cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kiosk.clock import Clock


def health(
    folder: Path, clock: Clock, faults: Sequence[str], fault_log: Sequence[dict[str, Any]] = (), *, simulated: bool
) -> dict[str, Any]:
    """Facts for the fleet page; a fact that is not known is left out.

    `faults` stand now, `fault_log` are the last ones on the card with their counts and times.
    """
    facts: dict[str, Any] = {
        "uptime_s": clock.elapsed_ms() // 1000,
        "synced": clock.synced(),
        "free_bytes": free_bytes(folder),
        "temperature_c": temperature_c(),
        "faults": list(faults),
        "fault_log": list(fault_log),
        "quarantines": len(cases(folder)),
        "simulated": simulated,
    }
    return {name: value for name, value in facts.items() if value is not None}
