"""Adds up one stream's presses into hour, day, visit and cluster figures; the one derivation that ingest and repair share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Presses of one question closer together than this may come from one person or one group, so they are not independent.
CLUSTER_GAP_MS = 20_000
# A press whose time is less sure than this says nothing about an hour, or about a day.
HOUR_UNCERTAINTY_MS = 30 * 60_000
DAY_UNCERTAINTY_MS = 12 * 3_600_000

POSITIVE, NEUTRAL, NEGATIVE, MARKED, UNCERTAIN, CLUSTERS, SUM_XX, SUM_XN, SUM_NN = range(9)
# The day's parts by which stores are compared like with like: their names, and the hour at which each begins. Each has two
# columns of a day's row behind the nine above: counted presses whose hour is known, and those of them that are positive.
BANDS = ("morning", "afternoon", "evening")
BAND_STARTS = (0, 12, 17)
BAND_COLUMNS = tuple(f"{band}_{what}" for band in BANDS for what in ("counted", "positive"))
DAY_COLUMNS = SUM_NN + 1 + len(BAND_COLUMNS)
BAND_AT = tuple(SUM_NN + 1 + 2 * (sum(start <= hour for start in BAND_STARTS) - 1) for hour in range(24))
POLARITY_COLUMNS = {"positive": POSITIVE, "neutral": NEUTRAL, "negative": NEGATIVE}
BOTH, SERVICE_ONLY, EXPERIENCE_ONLY, NEITHER = range(4)

# Hours by (placement, local day, question, faces, hour), days by the first four of these, visits by (placement, local day,
# service question, experience question, faces), what is set aside by (placement, local day, question, reason).
Figures = dict[tuple[int, ...], list[int]]
DayKey = tuple[int, int, int, int]


class Press(NamedTuple):
    """One stored reaction, as far as figures need it.

    `polarity` is POSITIVE, NEUTRAL or NEGATIVE. `day` (proleptic ordinal in the store's zone) is None when the time is too
    uncertain for a day, `hour` when it is for an hour; `arrival_day` is the store's day when it was received. `aside` is the
    reason's number when the press does not count.
    """

    seq: int
    boot: int
    elapsed_ms: int
    placement: int
    question: int
    signal: str
    faces: int
    polarity: int
    counted: bool
    day: int | None
    hour: int | None
    arrival_day: int
    visit: int | None
    aside: int = 0


class Cluster(NamedTuple):
    """A question's last run of presses close together: where it ends, the day row it belongs to, x positives of n presses."""

    boot: int
    elapsed_ms: int
    key: DayKey
    positives: int
    presses: int


class Tally:
    """Figures of one stream's presses, added in the order of their seq.

    Args:
        open_clusters: each question's last cluster of the presses before, already part of the figures there.
    """

    def __init__(self, open_clusters: Mapping[int, Cluster] | None = None) -> None:
        self.hours: Figures = {}
        self.days: Figures = {}
        self.visits: Figures = {}
        self.aside: Figures = {}
        # Clusters as lists, to be changed in place: this runs for every reaction that is counted.
        self._last: dict[int, list[Any]] = {question: list(last) for question, last in (open_clusters or {}).items()}

    @property
    def open_clusters(self) -> dict[int, Cluster]:
        """Each question's last cluster, with which the next press may still join."""
        return {question: Cluster(*last) for question, last in self._last.items()}

    def begin_stream(self) -> None:
        """Go on with another stream: no press joins a cluster of the one before."""
        self._last.clear()

    def add(self, press: Press, first: Press | None = None) -> None:
        """Add one press; `first` is the press that its `visit` names, None when there is none stored."""
        if press.day is None:
            self._day((press.placement, press.arrival_day, press.question, press.faces))[UNCERTAIN] += 1
            return
        column = press.polarity if press.counted else MARKED
        key = (press.placement, press.day, press.question, press.faces)
        row = self.days.get(key) or self._day(key)
        row[column] += 1
        if press.hour is not None:
            hour = (*key, press.hour)
            if hour not in self.hours:
                self.hours[hour] = [0] * 4
            self.hours[hour][column] += 1
            if press.counted:
                band = BAND_AT[press.hour]
                row[band] += 1
                row[band + 1] += press.polarity == POSITIVE
        if not press.counted:
            why = (press.placement, press.day, press.question, press.aside)
            if why not in self.aside:
                self.aside[why] = [0] * 3
            self.aside[why][press.polarity] += 1
        else:
            self._add_to_cluster(press, key, row)
            if first is not None:
                self._add_visit(press, first)

    def add_all(self, presses: Iterable[Press]) -> None:
        """Add a whole stream; visits are looked up in itself."""
        seen: dict[int, Press] = {}
        for press in presses:
            seen[press.seq] = press
            self.add(press, None if press.visit is None else seen.get(press.visit))

    def subtract(self, other: Tally) -> None:
        """Take the other's figures away, so that this is the change from it; its open clusters do not matter."""
        _subtract(self.hours, other.hours)
        _subtract(self.days, other.days)
        _subtract(self.visits, other.visits)
        _subtract(self.aside, other.aside)

    def _day(self, key: DayKey) -> list[int]:
        row = self.days.get(key)
        if row is None:
            row = self.days[key] = [0] * DAY_COLUMNS
        return row

    def _add_to_cluster(self, press: Press, key: DayKey, row: list[int]) -> None:
        last = self._last.get(press.question)
        if last is None or not _joins(press, last):
            last = self._last[press.question] = [press.boot, press.elapsed_ms, key, 0, 0]
            row[CLUSTERS] += 1
        elif last[2] != key:
            row = self._day(last[2])
        x, n = last[3], last[4]
        # What the sums of squares and products grow by when x of n becomes x or x + 1 of n + 1.
        row[SUM_NN] += 2 * n + 1
        row[SUM_XN] += x
        if press.polarity == POSITIVE:
            row[SUM_XX] += 2 * x + 1
            row[SUM_XN] += n + 1
            last[3] = x + 1
        last[1], last[4] = press.elapsed_ms, n + 1

    def _add_visit(self, press: Press, first: Press) -> None:
        if not first.counted or first.day is None or {press.signal, first.signal} != {"service", "experience"}:
            return
        service, experience = (press, first) if press.signal == "service" else (first, press)
        cell = 2 * (service.polarity != POSITIVE) + (experience.polarity != POSITIVE)
        key = (first.placement, first.day, service.question, experience.question, first.faces)
        if key not in self.visits:
            self.visits[key] = [0] * 4
        self.visits[key][(BOTH, SERVICE_ONLY, EXPERIENCE_ONLY, NEITHER)[cell]] += 1


def _joins(press: Press, last: list[Any]) -> bool:
    boot, elapsed_ms, key, _, _ = last
    near = -CLUSTER_GAP_MS < press.elapsed_ms - elapsed_ms < CLUSTER_GAP_MS
    return near and bool(boot == press.boot and key[0] == press.placement and key[3] == press.faces)


def _subtract(mine: Figures, theirs: Figures) -> None:
    for key, values in theirs.items():
        own = mine.get(key) or [0] * len(values)
        mine[key] = [one - other for one, other in zip(own, values, strict=True)]
