"""A store's figures as JSON: the same frozen result that its page shows, under names that stay."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from server.comparison.indexes import NO_GAP, relative_gap
from server.export.json_parts import gap_json, index_json, rounded
from server.export.summary_parts import hours_json, line_json, skills_json
from server.export.times import utc_text

if TYPE_CHECKING:
    from server.comparison.beside import Beside
    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap
    from server.comparison.live import Today
    from server.comparison.quadrant import Verdict
    from server.comparison.raw import Raw
    from server.comparison.standing import Standing
    from server.comparison.summary import StoreSummary
    from server.database.recoveries import Step
    from server.recovery.recoveries import Recovery


def summary_json(summary: StoreSummary) -> dict[str, Any]:
    """Everything the store's page says, with numbers as the page rounds them; null is not known or withheld."""
    store = summary.figures.store
    others = summary.others
    return {
        "store": {"code": store.code, "name": store.name, "region": store.region, "timezone": store.timezone},
        **_figures(summary.figures, others.gap),
        "others": {
            "stores": others.stores,
            "service": index_json(others.service),
            "experience": index_json(others.experience),
            "gap": gap_json(others.gap),
        },
        "before": None if summary.before is None else _figures(summary.before, NO_GAP),
        "incomparable_since": None if summary.incomparable_since is None else summary.incomparable_since.isoformat(),
        "lens": {"touchpoint": summary.lens.touchpoint, "question": summary.lens.question},
        **line_json(summary.line),
        "hours": None if summary.hours is None else hours_json(summary.hours),
        "places": [
            {
                "touchpoint": place.touchpoint,
                "question": place.question,
                "signal": place.signal,
                "index": index_json(place.index),
                "others": index_json(place.others),
                "marked": place.marked,
            }
            for place in summary.places
        ],
        "skills": None if summary.skills is None else skills_json(summary.skills),
        "raw": None if summary.raw is None else _raw(summary.raw),
        "undecided": [
            {
                "signal": one.signal,
                "runs": one.runs,
                "with_runs": rounded(one.with_runs),
                "without_runs": rounded(one.without_runs),
            }
            for one in summary.undecided
        ],
        "today": _today(summary.today),
        "definition_version": summary.definition.version,
        "earlier_definition_version": summary.earlier_version,
        "made_up": summary.made_up,
    }


def _figures(figures: Figures, others: Gap) -> dict[str, Any]:
    period = figures.period
    return {
        "period": {
            "name": period.name,
            "from": period.first.isoformat(),
            "to": period.end.isoformat(),
            "running": period.running,
        },
        "service": index_json(figures.service),
        "experience": index_json(figures.experience),
        "gap": gap_json(figures.gap),
        "relative_gap": gap_json(relative_gap(figures.gap, others)),
        "verdict": None if figures.verdict is None else figures.verdict.name,
        "strong": None if figures.verdict is None else _strong(figures.verdict),
        "reactions": figures.reactions,
        "counted": figures.counted,
        "marked": figures.marked,
        "uncertain": figures.uncertain,
        "standing": _standing(figures.standing),
    }


def _strong(verdict: Verdict) -> dict[str, Any]:
    """What counts as strong (0 to 100), and how probable the likeliest of the four verdicts is, as the page says it.

    A side is "strong" or "weak" where an index's whole range lies above or below what counts as strong, else "open".
    """
    return {
        "service": rounded(verdict.cuts.service),
        "experience": rounded(verdict.cuts.experience),
        "declared": verdict.cuts.declared,
        "probability": math.floor(100 * verdict.probability) / 100,
        "clear": verdict.clear,
        "service_side": verdict.service,
        "experience_side": verdict.experience,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    """How the store stands to the others, by the chain's mix of hours where `standardised`, all stores judged at once."""
    return {
        "group": standing.group,
        "standardised": standing.standardised,
        "compared": standing.compared,
        "waits": standing.waits,
        "not_comparable": list(standing.thin),
        "reversed": standing.reversed,
        "service": _beside(standing.service),
        "experience": _beside(standing.experience),
        "gap": _beside(standing.gap),
    }


def _beside(beside: Beside) -> dict[str, Any]:
    return {
        "own": rounded(beside.own),
        "others": rounded(beside.others),
        "points": rounded(beside.away.points),
        "low": rounded(beside.away.low),
        "high": rounded(beside.away.high),
        "crude_points": rounded(beside.crude.points),
        "sure": beside.sure,
    }


def _raw(raw: Raw) -> dict[str, Any]:
    return {"set_aside": dict(raw.rules), "service": rounded(raw.service), "experience": rounded(raw.experience)}


def _today(today: Today) -> dict[str, Any]:
    return {
        "reactions": today.reactions,
        "counted": today.counted,
        "service": today.service,
        "experience": today.experience,
        "other": today.other,
        "marked": today.marked,
        "uncertain": today.uncertain,
        "reviews": today.reviews,
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
                "troubles": [trouble.name for trouble in kiosk.watched.troubles] if kiosk.watched else [],
            }
            for kiosk in today.kiosks
        ],
        "recoveries": [_recovery(one) for one in today.recoveries],
        "notice": {
            "hours": today.notice.hours,
            "too_quiet": list(today.notice.quiet),
            "not_watched": [*today.notice.unwatched, *today.notice.unhappy],
        },
        "late": [
            {
                "kiosk": late.kiosk,
                "presses": late.presses,
                "from": date.fromordinal(late.first_day).isoformat(),
                "to": date.fromordinal(late.last_day + 1).isoformat(),
            }
            for late in today.late
        ],
    }


def _recovery(one: Recovery) -> dict[str, Any]:
    """One that is open or ended today, as the page shows it."""
    return {
        "recovery": one.id,
        "kiosk": one.kiosk,
        "touchpoint": one.touchpoint,
        "question": one.question,
        "outcome": one.outcome,
        "began_at": utc_text(one.began_ms),
        "noticed_at": utc_text(one.noticed_ms),
        "presses": one.presses,
        "negative": one.negatives,
        "usual": rounded(100 * one.usual_share),
        "still_at": None if one.still_ms is None else utc_text(one.still_ms),
        "acknowledged": _step(one.acknowledged),
        "done": _step(one.done),
        "ended_at": None if one.ended_ms is None else utc_text(one.ended_ms),
        "to_normal": one.to_normal,
    }


def _step(step: Step | None) -> dict[str, Any] | None:
    return None if step is None else {"at": utc_text(step.at_ms), "person": step.person}
