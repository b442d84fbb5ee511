"""What a definition says, as one value."""

from __future__ import annotations

from dataclasses import dataclass

# Below ten presses not even a range is shown; a chain may ask for more, never for less.
LEAST_COUNT = 10


@dataclass(frozen=True, slots=True)
class Definition:
    """What a chain calls service and experience: question codes, targets as shares (None is none set), the least count.

    `weights` are HX's by dimension, in the dimensions' order, and sum to 1 where there are any; `labels` are what the chain
    means by a dimension.
    """

    version: int
    service: tuple[str, ...]
    experience: tuple[str, ...]
    target_service: float | None = None
    target_experience: float | None = None
    least_count: int = LEAST_COUNT
    weights: tuple[tuple[str, float], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
