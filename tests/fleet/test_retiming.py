"""A time that becomes surer moves its figures with it: once, whole, and so that counting anew says the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from kiosk_shop import Shop, press
from sqlalchemy import event

from server.analysis.times import BOUNDED, ESTIMATED, EXACT, UNKNOWN
from server.database import tables
from server.database.codes import REASONS
from server.database.engine import writing
from server.database.reviews import EXCLUDED, Found, keep_review, review_of_id
from server.fleet.retiming import retime
from server.fleet.reviewing import decide

if TYPE_CHECKING:
    from wire.messages import Reaction

BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")
HOUR_MS = 3_600_000


def test_a_press_before_the_first_answer_becomes_exact_when_the_answer_is_told(shop: Shop, clock: Any) -> None:
    now = clock.now_ms()
    shop.sync([press(1_000)], 1, (1, 60_000))
    assert [(row.pressed_ms, row.time_quality) for row in shop.rows(tables.reactions)] == [(now - 59_000, ESTIMATED)]
    assert retime(shop.engine, now) == 0
    clock.advance(60_000)
    shop.sync([], 2, (1, 120_000), anchors=[(1, 60_100, now - 9_900, 200)])
    assert retime(shop.engine, clock.now_ms()) == 1
    (row,) = shop.rows(tables.reactions)
    assert (row.pressed_ms, row.uncertainty_ms, row.time_quality) == (now - 69_000, 204, EXACT)
    assert (row.elapsed_ms, row.wall_ms) == (1_000, 1_600_000_001_000)
    revision = (1, row.kiosk_id, row.stream, 1, "time", clock.now_ms())
    assert [tuple(one) for one in shop.rows(tables.revisions)] == [revision]
    assert shop.rows(tables.unsettled) == []
    assert shop.agrees()
    assert retime(shop.engine, clock.now_ms()) == 0
    assert len(shop.rows(tables.revisions)) == 1


@pytest.mark.parametrize(("begin_ms", "reason"), [(60_000, ""), (70_000, "closing-run")])
def test_a_press_that_moves_out_of_a_run_that_was_set_aside_counts_again(
    shop: Shop, clock: Any, begin_ms: int, reason: str
) -> None:
    now = clock.now_ms()
    shop.sync([press(1_000)], 1, (1, 60_000))
    (row,) = shop.rows(tables.reactions)
    run = (row.kiosk_id, row.placement_id, row.question_id, 739_900, "closing", "positive", now - begin_ms, now - 50_000)
    with writing(shop.engine) as connection:
        keep_review(connection, Found(*run, 1, 1, 1, 0.1, 0.7, now))
        review = review_of_id(connection, 1)
        assert review is not None
        assert decide(connection, review, EXCLUDED, "office@demo.example", now) == 1
    shop.sync([], 2, (1, 120_000), anchors=[(1, 60_100, now - 9_900, 200)])
    assert retime(shop.engine, clock.now_ms()) == 1
    (row,) = shop.rows(tables.reactions)
    assert (row.pressed_ms, row.reason, row.counted) == (now - 69_000, REASONS[reason], not reason)
    assert [one.what for one in shop.rows(tables.revisions)] == ["counted", "time", *([] if reason else ["counted"])]
    assert shop.agrees()


def test_presses_of_a_boot_that_never_met_the_server_move_to_their_days_when_its_neighbours_are_known(
    shop: Shop, clock: Any
) -> None:
    begun = clock.now_ms()
    offline = [press(2 * HOUR_MS, 2), press(2 * HOUR_MS + 1_000, 2, "welcome-happy", visit=1), press(3 * HOUR_MS, 2)]
    clock.set(begun + 10 * HOUR_MS)
    # The first boot is not known yet: the request that told of it was lost, and its sequel comes first.
    shop.sync(offline, 1, (3, 1_000_000), lengths={2: 4 * HOUR_MS})
    assert [row.time_quality for row in shop.rows(tables.reactions)] == [UNKNOWN] * 3
    assert [row.uncertain for row in shop.rows(tables.days)] == [1, 2]
    assert shop.rows(tables.visit_days) == []
    shop.sync([], 4, (3, 1_001_000), anchors=[(1, HOUR_MS, begun + HOUR_MS, 50)], lengths={1: 2 * HOUR_MS})
    assert retime(shop.engine, clock.now_ms()) == 3
    rows = shop.rows(tables.reactions)
    assert [row.time_quality for row in rows] == [BOUNDED] * 3
    # Boot 1 ended at +2 h or later, boot 3 began 1000 s before +10 h: the press at 2 h lies between +4 h and +7 h 43 min.
    assert abs(rows[0].pressed_ms - (begun + 5.86 * HOUR_MS)) < 0.01 * HOUR_MS
    assert abs(rows[0].uncertainty_ms - 1.86 * HOUR_MS) < 0.01 * HOUR_MS
    assert sum(row.positive for row in shop.rows(tables.days)) == 3
    assert sum(row.uncertain for row in shop.rows(tables.days)) == 0
    assert [row.both for row in shop.rows(tables.visit_days)] == [1]
    assert shop.rows(tables.hours) == []
    assert shop.agrees()
    # What may still become surer is kept in mind, and not looked at again before more is known.
    assert [(row.first_seq, row.last_seq) for row in shop.rows(tables.unsettled)] == [(1, 3)]
    assert retime(shop.engine, clock.now_ms()) == 0


def a_busy_week(shop: Shop, clock: Any, presses: int) -> None:
    """Presses with visits and clusters, stamped by arrivals alone; then that boot's exchanges, which the worker waits for."""
    chance, elapsed = random.Random(11), 0
    found: list[Reaction] = []
    for seq in range(1, presses + 1):
        elapsed += chance.choice((700, 5_000, 30_000, 400_000))
        near = seq > 1 and found[-1].elapsed_ms > elapsed - 20_000
        found.append(press(elapsed, 1, chance.choice(BUTTONS), seq - 1 if near else None))
    begun = clock.now_ms()
    for start in range(0, presses, 500):
        part = found[start : start + 500]
        # Every request takes 14 s on its way, so that the exchanges tell better.
        clock.set(begun + part[-1].elapsed_ms + 14_000)
        shop.sync(part, start + 1, (1, part[-1].elapsed_ms))
    anchors = [(1, at, begun + at, 30) for at in range(0, elapsed, HOUR_MS)]
    shop.sync([], presses + 1, (1, elapsed + 1), anchors=anchors)


class Looks:
    """Compares reactions and figures each time somebody begins a transaction."""

    def __init__(self, shop: Shop) -> None:
        self.found: list[bool] = []
        self._shop = shop
        self._looking = False
        event.listen(shop.engine, "begin", self._look)

    def _look(self, _connection: Any) -> None:
        if not self._looking:
            self._looking = True
            self.found.append(self._shop.agrees())
            self._looking = False


def test_a_stream_is_done_in_parts_each_of_which_leaves_reactions_and_figures_in_agreement(shop: Shop, clock: Any) -> None:
    a_busy_week(shop, clock, 1_500)
    looks = Looks(shop)
    assert retime(shop.engine, clock.now_ms(), 200) == 1_500
    assert len(looks.found) > 8
    assert all(looks.found)
    assert {row.time_quality for row in shop.rows(tables.reactions)} == {EXACT}
    assert [row.position for row in shop.rows(tables.revisions)] == list(range(1, 1_501))
    assert shop.agrees()


class CutOff(Exception):
    """The power went."""


def test_it_goes_on_after_it_was_cut_off_in_the_middle(shop: Shop, clock: Any) -> None:
    a_busy_week(shop, clock, 1_500)
    written: list[str] = []

    def cut(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO revisions"):
            written.append(statement)
            if len(written) == 4:
                raise CutOff

    event.listen(shop.engine, "before_cursor_execute", cut)
    with pytest.raises(CutOff):
        retime(shop.engine, clock.now_ms(), 200)
    assert shop.agrees()
    done = len(shop.rows(tables.revisions))
    assert 600 <= done < 900
    assert retime(shop.engine, clock.now_ms(), 200) == 1_500 - done
    assert shop.agrees()
    assert retime(shop.engine, clock.now_ms()) == 0
