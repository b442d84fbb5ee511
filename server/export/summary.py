"""A store's figures as JSON: the same frozen result that its page shows, under names that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.export.json_parts import gap_json as _gap
from server.export.json_parts import index_json as _index
from server.export.times import utc_text

if TYPE_CHECKING:
    from server.comparison.chain import Figures
    from server.comparison.live import Today
    from server.comparison.summary import StoreSummary


def summary_json(summary: StoreSummary) -> dict[str, Any]:
    """Everything the store's page says, with numbers as the page rounds them; null is not known or withheld."""
    store = summary.figures.store
    others = summary.others
    return {
        "store": {"code": store.code, "name": store.name, "region": store.region, "timezone": store.timezone},
        **_figures(summary.figures),
        "others": {
            "stores": others.stores,
            "service": _index(others.service),
            "experience": _index(others.experience),
            "gap": _gap(others.gap),
        },
        "before": None if summary.before is None else _figures(summary.before),
        "incomparable_since": None if summary.incomparable_since is None else summary.incomparable_since.isoformat(),
        "days": [
            {
                "day": day.day.isoformat(),
                "service": _index(day.service),
                "experience": _index(day.experience),
                "reactions": day.reactions,
                "running": day.running,
            }
            for day in summary.days
        ],
        "places": [
            {
                "touchpoint": place.touchpoint,
                "question": place.question,
                "signal": place.signal,
                "index": _index(place.index),
                "others": _index(place.others),
                "marked": place.marked,
            }
            for place in summary.places
        ],
        "today": _today(summary.today),
        "definition_version": summary.definition.version,
        "made_up": summary.made_up,
    }


def _figures(figures: Figures) -> dict[str, Any]:
    period = figures.period
    return {
        "period": {
            "name": period.name,
            "from": period.first.isoformat(),
            "to": period.end.isoformat(),
            "running": period.running,
        },
        "service": _index(figures.service),
        "experience": _index(figures.experience),
        "gap": _gap(figures.gap),
        "relative_gap": _gap(figures.relative),
        "verdict": None if figures.verdict is None else figures.verdict.name,
        "reactions": figures.reactions,
        "counted": figures.counted,
        "marked": figures.marked,
        "uncertain": figures.uncertain,
    }


def _today(today: Today) -> dict[str, Any]:
    return {
        "reactions": today.reactions,
        "counted": today.counted,
        "received": today.received,
        "expected": today.expected,
        "complete": today.complete,
        "kiosks": [
            {
                "kiosk": kiosk.kiosk,
                "touchpoint": kiosk.touchpoint,
                "heard_at": None if kiosk.heard_ms is None else utc_text(kiosk.heard_ms),
                "silent": kiosk.silent,
                "waiting": kiosk.waiting,
            }
            for kiosk in today.kiosks
        ],
    }
