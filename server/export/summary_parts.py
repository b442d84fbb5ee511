"""The parts of a store's figures as JSON: numbers as pages round them, null where not known or withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.export.json_parts import gap_json, index_json, rounded

if TYPE_CHECKING:
    from server.comparison.hours_of_week import HoursOfWeek
    from server.comparison.line import Line
    from server.comparison.marks import Mark
    from server.comparison.skills import Family, Skills


def line_json(line: Line) -> dict[str, Any]:
    """The eight weeks: days, what changed, levels between noted changes, and the last one's step."""
    return {
        "days": [
            {
                "day": day.day.isoformat(),
                "service": index_json(day.service),
                "experience": index_json(day.experience),
                "reactions": day.reactions,
                "running": day.running,
            }
            for day in line.days
        ],
        "changes": [_mark(mark) for mark in line.marks],
        "breaks": [{"signal": signal, "day": day.isoformat()} for signal, day in line.breaks],
        "levels": [
            {
                "signal": level.signal,
                "from": level.first.isoformat(),
                "to": level.end.isoformat(),
                "index": index_json(level.index),
            }
            for level in line.levels
        ],
        "steps": [
            {
                "signal": step.signal,
                "change": _mark(step.mark),
                "before": index_json(step.before),
                "since": index_json(step.since),
                "moved": gap_json(step.moved),
                "sure": step.moved.clear,
            }
            for step in line.steps
        ],
    }


def hours_json(hours: HoursOfWeek) -> dict[str, Any]:
    """The table of hours and weekdays (1 is Monday), with what stands out."""
    return {
        "from": hours.first.isoformat(),
        "to": hours.end.isoformat(),
        "signal": hours.signal,
        "questions": list(hours.questions),
        "negative": hours.negative,
        "total": hours.total,
        "usual": rounded(hours.usual),
        "tried": hours.tried,
        "cells": [
            {
                "weekday": cell.weekday + 1,
                "hour": cell.hour,
                "negative": cell.negative,
                "total": cell.total,
                "share": rounded(cell.share),
                "firm": cell.firm,
                "sure": cell.sure,
            }
            for cell in hours.cells
        ],
        "stands_out": [
            {
                "weekday": spell.weekday + 1,
                "day": None if spell.day is None else spell.day.isoformat(),
                "from_hour": spell.from_hour,
                "to_hour": spell.to_hour,
                "negative": spell.negative,
                "total": spell.total,
                "share": rounded(spell.share),
                "low": rounded(spell.low),
                "high": rounded(spell.high),
            }
            for spell in hours.spells
        ],
    }


def skills_json(skills: Skills) -> dict[str, Any]:
    """Both families of skills; `balance` is resolving minus caring."""
    return {
        "from": skills.first.isoformat(),
        "to": skills.end.isoformat(),
        "caring": _family(skills.caring),
        "resolving": _family(skills.resolving),
        "balance": gap_json(skills.balance),
        "in_both": skills.shared,
    }


def _family(family: Family) -> dict[str, Any]:
    facets = [{"facet": skill.facet, "asked": skill.asked, **index_json(skill.index)} for skill in family.facets]
    return {"together": index_json(family.together), "facets": facets}


def _mark(mark: Mark) -> dict[str, Any]:
    return {"day": mark.day.isoformat(), "kind": mark.kind, "words": mark.words, "touchpoint": mark.touchpoint}
