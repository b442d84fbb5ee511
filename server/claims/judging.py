"""Judging claims: once their days are over, by one rule, kept as found; a recount that differs stands beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from server.analysis.claims import can_be_tested, difference_in_differences, effect_interval, permutation_p
from server.claims.claim import DOWN, may_be_judged, read_claims, todays
from server.claims.counting import changes_of
from server.claims.result import NOT_SEEN, OTHER_WAY, SHOWED, UNTESTABLE, Result, write_result
from server.claims.timing import believed_ms, is_lived_through
from server.database.claims import keep_result, lock_claim
from server.database.engine import reading, writing
from server.database.stood import kiosks_that_stood
from server.database.stores import all_stores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from server.claims.claim import Claim
    from server.claims.result import StoreChange

# By which rule a claim is judged (docs/claims.md), and by which presses count (docs/misuse.md); a result names both. Whoever
# changes one of these rules raises its number.
RULE_VERSION = 1
FILTER_VERSION = 1
LEVEL = 0.05
# Any fixed number: the same presses give the same result, whoever works it out.
SEED = 1
# For so long after its last day a claim is counted again.
RECOUNTED_DAYS = 366


def judge_all(engine: Engine, now_ms: int) -> int:
    """Judge every claim whose time has come, and count the judged ones again; returns how many results were kept."""
    with reading(engine) as connection:
        today = todays(connection, believed_ms(connection, now_ms))
        due = [claim for claim in read_claims(connection) if _is_due(connection, claim, today)]
    return sum(_keep(engine, claim, now_ms) for claim in due)


def _is_due(connection: Connection, claim: Claim, today: Mapping[int, int]) -> bool:
    if not may_be_judged(claim, today):
        return False
    latest = max(today.values())
    if claim.results:
        return latest - claim.after.end.toordinal() <= RECOUNTED_DAYS
    return is_lived_through(connection, claim, latest)


def _keep(engine: Engine, claim: Claim, now_ms: int) -> int:
    with reading(engine) as connection:
        changes = changes_of(connection, claim)
        if claim.results and changes == claim.results[-1].result.stores:
            return 0
        missing = _missing(connection, claim)
    found = result_of(claim, changes, *missing)
    with writing(engine) as connection:
        lock_claim(connection, claim.id)
        # Somebody may have given it up, or another worker judged it, in between.
        (now,) = read_claims(connection, [claim.id])
        if not now.stands or len(now.results) != len(claim.results):
            return 0
        keep_result(connection, claim.id, len(now.results) + 1, write_result(found), now_ms)
    return 1


def result_of(claim: Claim, changes: Sequence[StoreChange], waiting: int = 0, unheard: int = 0) -> Result:
    """What a claim comes to by its stores' changes; a pure rule, the same each time."""
    empty = Result(
        outcome=UNTESTABLE,
        stores=tuple(changes),
        effect=None,
        low=None,
        high=None,
        p=None,
        error=None,
        treated_change=None,
        control_change=None,
        rule_version=RULE_VERSION,
        filter_version=FILTER_VERSION,
        definition_version=claim.definition_version,
        waiting=waiting,
        unheard=unheard,
    )
    treated, control = ([one.change for one in empty.side(treated=side) if one.change is not None] for side in (True, False))
    if not treated or not control or not can_be_tested(len(treated), len(control), LEVEL):
        return empty
    effect = difference_in_differences(treated, control)
    p = permutation_p(treated, control, SEED).p
    interval = effect_interval(treated, control, SEED, 1 - LEVEL)
    if interval is None:
        return empty
    return replace(
        empty,
        outcome=_outcome(claim, effect.effect, p, sure=not interval.holds(0)),
        effect=effect.effect,
        low=interval.lower,
        high=interval.upper,
        p=p,
        error=effect.error,
        treated_change=effect.treated_change,
        control_change=effect.control_change,
    )


def _outcome(claim: Claim, effect: float, p: float, *, sure: bool) -> str:
    """Shown only where the stores' permutation and the range agree: with many stores the range is a bootstrap."""
    if p > LEVEL + 1e-12 or not sure:
        return NOT_SEEN
    return SHOWED if (effect < 0) == (claim.direction == DOWN) else OTHER_WAY


def _missing(connection: Connection, claim: Claim) -> tuple[int, int]:
    """Presses that kiosks of the claim's days thanked for and did not send yet, and kiosks not heard since those days.

    Also kiosks that were taken away since: what is left on their cards was pressed in these stores.
    """
    waiting: dict[int, int] = {}
    unheard: set[int] = set()
    zones = {row.id: ZoneInfo(row.timezone) for row in all_stores(connection)}
    for store in claim.stores:
        opened_ms, closed_ms = (
            int(datetime.combine(day, time(), zones[store]).timestamp() * 1000) for day in (claim.before.first, claim.after.end)
        )
        for kiosk in kiosks_that_stood(connection, store, opened_ms, closed_ms):
            waiting[kiosk.kiosk_id] = max(0, kiosk.thanked - kiosk.known)
            last_ms = min(at_ms for at_ms in (closed_ms, kiosk.until_ms, kiosk.disabled_ms) if at_ms is not None)
            if kiosk.heard_ms is None or kiosk.heard_ms < last_ms:
                unheard.add(kiosk.kiosk_id)
    return sum(waiting.values()), len(unheard)
