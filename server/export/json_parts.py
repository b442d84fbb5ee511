"""Indexes and differences as JSON, rounded as pages round them; null is not known or withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.comparison.indexes import Gap, Index


def rounded(value: float | None) -> float | None:
    """A figure as pages show it, one decimal; never a negative nothing."""
    return None if value is None else round(value, 1) + 0.0


def index_json(index: Index) -> dict[str, Any]:
    """An index with its range, the presses behind it, and how many independent ones they weigh."""
    return {
        "value": rounded(index.value),
        "low": rounded(index.low),
        "high": rounded(index.high),
        "positive": index.positive,
        "total": index.total,
        "effective": rounded(index.effective),
        "withheld": index.withheld,
    }


def gap_json(gap: Gap) -> dict[str, Any]:
    """A difference in points with its range."""
    return {
        "points": rounded(gap.points),
        "low": rounded(gap.low),
        "high": rounded(gap.high),
        "method": gap.method,
        "pairs": gap.pairs,
    }
