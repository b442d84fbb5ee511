"""A sentence before it is said in a language: its name in the catalogues and what goes into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Name(str):
    """A name that somebody typed; it is isolated wherever it is said, because its direction may differ."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A day whose year is said only where it is not that of `near`, in the language's own calendar."""

    day: date
    near: date


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, the last included, said as short as its parts allow; the year only where it is not that of `near`."""

    first: date
    last: date
    near: date


@dataclass(frozen=True, slots=True)
class Sentence:
    """One entry of the catalogues with its values.

    Args:
        name: the entry's msgctxt.
        n: the counted number, the only one that picks a plural form; also filled in as `{n}`.
        values: what else is filled in: whole numbers, names, days, moments, or a sentence inside the sentence.
    """

    name: str
    n: int | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


Value = int | str | date | datetime | Day | Days | Sentence
