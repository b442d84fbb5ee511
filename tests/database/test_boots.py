"""What ties a boot's clock to the server's is kept once, and thinned to what says something new."""

from __future__ import annotations

import pytest

from server.database.boots import add_anchor, add_boot, anchors_around, boots_by_id, save_boot
from server.database.engine import writing
from server.database.kiosks import add_kiosk

MINUTE_MS = 60_000


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        add_kiosk(connection, "sha256:1", "", 0)
        yield connection


def test_boots_are_numbered_per_kiosk_and_found_by_their_id(connection) -> None:
    first, second = add_boot(connection, 1, "a", "buffer", 4), add_boot(connection, 1, "b", "buffer", 5)
    assert (first.number, second.number) == (1, 2)
    save_boot(connection, 1, second._replace(offset_ms=99, offset_elapsed_ms=5, last_elapsed_ms=7))
    assert boots_by_id(connection, 1, []) == {}
    found = boots_by_id(connection, 1, ["b", "c"])
    assert list(found) == ["b"]
    assert (found["b"].number, found["b"].offset_ms, found["b"].last_elapsed_ms) == (2, 99, 7)


def test_exchanges_are_kept_ten_minutes_apart_unless_a_surer_one_comes(connection) -> None:
    add_boot(connection, 1, "a", "", 1)
    for minute in range(31):
        add_anchor(connection, 1, 1, minute * MINUTE_MS, 1_000_000 + minute * MINUTE_MS, 50)
    add_anchor(connection, 1, 1, 5 * MINUTE_MS, 1_000_000 + 5 * MINUTE_MS, 3)
    kept = anchors_around(connection, 1, 1, 0, 31 * MINUTE_MS)
    assert [(elapsed // MINUTE_MS, unsure) for elapsed, _, unsure in kept] == [(0, 50), (5, 3), (11, 50), (22, 50)]


def test_the_exchanges_around_a_span_include_the_nearest_on_each_side(connection) -> None:
    add_boot(connection, 1, "a", "", 1)
    for hour in range(6):
        add_anchor(connection, 1, 1, hour * 60 * MINUTE_MS, 0, 10)

    def hours_around(first: float, last: float) -> list[int]:
        found = anchors_around(connection, 1, 1, round(first * 60) * MINUTE_MS, round(last * 60) * MINUTE_MS)
        return [elapsed // (60 * MINUTE_MS) for elapsed, _, _ in found]

    assert hours_around(1.5, 2.5) == [1, 2, 3]
    assert hours_around(2, 2) == [2]
    assert hours_around(4.5, 9) == [4, 5]
    assert anchors_around(connection, 1, 2, 0, 9) == []
