"""Tasks are done one after the other by one thread, which is left behind when it takes too long and ends when it has none."""

import random
import threading
import time

import pytest

from kiosk import hands
from kiosk.hands import Hands, TooLong


def test_tasks_in_a_row_are_done_by_one_thread_and_tell_their_results():
    doing = Hands()
    found = [doing.do(lambda at=at: (at, threading.get_ident()), 10) for at in range(5)]
    assert [at for at, _ in found] == [0, 1, 2, 3, 4]
    assert {thread for _, thread in found} != {threading.get_ident()}
    assert len({thread for _, thread in found}) == 1


def test_what_a_task_raises_is_raised_to_whoever_asked_and_the_next_is_done():
    doing = Hands()
    with pytest.raises(ZeroDivisionError):
        doing.do(lambda: 1 // 0, 10)
    assert doing.do(lambda: 2, 10) == 2


def test_a_task_that_takes_too_long_is_left_behind():
    over = threading.Event()
    with pytest.raises(TooLong):
        Hands().do(lambda: over.wait(10), 0.05)
    over.set()


def test_the_thread_ends_when_there_is_nothing_to_do_and_another_one_does_what_comes(monkeypatch):
    monkeypatch.setattr(hands, "REST_S", 0.01)
    doing = Hands()
    first = doing.do(threading.current_thread, 10)
    first.join(10)
    assert not first.is_alive()
    assert doing.do(threading.current_thread, 10) is not first


def test_a_task_that_comes_as_the_thread_ends_is_done(monkeypatch):
    monkeypatch.setattr(hands, "REST_S", 0.0005)
    doing = Hands()
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    for at in range(400):
        until = time.perf_counter() + chance.uniform(0.0003, 0.0008)
        while time.perf_counter() < until:
            pass
        assert doing.do(lambda at=at: at, 10) == at, seed
