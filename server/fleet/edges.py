"""A store's days cut at their edges: what was pressed before closing and after opening, and what usually is."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.edge_runs import Presses, find_edge_run
from server.analysis.opening import MINUTE_MS, Window, merged
from server.analysis.tallies import NEGATIVE, POSITIVE
from server.fleet.hours import MARGIN_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.analysis.opening import Opening
    from server.database.reviews import Judged

# How much of a day is its edge; what is pressed in the margin outside, while it counts, belongs to it.
CLOSING_MS = 30 * MINUTE_MS
OPENING_MS = 15 * MINUTE_MS
USUAL_DAYS = 56


class Run(NamedTuple):
    """A run of one question at the edge of one day; as database.reviews.Found has it."""

    question_id: int
    local_day: int
    edge: str
    polarity: str
    from_ms: int
    until_ms: int
    presses: int
    alike: int
    positives: int
    usual_presses: float
    usual_share: float


class _Day(NamedTuple):
    """One day's presses of a question: at each edge, and in the other hours."""

    edges: dict[str, Presses]
    elsewhere: Presses


def edges_of(opening: Opening, day: int) -> dict[str, Window]:
    """The edges of a day: none where it is closed, and none where the store goes on from the day before or to the next."""
    windows = opening.windows_of(day)
    if not windows:
        return {}
    around = merged(opening.windows(day - 1, day + 1))
    opens, closes = windows[0].from_ms, windows[-1].until_ms
    found = {}
    if any(window.from_ms == opens for window in around):
        found["opening"] = Window(opens - MARGIN_MS, opens + OPENING_MS)
    if any(window.until_ms == closes for window in around):
        found["closing"] = Window(closes - CLOSING_MS, closes + MARGIN_MS)
    return found


def find_runs(votes: Sequence[Judged], opening: Opening, first: int, now_ms: int) -> Iterator[Run]:
    """The runs at the edges of the days from `first` on that are over by now.

    `votes` are one kiosk's at one place, in the order of time, from USUAL_DAYS before the first day on.
    """
    today = opening.day_of(now_ms)
    edges = {day: edges_of(opening, day) for day in range(first - USUAL_DAYS, today + 1)}
    of_question: defaultdict[int, list[Judged]] = defaultdict(list)
    for vote in votes:
        of_question[vote.question_id].append(vote)
    pressed = sorted(vote.pressed_ms for vote in votes)
    # A day without any press tells nothing of what is usual: the box was off, or the store was closed.
    lived = {day for day in edges if _count(pressed, _whole(opening, day))}
    for question, own in of_question.items():
        days = {day: _cut(own, opening, day, edges[day]) for day in sorted(lived)}
        for day in range(first, today + 1):
            for edge, window in edges[day].items():
                if day in days and window.until_ms <= now_ms:
                    yield from _judge(question, day, edge, window, days)


def _judge(question: int, day: int, edge: str, window: Window, days: Mapping[int, _Day]) -> Iterator[Run]:
    slot = days[day].edges[edge]
    before = [one for number, one in days.items() if day - USUAL_DAYS <= number < day and edge in one.edges]
    elsewhere = _sum([days[day].elsewhere, *(one.elsewhere for one in before)])
    run = find_edge_run(slot, sum(one.edges[edge].total for one in before), len(before), elsewhere)
    if run is not None:
        counts = (run.presses, run.alike, slot.positive)
        yield Run(question, day, edge, run.polarity, *window, *counts, run.usual_presses, run.usual_share)


def _cut(votes: Sequence[Judged], opening: Opening, day: int, edges: Mapping[str, Window]) -> _Day:
    found = {edge: _presses(votes, window) for edge, window in edges.items()}
    whole = _presses(votes, _whole(opening, day))
    # On a day of less than an hour both edges hold the same presses.
    return _Day(found, Presses(*(max(0, all_of - sum(part)) for all_of, *part in zip(whole, *found.values(), strict=True))))


def _whole(opening: Opening, day: int) -> Window:
    """A day with the margins around it; nothing where it is closed."""
    windows = opening.windows_of(day)
    return Window(windows[0].from_ms - MARGIN_MS, windows[-1].until_ms + MARGIN_MS) if windows else Window(0, 0)


def _presses(votes: Sequence[Judged], window: Window) -> Presses:
    begin, end = (bisect_left(votes, moment, key=lambda vote: vote.pressed_ms) for moment in window)
    polarities = [vote.polarity for vote in votes[begin:end]]
    return Presses(len(polarities), polarities.count(POSITIVE), polarities.count(NEGATIVE))


def _count(moments: Sequence[int], window: Window) -> int:
    return bisect_left(moments, window.until_ms) - bisect_left(moments, window.from_ms)


def _sum(parts: Sequence[Presses]) -> Presses:
    return Presses(*(sum(column) for column in zip(*parts, strict=True)))
