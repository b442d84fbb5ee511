"""What is so right now: today's counts, whether all of today is in, and which kiosks were heard when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.comparison.periods import midnight_ms
from server.comparison.reviews import open_reviews
from server.database.figures import pulse, standing_kiosks
from server.database.kiosks import config_body
from server.database.late import late_presses
from server.database.opening import openings
from server.database.recoveries import recovery_writes
from server.fleet.states import is_heard, is_missed
from server.fleet.store_time import StoreTime
from server.fleet.watching import look
from server.recovery.pace import NOTHING_KNOWN, Notice, notice_of
from server.recovery.recoveries import open_and_ended_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.database.figures import DayCount, Standing
    from server.database.late import LatePresses
    from server.fleet.watching import Watched
    from server.recovery.recoveries import Recovery

# For a week it is said that figures of closed days have changed.
LATE_TOLD_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class KioskNow:
    """A kiosk in the store: when it was heard last (None is never), how many presses it says wait on it, how many it lost.

    `waiting` is None for one that asks employees: counts of theirs stand on their own page.
    `silent` is that it was not heard lately, `missed` that it should have been: a store that is closed misses none. `watched`
    is what the fleet's rules find wrong with it, `config` the configuration (JSON) it runs: what its buttons say.
    """

    kiosk: str
    touchpoint: str
    heard_ms: int | None
    silent: bool
    missed: bool
    waiting: int | None
    lost: int
    watched: Watched | None = None
    config: str | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """Today so far in the store's days, whatever period is asked for.

    `reactions` are the `counted` ones (about service, experience or another question), the `marked` ones that were set aside,
    and those of an `uncertain` time. `expected` is what was received today and what the kiosks say still waits on them.
    `reviews` are runs of presses that wait for head office, whatever day they are of. `late` came in within the last week and
    was pressed days before it came. `recoveries` are those that are open and those that ended today, `notice` is how soon the
    store's pace lets one be noticed.
    """

    reactions: int
    counted: int
    service: int
    experience: int
    marked: int
    uncertain: int
    received: int
    expected: int
    kiosks: tuple[KioskNow, ...]
    pulse: int
    reviews: int = 0
    late: tuple[LatePresses, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    notice: Notice = NOTHING_KNOWN

    @property
    def other(self) -> int:
        """Counted presses about questions that are in neither index."""
        return self.counted - self.service - self.experience

    @property
    def complete(self) -> bool:
        """Whether, as far as is known, nothing of today waits anywhere."""
        return self.received == self.expected and not any(kiosk.silent for kiosk in self.kiosks)


def today_so_far(
    connection: Connection,
    store: StoreRef,
    counts: Sequence[DayCount],
    signals: tuple[frozenset[int], frozenset[int]],
    now_ms: int,
) -> Today:
    """Today's counts of a store; `counts` are those of its today, `signals` the questions of service and of experience."""
    time = StoreTime(openings(connection, [store.id]).get(store.id), now_ms)
    watched = {one.row.code: one for one in look(connection, now_ms, [store.id])}
    kiosks = tuple(
        _kiosk(connection, standing, watched.get(standing.kiosk), time, now_ms)
        for standing in standing_kiosks(connection, store.id)
    )
    counted = [count.positive + count.neutral + count.negative for count in counts]
    service, experience = (
        sum(number for number, count in zip(counted, counts, strict=True) if count.question_id in ids) for ids in signals
    )
    marked, uncertain = sum(count.marked for count in counts), sum(count.uncertain for count in counts)
    reactions = sum(counted) + marked + uncertain
    waiting = sum(kiosk.waiting or 0 for kiosk in kiosks)
    return Today(
        reactions=reactions,
        counted=sum(counted),
        service=service,
        experience=experience,
        marked=marked,
        uncertain=uncertain,
        received=reactions,
        expected=reactions + waiting,
        kiosks=kiosks,
        pulse=pulse_of(connection, [store]),
        reviews=open_reviews(connection, store.id),
        late=tuple(late_presses(connection, store.id, store.timezone, now_ms - LATE_TOLD_MS)),
        recoveries=open_and_ended_since(connection, store, midnight_ms(store.timezone, now_ms)),
        notice=notice_of(connection, store.id, now_ms),
    )


def _kiosk(connection: Connection, standing: Standing, watched: Watched | None, time: StoreTime, now_ms: int) -> KioskNow:
    heard_ms = standing.heard_ms
    silent = not is_heard(heard_ms, now_ms)
    missed = silent and (heard_ms is None or is_missed(time.since(heard_ms)))
    waiting = None if standing.employees else max(0, standing.thanked - standing.known)
    # Only a button's trouble names what is written beside it.
    named = watched is not None and any(trouble.what for trouble in watched.troubles)
    config = config_body(connection, watched.row.id, watched.row.config_applied) if watched is not None and named else None
    return KioskNow(
        standing.kiosk, standing.touchpoint, heard_ms, silent, missed, waiting, standing.lost, watched=watched, config=config
    )


def pulse_of(connection: Connection, stores: Sequence[StoreRef]) -> int:
    """A number that grows with every press that arrives for these stores, and with what happens to their recoveries."""
    ids = [store.id for store in stores]
    return pulse(connection, ids) + recovery_writes(connection, ids)
