"""A store's and a chain's figures as one frozen result, which page, JSON and CSV all show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.comparison.chain import Chain, Figures, Others
from server.comparison.indexes import NO_GAP, add, gap_of, index_of, without_range
from server.comparison.kept_chains import chain_of
from server.comparison.line import NO_LINE, Line, line, shown_days
from server.comparison.live import Today, today_so_far
from server.comparison.marks import marks_of
from server.comparison.parts import EVERYTHING, Lens, OwnCounts, Place, hours_part, places_part, skills_part
from server.comparison.periods import Period, end_ms, local_today, parse_period, start_ms
from server.comparison.raw import Raw, raw_of
from server.comparison.undecided import Undecided, undecided
from server.database.figures import DayCount, asked_questions, day_counts
from server.database.life import read_life
from server.survey.definition import LEAST_COUNT, Definition
from server.survey.definitions import valid_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.comparison.hours_of_week import HoursOfWeek
    from server.comparison.mix import Mix
    from server.comparison.quadrant import Cuts
    from server.comparison.skills import Skills


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """Everything the store's page says.

    `before` is the period before, None while this one runs; `incomparable_since` is the day on which the faces or the
    questions changed, None where both periods asked alike. `earlier_version` is the definition that was valid when the period
    began, None where it is the one at its end, under which all is computed. `lens` narrows `line` and `hours` alone. `hours`,
    `skills` and `raw` are None while the period runs, and `undecided` is empty. `now_day` is the store's own today, also where
    the period is not.
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
    undecided: tuple[Undecided, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainSummary:
    """Several stores over a period of one name, each in its own days, and those with the usual faces together.

    `chains` are the counts behind each of `stores`, `asked` the (question, faces) that were answered in those together,
    `ranked_*` the (positive, presses) of the chain's stores that may be ranked, `mix` the hours by which they were compared;
    the chain may have more stores than the reader sees.
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
    chains: tuple[Chain, ...] = field(compare=False, repr=False)


def store_summary(
    connection: Connection, store: StoreRef, period: Period, now_ms: int, lens: Lens = EVERYTHING
) -> StoreSummary:
    """Everything about one store over one period of its own days (`periods.parse_period` with `periods.local_today`)."""
    asked = asked_questions(connection)
    today = local_today(store.timezone, now_ms)
    definition = valid_at(connection, min(now_ms, end_ms(period, store.timezone)))
    at_first = valid_at(connection, min(now_ms, start_ms(period, store.timezone)))
    chain = chain_of(connection, period, definition, asked)
    before = None if period.running else Chain(connection, period.before, definition, asked, store.id)
    tomorrow = today + timedelta(days=1)
    shown = shown_days(min(period.end, tomorrow))
    first, end = min(period.before.first, shown[0]), max(period.end, shown[-1] + timedelta(days=1))
    counts = day_counts(connection, store.id, first.toordinal(), end.toordinal())
    ids = (chain.service_ids, chain.experience_ids)
    figures = chain.figures(store)
    held = OwnCounts(connection, store, counts, asked, (shown[0], min(shown[-1] + timedelta(days=1), today)))
    marks = marks_of(connection, store, (shown[0], shown[-1] + timedelta(days=1)), counts, asked, ids[0] | ids[1])
    signals = dict(zip(("service", "experience"), ids, strict=True))
    return StoreSummary(
        figures=figures,
        others=chain.others(store.id),
        before=before.figures(store) if before else None,
        incomparable_since=None if period.running else _changed_on(counts, period, ids[0] | ids[1]),
        lens=lens,
        line=line(lens.of(counts, asked), shown, today, signals, marks, definition.least_count),
        hours=None if period.running else hours_part(held, chain, lens),
        places=places_part(held, chain),
        skills=None if period.running else skills_part(held, chain),
        raw=None if period.running else raw_of(connection, figures, ids),
        undecided=() if period.running else undecided(connection, figures, ids),
        today=today_so_far(
            connection, store, day_counts(connection, store.id, today.toordinal(), tomorrow.toordinal()), ids, now_ms
        ),
        now_day=today,
        definition=definition,
        earlier_version=None if at_first.version == definition.version else at_first.version,
        made_up=read_life(connection).made_up,
    )


def chain_summary(connection: Connection, stores: Sequence[StoreRef], period_text: str, now_ms: int) -> ChainSummary:
    """The figures of these stores in their order, each in its own days; raises a Refusal (400) for a wrong period."""
    asked = asked_questions(connection)
    chains: dict[Period, Chain] = {}
    each: list[Chain] = []
    periods = {zone: parse_period(period_text, local_today(zone, now_ms)) for zone in {store.timezone for store in stores}}
    for store in stores:
        period = periods[store.timezone]
        if period not in chains:
            definition = valid_at(connection, min(now_ms, end_ms(period, store.timezone)))
            chains[period] = chain_of(connection, period, definition, asked)
        each.append(chains[period])
    pairs = list(zip(each, stores, strict=True))
    # Presses under other faces are no part of a figure of all; where there are no others, they are all there is.
    alike = [(chain, store) for chain, store in pairs if store.id not in chain.apart] or pairs
    period = parse_period(period_text, local_today("UTC", now_ms))
    usual = each[0] if each else Chain(connection, period, valid_at(connection, now_ms), asked)
    return ChainSummary(
        period=usual.period,
        stores=tuple(chain.figures(store) for chain, store in pairs),
        together=_together(alike),
        definition_version=usual.definition.version,
        made_up=read_life(connection).made_up,
        definition=usual.definition,
        cuts=usual.cuts,
        mix=usual.mix,
        question_ids=(usual.service_ids, usual.experience_ids),
        asked=frozenset().union(*(chain.asked_at(store.id) for chain, store in alike)),
        ranked_service=_ranked(pairs, "service"),
        ranked_experience=_ranked(pairs, "experience"),
        chains=tuple(each),
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
    found = [(chain.tallies[store.id], chain.visits[store.id]) for chain, store in pairs if store.id in chain.tallies]
    least = pairs[0][0].definition.least_count if pairs else LEAST_COUNT
    service = index_of(add(one for (one, _), _ in found), least)
    experience = index_of(add(other for (_, other), _ in found), least)
    if any(chain.period.running for chain, _ in pairs):
        return Others(len(found), without_range(service), without_range(experience), NO_GAP)
    return Others(len(found), service, experience, gap_of(service, experience, [own for _, own in found]))


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
