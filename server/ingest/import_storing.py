"""Stores presses of another system in a stream, by the rules by which those of kiosks are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.times import BootClock
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.streams import Arrival, Stream, add_arrivals, runs, set_high
from server.ingest.import_files import FIRST_MS, WrongRow
from server.ingest.judging import Judge, Judged
from server.ingest.meanings import Meanings
from server.ingest.taking import store_in_order, store_out_of_order
from wire.limits import MAX_NUMBER
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from server.analysis.times import Time

from server.ingest.import_files import Press

BOOT = 1
STRONG = frozenset({"very-happy", "very-unhappy"})


def append(
    connection: Connection,
    stream: Stream,
    configs: Mapping[str, int],
    entries: Sequence[tuple[int, Press]],
    now_ms: int,
) -> None:
    """Store presses under these seqs, as ingest does with those of kiosks."""
    presses = [press for _, press in entries]
    reactions: list[tuple[int, Reaction | bytes]] = [
        (seq, _reaction(seq, press, configs[press.question])) for seq, press in entries
    ]
    judge = Judge(connection, Meanings(), stream, _Boots(presses), stream.kiosk_id, now_ms, MAX_NUMBER)
    judged = _as_judged_there(judge.judge(reactions), presses)
    if judged.uncounted or entries[0][0] <= stream.high:
        store_out_of_order(connection, stream, judged, now_ms)
    else:
        store_in_order(connection, stream, judged, now_ms)
    set_high(connection, stream, max(stream.high, entries[-1][0]))
    place = (stream.kiosk_id, stream.number)
    add_revisions(connection, [Revision(*place, seq, COUNTED) for seq in judged.uncounted], now_ms)
    add_arrivals(connection, [Arrival(*place, *span, now_ms) for span in runs([seq for seq, _ in entries])])


class _Boots:
    """One boot, whose clock says of each press what the other system says of it."""

    def __init__(self, presses: Sequence[Press]) -> None:
        self._clock = _StatedClock(presses)

    def numbers(self) -> dict[int, int]:
        return {BOOT: BOOT}

    def ids(self) -> dict[int, str]:
        return {BOOT: "import"}

    def clocks(self, named: Sequence[int], elapsed_ms: Sequence[int]) -> dict[int, BootClock]:
        return {BOOT: self._clock}


class _StatedClock(BootClock):
    """Knows the time of each press from what was said of it; of presses at one moment, the least sure one speaks for all."""

    def __init__(self, presses: Sequence[Press]) -> None:
        super().__init__([], [], 0)
        ordered = sorted(presses, key=lambda press: press.uncertainty_ms)
        self._times = {one.wall_ms: (one.pressed_ms, one.uncertainty_ms, one.quality) for one in ordered}

    def times(self, elapsed_ms: Sequence[int], wall_ms: Sequence[int], synced: Sequence[bool]) -> list[Time]:
        return [self._times[at_ms] for at_ms in wall_ms]

    def improvable(self, elapsed_ms: Iterable[int], found: Iterable[Time]) -> list[int]:
        return []


def _as_judged_there(judged: Judged, presses: Sequence[Press]) -> Judged:
    """What did not count there, for a reason that the other server had or a person gave, does not count here."""
    for at, press in enumerate(presses):
        if press.reason and judged.fresh.counts(at):
            judged.fresh.set_aside(at, press.reason)
    return judged


def _reaction(seq: int, press: Press, version: int) -> Reaction:
    visit = press.visit if press.visit is not None and press.visit < seq else None
    return Reaction(press.wall_ms - FIRST_MS, press.wall_ms, True, BOOT, press.answer, version, visit, press.mark)


def faces_of(answers: Iterable[str]) -> int:
    """How many faces there must have been for these answers."""
    given = set(answers)
    return 4 if given & STRONG else 3 if "neutral" in given else 2


def with_faces(presses: list[Press], refuse: Callable[[int, WrongRow], None]) -> list[Press]:
    """Those that a kiosk with two, three or four faces could have; a neutral one beside four others is a fifth."""
    strong = {press.question for press in presses if press.answer in STRONG}
    fit = []
    told: set[int] = set()
    for press in presses:
        if press.answer == "neutral" and press.question in strong:
            if press.line in told:
                continue  # one row that counts several
            told.add(press.line)
            refuse(press.line, WrongRow("neutral beside very happy: no kiosk here has five faces", press.question))
        else:
            fit.append(press)
    return fit
