"""The feed of revisions: each change once, with the reaction as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import reading, writing
from server.database.export_columns import REACTIONS, REVISIONS
from server.database.export_revisions import revisions_end
from server.database.export_rows import ledger_end
from server.database.held import HeldRow, hold_apart, name_of
from server.database.revisions import COUNTED, TIME, Revision, add_revisions
from server.database.streams import Arrival, add_arrivals
from server.database.tables import reactions
from server.export import revisions as made
from server.export.reactions import ReactionLines
from server.export.revisions import RevisionLines
from server.export.shapes import Csv
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000


@pytest.fixture
def revise(chain: Any) -> Callable[..., None]:
    """Change one reaction and enter it in the ledger."""

    def change(kiosk: int, seq: int, what: str, at_ms: int = NOON_MS, **facts: Any) -> None:
        with writing(chain.engine) as connection:
            same = (reactions.c.kiosk_id == kiosk) & (reactions.c.stream == kiosk) & (reactions.c.seq == seq)
            connection.execute(update(reactions).where(same).values(**({"uncertainty_ms": 7} | facts)))
            add_revisions(connection, [Revision(kiosk, kiosk, seq, what)], at_ms)

    return change


@pytest.fixture
def export(chain: Any, parsed: Callable[[bytes], Any]) -> Callable[..., Any]:
    def rows(after: int = 0, codes: tuple[str, ...] = ()) -> Any:
        with reading(chain.engine) as connection:
            stores = [store for store in visible_stores(connection, OFFICE) if not codes or store.code in codes]
            _, end = revisions_end(connection)
        lines = RevisionLines(chain.engine, Wanted(stores, every=not codes))
        found = parsed(b"".join(lines.chunks(after, end)))
        assert lines.position == end
        return found

    return rows


def test_a_copy_by_the_documented_key_keeps_a_reaction_beside_what_conflicts_with_it(
    chain: Any, revise: Callable[..., None], export: Callable[..., Any], parsed: Callable[[bytes], Any]
) -> None:
    def key(row: dict[str, str]) -> tuple[str, ...]:
        return tuple(row[name] for name in ("position", "kiosk", "stream", "seq"))

    chain.press(1, count=3)
    other = [HeldRow(1, 1, 2, "content-conflict", 1, content, NOON_MS) for content in (b"[]", b"[1]")]
    with writing(chain.engine) as connection:
        hold_apart(connection, other)
        add_arrivals(connection, [Arrival(1, 1, 2, 2, NOON_MS, name_of(row)) for row in other])
    with reading(chain.engine) as connection:
        stores = visible_stores(connection, OFFICE)
        _, end = ledger_end(connection)
    everything = Wanted(stores, every=True)
    fed = parsed(b"".join(ReactionLines(chain.engine, everything, Csv(REACTIONS, raw=True)).chunks(0, end)))
    copy = {key(row): row for row in fed}
    assert [row["reason"] for row in copy.values()] == ["", "", "", "content-conflict", "content-conflict"]
    assert len({key(row)[1:] for row in fed}) == 3
    revise(1, 2, COUNTED, counted=False, reason=3)
    copy |= {key(row): row for row in export()}
    assert [(row["seq"], row["reason"]) for row in copy.values()] == [
        *(("1", ""), ("2", "burst"), ("3", "")),
        *[("2", "content-conflict")] * 2,
    ]


def test_each_change_carries_the_reaction_as_it_is_now_and_where_it_arrived(
    chain: Any, revise: Callable[..., None], export: Callable[..., Any]
) -> None:
    chain.press(2, count=2)
    chain.press(1, count=3)
    chain.press(1, count=2)
    revise(1, 4, COUNTED, counted=False, reason=3)
    revise(1, 3, TIME, NOON_MS + 5, pressed_ms=NOON_MS - 60_000)
    counted, timed = export()
    assert tuple(counted) == REVISIONS.names
    assert (counted["revision"], counted["what"], counted["revised_at"]) == ("1", "counted", "2026-11-21T12:00:00.000Z")
    assert (counted["position"], counted["seq"], counted["reason"], counted["counted"]) == ("3", "4", "burst", "0")
    assert (timed["position"], timed["seq"], timed["pressed_at"]) == ("2", "3", "2026-11-21T11:59:00.000Z")
    assert (timed["uncertainty_ms"], timed["revised_at"]) == ("7", "2026-11-21T12:00:00.005Z")


def test_following_the_positions_gives_each_change_once(
    chain: Any, revise: Callable[..., None], export: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.press(1, count=10)
    for seq in range(1, 11):
        revise(1, seq, TIME)
    monkeypatch.setattr(made, "CHUNK", 3)
    assert [row["seq"] for row in export()] == [str(seq) for seq in range(1, 11)]
    assert [row["revision"] for row in export(after=8)] == ["9", "10"]
    assert export(after=10) == []


def test_other_stores_changes_and_those_whose_reaction_is_gone_have_no_line(
    chain: Any, revise: Callable[..., None], export: Callable[..., Any]
) -> None:
    chain.press(1, count=2)
    chain.press(2)
    revise(1, 1, TIME)
    revise(2, 1, TIME)
    revise(1, 2, TIME)
    with writing(chain.engine) as connection:
        connection.execute(delete(reactions).where(reactions.c.kiosk_id == 1, reactions.c.seq == 1))
    assert [row["revision"] for row in export()] == ["2", "3"]
    assert [row["store"] for row in export(codes=("S002",))] == ["S002"]
