"""How each store of a claim changed: counted presses before and after, at the hours of before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.standardise import direct, weights_of
from server.claims.result import OTHER_FACES, OTHER_QUESTIONS, THIN_HOURS, TOO_FEW, Presses, StoreChange
from server.database.figures import asked_questions
from server.database.store_figures import store_counts
from server.database.strata import strata_of
from server.database.weekends import weekends_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from server.claims.claim import Claim, Window
    from server.database.store_figures import StoreCount

# With fewer in one of the two times a store says too little of its own change, as beside other stores (docs/methods.md).
LEAST_PRESSES = 100


class _Pair(NamedTuple):
    """A store's rows about one set of questions, before and after."""

    before: list[StoreCount]
    after: list[StoreCount]


class _Share(NamedTuple):
    """A positive share before and after, both at the hours of before."""

    before: float
    after: float


def changes_of(connection: Connection, claim: Claim) -> tuple[StoreChange, ...]:
    """Every store of a claim, in the order of the claim."""
    wanted = question_ids(connection, claim.parts)
    before, after = (_by_store(connection, window, claim.stores) for window in (claim.before, claim.after))
    return tuple(
        _change(store, store in claim.treated, wanted, claim.faces, before.get(store, []), after.get(store, []))
        for store in claim.stores
    )


def question_ids(connection: Connection, parts: Iterable[Collection[str]]) -> list[frozenset[int]]:
    """The ids of all wordings of each part's questions."""
    asked = asked_questions(connection)
    return [frozenset(number for number, one in asked.items() if one.code in codes) for codes in parts]


def counted(count: StoreCount) -> int:
    """The presses of a row that count."""
    return count.positive + count.neutral + count.negative


def _by_store(connection: Connection, window: Window, stores: Collection[int]) -> dict[int, list[StoreCount]]:
    found: dict[int, list[StoreCount]] = {}
    for count in store_counts(connection, window.first.toordinal(), window.end.toordinal(), weekends_here(connection), stores):
        found.setdefault(count.store_id, []).append(count)
    return found


def _change(
    store: int,
    treated: bool,
    wanted: Sequence[frozenset[int]],
    faces: int,
    before: Sequence[StoreCount],
    after: Sequence[StoreCount],
) -> StoreChange:
    pairs = [_Pair(_about(ids, before), _about(ids, after)) for ids in wanted]
    presses = tuple(_presses(*pair) for pair in pairs)
    why = _left_out(presses, pairs, faces)
    shares = [] if why else [_share(*pair) for pair in pairs]
    known = [share for share in shares if share is not None]
    if not why and len(known) < len(pairs):
        why = THIN_HOURS
    if why:
        return StoreChange(store, treated, presses, None, None, None, why)
    # Of a gap the second share is service, which is taken from experience.
    first, *rest = known
    then = 100 * (first.before - sum(share.before for share in rest))
    now = 100 * (first.after - sum(share.after for share in rest))
    return StoreChange(store, treated, presses, then, now, now - then, "")


def _about(ids: Collection[int], rows: Iterable[StoreCount]) -> list[StoreCount]:
    return [one for one in rows if one.question_id in ids]


def _presses(before: Iterable[StoreCount], after: Iterable[StoreCount]) -> Presses:
    then, now = ((sum(one.positive for one in rows), sum(map(counted, rows))) for rows in (list(before), list(after)))
    return Presses(*then, *now)


def _left_out(presses: Iterable[Presses], pairs: Iterable[_Pair], faces: int) -> str:
    """Why a store can not be counted, "" where it can: only what was asked alike on both sides is compared."""
    asked = [tuple({(one.question_id, one.faces) for one in rows if counted(one)} for rows in pair) for pair in pairs]
    if any(number != faces for pair in asked for side in pair for _, number in side):
        return OTHER_FACES
    if any(min(one.before, one.after) < LEAST_PRESSES for one in presses):
        return TOO_FEW
    return OTHER_QUESTIONS if any(then != now for then, now in asked) else ""


def _share(before: list[StoreCount], after: list[StoreCount]) -> _Share | None:
    then, now = strata_of(before), strata_of(after)
    if not sum(total for _, total in then):
        return None
    weights = weights_of([total for _, total in then])
    share = direct(now, weights).share
    mine = sum(positive for positive, _ in then) / sum(total for _, total in then)
    return None if share is None else _Share(mine, share)
