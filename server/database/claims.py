"""Claims as they were registered, given up and found; there is no statement here that changes one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from server.database.driver import for_update, run
from server.database.tables import claim_endings, claim_results, claim_stores, claims

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

COLUMNS = (
    *("title", "what", "plan", "measure", "definition_version", "questions", "faces", "filter_version", "start_day"),
    *("before_first", "before_end", "after_first", "after_end", "matters", "direction", "replaces_id", "repeats_id"),
    *("made_ms", "made_by"),
)


class ClaimRow(NamedTuple):
    """What was registered; days are proleptic ordinals, `questions` the codes counted as service and as experience."""

    title: str
    what: str
    plan: str
    measure: str
    definition_version: int
    questions: dict[str, list[str]]
    faces: int
    filter_version: int
    start_day: int
    before_first: int
    before_end: int
    after_first: int
    after_end: int
    matters: int
    direction: str
    replaces_id: int | None
    repeats_id: int | None
    made_ms: int
    made_by: str


class Ending(NamedTuple):
    """That a claim was given up: why, when, by whom."""

    reason: str
    made_ms: int
    made_by: str


class KeptResult(NamedTuple):
    """What a claim came to, as JSON; number 1 is the claim's result, later ones are recounts that differ from it."""

    number: int
    body: str
    made_ms: int


class StoredClaim(NamedTuple):
    """A claim with its stores, and what became of it; `replaced_by` is the record that was written in its place."""

    id: int
    row: ClaimRow
    treated: tuple[int, ...]
    control: tuple[int, ...]
    ending: Ending | None
    results: tuple[KeptResult, ...]
    replaced_by: int | None


class Start(NamedTuple):
    """A claim's change that begins in a store on a day."""

    claim_id: int
    local_day: int
    title: str


def add_claim(connection: Connection, row: ClaimRow, treated: Collection[int], control: Collection[int]) -> int:
    """Register a claim; the database refuses a store that is on both sides, and a second record in place of one."""
    values = row._asdict() | {"questions": json.dumps(row.questions)}
    number = int(connection.execute(claims.insert().values(values).returning(claims.c.id)).scalar_one())
    sides = [(store, True) for store in treated] + [(store, False) for store in control]
    connection.execute(
        claim_stores.insert(), [{"claim_id": number, "store_id": store, "treated": side} for store, side in sides]
    )
    return number


def lock_claim(connection: Connection, claim_id: int) -> None:
    """Let nobody else end, judge or replace a claim until the transaction ends; SQLite has one writer."""
    run(connection, "SELECT id FROM claims WHERE id = ?" + for_update(connection), (claim_id,))  # noqa: S608


def lock_register(connection: Connection) -> None:
    """Let nobody else register a claim until the transaction ends: two at once could take the same stores."""
    if connection.dialect.name == "postgresql":
        run(connection, "LOCK TABLE claims IN SHARE ROW EXCLUSIVE MODE")


def end_claim(connection: Connection, claim_id: int, reason: str, now_ms: int, made_by: str) -> None:
    """Write down that a claim is given up; the database refuses a second time."""
    values = {"claim_id": claim_id, "reason": reason, "made_ms": now_ms, "made_by": made_by}
    connection.execute(claim_endings.insert().values(values))


def keep_result(connection: Connection, claim_id: int, number: int, body: str, now_ms: int) -> None:
    """Keep a result; the database refuses a number that is there."""
    connection.execute(claim_results.insert().values(claim_id=claim_id, number=number, body=body, made_ms=now_ms))


def all_claims(connection: Connection, claim_ids: Collection[int] | None = None) -> list[StoredClaim]:
    """Every claim, the last registered first, or these alone."""
    asked = select(claims.c.id, *(claims.c[name] for name in COLUMNS)).order_by(claims.c.id.desc())
    if claim_ids is not None:
        asked = asked.where(claims.c.id.in_(claim_ids))
    rows = {row[0]: ClaimRow._make(row[1:]) for row in connection.execute(asked)}
    sides: dict[tuple[int, bool], list[int]] = {}
    stores = select(claim_stores.c.claim_id, claim_stores.c.treated, claim_stores.c.store_id)
    for claim, treated, store in connection.execute(stores.where(claim_stores.c.claim_id.in_(rows)).order_by("store_id")):
        sides.setdefault((claim, bool(treated)), []).append(store)
    endings, results, replaced = _endings(connection, rows), _results(connection, rows), _replaced(connection, rows)
    return [
        StoredClaim(
            number,
            row._replace(questions=json.loads(str(row.questions))),
            tuple(sides.get((number, True), ())),
            tuple(sides.get((number, False), ())),
            endings.get(number),
            tuple(results.get(number, ())),
            replaced.get(number),
        )
        for number, row in rows.items()
    ]


def count_claims(connection: Connection) -> int:
    """How many claims there are."""
    return int(connection.execute(select(func.count()).select_from(claims)).scalar_one())


def starts_in_store(connection: Connection, store_id: int, from_day: int, to_day: int) -> list[Start]:
    """The claims whose change begins in a store on the days [from_day, to_day), without those given up or replaced."""
    later = claims.alias("later")
    rows = connection.execute(
        select(claims.c.id, claims.c.start_day, claims.c.title)
        .join(claim_stores, claim_stores.c.claim_id == claims.c.id)
        .where(claim_stores.c.store_id == store_id, claim_stores.c.treated)
        .where(claims.c.start_day >= from_day, claims.c.start_day < to_day)
        .where(claims.c.id.not_in(select(claim_endings.c.claim_id)))
        .where(~select(later.c.id).where(later.c.replaces_id == claims.c.id).exists())
        .order_by(claims.c.start_day, claims.c.id)
    )
    return [Start._make(row) for row in rows]


def _endings(connection: Connection, claim_ids: Collection[int]) -> dict[int, Ending]:
    rows = connection.execute(select(claim_endings).where(claim_endings.c.claim_id.in_(claim_ids)))
    return {row.claim_id: Ending(row.reason, row.made_ms, row.made_by) for row in rows}


def _results(connection: Connection, claim_ids: Collection[int]) -> dict[int, list[KeptResult]]:
    found: dict[int, list[KeptResult]] = {}
    asked = select(claim_results).where(claim_results.c.claim_id.in_(claim_ids)).order_by(claim_results.c.number)
    for row in connection.execute(asked):
        found.setdefault(row.claim_id, []).append(KeptResult(row.number, row.body, row.made_ms))
    return found


def _replaced(connection: Connection, claim_ids: Collection[int]) -> dict[int, int]:
    rows = connection.execute(select(claims.c.replaces_id, claims.c.id).where(claims.c.replaces_id.in_(claim_ids)))
    return {int(row.replaces_id): int(row.id) for row in rows}
