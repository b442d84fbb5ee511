"""Of two who end, judge or replace a claim at once one wins, and the other is told so in a sentence."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from databases import DATABASES
from trials import AFTER, NOON_MS, Trials, at

from server.claims.claim import GRACE_DAYS, Claim, read_claims
from server.claims.judging import judge_all
from server.claims.registering import give_up
from server.database.engine import reading, writing
from server.survey.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

DUE = at(AFTER.end + timedelta(days=GRACE_DAYS))
WHO = "a@b.example"


class Other:
    """Does something in a thread of its own, while this one's transaction is open."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.found: object = None
        self._work = work
        self._thread = Thread(target=self._run)
        self._thread.start()
        self._thread.join(0.3)
        self.waits = self._thread.is_alive()

    def end(self) -> object:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.found

    def _run(self) -> None:
        try:
            self.found = self._work()
        except Exception as error:  # noqa: BLE001  (whatever it is, the test looks at it)
            self.found = error


@pytest.fixture
def claim(trials) -> Claim:
    trials.before()
    trials.register()
    trials.after([780, 770, 790, 705, 690, 700, 710, 695])
    return now(trials)


def now(trials: Trials) -> Claim:
    with reading(trials.engine) as connection:
        return read_claims(connection)[-1]


def end(trials: Trials, claim: Claim) -> None:
    with writing(trials.engine) as connection:
        give_up(connection, claim, "No training took place.", NOON_MS, WHO)


@pytest.mark.parametrize("database", DATABASES)
def test_a_claim_that_is_given_up_just_now_is_not_judged(trials, claim):
    with writing(trials.engine) as connection:
        give_up(connection, claim, "No training took place.", NOON_MS, WHO)
        other = Other(lambda: judge_all(trials.engine, DUE))
        assert other.waits
    assert other.end() == 0
    assert now(trials).ending is not None
    assert now(trials).results == ()


@pytest.mark.parametrize("database", DATABASES)
def test_a_claim_that_was_judged_since_it_was_read_is_not_given_up(trials, claim):
    assert judge_all(trials.engine, DUE) == 1
    with pytest.raises(Refused, match="nothing more can be done"):
        end(trials, claim)
    assert now(trials).ending is None


@pytest.mark.parametrize("database", DATABASES)
def test_of_two_who_give_a_claim_up_one_is_told_that_it_is(trials, claim):
    with writing(trials.engine) as connection:
        give_up(connection, claim, "No training took place.", NOON_MS, WHO)
        other = Other(lambda: end(trials, claim))
        assert other.waits
    assert isinstance(other.end(), Refused)
    assert now(trials).ending.reason == "No training took place."


@pytest.mark.parametrize("database", DATABASES)
def test_a_claim_that_is_given_up_just_now_is_not_written_anew(trials, claim):
    with writing(trials.engine) as connection:
        give_up(connection, claim, "No training took place.", NOON_MS, WHO)
        other = Other(lambda: trials.register(title="Written anew", replaces=claim.id))
        assert other.waits
    assert isinstance(other.end(), Refused)


@pytest.mark.parametrize("database", DATABASES)
def test_two_claims_at_once_never_take_the_same_stores(trials, claim):
    end(trials, claim)
    with writing(trials.engine) as connection:
        trials.register_in(connection, title="The first")
        other = Other(lambda: trials.register(title="The second"))
        assert other.waits
    assert isinstance(other.end(), Refused)
