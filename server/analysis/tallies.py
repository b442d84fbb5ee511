"""Adds up one stream's presses into hour, day, visit and cluster figures; the one derivation that ingest and repair share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Presses of one question closer together than this may come from one person or one group, so they are not independent.
CLUSTER_GAP_MS = 20_000
# A press whose time is less sure than this says nothing about an hour, or about a day.
HOUR_UNCERTAINTY_MS = 30 * 60_000
DAY_UNCERTAINTY_MS = 12 * 3_600_000

POSITIVE, NEUTRAL, NEGATIVE, MARKED, UNCERTAIN, CLUSTERS, SUM_XX, SUM_XN, SUM_NN = range(9)
POLARITY_COLUMNS = {"positive": POSITIVE, "neutral": NEUTRAL, "negative": NEGATIVE}
BOTH, SERVICE_ONLY, EXPERIENCE_ONLY, NEITHER = range(4)

# Hours by (placement, local day, question, faces, hour), days by the first four of these, visits by (placement, local day,
# service question, experience question, faces).
Figures = dict[tuple[int, ...], list[int]]
DayKey = tuple[int, int, int, int]


class Press(NamedTuple):
    """One stored reaction, as far as figures need it.

    `polarity` is POSITIVE, NEUTRAL or NEGATIVE. `day` (proleptic ordinal in the store's zone) is None when the time is too
    uncertain for a day, `hour` when it is for an hour; `arrival_day` is the store's day when it was received.
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
        self.open_clusters: dict[int, Cluster] = dict(open_clusters or {})

    def add(self, press: Press, first: Press | None = None) -> None:
        """Add one press; `first` is the press that its `visit` names, None when there is none stored."""
        if press.day is None:
            self._day((press.placement, press.arrival_day, press.question, press.faces))[UNCERTAIN] += 1
            return
        column = press.polarity if press.counted else MARKED
        key = (press.placement, press.day, press.question, press.faces)
        self._day(key)[column] += 1
        if press.hour is not None:
            hour = (*key, press.hour)
            if hour not in self.hours:
                self.hours[hour] = [0] * 4
            self.hours[hour][column] += 1
        if press.counted:
            self._add_to_cluster(press, key)
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

    def _day(self, key: DayKey) -> list[int]:
        row = self.days.get(key)
        if row is None:
            row = self.days[key] = [0] * 9
        return row

    def _add_to_cluster(self, press: Press, key: DayKey) -> None:
        positive = int(press.polarity == POSITIVE)
        last = self.open_clusters.get(press.question)
        if last is None or not _joins(press, last):
            last = Cluster(press.boot, press.elapsed_ms, key, 0, 0)
            self._day(key)[CLUSTERS] += 1
        x, n = last.positives, last.presses
        row = self._day(last.key)
        # What the squares and the product grow by when x becomes x + positive, and n becomes n + 1.
        row[SUM_XX] += positive * (2 * x + 1)
        row[SUM_XN] += x + positive * (n + 1)
        row[SUM_NN] += 2 * n + 1
        self.open_clusters[press.question] = Cluster(press.boot, press.elapsed_ms, last.key, x + positive, n + 1)

    def _add_visit(self, press: Press, first: Press) -> None:
        if not first.counted or first.day is None or {press.signal, first.signal} != {"service", "experience"}:
            return
        service, experience = (press, first) if press.signal == "service" else (first, press)
        cell = 2 * (service.polarity != POSITIVE) + (experience.polarity != POSITIVE)
        key = (first.placement, first.day, service.question, experience.question, first.faces)
        if key not in self.visits:
            self.visits[key] = [0] * 4
        self.visits[key][(BOTH, SERVICE_ONLY, EXPERIENCE_ONLY, NEITHER)[cell]] += 1


def _joins(press: Press, cluster: Cluster) -> bool:
    same_row = cluster.key[0] == press.placement and cluster.key[3] == press.faces
    return same_row and cluster.boot == press.boot and abs(press.elapsed_ms - cluster.elapsed_ms) < CLUSTER_GAP_MS


def _subtract(mine: Figures, theirs: Figures) -> None:
    for key, values in theirs.items():
        own = mine.get(key) or [0] * len(values)
        mine[key] = [one - other for one, other in zip(own, values, strict=True)]
