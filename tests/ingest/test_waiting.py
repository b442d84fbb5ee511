"""Who waits for a COMMIT hears what became of it, and does not wait for ever."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from server.errors import Refusal, gap
from server.ingest import waiting
from server.ingest.batches import Outcome
from server.ingest.waiting import Waiting

ONE: Any = None


def test_what_is_told_is_heard_by_the_one_who_waits_already() -> None:
    one, outcome = Waiting(ONE, ONE, "", 0), Outcome(ONE, [], [])
    heard: list[Outcome] = []
    thread = threading.Thread(target=lambda: heard.append(one.hear()))
    thread.start()
    one.tell(outcome)
    thread.join(10)
    assert heard == [outcome]


def test_trouble_is_raised() -> None:
    one = Waiting(ONE, ONE, "", 0)
    one.tell(gap(7))
    with pytest.raises(Refusal) as refused:
        one.hear()
    assert refused.value.code == "gap"


def test_who_hears_nothing_shall_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LONGEST_WAIT_S", 0.01)
    with pytest.raises(Refusal) as refused:
        Waiting(ONE, ONE, "", 0).hear()
    assert refused.value.code == "busy"
