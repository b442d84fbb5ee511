"""What keeps a definition from being declared: unknown or unfit questions, targets and weights that make no sense."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from server.i18n.sentence import Sentence
from server.survey.definition import LEAST_COUNT
from server.survey.judging import DIMENSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from server.survey.definition import Definition

MOST_COUNT = 10_000
LONGEST_LABEL = 60
# Weights are declared with a few decimals; their sum shall be 1 within what adding those up leaves.
SUM_WITHIN = 1e-9


def faults_of(new: Definition, before: Definition, wordings: Iterable[Row[Any]]) -> list[Sentence]:
    """Every reason why `new` can not follow `before`; `wordings` are all rows of questions."""
    by_code: dict[str, list[Row[Any]]] = {}
    for row in wordings:
        by_code.setdefault(row.code, []).append(row)
    found = []
    for signal, codes, kept in (
        ("service", new.service, before.service),
        ("experience", new.experience, before.experience),
    ):
        if not codes:
            found.append(Sentence("definition.empty", values={"signal": Sentence(f"label.{signal}")}))
        found += [fault for code in codes for fault in _faults_of_question(code, signal, by_code.get(code, []), code in kept)]
    twice = [code for code, times in Counter((*new.service, *new.experience)).items() if times > 1]
    found += [Sentence("definition.twice", values={"code": code}) for code in twice]
    return [*found, *_faults_of_numbers(new), *_faults_of_weights(new)]


def _faults_of_question(code: str, signal: str, rows: Sequence[Row[Any]], was_in_before: bool) -> list[Sentence]:
    if not rows:
        return [Sentence("fault.unknown", values={"code": code})]
    if all(row.active_ms is None for row in rows):
        return [Sentence("definition.draft", values={"code": code})]
    # One that was retired since still has presses in many periods; it may stay, but not come in anew.
    if not was_in_before and all(row.active_ms is None or row.retired_ms is not None for row in rows):
        return [Sentence("fault.retired", values={"code": code})]
    if rows[0].dimension != "CX":
        return [Sentence("definition.not-customers", values={"code": code, "dimension": rows[0].dimension})]
    if rows[0].signal != signal:
        return [Sentence("definition.other-signal", values={"code": code, "signal": Sentence(f"label.{rows[0].signal}")})]
    return []


def _faults_of_numbers(new: Definition) -> list[Sentence]:
    targets = [target for target in (new.target_service, new.target_experience) if target is not None]
    found = [Sentence("definition.target") for target in targets if not 0 < target < 1]
    if not LEAST_COUNT <= new.least_count <= MOST_COUNT:
        found.append(Sentence("definition.least", values={"least": LEAST_COUNT, "most": MOST_COUNT}))
    return found


def _faults_of_weights(new: Definition) -> list[Sentence]:
    names = dict.fromkeys([*(name for name, _ in new.weights), *(name for name, _ in new.labels)])
    found = [
        Sentence("definition.dimension", values={"dimension": name}) for name in names if not re.fullmatch(DIMENSION, name)
    ]
    weights = [weight for _, weight in new.weights]
    # Written so that a weight that is no number (NaN) does not pass.
    if not all(0 < weight <= 1 for weight in weights) or (weights and not abs(sum(weights) - 1) <= SUM_WITHIN):
        found.append(Sentence("definition.weights"))
    if any(len(label) > LONGEST_LABEL or not label.isprintable() for _, label in new.labels):
        found.append(Sentence("definition.label", values={"most": LONGEST_LABEL}))
    return found
