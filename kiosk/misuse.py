"""Judge a press: a vote, or one that is kept but does not speak for another person; and which visit it belongs to.

A rush is more presses in two minutes than visitors can make where few come. How many that is follows from how many usually
come: on a quiet kiosk a dozen, on a crowded one about forty. It is told from the pace alone, never from the face, and a hand
that hammers is one person however often it hits. The numbers were found by simulation (docs/misuse.md): a child who presses
thirty times in two and a half minutes is noticed on the way, and the server then takes back what counted before it was. A limit
of 20 votes a minute on the whole kiosk, as it was before, never noticed that child, and set aside some who answer both rows.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from kiosk.pace import Pace

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
        self._hammered: dict[str, int] = {}
        self._votes: dict[str, deque[int]] = {}
        self._paces: dict[str, Pace] = {}
        self._whole: Pace | None = None
        self._rules: Rules | None = None
        self._visit: _Visit | None = None

    def judge(self, at_ms: int, button: str, question: str, seq: int, rules: Rules) -> Verdict:
        """Judge the press that is about to be stored as `seq`; seq only names it, should a visit begin with it."""
        if rules is not self._rules:
            self._go_by(rules)
        mark = self._mark(at_ms, button, question, rules)
        # Counted from the last press, not from the last vote: someone who hammers for ten seconds is still one person.
        self._last[question] = _Press(at_ms, button)
        if mark != "vote":
            return Verdict(mark, None)
        self._votes.setdefault(question, deque()).append(at_ms)
        return Verdict(mark, self._visit_of(at_ms, question, seq, rules.visit_window_ms))

    def new_stream(self) -> None:
        """Forget the open visit: a visit never crosses streams, because its seq would mean another press there."""
        self._visit = None

    def _mark(self, at_ms: int, button: str, question: str, rules: Rules) -> Mark:
        last = self._last.get(question)
        quick = last is not None and at_ms - last.at_ms < rules.cooldown_ms
        self._keep_pace(at_ms, question, rules, quick=quick)
        if last is not None and last.button != button and at_ms - last.at_ms < rules.mash_ms:
            return "mash"
        if quick:
            return "repeat"
        if self._is_rush(at_ms, rules) or self._is_crowd(at_ms, question, rules):
            return "rate"
        return "vote"

    def _go_by(self, rules: Rules) -> None:
        """Learn anew what is usual when other rules say so; what people press at this moment goes on being judged."""
        if rules != self._rules:
            self._paces, self._whole = {}, None
        self._rules = rules

    def _keep_pace(self, at_ms: int, question: str, rules: Rules, *, quick: bool) -> None:
        hammered = self._hammered.get(question, 0) + 1 if quick else 0
        self._hammered[question] = hammered
        # More within the cooldown are one hand that hammers.
        if hammered <= rules.hammer_presses:
            if question not in self._paces:
                self._paces[question] = Pace(rules.usual_question_per_minute, rules)
            if self._whole is None:
                self._whole = Pace(rules.usual_kiosk_per_minute, rules)
            self._paces[question].note(at_ms)
            self._whole.note(at_ms)

    def _is_rush(self, at_ms: int, rules: Rules) -> bool:
        """Whether any question, or all of them together, is pressed too often; then no press speaks for a visitor."""
        window_ms = rules.rush_ms
        beyond = rules.rush_presses
        for pace in self._paces.values():  # not any(): making a generator costs as much as looking
            if pace.is_rush(at_ms, window_ms, beyond):
                return True
        if self._whole is None or len(self._paces) < 2:
            return False
        return self._whole.is_rush(at_ms, window_ms, rules.rush_kiosk_presses)

    def _is_crowd(self, at_ms: int, question: str, rules: Rules) -> bool:
        """More votes on one question in a minute than people can pass by, whatever is usual here."""
        votes = self._votes.setdefault(question, deque())
        while votes and at_ms - votes[0] >= MINUTE_MS:
            votes.popleft()
        return len(votes) >= rules.rate_per_minute

    def _visit_of(self, at_ms: int, question: str, seq: int, window_ms: int) -> int | None:
        visit = self._visit
        if visit is None or at_ms - visit.began_ms >= window_ms or question in visit.questions:
            self._visit = _Visit(at_ms, seq, frozenset({question}))
            return None
        self._visit = visit._replace(questions=visit.questions | {question})
        return visit.seq
