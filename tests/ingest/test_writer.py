"""Requests that wait together share one COMMIT, and nobody is answered before it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from server.database.engine import writing
from server.database.tables import arrivals, counters, reactions
from server.ingest.writer import Writer


def test_requests_that_wait_share_a_commit_and_one_refusal_harms_no_other(house) -> None:
    kiosks = [house.enrol(f"sha256:kiosk-{number}") for number in range(8)]
    commits: list[int] = []
    event.listen(house.engine, "commit", lambda _: commits.append(1))

    def send(number: int) -> int:
        kiosk = kiosks[number]
        first_seq = 9 if number == 3 else 1
        return kiosk.send(kiosk.request([kiosk.press(1_000)], first_seq, stream=f"{number:032x}")).status_code

    with ThreadPoolExecutor(8) as pool:
        # While this transaction is open the writer waits for it, and the others wait behind the first.
        with writing(house.engine) as connection:
            connection.execute(select(func.count()).select_from(reactions))
            answers = [pool.submit(send, number) for number in range(8)]
            deadline = threading.Event()
            while house.app.extensions["salve_waiting"]() < 7 and not deadline.wait(0.01):
                pass
            commits.clear()
        statuses = [answer.result() for answer in answers]
    assert statuses == [200, 200, 200, 409, 200, 200, 200, 200]
    assert len(house.rows(reactions)) == 7
    assert [row.position for row in house.rows(arrivals)] == list(range(1, 8))
