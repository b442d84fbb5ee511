"""A question as the survey knows it: its words, its data card, what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Words(NamedTuple):
    """A question in one language: its sentence, and the words at the happy and at the unhappy face."""

    question: str
    positive: str
    negative: str


class Card(NamedTuple):
    """A question's data card: where its data comes from, what for, where it goes, and what kind of data it is."""

    origin: str
    purpose: str
    outcome: str
    insight: str
    destination: str
    kind: str


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of a question, in all its languages, with its data card; a draft may leave words and card open ("")."""

    code: str
    version: int
    signal: str
    dimension: str
    facets: tuple[str, ...]
    touchpoints: tuple[str, ...]
    texts: dict[str, Words]
    card: Card
