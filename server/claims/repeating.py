"""A claim that was tried again: in which stores, and whether it was confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.analysis.replicating import Replication, replication
from server.claims.result import OTHER_WAY, SHOWED

if TYPE_CHECKING:
    from server.claims.claim import Claim

OTHER_STORES, SECOND_WAVE = "other-stores", "second-wave"


def level_of(first: Claim, second: Claim) -> str:
    """How a claim was tried again: in stores that had been held out, or as a second wave."""
    return SECOND_WAVE if {*first.treated} & {*second.treated} else OTHER_STORES


def verdict_of(first: Claim, second: Claim) -> Replication | None:
    """Whether the second try confirms the first; None while one is not judged, or where the first had nothing to confirm.

    What a claim came to by its own rule leads: where nothing could be seen nothing is confirmed, though the standard error of a
    few stores, which is often too small, may leave out 0.
    """
    one, other = first.result, second.result
    if one is None or other is None or one.outcome != SHOWED:
        return None
    if one.effect is None or other.effect is None or not one.error or not other.error:
        return None
    found = replication(one.effect, one.error, other.effect, other.error)
    if other.outcome in {SHOWED, OTHER_WAY}:
        return replace(found, verdict="confirmed" if one.effect * other.effect > 0 else "contradicted")
    return replace(found, verdict="not_confirmed_yet") if found.verdict == "confirmed" else found
