"""What each light looks like in time.

Lamps are on or off, because pulsing them by software costs a small Pi a twentieth of its time.
"""

from __future__ import annotations

from typing import Literal

# `stuck`: this button is held down and not listened to. `setup`: the box is not enrolled or has no configuration.
# `test`: press this one, a technician is watching.
Light = Literal["ready", "thanks", "repeat", "sorry", "stuck", "setup", "test", "off"]

CYCLE_MS = 4_000

# Spans [from, to) in which the lamp is lit, within one cycle. Sorry blinks twice and never looks like the steady thank-you.
LIT_MS: dict[Light, tuple[tuple[int, int], ...]] = {
    "ready": ((3_800, 4_000),),
    "thanks": ((0, 2_000),),
    "repeat": ((0, 1_000),),
    "sorry": ((0, 240), (560, 800), (2_000, 2_240), (2_560, 2_800)),
    "stuck": ((0, 80), (200, 280), (400, 480)),
    "setup": ((0, 100), (300, 400)),
    "test": tuple((start, start + 200) for start in range(0, CYCLE_MS, 400)),
    "off": (),
}

# How long a light stands before the resting one returns; None stays.
LASTS_MS: dict[Light, int | None] = {
    "ready": None,
    "thanks": 2_000,
    "repeat": 2_000,
    "sorry": 4_000,
    "stuck": None,
    "setup": None,
    "test": None,
    "off": None,
}


def is_lit(light: Light, since_ms: int) -> bool:
    """Whether the lamp burns `since_ms` after its light began."""
    place = since_ms % CYCLE_MS
    return any(start <= place < end for start, end in LIT_MS[light])


def is_over(light: Light, since_ms: int) -> bool:
    """Whether the light has had its time `since_ms` after it began."""
    lasts_ms = LASTS_MS[light]
    return lasts_ms is not None and since_ms >= lasts_ms
