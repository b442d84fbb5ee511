"""Takes presses of another system in: each once, however often and in however many files it comes."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from server.database import imports as rows
from server.database.codes import ANSWERS
from server.database.engine import reading, writing
from server.database.leases import end_lease, take_lease
from server.database.streams import Stream, add_stream, lock_kiosks, lock_stream
from server.errors import Unfit
from server.fleet.configuration import make_config
from server.ingest.import_storing import append, faces_of, with_faces
from wire.limits import MAX_SEQ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.database.imports import ImportStore
    from server.ingest.import_files import Press, WrongRow

LEASE, LEASE_MS = "import", 120_000
# One transaction: short enough for kiosks to be stored in between.
TOGETHER = 1_000
LAYOUTS = {2: "two", 3: "three", 4: "four"}
MOST_PARTS = 99


class Place(NamedTuple):
    """A touchpoint of another system."""

    store: str
    touchpoint: str


class Taken(NamedTuple):
    """How many presses were new, how many were here already, and how many are alike under another source's name."""

    new: int
    known: int
    alike: int = 0


class Target(NamedTuple):
    """The kiosk that stands for a touchpoint, None while there is none, and its configuration for each question."""

    hardware: str
    kiosk_id: int | None
    configs: dict[str, int]


class Import:
    """Takes a file's presses into this database.

    Args:
        engine: the database.
        clock: when it is done.
        stores: every store by its code.
        source: the other system's name; its touchpoints become kiosks of their own.
        dry: only count what would become of them.
    """

    def __init__(self, engine: Engine, clock: Clock, stores: dict[str, ImportStore], source: str, *, dry: bool) -> None:
        self._engine = engine
        self._clock = clock
        self._stores = stores
        self._source = source
        self._dry = dry
        self._holder = secrets.token_hex(8)
        self._own: dict[str, bool] = {}

    def take(
        self,
        presses: Iterable[Press],
        refuse: Callable[[int, WrongRow], None],
        moved: Callable[[int], None],
        alike: Callable[[int], None],
    ) -> Taken:
        """Take them in.

        `refuse` hears of those that no kiosk here could have; `moved` of how many were looked at; `alike`, before anything is
        stored, of how many another source has brought for the same place, moment, question and answer. Raises Unfit while
        another import is at work.
        """
        places: defaultdict[Place, list[Press]] = defaultdict(list)
        new = known = 0
        for press in presses:
            if press.stream and self._came_by_itself(press.stream):
                known += 1
                moved(1)
            else:
                places[Place(press.store, press.touchpoint)].append(press)
        elsewhere = sum(self._alike_elsewhere(place, found) for place, found in places.items())
        alike(elsewhere)
        self._renew()
        try:
            for place, found in sorted(places.items()):
                fit = with_faces(found, refuse)
                taken = self._take_place(place, fit) if fit else Taken(0, 0)
                new, known = new + taken.new, known + taken.known
                moved(len(found))
        finally:
            if not self._dry:
                with writing(self._engine) as connection:
                    end_lease(connection, LEASE, self._holder)
        return Taken(new, known, elsewhere)

    def _alike_elsewhere(self, place: Place, presses: list[Press]) -> int:
        """How many of these came under another source's name already."""
        with reading(self._engine) as connection:
            others = rows.kiosks_of_other_sources(connection, place.store, place.touchpoint, self._hardware(place))
            there = Counter(one[2:] for other in others for one in rows.presses_of_kiosk(connection, other))
        if not there:
            return 0
        ours = Counter((press.wall_ms, press.question, ANSWERS[press.answer][0]) for press in presses)
        return sum((ours & there).values())

    def _came_by_itself(self, token: str) -> bool:
        """Whether it is one of this server's own streams, exported and brought back."""
        if token not in self._own:
            with reading(self._engine) as connection:
                self._own[token] = rows.is_stream_known(connection, token)
        return self._own[token]

    def _take_place(self, place: Place, presses: list[Press]) -> Taken:
        hardware = self._hardware(place)
        with reading(self._engine) as connection:
            kiosk_id = rows.kiosk_of_hardware(connection, hardware)
        configs: dict[str, int] = {}
        if not self._dry:
            kiosk_id, configs = self._make_kiosk(place, hardware, presses)
        target = Target(hardware, kiosk_id, configs)
        parts: defaultdict[tuple[str, str], list[Press]] = defaultdict(list)
        for press in presses:
            parts[("stream", press.stream) if press.stream else ("month", _month(press.wall_ms))].append(press)
        new = 0
        for (kind, name), found in sorted(parts.items()):
            new += self._take_stream(target, name, found) if kind == "stream" else self._take_month(target, name, found)
        return Taken(new, len(presses) - new)

    def _take_stream(self, target: Target, name: str, presses: list[Press]) -> int:
        """Presses that have an identity keep it: their stream is one here too, under a name of its own, with the same seqs."""
        token = _token(target.hardware, "stream", name)
        there = {one.seq for one in self._stored(target, [token])}
        by_seq = {press.seq: press for press in reversed(presses) if press.seq not in there}
        entries = [(seq, by_seq[seq]) for seq in sorted(by_seq)]
        if not self._dry:
            for begin in range(0, len(entries), TOGETHER):
                self._renew()
                now_ms = self._clock.now_ms()
                with writing(self._engine) as connection:
                    stream = self._stream(connection, target, token, now_ms)
                    append(connection, stream, target.configs, entries[begin : begin + TOGETHER], now_ms)
        return len(entries)

    def _take_month(self, target: Target, month: str, presses: list[Press]) -> int:
        """Presses without an identity are told apart by what they say: of those alike, as many stay as came in one file."""
        tokens = [_token(target.hardware, month, str(part)) for part in range(1, MOST_PARTS + 1)]
        stored = self._stored(target, tokens)
        alike = Counter((one.wall_ms, one.question, one.answer_id) for one in stored)
        new = []
        for press in sorted(presses, key=lambda press: (press.wall_ms, press.line)):
            same = (press.wall_ms, press.question, ANSWERS[press.answer][0])
            alike[same] -= 1
            if alike[same] < 0:
                new.append(press)
        if new and not self._dry:
            self._append_to_month(target, tokens, max((one.stream for one in stored), default=0), new)
        return len(new)

    def _append_to_month(self, target: Target, tokens: Sequence[str], last_stream: int, presses: list[Press]) -> None:
        """To the month's last stream, or to another one where they are not all later than what that holds."""
        with reading(self._engine) as connection:
            numbers = rows.streams_of_tokens(connection, tokens)
        part = next((at for at, token in enumerate(tokens) if numbers.get(token) == last_stream), 0)
        while presses:
            self._renew()
            now_ms = self._clock.now_ms()
            if part == len(tokens):
                raise Unfit(
                    f"The month of line {presses[0].line} was imported in {MOST_PARTS} pieces already; name a --source."
                )
            with writing(self._engine) as connection:
                stream = self._stream(connection, target, tokens[part], now_ms)
                room = MAX_SEQ - stream.high
                if not room or presses[0].wall_ms < rows.last_wall_ms(connection, stream.kiosk_id, stream.number):
                    part += 1
                    continue
                some, presses = presses[: min(TOGETHER, room)], presses[min(TOGETHER, room) :]
                append(connection, stream, target.configs, list(enumerate(some, stream.high + 1)), now_ms)

    def _stored(self, target: Target, tokens: Sequence[str]) -> list[rows.StoredPress]:
        if target.kiosk_id is None:
            return []
        with reading(self._engine) as connection:
            numbers = list(rows.streams_of_tokens(connection, tokens).values())
            return rows.stored_presses(connection, target.kiosk_id, numbers)

    @staticmethod
    def _stream(connection: Connection, target: Target, token: str, now_ms: int) -> Stream:
        kiosk_id = target.kiosk_id or 0
        lock_kiosks(connection, [kiosk_id])
        return lock_stream(connection, token) or add_stream(connection, kiosk_id, token, None, now_ms)

    def _make_kiosk(self, place: Place, hardware: str, presses: list[Press]) -> tuple[int, dict[str, int]]:
        """The kiosk of a touchpoint, and the version of its configuration for each question."""
        now_ms = self._clock.now_ms()
        asked: defaultdict[str, set[str]] = defaultdict(set)
        for press in presses:
            asked[press.question].add(press.answer)
        with writing(self._engine) as connection:
            kiosk_id = rows.made_up_kiosk(connection, hardware, f"import {self._source}", now_ms)
            from_ms = min(press.wall_ms for press in presses)
            store = self._stores[place.store]
            placement = rows.past_placement(connection, kiosk_id, store.id, place.touchpoint, from_ms, now_ms)
            configs = {}
            for question, answers in sorted(asked.items()):
                faces = faces_of(answers)
                fit = (3,) if "neutral" in answers else tuple(LAYOUTS)[faces - 2 :]
                found = rows.config_for(connection, kiosk_id, question, fit)
                made = found or make_config(connection, kiosk_id, placement, LAYOUTS[faces], [question], now_ms).version
                configs[question] = made
        return kiosk_id, configs

    def _hardware(self, place: Place) -> str:
        return "import:" + _digest(self._source, place.store, place.touchpoint)

    def _renew(self) -> None:
        if self._dry:
            return
        now_ms = self._clock.now_ms()
        with writing(self._engine) as connection:
            if not take_lease(connection, LEASE, self._holder, now_ms, now_ms + LEASE_MS):
                raise Unfit("Another import is at work, or was until a moment ago; try again in two minutes.")


def _month(wall_ms: int) -> str:
    return f"{datetime.fromtimestamp(wall_ms / 1000, UTC):%Y-%m}"


def _token(hardware: str, *names: str) -> str:
    return _digest(hardware, *names)[:32]


def _digest(*names: str) -> str:
    return hashlib.sha256("\0".join(names).encode()).hexdigest()
