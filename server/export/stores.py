"""The CSV of stores: one line each, those without reactions too, with the figures that head office's page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.indexes import relative_gap
from server.database.standing_columns import STANDING_COLUMNS
from server.export.csv_text import field, line
from server.export.json_parts import rounded

if TYPE_CHECKING:
    from server.comparison.chain import Chain, Figures
    from server.comparison.indexes import Gap, Index
    from server.comparison.standing import Standing
    from server.comparison.summary import ChainSummary

COLUMNS = (
    *("store", "store_name", "region", "from", "to"),
    *("service_positive", "service_total", "service_index", "service_low", "service_high"),
    *("experience_positive", "experience_total", "experience_index", "experience_low", "experience_high"),
    *("gap", "gap_low", "gap_high", "gap_method", "relative_gap", "verdict", "raw_total", "counted_total"),
    "definition_version",
    # Added later: by the chain's mix of hours, beside the other stores, all of them judged at once.
    *(column.name for column in STANDING_COLUMNS),
)


def stores_csv(summary: ChainSummary, *, raw: bool) -> bytes:
    """The header and a line for each store; a withheld figure is empty."""
    pairs = zip(summary.stores, summary.chains, strict=True)
    lines = [line(list(COLUMNS)), *(line(_fields(figures, chain, raw=raw)) for figures, chain in pairs)]
    return "".join(lines).encode()


def _fields(figures: Figures, chain: Chain, *, raw: bool) -> list[str]:
    store, period = figures.store, figures.period
    return [
        *(field(text, raw=raw) for text in (store.code, store.name, store.region)),
        period.first.isoformat(),
        period.end.isoformat(),
        *_index(figures.service),
        *_index(figures.experience),
        *_gap(figures.gap),
        figures.gap.method,
        _number(relative_gap(figures.gap, chain.others(store.id).gap).points),
        "" if figures.verdict is None else figures.verdict.name,
        str(figures.reactions),
        str(figures.counted),
        str(figures.definition_version),
        *standing_fields(figures.standing),
    ]


def standing_fields(standing: Standing) -> list[str]:
    """How a store stands to the others, in the order of STANDING_COLUMNS; empty where that is not known."""
    besides = (standing.service, standing.experience, standing.gap)
    known = standing.gap.away.points is not None
    return [
        standing.group,
        _flag(standing.standardised, known=known),
        str(standing.compared),
        " ".join(standing.thin),
        _flag(standing.reversed, known=known),
        *(_number(beside.own) if standing.standardised else "" for beside in besides),
        *(text for beside in besides for text in (*_gap(beside.away), _flag(beside.sure, known=known))),
        _flag(standing.waits, known=known),
    ]


def _flag(value: bool, *, known: bool) -> str:
    return str(int(value)) if known else ""


def _index(index: Index) -> list[str]:
    return [str(index.positive), str(index.total), _number(index.value), _number(index.low), _number(index.high)]


def _gap(gap: Gap) -> list[str]:
    return [_number(gap.points), _number(gap.low), _number(gap.high)]


def _number(value: float | None) -> str:
    shown = rounded(value)
    return "" if shown is None else f"{shown:.1f}"
