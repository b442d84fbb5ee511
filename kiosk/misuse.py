"""Judge a press: a vote, or one that is kept but does not speak for another person; and which visit it belongs to."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wire.messages import Mark, Rules

MINUTE_MS = 60_000


class Verdict(NamedTuple):
    """What is known of a press when it is made: its mark, and the seq of its visit's first press."""

    mark: Mark
    visit: int | None


class _Press(NamedTuple):
    at_ms: int
    button: str


class _Visit(NamedTuple):
    began_ms: int
    seq: int
    questions: frozenset[str]


class Judge:
    """Remembers the last presses of one kiosk; times are elapsed milliseconds of one boot."""

    def __init__(self) -> None:
        self._last: dict[str, _Press] = {}
        self._votes: deque[int] = deque()
        self._visit: _Visit | None = None

    def judge(self, at_ms: int, button: str, question: str, seq: int, rules: Rules) -> Verdict:
        """Judge the press that is about to be stored as `seq`; seq only names it, should a visit begin with it."""
        mark = self._mark(at_ms, button, question, rules)
        # Counted from the last press, not from the last vote: someone who hammers for ten seconds is still one person.
        self._last[question] = _Press(at_ms, button)
        if mark != "vote":
            return Verdict(mark, None)
        self._votes.append(at_ms)
        return Verdict(mark, self._visit_of(at_ms, question, seq, rules.visit_window_ms))

    def new_stream(self) -> None:
        """Forget the open visit: a visit never crosses streams, because its seq would mean another press there."""
        self._visit = None

    def _mark(self, at_ms: int, button: str, question: str, rules: Rules) -> Mark:
        last = self._last.get(question)
        if last is not None and last.button != button and at_ms - last.at_ms < rules.mash_ms:
            return "mash"
        if last is not None and at_ms - last.at_ms < rules.cooldown_ms:
            return "repeat"
        while self._votes and at_ms - self._votes[0] >= MINUTE_MS:
            self._votes.popleft()
        return "rate" if len(self._votes) >= rules.rate_per_minute else "vote"

    def _visit_of(self, at_ms: int, question: str, seq: int, window_ms: int) -> int | None:
        visit = self._visit
        if visit is None or at_ms - visit.began_ms >= window_ms or question in visit.questions:
            self._visit = _Visit(at_ms, seq, frozenset({question}))
            return None
        self._visit = visit._replace(questions=visit.questions | {question})
        return visit.seq
