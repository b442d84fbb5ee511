"""Adds up one stream's presses into hour, day, visit and cluster figures; the one derivation that ingest and repair share."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
NO_DAY = (0, 0, 0, 0)


class Meaning(NamedTuple):
    """What a press says: where it was made, what was asked there with how many faces, and POSITIVE, NEUTRAL or NEGATIVE."""

    placement: int
    question: int
    signal: str
    faces: int
    polarity: int


class Presses(NamedTuple):
    """Stored reactions of one stream in the order of their seq, as far as figures need them: a column for each fact.

    `asides` tell why a press does not count, 0 where it does. `days` (proleptic ordinals in the store's zone) hold None where
    the time is too uncertain for a day, `hours` where it is for an hour; `arrival_days` are the store's when they were
    received, and matter where the day is not known.
    """

    seqs: Sequence[int]
    boots: Sequence[int]
    elapsed_ms: Sequence[int]
    meanings: Sequence[Meaning]
    asides: Sequence[int]
    days: Sequence[int | None]
    hours: Sequence[int | None]
    arrival_days: Sequence[int]
    visits: Sequence[int | None]


NO_PRESSES = Presses((), (), (), (), (), (), (), (), ())


class Cluster(NamedTuple):
    """A question's last run of presses close together: where it ends, the day row it belongs to, x positives of n presses."""

    boot: int
    elapsed_ms: int
    key: DayKey
    positives: int
    presses: int


_Counted = tuple[Meaning, int, int, int]  # meaning, day, boot, elapsed_ms of a press that counts
_Size = tuple[DayKey, int, int]  # of a cluster, as its last three fields


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
        # Each question's last cluster, with which the next press may still join.
        self.open_clusters: dict[int, Cluster] = dict(open_clusters or {})

    def begin_stream(self) -> None:
        """Go on with another stream: no press joins a cluster of the one before."""
        self.open_clusters = {}

    def add(self, presses: Presses, earlier: Presses = NO_PRESSES) -> None:
        """Add presses; visits are looked up among themselves and in `earlier`, those of before that they name."""
        # The presses of an hour say few different things: each of these is looked at once.
        alike = Counter(zip(presses.meanings, presses.asides, presses.days, presses.hours, presses.arrival_days, strict=True))
        for (meaning, aside, day, hour, arrival_day), count in alike.items():
            if day is None:
                self._day((meaning.placement, arrival_day, meaning.question, meaning.faces))[UNCERTAIN] += count
            else:
                self._add_alike(meaning, aside, day, hour, count)
        self._add_clusters(presses)
        self._add_visits(presses, earlier)

    def subtract(self, other: Tally) -> None:
        """Take the other's figures away, so that this is the change from it; its open clusters do not matter."""
        _subtract(self.hours, other.hours)
        _subtract(self.days, other.days)
        _subtract(self.visits, other.visits)
        _subtract(self.aside, other.aside)

    def _day(self, key: DayKey) -> list[int]:
        return self.days.setdefault(key, [0] * DAY_COLUMNS)

    def _add_alike(self, meaning: Meaning, aside: int, day: int, hour: int | None, count: int) -> None:
        placement, question, _, faces, polarity = meaning
        column = MARKED if aside else polarity
        key = (placement, day, question, faces)
        row = self._day(key)
        row[column] += count
        if hour is not None:
            self.hours.setdefault((*key, hour), [0] * 4)[column] += count
        if aside:
            self.aside.setdefault((placement, day, question, aside), [0] * 3)[polarity] += count
        elif hour is not None:
            band = BAND_AT[hour]
            row[band] += count
            row[band + 1] += count * (polarity == POSITIVE)

    def _add_clusters(self, presses: Presses) -> None:
        asked: defaultdict[int, list[_Counted]] = defaultdict(list)
        facts = zip(presses.meanings, presses.days, presses.boots, presses.elapsed_ms, strict=True)
        for aside, (meaning, day, boot, elapsed_ms) in zip(presses.asides, facts, strict=True):
            if not aside and day is not None:
                asked[meaning.question].append((meaning, day, boot, elapsed_ms))
        sizes: Counter[_Size] = Counter()
        for question, counted in asked.items():
            last = self.open_clusters.get(question)
            if last is not None:
                # What it had already stands in the figures: it leaves them, and comes back with what joins it.
                sizes[last[2:]] -= 1
            ended, end = _clusters(counted, last)
            sizes.update((*ended, end[2:]))
            self.open_clusters[question] = end
        for (key, positives, count), times in sizes.items():
            if times:
                row = self._day(key)
                row[CLUSTERS] += times
                row[SUM_XX] += times * positives * positives
                row[SUM_XN] += times * positives * count
                row[SUM_NN] += times * count * count

    def _add_visits(self, presses: Presses, earlier: Presses) -> None:
        named = {visit for visit in presses.visits if visit is not None}
        if not named:
            return
        first_of = {
            seq: (meaning, day)
            for known in (earlier, presses)
            for seq, meaning, aside, day in zip(known.seqs, known.meanings, known.asides, known.days, strict=True)
            if seq in named and not aside and day is not None
        }
        facts = zip(presses.visits, presses.meanings, presses.asides, presses.days, strict=True)
        pairs = Counter(
            (*first_of[visit], meaning)
            for visit, meaning, aside, day in facts
            if visit in first_of and not aside and day is not None
        )
        for (first, day, second), count in pairs.items():
            if {first.signal, second.signal} == {"service", "experience"}:
                service, experience = (first, second) if first.signal == "service" else (second, first)
                cell = 2 * (service.polarity != POSITIVE) + (experience.polarity != POSITIVE)
                key = (first.placement, day, service.question, experience.question, first.faces)
                self.visits.setdefault(key, [0] * 4)[(BOTH, SERVICE_ONLY, EXPERIENCE_ONLY, NEITHER)[cell]] += count


def _clusters(presses: list[_Counted], last: Cluster | None) -> tuple[list[_Size], Cluster]:
    """What became of the last cluster when these presses of one question came: clusters that ended, and the new last one."""
    ended = []
    boot, last_ms, key, positives, count = last or (0, 0, NO_DAY, 0, 0)
    for (placement, question, _, faces, polarity), day, own_boot, elapsed_ms in presses:
        near = -CLUSTER_GAP_MS < elapsed_ms - last_ms < CLUSTER_GAP_MS
        if near and own_boot == boot and placement == key[0] and faces == key[3]:
            positives += polarity == POSITIVE
            count += 1
        else:
            if count:
                ended.append((key, positives, count))
            boot, key, positives, count = own_boot, (placement, day, question, faces), 1 if polarity == POSITIVE else 0, 1
        last_ms = elapsed_ms
    return ended, Cluster(boot, last_ms, key, positives, count)


def _subtract(mine: Figures, theirs: Figures) -> None:
    for key, values in theirs.items():
        own = mine.get(key) or [0] * len(values)
        mine[key] = [one - other for one, other in zip(own, values, strict=True)]
