"""The CSV of stores: one line each, those without reactions too, with the figures that head office's page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.export.csv_text import field, line
from server.export.json_parts import rounded

if TYPE_CHECKING:
    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap, Index
    from server.comparison.summary import ChainSummary

COLUMNS = (
    *("store", "store_name", "region", "from", "to"),
    *("service_positive", "service_total", "service_index", "service_low", "service_high"),
    *("experience_positive", "experience_total", "experience_index", "experience_low", "experience_high"),
    *("gap", "gap_low", "gap_high", "gap_method", "relative_gap", "verdict", "raw_total", "counted_total"),
    "definition_version",
)


def stores_csv(summary: ChainSummary, *, raw: bool) -> bytes:
    """The header and a line for each store; a withheld figure is empty."""
    lines = [line(list(COLUMNS)), *(line(_fields(figures, raw=raw)) for figures in summary.stores)]
    return "".join(lines).encode()


def _fields(figures: Figures, *, raw: bool) -> list[str]:
    store, period = figures.store, figures.period
    return [
        *(field(text, raw=raw) for text in (store.code, store.name, store.region)),
        period.first.isoformat(),
        period.end.isoformat(),
        *_index(figures.service),
        *_index(figures.experience),
        *_gap(figures.gap),
        figures.gap.method,
        _number(figures.relative.points),
        "" if figures.verdict is None else figures.verdict.name,
        str(figures.reactions),
        str(figures.counted),
        str(figures.definition_version),
    ]


def _index(index: Index) -> list[str]:
    return [str(index.positive), str(index.total), _number(index.value), _number(index.low), _number(index.high)]


def _gap(gap: Gap) -> list[str]:
    return [_number(gap.points), _number(gap.low), _number(gap.high)]


def _number(value: float | None) -> str:
    shown = rounded(value)
    return "" if shown is None else f"{shown:.1f}"
