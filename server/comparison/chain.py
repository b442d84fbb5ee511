"""All stores' counts over one period, read once: any store's figures, the others' beside it, several together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.ranking import spread
from server.comparison.doubted import without_runs
from server.comparison.faces import stores_apart
from server.comparison.indexes import (
    NO_GAP,
    NO_INDEX,
    NO_TALLY,
    NO_VISITS,
    Gap,
    Index,
    Tally,
    Visits,
    add,
    gap_of,
    index_of,
    subtract,
    tally,
    visits_of,
    without_range,
)
from server.comparison.mix import Mix, mix_of
from server.comparison.quadrant import NO_CUTS, Cuts, Verdict, verdict_of
from server.comparison.standing import LEAST_OTHERS, NO_STANDINGS, NOT_COMPARED, Standing, Standings, stand
from server.comparison.store_rows import NO_ROWS, Asking, read_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.comparison.periods import Period
    from server.comparison.store_rows import StoreRows
    from server.database.figures import Asked
    from server.database.reviews import OpenRun
    from server.survey.definition import Definition


# With fewer stores there is no middle to be better than.
LEAST_FOR_MIDDLE = 3
NO_TALLIES = (NO_TALLY, NO_TALLY)


@dataclass(frozen=True, slots=True)
class Figures:
    """One store over one period.

    `reactions` are all accepted presses, `counted` those that count, `marked` those that were set aside; the day of `uncertain`
    ones is not known, so they stand at the day they arrived and in no index. `standing` is the fair comparison with the other
    stores, by equal hours, and the only one to be spoken of. `verdict` is None while the period runs or a number is withheld;
    running indexes have no range, and no gap.
    """

    store: StoreRef
    period: Period
    service: Index
    experience: Index
    gap: Gap
    verdict: Verdict | None
    reactions: int
    counted: int
    marked: int
    uncertain: int
    definition_version: int
    standing: Standing = NOT_COMPARED


@dataclass(frozen=True, slots=True)
class Others:
    """The other stores of the chain that had presses under the same faces, together, over the same days.

    Fewer than LEAST_OTHERS are counted but not shown: their figures are all withheld.
    """

    stores: int
    service: Index
    experience: Index
    gap: Gap


class _Answers(NamedTuple):
    """One question under so many faces: the tally of each store that was asked, by its id, and of all of them."""

    of: dict[int, Tally]
    all_of: Tally


class Chain:
    """All stores' counts over one period under one definition, read once and asked about any of them.

    Args:
        store_id: read this store alone; its figures then stand beside nobody's.
        mix: the chain's hours, where they are known already.
        rows: all stores' rows of this period, where they are read already.
        runs: its runs of presses that nobody has decided about.
    """

    def __init__(
        self,
        connection: Connection,
        period: Period,
        definition: Definition,
        asked: dict[int, Asked],
        store_id: int | None = None,
        mix: Mix | None = None,
        rows: dict[int, StoreRows] | None = None,
        runs: Sequence[OpenRun] = (),
    ) -> None:
        self.period, self.definition = period, definition
        asking = asking_of(period, definition, asked, alone=store_id is not None)
        self.service_ids, self.experience_ids = asking.service_ids, asking.experience_ids
        self._rows = read_rows(connection, asking, None if store_id is None else [store_id]) if rows is None else rows
        self.counts = {store: own.counts for store, own in self._rows.items()}
        self.visits = {store: own.counted.visits for store, own in self._rows.items()}
        self.tallies = {store: (own.counted.service, own.counted.experience) for store, own in self._rows.items()}
        self.apart = stores_apart(self.counts, self.service_ids | self.experience_ids)
        alike = self.tallies.keys() - self.apart
        self._all, self._all_visits = self._sum(alike), visits_of(map(self._visits, alike))
        self._pressed = sum(1 for number in alike if sum(one.total for one in self.tallies[number]))
        self._figures: dict[StoreRef, Figures] = {}
        self._indexed: dict[int, tuple[Index, Index]] = {}
        self._answers: dict[tuple[int, int], _Answers] = {}
        self.mix: Mix | None = (mix or mix_of(connection, period.end)) if asking.compared else None
        self.standings = replace(self._stand(self.mix, runs), apart=self.apart) if self.mix else NO_STANDINGS
        self.cuts = self._cuts()

    def figures(self, store: StoreRef) -> Figures:
        """One store's figures."""
        found = self._figures.get(store)
        if found is None:
            found = self._figures[store] = self._figures_of(store)
        return found

    def _figures_of(self, store: StoreRef) -> Figures:
        own, (service, experience) = self._rows.get(store.id, NO_ROWS), self._indexes(store.id)
        visits = self._visits(store.id)
        # The middle of stores with other faces is not this one's.
        cuts = self.cuts if self.cuts.declared or store.id not in self.apart else NO_CUTS
        return Figures(
            store=store,
            period=self.period,
            service=service,
            experience=experience,
            gap=self._gap(service, experience, visits),
            verdict=None if self.period.running else verdict_of(service, experience, cuts, visits),
            reactions=own.presses + own.marked + own.uncertain,
            counted=own.presses,
            marked=own.marked,
            uncertain=own.uncertain,
            definition_version=self.definition.version,
            standing=self.standings.store(store.id),
        )

    def others(self, store_id: int) -> Others:
        """The other stores with the same faces together: all of them less this one, since adding up anew takes long."""
        if store_id in self.apart:
            return Others(0, NO_INDEX, NO_INDEX, NO_GAP)
        own = self.tallies.get(store_id, NO_TALLIES)
        stores = self._pressed - (own[0].total + own[1].total > 0)
        if stores < LEAST_OTHERS:
            return Others(stores, NO_INDEX, NO_INDEX, NO_GAP)
        visits = (all_of - less for all_of, less in zip(self._all_visits, self._visits(store_id), strict=True))
        return Others(stores, *self._shown(subtract(self._all[0], own[0]), subtract(self._all[1], own[1]), Visits(*visits)))

    def others_on(self, question_id: int, faces: Collection[int], store_id: int) -> Index:
        """The other stores' answer to a question under the same faces.

        Withheld while the period runs, where too few other stores asked it so, and for a place whose faces changed.
        """
        if self.period.running or len(faces) != 1:
            return NO_INDEX
        (only,) = faces
        found = self._answers.get((question_id, only))
        if found is None:
            found = self._answers[question_id, only] = self._answers_to(question_id, only)
        own = found.of.get(store_id, NO_TALLY)
        return NO_INDEX if len(found.of) - (store_id in found.of) < LEAST_OTHERS else self.index(subtract(found.all_of, own))

    def _answers_to(self, question_id: int, faces: int) -> _Answers:
        tallies = {
            store: tally(count for count in counts if (count.question_id, count.faces) == (question_id, faces))
            for store, counts in self.counts.items()
        }
        pressed = {store: own for store, own in tallies.items() if own.total}
        return _Answers(pressed, add(pressed.values()))

    def together(self, store_ids: Iterable[int]) -> tuple[Index, Index, Gap]:
        """Service, experience and gap of some stores together."""
        ids = list(store_ids)
        return self._shown(*self._sum(ids), visits_of(map(self._visits, ids)))

    def asked_at(self, store_id: int) -> frozenset[tuple[int, int]]:
        """Which questions of the definition were answered at a store, with how many faces."""
        return self._rows.get(store_id, NO_ROWS).asked

    def index(self, counted: Tally) -> Index:
        """An index under this definition, without its range while the period runs."""
        index = index_of(counted, self.definition.least_count)
        return without_range(index) if self.period.running else index

    def _indexes(self, store_id: int) -> tuple[Index, Index]:
        """A store's service and experience."""
        found = self._indexed.get(store_id)
        if found is None:
            service, experience = self.tallies.get(store_id, NO_TALLIES)
            found = self._indexed[store_id] = self.index(service), self.index(experience)
        return found

    def _shown(self, service: Tally, experience: Tally, visits: Visits) -> tuple[Index, Index, Gap]:
        indexes = self.index(service), self.index(experience)
        return *indexes, self._gap(*indexes, visits)

    def _gap(self, service: Index, experience: Index, visits: Visits) -> Gap:
        return NO_GAP if self.period.running else gap_of(service, experience, [visits])

    def _sum(self, store_ids: Iterable[int]) -> tuple[Tally, Tally]:
        found = [self.tallies[store_id] for store_id in store_ids if store_id in self.tallies]
        return add(one for one, _ in found), add(other for _, other in found)

    def _visits(self, store_id: int) -> Visits:
        return self.visits.get(store_id, NO_VISITS)

    def _stand(self, mix: Mix, runs: Sequence[OpenRun]) -> Standings:
        """How every store stands to the others, judged at once."""
        found = {store: own.counted for store, own in self._rows.items() if store not in self.apart}
        doubted = without_runs(found, runs, (self.service_ids, self.experience_ids))
        return stand(found, mix.weights, self.definition.least_count, doubted)

    def _cuts(self) -> Cuts:
        """The definition's targets; where it has none, the middle of the stores, if there are three with a number."""
        targets = self.definition.target_service, self.definition.target_experience
        alike = [store_id for store_id in self.tallies if store_id not in self.apart]
        service, experience = (self._cut(target, signal, alike) for signal, target in enumerate(targets))
        return Cuts(service, experience, declared=None not in targets)

    def _cut(self, target: float | None, signal: int, stores: Iterable[int]) -> float | None:
        """In points. Of stores that differ no more than chance would make them, half are not better than the others."""
        if target is not None:
            return 100 * target
        indexes = [self._indexes(store_id)[signal] for store_id in stores]
        known = [(index.value, index.effective) for index in indexes if index.value is not None]
        if len(known) < LEAST_FOR_MIDDLE or not spread([(value / 100 * weight, weight) for value, weight in known]).is_real():
            return None
        return median(value for value, _ in known)


def question_ids(definition: Definition, asked: dict[int, Asked]) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of all wordings that make up service and experience."""
    return (
        frozenset(number for number, question in asked.items() if question.code in definition.service),
        frozenset(number for number, question in asked.items() if question.code in definition.experience),
    )


def asking_of(period: Period, definition: Definition, asked: dict[int, Asked], *, alone: bool = False) -> Asking:
    """What a chain over this period reads; one store `alone` is not compared."""
    compared = not alone and not period.running
    return Asking(period.first.toordinal(), period.end.toordinal(), *question_ids(definition, asked), compared)
