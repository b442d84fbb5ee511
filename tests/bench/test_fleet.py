"""A small fleet comes back at once, the server dies meanwhile, and every press is stored and counted once."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from bench.fleet import by_second, hasty, run
from bench.fleet_chain import Found, look
from bench.fleet_clients import Plan
from bench.fleet_kiosks import Sent

if TYPE_CHECKING:
    from pathlib import Path

KIOSKS, PRESSES = 120, 40


def test_a_fleet_that_comes_back_at_once_loses_and_doubles_nothing_although_the_server_is_killed(tmp_path: Path) -> None:
    plan = Plan(tmp_path, range(1, KIOSKS + 1), real=True, presses=PRESSES, give_up_s=120, morning_s=1.0)
    ran = run(tmp_path, plan, processes=2, kill_after_s=0.1, told=True)
    assert ran.found.made == KIOSKS * (PRESSES + 1)
    assert ran.found.is_right, ran.found
    assert (len(ran.drained), ran.waiting) == (KIOSKS, 0)
    # Some met a dead server.
    assert 0 in {one.status for one in ran.sent}
    assert hasty(ran.sent) == 0
    # The look itself finds what is wrong.
    raw = sqlite3.connect(tmp_path / "salve.db")
    with raw:
        raw.execute("DELETE FROM reactions WHERE kiosk_id = 1 AND seq = 3")
        raw.execute("UPDATE reactions SET button = 'nobody-knows' WHERE kiosk_id = 2 AND seq = 5")
        raw.execute("UPDATE reactions SET seq = 1000 WHERE kiosk_id = 3 AND seq = 7")
        hours = raw.execute("UPDATE hours SET positive = positive + 1 WHERE kiosk_id = 4").rowcount
    raw.close()
    spoilt = look(tmp_path, dict.fromkeys(range(1, KIOSKS + 1), PRESSES + 1))
    assert spoilt._replace(made=0, rows=0) == Found(0, 0, missing=2, foreign=1, altered=1, held=0, uncounted=hours)


def test_a_request_before_the_told_time_counts_as_hasty() -> None:
    busy = Sent(kiosk=1, path="sync", began_s=10.0, took_s=0.5, status=503, retry_after_s=5.0)
    assert hasty([busy, busy._replace(began_s=15.6)]) == 0
    assert hasty([busy, busy._replace(began_s=15.2)]) == 1
    # The word is to one kiosk alone.
    assert hasty([busy, busy._replace(began_s=11.0, kiosk=2)]) == 0


def test_requests_are_told_by_the_second_in_which_they_began_and_were_stored() -> None:
    stored = Sent(kiosk=1, path="sync", began_s=100.2, took_s=2.0, status=200, retry_after_s=None)
    assert by_second([stored, stored._replace(began_s=100.9, status=0)], began_s=100.0) == [(2, 0), (0, 0), (0, 1)]
