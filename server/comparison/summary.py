"""A store's and a chain's figures as one frozen result, which page, JSON and CSV all show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.comparison.chain import Chain, Figures, Others
from server.comparison.indexes import NO_GAP, NO_INDEX, Index, add, gap_of, index_of, tally, tally_of_days, without_range
from server.comparison.live import Today, today_so_far
from server.comparison.periods import Period, end_ms, local_today, parse_period
from server.comparison.standing import LEAST_OTHERS
from server.database.figures import Asked, DayCount, asked_questions, day_counts
from server.database.life import read_life
from server.survey.definitions import LEAST_COUNT, Definition, valid_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.comparison.mix import Mix
    from server.comparison.quadrant import Cuts

SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the line: both indexes and all presses; `running` while it is not over."""

    day: date
    service: Index
    experience: Index
    reactions: int
    running: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One question at one touchpoint, with the other stores' answer to it and how many presses were marked."""

    touchpoint: str
    signal: str
    question: str
    texts: dict[str, dict[str, str]]
    index: Index
    others: Index
    marked: int


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """Everything the store's page says.

    `before` is the period before, None while this one runs; `incomparable_since` is the day on which the faces or the
    questions changed, None where both periods asked alike. `now_day` is the store's own today, also where the period is not.
    """

    figures: Figures
    others: Others
    before: Figures | None
    incomparable_since: date | None
    days: tuple[Day, ...]
    places: tuple[Place, ...]
    today: Today
    now_day: date
    definition: Definition
    made_up: bool


@dataclass(frozen=True, slots=True)
class ChainSummary:
    """Several stores over a period of one name, each in its own days, and all of them together.

    `asked` are the (question, faces) that were answered, `ranked_*` the (positive, presses) of the chain's stores that may be
    ranked, `mix` the hours by which they were compared; the chain may have more stores than the reader sees.
    """

    period: Period
    stores: tuple[Figures, ...]
    together: Others
    definition_version: int
    made_up: bool
    definition: Definition
    cuts: Cuts
    mix: Mix | None
    question_ids: tuple[frozenset[int], frozenset[int]]
    asked: frozenset[tuple[int, int]]
    ranked_service: Mapping[int, tuple[float, float]]
    ranked_experience: Mapping[int, tuple[float, float]]


def store_summary(connection: Connection, store: StoreRef, period: Period, now_ms: int) -> StoreSummary:
    """Everything about one store over one period of its own days (`periods.parse_period` with `periods.local_today`)."""
    asked = asked_questions(connection)
    today = local_today(store.timezone, now_ms)
    definition = valid_at(connection, min(now_ms, end_ms(period, store.timezone)))
    chain = Chain(connection, period, definition, asked)
    before = None if period.running else Chain(connection, period.before, definition, asked, store.id)
    tomorrow = today + timedelta(days=1)
    shown = _shown_days(min(period.end, tomorrow))
    first = min(period.before.first, shown[0])
    counts = day_counts(connection, store.id, first.toordinal(), period.end.toordinal())
    now = day_counts(connection, store.id, today.toordinal(), tomorrow.toordinal())
    ids = (chain.service_ids, chain.experience_ids)
    return StoreSummary(
        figures=chain.figures(store),
        others=chain.others(store.id),
        before=before.figures(store) if before else None,
        incomparable_since=None if period.running else _changed_on(counts, period, ids[0] | ids[1]),
        days=_days(counts, shown, today, chain),
        places=_places(counts, chain, asked, store.id),
        today=today_so_far(connection, store, now, ids, now_ms),
        now_day=today,
        definition=definition,
        made_up=read_life(connection).made_up,
    )


def chain_summary(connection: Connection, stores: Sequence[StoreRef], period_text: str, now_ms: int) -> ChainSummary:
    """The figures of these stores in their order, each in its own days; raises a Refusal (400) for a wrong period."""
    asked = asked_questions(connection)
    chains: dict[Period, Chain] = {}
    chain_of: list[Chain] = []
    for store in stores:
        period = parse_period(period_text, local_today(store.timezone, now_ms))
        if period not in chains:
            definition = valid_at(connection, min(now_ms, end_ms(period, store.timezone)))
            chains[period] = Chain(connection, period, definition, asked)
        chain_of.append(chains[period])
    pairs = list(zip(chain_of, stores, strict=True))
    period = parse_period(period_text, local_today("UTC", now_ms))
    usual = chain_of[0] if chain_of else Chain(connection, period, valid_at(connection, now_ms), asked)
    return ChainSummary(
        period=usual.period,
        stores=tuple(chain.figures(store) for chain, store in pairs),
        together=_together(pairs),
        definition_version=usual.definition.version,
        made_up=read_life(connection).made_up,
        definition=usual.definition,
        cuts=usual.cuts,
        mix=usual.mix,
        question_ids=(usual.service_ids, usual.experience_ids),
        asked=frozenset(asked_of for chain, store in pairs for asked_of in chain.asked_at(store.id)),
        ranked_service=_ranked(pairs, "service"),
        ranked_experience=_ranked(pairs, "experience"),
    )


def _ranked(pairs: list[tuple[Chain, StoreRef]], signal: str) -> dict[int, tuple[float, float]]:
    """All of the chain's stores that may be ranked; those that the reader sees in their own days."""
    found: dict[int, tuple[float, float]] = dict(getattr(pairs[0][0].standings, signal)) if pairs else {}
    for chain, store in pairs:
        own = getattr(chain.standings, signal).get(store.id)
        if own is not None:
            found[store.id] = own
    return found


def _together(pairs: list[tuple[Chain, StoreRef]]) -> Others:
    """All these stores as one, each in its own days; without ranges while the period runs anywhere."""
    found = [(chain.tallies[store.id], chain.visits.get(store.id, ())) for chain, store in pairs if store.id in chain.tallies]
    least = pairs[0][0].definition.least_count if pairs else LEAST_COUNT
    service = index_of(add(one for (one, _), _ in found), least)
    experience = index_of(add(other for (_, other), _ in found), least)
    if any(chain.period.running for chain, _ in pairs):
        return Others(len(found), without_range(service), without_range(experience), NO_GAP)
    return Others(len(found), service, experience, gap_of(service, experience, (visit for _, own in found for visit in own)))


def _of(counts: Iterable[DayCount], first: date, end: date) -> list[DayCount]:
    return [count for count in counts if first.toordinal() <= count.local_day < end.toordinal()]


def _shown_days(end: date) -> list[date]:
    """The days of the line: those up to `end`, which is not among them."""
    return [end - timedelta(days=back) for back in range(min(SHOWN_DAYS, end.toordinal() - 1), 0, -1)]


def _days(counts: list[DayCount], shown: list[date], today: date, chain: Chain) -> tuple[Day, ...]:
    """The days shown, those without presses too; the one that runs has no ranges."""
    by_day: dict[int, list[DayCount]] = {}
    for count in counts:
        by_day.setdefault(count.local_day, []).append(count)
    found = []
    for day in shown:
        own = by_day.get(day.toordinal(), [])
        indexes = [
            index_of(tally(count for count in own if count.question_id in ids), chain.definition.least_count)
            for ids in (chain.service_ids, chain.experience_ids)
        ]
        service, experience = (without_range(index) for index in indexes) if day == today else indexes
        reactions = sum(count.positive + count.neutral + count.negative + count.marked + count.uncertain for count in own)
        found.append(Day(day, service, experience, reactions, running=day == today))
    return tuple(found)


def _places(counts: list[DayCount], chain: Chain, asked: dict[int, Asked], store_id: int) -> tuple[Place, ...]:
    """Each touchpoint's questions over the period, experience before service, weakest first, too few last."""
    groups: dict[tuple[str, int], list[DayCount]] = {}
    for count in _of(counts, chain.period.first, chain.period.end):
        if count.question_id in chain.service_ids | chain.experience_ids:
            groups.setdefault((count.touchpoint, count.question_id), []).append(count)
    found = []
    for (touchpoint, question_id), own in groups.items():
        question = asked[question_id]
        marked = sum(count.marked for count in own)
        index, others = chain.index(tally_of_days(own, chain.period.days)), _elsewhere(chain, question_id, store_id)
        found.append(Place(touchpoint, question.signal, question.code, question.texts, index, others, marked))
    return tuple(sorted(found, key=lambda place: (place.signal, _weakest_first(place.index), place.touchpoint)))


def _elsewhere(chain: Chain, question_id: int, store_id: int) -> Index:
    """The other stores' answer to a question; withheld while the period runs and where too few other stores asked it."""
    asked = {
        other: tally(count for count in rows if count.question_id == question_id)
        for other, rows in chain.counts.items()
        if other != store_id
    }
    found = [own for own in asked.values() if own.total]
    return NO_INDEX if chain.period.running or len(found) < LEAST_OTHERS else chain.index(add(found))


def _weakest_first(index: Index) -> tuple[bool, float]:
    return index.value is None, index.value or -index.total


def _changed_on(counts: list[DayCount], period: Period, ids: frozenset[int]) -> date | None:
    """The first day of this period with a question or number of faces that the period before did not have, or lost."""
    earlier = {(c.question_id, c.faces) for c in _of(counts, period.before.first, period.first) if c.question_id in ids}
    now = [c for c in _of(counts, period.first, period.end) if c.question_id in ids]
    if not earlier or not now or earlier == {(c.question_id, c.faces) for c in now}:
        return None
    new = [c.local_day for c in now if (c.question_id, c.faces) not in earlier]
    return date.fromordinal(min(new)) if new else period.first
