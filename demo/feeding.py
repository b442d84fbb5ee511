"""Sends the made-up presses in as a kiosk would have: judged by the kiosk's rules, through the server's own door.

Each made-up kiosk lives in week-long streams. On every evening it was online it syncs what it has, with the server's clock
standing at that evening; so arrivals, anchors and press times are those of a real life. Everything follows from the seed:
sending a day again sends the same bytes, which the server knows as duplicates.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from demo.history import Press, presses
from kiosk.misuse import Judge
from wire.encoding import CONTENT_TYPE, decode, encode
from wire.limits import MAX_REACTIONS
from wire.messages import PROTOCOL, Anchor, Boot, Config, Reaction, Sent, SyncReply, SyncRequest, Totals

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from demo.chain import MadeUpKiosk, MadeUpStore

ROUND_TRIP_MS = 160
EVENING = time(23, 30)


class ReplayClock:
    """A server clock that the history moves along."""

    def __init__(self) -> None:
        self._now_ms = 0

    def now_ms(self) -> int:
        """Unix time in milliseconds, as the history has it."""
        return self._now_ms

    def set(self, now_ms: int) -> None:
        """Let it be `now_ms`."""
        self._now_ms = now_ms


class Refused(RuntimeError):
    """The server did not take a part of the made-up history; the text has its answer."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A made-up kiosk with its key and configuration."""

    store: MadeUpStore
    kiosk: MadeUpKiosk
    key: str
    config: Config

    @property
    def name(self) -> str:
        """What distinguishes this kiosk inside the chain."""
        return f"{self.store.code}/{self.kiosk.touchpoint}"


class Life:
    """One made-up kiosk's weeks, from the day its chain began.

    Args:
        seed: what all its presses follow from.
        enrolled: the kiosk.
        base: the day that stories count back from.
        first: the first day of its history.
    """

    def __init__(self, seed: str, enrolled: Enrolled, base: date, first: date) -> None:
        self._seed = seed
        self._enrolled = enrolled
        self._base = base
        self._first = first

    @property
    def enrolled(self) -> Enrolled:
        """Whose life it is."""
        return self._enrolled

    @property
    def base(self) -> date:
        """The day that stories count back from."""
        return self._base

    def evening_ms(self, day: date) -> int:
        """When the kiosk syncs on this day, Unix milliseconds."""
        return self._at(day, EVENING)

    def sync(self, client: FlaskClient, clock: ReplayClock, day: date, now_ms: int) -> int:
        """Send what the kiosk has on the evening of `day`, or at `now_ms` when that is earlier; returns how many were new."""
        if self._is_offline(day) or self._boot_ms(self._week(day)) >= now_ms:
            return 0
        weeks = sorted({self._week(day - timedelta(back)) for back in range(self._days_waiting(day) + 1)})
        return sum(self._sync_week(client, clock, week, day, now_ms) for week in weeks)

    def sync_part(self, client: FlaskClient, clock: ReplayClock, day: date, from_ms: int, until_ms: int) -> int:
        """Send what was pressed in [from, until) on a day when the kiosk is connected; returns how many were new.

        What was pressed earlier that day was sent before; in the evening all of it is sent again, and known.
        """
        week = self._week(day)
        boot_ms = self._boot_ms(week)
        reactions = self._reactions(week, day, until_ms, boot_ms)
        start = len(self._reactions(week, day, from_ms, boot_ms))
        batch = reactions[start : start + MAX_REACTIONS]
        request = self._request(week, start + 1, batch, until_ms, boot_ms, len(reactions))
        return self._send(client, clock, request, until_ms)

    def heartbeat(self, told_ms: int, now_ms: int) -> tuple[str, bytes]:
        """Key and body of an empty sync: the kiosk is there, and nobody has pressed since the history ended at `told_ms`."""
        day = datetime.fromtimestamp(told_ms / 1000, ZoneInfo(self._enrolled.store.timezone)).date()
        week = self._week(day)
        boot_ms = self._boot_ms(week)
        thanked = len(self._reactions(week, day, told_ms, boot_ms))
        return self._enrolled.key, encode(self._request(week, thanked + 1, [], now_ms, boot_ms, thanked))

    def _sync_week(self, client: FlaskClient, clock: ReplayClock, week: int, day: date, now_ms: int) -> int:
        evening = min(self.evening_ms(day), now_ms)
        boot_ms = self._boot_ms(week)
        reactions = self._reactions(week, min(day, self._last_day(week)), evening, boot_ms)
        already = self._reactions(week, self._last_synced(day), evening, boot_ms) if self._week_has(week, day) else []
        start = len(already)
        stored = 0
        while True:
            batch = reactions[start : start + MAX_REACTIONS]
            stored += self._send(
                client, clock, self._request(week, start + 1, batch, evening, boot_ms, len(reactions)), evening
            )
            start += len(batch)
            if start >= len(reactions):
                return stored

    def _request(
        self, week: int, first_seq: int, batch: list[Reaction], sent_ms: int, boot_ms: int, thanked: int
    ) -> SyncRequest:
        config = self._enrolled.config
        # The exchange of the boot's first minute; every later request carries it.
        anchor = Anchor(1, 60_000, boot_ms + 60_000, ROUND_TRIP_MS // 2 + 1)
        return SyncRequest(
            protocol=PROTOCOL,
            software="made-up",
            stream=self._token(week),
            parent=self._token(week - 1) if week else None,
            first_seq=first_seq,
            reactions=batch,
            sent=Sent(max(0, sent_ms - boot_ms), sent_ms + self._enrolled.kiosk.clock_ahead_ms, self._is_synced, 1),
            config_version=config.version,
            boots=[Boot(f"{self._token(week)}-boot", 1)],
            anchors=[anchor],
            buffer=f"{self._token(week)}-buffer",
            totals=Totals(thanked, 0),
            health={"synced": self._is_synced, "skew_ms": self._enrolled.kiosk.clock_ahead_ms},
        )

    def _reactions(self, week: int, last: date, before_ms: int, boot_ms: int) -> list[Reaction]:
        """The week's reactions up to `last` and `before_ms`, in order: entry i is seq i + 1."""
        judge, found = Judge(), list[Reaction]()
        config = self._enrolled.config
        for press in self._presses(week, last):
            if press.at_ms >= before_ms:
                break
            elapsed = press.at_ms - boot_ms
            question = config.buttons[press.button].question
            verdict = judge.judge(elapsed, press.button, question, len(found) + 1, config.rules)
            wall = press.at_ms + self._enrolled.kiosk.clock_ahead_ms
            found.append(Reaction(elapsed, wall, self._is_synced, 1, press.button, config.version, verdict.visit, verdict.mark))
        return found

    def _presses(self, week: int, last: date) -> list[Press]:
        first = self._first + timedelta(7 * week)
        days = [first + timedelta(at) for at in range((last - first).days + 1)]
        return [
            press for day in days for press in presses(self._seed, self._enrolled.store, self._enrolled.kiosk, day, self._base)
        ]

    def _send(self, client: FlaskClient, clock: ReplayClock, request: SyncRequest, now_ms: int) -> int:
        clock.set(now_ms)
        answer = client.post(
            "/api/v1/sync",
            data=encode(request),
            headers={"Authorization": f"Bearer {self._enrolled.key}", "Content-Type": CONTENT_TYPE},
        )
        if answer.status_code != 200:
            raise Refused(f"{self._enrolled.name}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
        return decode(SyncReply, answer.data).stored

    @property
    def _is_synced(self) -> bool:
        return self._enrolled.kiosk.clock_ahead_ms == 0

    def _is_offline(self, day: date) -> bool:
        offline = self._enrolled.kiosk.offline
        back = (self._base - day).days
        return offline is not None and offline[1] < back <= offline[0]

    def _days_waiting(self, day: date) -> int:
        """How many days before this one were not sent on their own evening."""
        back = 0
        while day - timedelta(back + 1) >= self._first and self._is_offline(day - timedelta(back + 1)):
            back += 1
        return back

    def _last_synced(self, day: date) -> date:
        return day - timedelta(self._days_waiting(day) + 1)

    def _week(self, day: date) -> int:
        return (day - self._first).days // 7

    def _last_day(self, week: int) -> date:
        return self._first + timedelta(7 * week + 6)

    def _week_has(self, week: int, day: date) -> bool:
        """Whether the last evening online already sent a part of this week."""
        last = self._last_synced(day)
        return last >= self._first and self._week(last) == week

    def _boot_ms(self, week: int) -> int:
        return self._at(self._first + timedelta(7 * week), time(0, 5))

    def _token(self, week: int) -> str:
        return hashlib.sha256(f"{self._seed}/{self._enrolled.name}/{week}".encode()).hexdigest()[:32]

    def _at(self, day: date, at: time) -> int:
        return int(datetime.combine(day, at, ZoneInfo(self._enrolled.store.timezone)).timestamp() * 1000)


def as_json(enrolled: Enrolled) -> dict[str, object]:
    """What must be kept to go on with this kiosk at the next start."""
    return {"key": enrolled.key, "config": json.loads(encode(enrolled.config))}
