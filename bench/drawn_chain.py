"""Draws a chain of stores whose visitors are treated alike: the presses, as the server's tables would sum them up.

Visitors come in groups that often answer alike, within seconds; many answer both questions; stores have different sizes and
their own mix of hours; evenings and weekends are worse everywhere; and each store has better and worse days. All of that makes
stores look different that are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

WEEKEND_DAYS = (5, 6)  # of each week, the first day being 0
GROUP_SIZES = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Model:
    """What all stores have in common. Shares are of happy presses, by part of the day: morning, afternoon, evening."""

    stores: int = 500
    days: int = 7
    visitors_a_day: float = 70  # of the middle store
    sizes: float = 0.7  # spread of log visitors a day between stores
    mixes: tuple[float, ...] = (6, 8, 4)  # Dirichlet: the parts of the day, and how alike stores are in them
    weekend_busier: float = 0.5  # spread of log visitors on weekend days between stores
    service: tuple[float, ...] = (0.88, 0.84, 0.78)
    experience: tuple[float, ...] = (0.80, 0.76, 0.68)
    weekend_worse: float = 0.03
    groups: tuple[float, ...] = (0.72, 0.19, 0.06, 0.03)  # of one to four visitors
    as_one: float = 0.35  # of groups answer as their first does
    answers: tuple[float, ...] = (0.35, 0.25, 0.40)  # service alone, experience alone, both
    same_mood: float = 0.30  # of those who answer both answer out of one mood
    day_shock: float = 0.15  # spread of a store's days, in logits: about two points at 84 of 100
    worse: dict[int, float] = field(default_factory=dict)  # stores that are not equal: experience lower by so much


class Drawn(NamedTuple):
    """One period: of each visitor the store, day (0 on), part of the day, group, and answers: 1 happy, 0 not, -1 none."""

    store: np.ndarray
    day: np.ndarray
    band: np.ndarray
    group: np.ndarray
    service: np.ndarray
    experience: np.ndarray


def draw(model: Model, seed: int) -> Drawn:
    """One period of the chain; the same seed draws the same."""
    chance = np.random.default_rng(seed)
    store, day, band = _come(model, chance)
    sizes = chance.choice(GROUP_SIZES, size=len(store), p=model.groups)
    group = np.repeat(np.arange(len(store)), sizes)
    store, day, band = store[group], day[group], band[group]
    first = np.concatenate(([0], np.cumsum(sizes)[:-1]))[group]
    alike = (chance.random(len(sizes)) < model.as_one)[group]
    service, experience = _moods(model, chance, len(group))
    service, experience = (np.where(alike, mood[first], mood) for mood in (service, experience))
    shock = model.day_shock * chance.standard_normal((2, model.stores, model.days))
    weekend = np.isin(day % 7, WEEKEND_DAYS)
    happy = []
    for shares, mood, of_day in ((model.service, service, shock[0]), (model.experience, experience, shock[1])):
        share = np.asarray(shares)[band] - model.weekend_worse * weekend
        if shares is model.experience and model.worse:
            share = share - np.asarray([model.worse.get(number, 0.0) for number in range(model.stores)])[store]
        logit = np.log(share / (1 - share)) + of_day[store, day]
        happy.append((mood < 1 / (1 + np.exp(-logit))).astype(int))
    asked = chance.choice(3, size=len(group), p=model.answers)
    return Drawn(store, day, band, group, np.where(asked == 1, -1, happy[0]), np.where(asked == 0, -1, happy[1]))


def _come(model: Model, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Store, day and part of the day of each group."""
    size = model.visitors_a_day * np.exp(model.sizes * chance.standard_normal(model.stores))
    mix = chance.dirichlet(model.mixes, size=model.stores)
    busier = np.exp(model.weekend_busier * chance.standard_normal(model.stores))
    weekend = np.isin(np.arange(model.days) % 7, WEEKEND_DAYS)
    by_day = np.where(weekend[None, :], busier[:, None], 1.0)
    groups_a_visitor = 1 / np.dot(GROUP_SIZES, model.groups)
    come = chance.poisson(size[:, None, None] * groups_a_visitor * by_day[:, :, None] * mix[:, None, :])
    places = np.indices(come.shape).reshape(3, -1)
    return tuple(np.repeat(place, come.ravel()) for place in places)


def _moods(model: Model, chance: np.random.Generator, visitors: int) -> tuple[np.ndarray, np.ndarray]:
    """A visitor is happy where the mood lies below the share; one mood for both questions now and then."""
    service, other = chance.random(visitors), chance.random(visitors)
    return service, np.where(chance.random(visitors) < model.same_mood, service, other)
