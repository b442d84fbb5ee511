"""A store's and a chain's figures as one frozen result, which page, JSON and CSV all show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.comparison.chain import Chain, Figures, Others
from server.comparison.indexes import NO_GAP, add, gap_of, index_of, without_range
from server.comparison.line import NO_LINE, Line, line, shown_days
from server.comparison.live import Today, today_so_far
from server.comparison.marks import marks_of
from server.comparison.parts import EVERYTHING, Lens, Place, Standing, hours_part, places_part, skills_part
from server.comparison.periods import Period, end_ms, local_today, parse_period, start_ms
from server.comparison.raw import Raw, raw_of
from server.comparison.skills import EMPLOYEES, Skills
from server.database.figures import DayCount, asked_questions, day_counts
from server.database.life import read_life
from server.survey.definitions import LEAST_COUNT, Definition, valid_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.comparison.hours_of_week import HoursOfWeek
    from server.database.figures import Asked


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """Everything the store's page says.

    `before` is the period before, None while this one runs; `incomparable_since` is the day on which the faces or the
    questions changed, None where both periods asked alike. `earlier_version` is the definition that was valid when the period
    began, None where it is the one at its end, under which all is computed. `lens` narrows `line` and `hours` alone. `hours`,
    `skills` and `raw` are None while the period runs. `now_day` is the store's own today, also where the period is not.
    """

    figures: Figures
    others: Others
    before: Figures | None
    incomparable_since: date | None
    today: Today
    now_day: date
    definition: Definition
    made_up: bool
    earlier_version: int | None = None
    lens: Lens = EVERYTHING
    line: Line = NO_LINE
    hours: HoursOfWeek | None = None
    places: tuple[Place, ...] = ()
    skills: Skills | None = None
    raw: Raw | None = None


@dataclass(frozen=True, slots=True)
class ChainSummary:
    """Several stores over a period of one name, each in its own days, and all of them together."""

    period: Period
    stores: tuple[Figures, ...]
    together: Others
    definition_version: int
    made_up: bool


def store_summary(
    connection: Connection, store: StoreRef, period: Period, now_ms: int, lens: Lens = EVERYTHING
) -> StoreSummary:
    """Everything about one store over one period of its own days (`periods.parse_period` with `periods.local_today`)."""
    asked = asked_questions(connection)
    kept_out = employees(asked)
    today = local_today(store.timezone, now_ms)
    definition = valid_at(connection, min(now_ms, end_ms(period, store.timezone)))
    at_first = valid_at(connection, min(now_ms, start_ms(period, store.timezone)))
    chain = Chain(connection, period, definition, asked)
    before = None if period.running else Chain(connection, period.before, definition, asked)
    tomorrow = today + timedelta(days=1)
    shown = shown_days(min(period.end, tomorrow))
    first, end = min(period.before.first, shown[0]), max(period.end, shown[-1] + timedelta(days=1))
    counts = _counts(connection, store, (first, end), kept_out)
    ids = (chain.service_ids, chain.experience_ids)
    figures = chain.figures(store)
    standing = Standing(connection, store, counts, asked, (shown[0], min(shown[-1] + timedelta(days=1), today)))
    marks = marks_of(connection, store, (shown[0], shown[-1] + timedelta(days=1)), counts, asked, ids[0] | ids[1])
    signals = dict(zip(("service", "experience"), ids, strict=True))
    return StoreSummary(
        figures=figures,
        others=chain.others(store.id),
        before=before.figures(store) if before else None,
        incomparable_since=None if period.running else _changed_on(counts, period, ids[0] | ids[1]),
        lens=lens,
        line=line(lens.of(counts, asked), shown, today, signals, marks, definition.least_count),
        hours=None if period.running else hours_part(standing, chain, lens),
        places=places_part(standing, chain),
        skills=None if period.running else skills_part(standing, chain),
        raw=None if period.running else raw_of(connection, figures, ids, kept_out),
        today=today_so_far(connection, store, _counts(connection, store, (today, tomorrow), kept_out), ids, now_ms, kept_out),
        now_day=today,
        definition=definition,
        earlier_version=None if at_first.version == definition.version else at_first.version,
        made_up=read_life(connection).made_up,
    )


def employees(asked: dict[int, Asked]) -> frozenset[int]:
    """The questions that colleagues answer: they have an access rule of their own, and are in none of these figures."""
    return frozenset(number for number, question in asked.items() if question.dimension == EMPLOYEES)


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
    period = chain_of[0].period if chain_of else parse_period(period_text, local_today("UTC", now_ms))
    return ChainSummary(
        period=period,
        stores=tuple(chain.figures(store) for chain, store in pairs),
        together=_together(pairs),
        definition_version=(chain_of[0].definition if chain_of else valid_at(connection, now_ms)).version,
        made_up=read_life(connection).made_up,
    )


def _together(pairs: list[tuple[Chain, StoreRef]]) -> Others:
    """All these stores as one, each in its own days; without ranges while the period runs anywhere."""
    found = [(chain.tallies[store.id], chain.visits.get(store.id, ())) for chain, store in pairs if store.id in chain.tallies]
    least = pairs[0][0].definition.least_count if pairs else LEAST_COUNT
    service = index_of(add(one for (one, _), _ in found), least)
    experience = index_of(add(other for (_, other), _ in found), least)
    if any(chain.period.running for chain, _ in pairs):
        return Others(len(found), without_range(service), without_range(experience), NO_GAP)
    return Others(len(found), service, experience, gap_of(service, experience, (visit for _, own in found for visit in own)))


def _counts(connection: Connection, store: StoreRef, days: tuple[date, date], kept_out: Collection[int]) -> list[DayCount]:
    found = day_counts(connection, store.id, days[0].toordinal(), days[1].toordinal())
    return [count for count in found if count.question_id not in kept_out]


def _of(counts: Iterable[DayCount], first: date, end: date) -> list[DayCount]:
    return [count for count in counts if first.toordinal() <= count.local_day < end.toordinal()]


def _changed_on(counts: list[DayCount], period: Period, ids: frozenset[int]) -> date | None:
    """The first day of this period with a question or number of faces that the period before did not have, or lost."""
    earlier = {(c.question_id, c.faces) for c in _of(counts, period.before.first, period.first) if c.question_id in ids}
    now = [c for c in _of(counts, period.first, period.end) if c.question_id in ids]
    if not earlier or not now or earlier == {(c.question_id, c.faces) for c in now}:
        return None
    new = [c.local_day for c in now if (c.question_id, c.faces) not in earlier]
    return date.fromordinal(min(new)) if new else period.first
