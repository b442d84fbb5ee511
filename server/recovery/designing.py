"""How a place is watched: what is usual there, and the CUSUM that keeps its store's budget of false alarms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.detection import Design, Weights, design, share_to_notice, weights_for
from server.database.baselines import Usual, usual_at, usual_in_stores
from server.database.local_time import local_day_and_hour
from server.database.placements import placement_with_store
from server.database.recoveries import spans_at
from server.database.watches import Watch, presses_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from server.database.watches import Place

DAY_MS = 86_400_000
HISTORY_DAYS = 56
# The budget: of all places of a store together one false alarm in this time.
BUDGET_DAYS = 30
# However quiet a place is: three or four friends who are all unhappy are no burst.
LEAST_BETWEEN = 1_000
# A place's own share is drawn towards the chain's (`drawn_to`) as if it had had so many presses more; fewer in the whole chain
# tell nothing.
CHAIN_PRESSES = 100
LEAST_PRESSES = 100
# Of fewer other stores nothing is shown to a store, as everywhere (comparison.standing).
LEAST_OTHERS = 3
# Days with presses after which a place's own pace is believed.
LEAST_DAYS = 7
# Where fewer are unhappy, one of fifty is taken for usual; where more are, nothing is left to notice.
LEAST_SHARE, MOST_SHARE = 0.02, 0.9


class Plan(NamedTuple):
    """What is usual at a place (0 to 1, None is not known), its pace, and the CUSUM for it; None where nothing is watched."""

    usual_share: float | None
    presses_a_day: float
    design: Design | None


def plan(own: Usual, chain: Usual, places: int) -> Plan:
    """How to watch a place with these presses of the last weeks, one of so many places of its store.

    The store's budget is divided evenly: of n places each may alarm falsely once in n months.
    """
    if chain.presses < LEAST_PRESSES:
        return Plan(None, 0.0, None)
    of_chain = chain.negatives / chain.presses
    usual = max(LEAST_SHARE, (own.negatives + CHAIN_PRESSES * of_chain) / (own.presses + CHAIN_PRESSES))
    pace = own.presses / own.days if own.days >= LEAST_DAYS else chain.presses / chain.days
    if usual > MOST_SHARE:
        return Plan(usual, pace, None)
    between = max(LEAST_BETWEEN, max(1, places) * pace * BUDGET_DAYS)
    try:
        return Plan(usual, pace, design(usual, between, _weights(usual)))
    except ValueError:
        # A place that nobody can watch within such a budget must not keep all the others from being watched.
        return Plan(None, pace, None)


def drawn_to(by_store: Mapping[int, Usual], store_id: int) -> Usual:
    """The presses that a place of this store is drawn towards: the whole chain's, or in a small one its own store's alone.

    What is usual stands on the store's page, and of fewer than LEAST_OTHERS other stores nothing is shown anywhere.
    """
    if len(by_store.keys() - {store_id}) < LEAST_OTHERS:
        return by_store.get(store_id, Usual(0, 0, 0))
    return Usual(*map(sum, zip(*by_store.values(), strict=True)))


def _weights(usual: float) -> Weights:
    """Points for a share; above one half a negative press weighs less than another, which one and two down do not say."""
    if usual <= 0.5:
        return weights_for(usual)
    worse = share_to_notice(usual)
    return Weights(1, max(2, round(math.log((1 - usual) / (1 - worse)) / math.log(worse / usual))))


class Designer:
    """Makes watches in one transaction; what is usual in the chain is counted once for each question.

    Args:
        connection: the transaction.
        now_ms: Unix milliseconds.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._stores: dict[tuple[int, int, int], dict[int, Usual]] = {}

    def watch(self, place: Place, faces: int, places: int) -> Watch:
        """A fresh watch over a place, at 0 points."""
        where = placement_with_store(self._connection, place.placement_id)
        today = local_day_and_hour(where.timezone, self._now_ms)[0]
        chain = drawn_to(self._by_store(place.question_id, faces, today), where.store_id)
        made = plan(self._own(place, faces, where.timezone, today), chain, places)
        if made.design is None:
            return Watch(*place, faces, self._now_ms, made.usual_share, made.presses_a_day, 1, 1, 0, 0.0, 0.0)
        weights, threshold, between, to_notice = (
            *(made.design.weights, made.design.threshold),
            *(made.design.between_false_alarms, made.design.to_notice),
        )
        return Watch(*place, faces, self._now_ms, made.usual_share, made.presses_a_day, *weights, threshold, between, to_notice)

    def _by_store(self, question_id: int, faces: int, today: int) -> dict[int, Usual]:
        key = (question_id, faces, today)
        if key not in self._stores:
            self._stores[key] = usual_in_stores(self._connection, question_id, faces, today - HISTORY_DAYS, today)
        return self._stores[key]

    def _own(self, place: Place, faces: int, zone: str, today: int) -> Usual:
        """The place's own full days, without its recoveries: what was unusual is no measure of the usual."""
        first = today - HISTORY_DAYS
        found = usual_at(self._connection, place, faces, first, today)
        for began_ms, ended_ms in spans_at(self._connection, place, self._now_ms - (HISTORY_DAYS + 1) * DAY_MS):
            within = presses_at(self._connection, place, began_ms, ended_ms or self._now_ms)
            negatives = [negative for at_ms, negative in within if first <= local_day_and_hour(zone, at_ms)[0] < today]
            found = Usual(max(0, found.negatives - sum(negatives)), max(0, found.presses - len(negatives)), found.days)
        return found
