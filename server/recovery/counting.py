"""Counts live presses one by one, inside one transaction: each CUSUM, each open recovery's test, and what follows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from server.analysis.detection import BernoulliCusum, share_to_notice
from server.analysis.sequential import sprt
from server.database.opening import openings
from server.database.recoveries import (
    NORMAL,
    RecoveryRow,
    count_presses,
    end_recovery,
    open_ones,
    open_recovery,
    recovery_of_id,
)
from server.database.watches import presses_at, read_watch, save_watch
from server.recovery.days import day_ended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from server.analysis.opening import Opening
    from server.database.watches import LivePress, Place, Watch

log = logging.getLogger("salve.recovery")

# The test "is it normal again?" says wrongly that it is not, and wrongly that it is, this often.
FALSE_WORSE, FALSE_BETTER = 0.02, 0.03


class Counting:
    """Takes presses in their order; `save` keeps where every watch stands. `happened` is how many began or ended.

    Args:
        connection: the transaction, in which nobody else counts.
        position: up to which arrivals are counted when it is done.
        now_ms: Unix milliseconds; what is noticed is noticed now.
        fresh: a watch for each place, under a number of faces, that has none yet.
    """

    def __init__(self, connection: Connection, position: int, now_ms: int, fresh: Mapping[tuple[Place, int], Watch]) -> None:
        self._connection = connection
        self._position = position
        self._now_ms = now_ms
        self._open = {(row.kiosk_id, row.placement_id, row.question_id): row for row in open_ones(connection)}
        self._watches: dict[Place, Watch] = {}
        self._openings: dict[int, Opening | None] = {}
        self._fresh = fresh
        self.happened = 0

    def take(self, press: LivePress) -> None:
        """Count one press: towards "is it normal again?" where a recovery is open, else towards noticing one."""
        watch = self._watch(press)
        if watch is None:
            return
        row = self._open.get(press.place)
        if row is not None:
            self._test(row, press)
        elif watch.is_watched:
            watch = self._add(watch, press)
        self._watches[press.place] = watch._replace(last_ms=max(watch.last_ms or 0, press.pressed_ms))

    def save(self) -> None:
        """Keep where every watch stands."""
        for watch in self._watches.values():
            save_watch(self._connection, watch)

    def _watch(self, press: LivePress) -> Watch | None:
        watch = self._watches.get(press.place) or read_watch(self._connection, press.place)
        if watch is None or watch.faces != press.faces:
            # Other faces are other answers: what was usual under them says nothing here.
            # And a press that only now became live, of a place that nobody presses else, begins no watch.
            return self._fresh.get((press.place, press.faces))
        return watch

    def _add(self, watch: Watch, press: LivePress) -> Watch:
        """The watch after a press; opens a recovery where that reaches the threshold."""
        if watch.last_ms is not None and day_ended(self._opening(press.store_id), watch.last_ms, press.pressed_ms):
            watch = watch._replace(points=0, since_ms=None)
        after, alarm = step(watch, press.pressed_ms, press.negative)
        return self._alarm(after, press) if alarm else after

    def _alarm(self, watch: Watch, press: LivePress) -> Watch:
        """Go through the run once more as it stands by now: presses of it may have been set aside since they were counted."""
        since_ms = press.pressed_ms if watch.since_ms is None else watch.since_ms
        end_ms = max(press.pressed_ms, watch.last_ms or 0)
        run = presses_at(self._connection, press.place, since_ms, end_ms, self._position)
        again = watch._replace(points=0, since_ms=None)
        for at_ms, negative in run:
            again, alarm = step(again, at_ms, negative)
            if alarm:
                began_ms = at_ms if again.since_ms is None else again.since_ms
                self._begin(watch, press, began_ms, [one for when, one in run if when >= began_ms])
                return again._replace(points=0, since_ms=None)
        return again

    def _begin(self, watch: Watch, press: LivePress, began_ms: int, run: list[bool]) -> None:
        usual, counts = watch.usual_share or 0.0, (len(run), sum(run))
        number = open_recovery(self._connection, press.place, began_ms, press.pressed_ms, usual, counts, self._now_ms)
        row = None if number is None else recovery_of_id(self._connection, number)
        if row is not None:
            self._open[press.place] = row
            self.happened += 1
            log.warning("%s: %d of %d presses unhappy, recovery %d began", row.kiosk, sum(run), len(run), row.id)

    def _test(self, row: RecoveryRow, press: LivePress) -> None:
        """Count a press towards an open recovery, and end it where the presses since say that it is normal again."""
        # One that was made before the alarm and came after it tells nothing of what is since.
        later = press.pressed_ms > row.alarm_ms
        row = row._replace(
            presses=row.presses + 1,
            negatives=row.negatives + press.negative,
            test_presses=row.test_presses + later,
            test_negatives=row.test_negatives + (later and press.negative),
            last_ms=max(row.last_ms, press.pressed_ms),
        )
        test = sprt(row.usual_share, share_to_notice(row.usual_share), FALSE_WORSE, FALSE_BETTER)
        normal = test.judge(row.test_negatives, row.test_presses)
        if normal is False:
            # It goes on being tested, from here.
            row = row._replace(test_presses=0, test_negatives=0, still_ms=self._now_ms)
        count_presses(self._connection, row)
        self._open[press.place] = row
        if normal:
            self.happened += end_recovery(self._connection, row.id, NORMAL, self._now_ms)
            del self._open[press.place]
            log.info("%s: recovery %d is normal again", row.kiosk, row.id)

    def _opening(self, store_id: int) -> Opening | None:
        if store_id not in self._openings:
            self._openings[store_id] = openings(self._connection, [store_id]).get(store_id)
        return self._openings[store_id]


def step(watch: Watch, at_ms: int, negative: bool) -> tuple[Watch, bool]:
    """A watch after one press, and whether that reached its threshold."""
    cusum = BernoulliCusum(watch.up, watch.down, watch.threshold)
    cusum.resume(watch.points)
    alarm = cusum.add(negative)
    points = round(cusum.points)
    since_ms = None if not points else at_ms if watch.since_ms is None else min(watch.since_ms, at_ms)
    return watch._replace(points=points, since_ms=since_ms), alarm
