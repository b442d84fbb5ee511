"""Requests that wait together share one COMMIT, and nobody is answered before it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from server.database.engine import writing
from server.database.tables import arrivals, reactions
from server.errors import Refusal
from server.fleet import kiosks as fleet
from server.fleet.kiosks import shown_key
from server.ingest.writer import Writer
from wire.messages import SyncReply, SyncRequest

if TYPE_CHECKING:
    from concurrent.futures import Future


@pytest.fixture
def writer(settings, clock, house):
    writer = Writer(settings, clock, house.engine)
    yield writer
    if writer.waiting == 0:
        writer.close()


class Senders:
    """Eight kiosks that send at once to a writer that has not begun."""

    def __init__(self, house: Any, writer: Writer, **fields: dict[int, Any]) -> None:
        self._pool = ThreadPoolExecutor(8)
        self.answers: list[Future[SyncReply]] = []
        for number in range(8):
            kiosk = house.enrol(f"sha256:kiosk-{number}")
            own = {name: values[number] for name, values in fields.items() if number in values}
            message = kiosk.request([kiosk.press(1_000)], stream=f"{number:032x}") | own
            request, key = msgspec.convert(message, SyncRequest), shown_key(kiosk.key)
            self.answers.append(self._pool.submit(writer.sync, request, key, "0" * 64))
        deadline = time.monotonic() + 10
        while writer.waiting < 8 and time.monotonic() < deadline:
            time.sleep(0.005)
        assert writer.waiting == 8

    def outcome(self, number: int) -> int | str:
        try:
            return self.answers[number].result(10).stored
        except Refusal as refusal:
            return refusal.code


def count_commits(house) -> list[int]:
    commits: list[int] = []
    event.listen(house.engine, "commit", lambda _: commits.append(1))
    return commits


def test_what_waits_together_is_committed_together_and_a_refusal_harms_no_other(house, writer) -> None:
    senders = Senders(house, writer, first_seq={3: 9}, hardware={5: "sha256:a-clone"})
    commits = count_commits(house)
    writer.start()
    assert [senders.outcome(number) for number in range(8)] == [1, 1, 1, "gap", 1, "hardware-differs", 1, 1]
    assert len(commits) == 1
    assert len(house.rows(reactions)) == 6
    assert [row.position for row in house.rows(arrivals)] == [1, 2, 3, 4, 5, 6]
    assert house.wrong_figures() == []
    assert (writer.stored, writer.outcomes) == (6, {"stored": 6, "gap": 1, "hardware-differs": 1})


@pytest.mark.parametrize(("gaps", "savepoints"), [({}, 0), ({3: 9}, 8)])
def test_each_gets_a_savepoint_only_where_one_of_them_is_in_trouble(house, writer, gaps, savepoints) -> None:
    taken: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement == "SAVEPOINT part":
            taken.append(statement)

    senders = Senders(house, writer, first_seq=gaps)
    event.listen(house.engine, "before_cursor_execute", note)
    writer.start()
    assert [senders.outcome(number) for number in range(8)] == ["gap" if number in gaps else 1 for number in range(8)]
    assert len(taken) == savepoints


def test_whose_key_was_ended_while_it_waited_is_refused_and_no_other(house, writer) -> None:
    senders = Senders(house, writer)
    with writing(house.engine) as connection:
        fleet.revoke(connection, "K-003", 0)
        fleet.disable(connection, "K-006", 0)
    writer.start()
    expected = [1, 1, "key-revoked", 1, 1, "kiosk-disabled", 1, 1]
    assert [senders.outcome(number) for number in range(8)] == expected
    assert len(house.rows(reactions)) == 6


def test_when_the_commit_fails_all_are_told_and_nothing_is_stored(house, writer) -> None:
    senders = Senders(house, writer)

    def fail(_: object) -> None:
        event.remove(house.engine, "commit", fail)
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(house.engine, "commit", fail)
    writer.start()
    assert [senders.outcome(number) for number in range(8)] == ["busy"] * 8
    assert house.rows(reactions) == []
    kiosk = house.enrol("sha256:kiosk-0")
    assert kiosk.sync([kiosk.press(1_000)], stream="0" * 32)["stored"] == 1


def test_a_fault_in_one_request_is_its_own_and_takes_back_only_what_it_did(house, writer) -> None:
    senders = Senders(house, writer, boots={2: [["boot-one", 1], ["x" * 200, 2]]})

    def fail(_conn: object, _cursor: object, _statement: str, values: Any, *_more: object) -> None:
        if "x" * 200 in values:
            raise ZeroDivisionError

    event.listen(house.engine, "before_cursor_execute", fail)
    writer.start()
    with pytest.raises(ZeroDivisionError):
        senders.answers[2].result(10)
    assert [senders.outcome(number) for number in (0, 1, 3, 4, 5, 6, 7)] == [1] * 7
    assert len(house.rows(reactions)) == 7


def test_closing_answers_what_waits_and_then_takes_no_more(house, writer) -> None:
    senders = Senders(house, writer)
    writer.start()
    writer.close()
    assert [senders.outcome(number) for number in range(8)] == [1] * 8
    with pytest.raises(Refusal) as refused:
        writer.sync(None, None, "")
    assert (refused.value.status, refused.value.retry_after_s) == (503, 5)


def test_two_servers_on_one_postgresql_store_each_press_once(settings, clock, house) -> None:
    """On SQLite there is one server; there it shows that two writers take turns."""
    kiosks = [house.enrol(f"sha256:kiosk-{number}") for number in range(4)]
    writers = [Writer(settings, clock, house.engine) for _ in range(2)]
    batches = []
    for first_seq in range(1, 201, 20):
        for number, kiosk in enumerate(kiosks):
            presses = [kiosk.press(1_000 * (first_seq + at)) for at in range(20)]
            message = kiosk.request(presses, first_seq, stream=f"{number:032x}", sent_ms=300_000)
            batches.append((msgspec.convert(message, SyncRequest), shown_key(kiosk.key)))

    def send(writer: Writer) -> int:
        stored = 0
        for request, kiosk in batches:
            while True:
                try:
                    stored += writer.sync(request, kiosk, "0" * 64).stored
                    break
                except Refusal as refusal:
                    # The other server may be ahead or behind; a kiosk sends the same again.
                    assert refusal.code == "busy"  # noqa: PT017
        return stored

    for writer in writers:
        writer.start()
    with ThreadPoolExecutor(4) as pool:
        stored = sum(pool.map(send, writers * 2))
    for writer in writers:
        writer.close()
    assert stored == len(house.rows(reactions)) == 4 * 200
    positions = [row.position for row in house.rows(arrivals)]
    assert positions == list(range(1, len(positions) + 1))
    assert house.total(arrivals, "last_seq") - house.total(arrivals, "first_seq") + len(positions) == 800
    assert house.wrong_figures() == []
