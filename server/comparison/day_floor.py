"""What days do to every store: a store's own few days do not tell it, those of all stores together do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.analysis.clustering import expected_effect, likeness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.analysis.clustering import ClusterSums
    from server.comparison.beside import Counted
    from server.comparison.indexes import Tally


def with_floor(stores: Mapping[int, Counted]) -> dict[int, Counted]:
    """Let each store's days weigh at least as much against it as all stores' days say.

    Seven days seem steadier than they are in half of the stores: without this, one of 500 equal stores was called different in
    every tenth week, and they were ranked in every sixteenth (docs/methods.md).
    """
    service = likeness((one.service.positive, one.service.total, one.service_days) for one in stores.values())
    experience = likeness((one.experience.positive, one.experience.total, one.experience_days) for one in stores.values())
    return {store_id: _with_floors(one, service, experience) for store_id, one in stores.items()}


def _with_floors(one: Counted, service: float, experience: float) -> Counted:
    floored = _floored(one.service, one.service_days, service), _floored(one.experience, one.experience_days, experience)
    if floored == (one.service, one.experience):
        return one
    return replace(one, service=floored[0], experience=floored[1])


def _floored(tally: Tally, days: ClusterSums, alike: float) -> Tally:
    if not tally.total:
        return tally
    least = expected_effect(tally.total, days, alike) * tally.positive * (tally.total - tally.positive) / tally.total
    return tally if least <= tally.spread else replace(tally, spread=least)
