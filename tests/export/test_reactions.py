"""The lines of reactions.csv: what they say, in which order, and that following the cursor misses and repeats nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import reading, writing
from server.database.export_columns import REACTIONS
from server.database.export_rows import ledger_end
from server.database.held import HeldRow, hold
from server.database.placements import place
from server.database.stores import store_ids
from server.database.tables import reactions
from server.export import reaction_text
from server.export import reactions as made
from server.export.reactions import ReactionLines
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000
HOUR_MS = 3_600_000
SATURDAY = 739_941  # 2026-11-21 as a proleptic ordinal


@pytest.fixture
def export(engine: Engine, parsed: Callable[[bytes], Any]) -> Callable[..., Any]:
    def rows(after: int = 0, codes: tuple[str, ...] = (), **wishes: Any) -> Any:
        with reading(engine) as connection:
            stores = [store for store in visible_stores(connection, OFFICE) if not codes or store.code in codes]
            _, end = ledger_end(connection)
        lines = ReactionLines(engine, Wanted(stores, every=not codes, **wishes))
        return parsed(b"".join(lines.chunks(after, end)))

    return rows


def test_a_line_says_everything_about_a_press(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(2, received_ms=NOON_MS, visit=None)
    chain.press(2, received_ms=NOON_MS, visit=1, mark=1, counted=False, answer_id=4, reason=1)
    first, second = export()
    assert first == {
        "position": "1",
        "store": "S002",
        "region": 'East, "old"',
        "kiosk": "K-002",
        "touchpoint": "checkout",
        "question": "felt-welcome",
        "signal": "experience",
        "dimension": "CX",
        "answer": "happy",
        "polarity": "positive",
        "pressed_at": "2026-11-21T11:59:58.500Z",
        "local_time": "2026-11-21T17:29:58.500+05:30",
        "time_quality": "exact",
        "uncertainty_ms": "40",
        "received_at": "2026-11-21T12:00:00.000Z",
        "stream": "00000000000000000000000000000002",
        "seq": "1",
        "visit": "",
        "mark": "vote",
        "reason": "",
        "counted": "1",
        "config_version": "3",
    }
    assert [second[name] for name in ("position", "seq", "visit", "mark", "reason", "counted", "answer", "polarity")] == [
        *("2", "2", "1", "repeat", "mash", "0", "unhappy", "negative")
    ]


def test_the_columns_are_the_promised_ones_in_their_order(chain: Any, engine: Engine) -> None:
    header = next(ReactionLines(engine, Wanted([], every=True)).chunks(0, 0))
    assert header.decode() == (
        "position,store,region,kiosk,touchpoint,question,signal,dimension,answer,polarity,pressed_at,local_time,time_quality,"
        "uncertainty_ms,received_at,stream,seq,visit,mark,reason,counted,config_version\r\n"
    )


def test_texts_that_a_spreadsheet_would_run_are_defused_unless_raw(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1)
    safe, untouched = export()[0], export(raw=True)[0]
    assert (safe["region"], safe["touchpoint"]) == ("'-20% Outlet", "'=exit")
    assert (untouched["region"], untouched["touchpoint"]) == ("-20% Outlet", "=exit")


def test_a_held_press_stands_in_its_place_without_an_answer(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1, count=2)
    chain.held(1, "unknown-button", [5, 6, True, "boot", "purple", 9, 2, "vote"])
    chain.held(1, "opaque", b"\xff\x00 not json")
    chain.press(1)
    rows = export()
    assert [(row["seq"], row["answer"], row["reason"], row["counted"]) for row in rows] == [
        ("1", "happy", "", "1"),
        ("2", "happy", "", "1"),
        ("3", "", "unknown-button", "0"),
        ("4", "", "opaque", "0"),
        ("5", "happy", "", "1"),
    ]
    held = rows[2]
    assert [held[name] for name in ("store", "kiosk", "touchpoint", "mark", "visit", "config_version", "pressed_at")] == [
        *("S001", "K-001", "'=exit", "vote", "2", "9", "")
    ]
    assert held["received_at"] == "2026-11-21T12:00:00.000Z"
    assert held["stream"] == "00000000000000000000000000000001"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 4_000,
        b"{}",
        b"null",
        b"[]",
        b'[1,2,true,"b","happy",99999999999999999999999,null,"vote"]',
        b'[1,2,true,"b","happy",-1,null,"vote"]',
        b'[1,2,true,"b","happy",true,null,"vote"]',
        b'[1,2,true,"b","happy",3,{},"vote"]',
        b'[1,2,true,"b","happy",3,null,["vote"]]',
        b'[1,2,true,"b","happy",3,null,"=1+1"]',
        b'[1,2,true,"b","happy",3,null]',
    ],
)
def test_a_held_press_may_hold_any_bytes(chain: Any, export: Callable[..., Any], content: bytes) -> None:
    chain.held(1, "opaque", content)
    (row,) = export()
    assert [row[name] for name in ("store", "seq", "visit", "mark", "reason", "config_version")] == [
        *("S001", "1", "", "", "opaque", "")
    ]


def test_held_presses_inside_a_run_keep_the_order_of_their_seq(chain: Any, export: Callable[..., Any], engine: Engine) -> None:
    chain.press(1, count=3)
    with writing(engine) as connection:
        connection.execute(reactions.delete().where(reactions.c.seq == 2))
    with writing(engine) as connection:
        hold(connection, [HeldRow(1, 1, 2, "quota", 1, b'[1,2,true,"b","happy",3,null,"vote"]', NOON_MS)])
    assert [(row["seq"], row["reason"]) for row in export()] == [("1", ""), ("2", "quota"), ("3", "")]


def test_what_is_held_beside_a_press_hides_nothing_and_repeats_nothing(
    chain: Any, export: Callable[..., Any], engine: Engine
) -> None:
    chain.press(1)
    with writing(engine) as connection:
        hold(connection, [HeldRow(1, 1, 1, code, 2, b"[]", NOON_MS) for code in ("content-conflict", "foreign-stream")])
    assert [(row["seq"], row["answer"]) for row in export()] == [("1", "happy")]


def test_a_press_belongs_to_the_store_where_it_was_made(chain: Any, export: Callable[..., Any], engine: Engine) -> None:
    chain.press(1)
    with writing(engine) as connection:
        (other,) = store_ids(connection, ["S002"])
        chain.placements[1] = place(connection, 1, other, "desk", NOON_MS)
    chain.press(1)
    assert [row["store"] for row in export()] == ["S001", "S002"]
    assert [row["seq"] for row in export(codes=("S001",))] == ["1"]
    assert [row["seq"] for row in export(codes=("S002",))] == ["2"]


def test_days_are_those_of_the_store(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1, pressed_ms=NOON_MS - 13 * HOUR_MS - 1)  # Friday 23:59:59.999 in Warsaw
    chain.press(1, pressed_ms=NOON_MS - 13 * HOUR_MS)  # Saturday 0:00 there
    chain.press(1, pressed_ms=NOON_MS - 2)
    chain.press(2, pressed_ms=NOON_MS - 18 * HOUR_MS)  # Friday 23:30 in Kolkata
    chain.press(2, pressed_ms=NOON_MS - 17 * HOUR_MS)  # Saturday 0:30 there
    assert [row["position"] for row in export(from_day=SATURDAY)] == ["2", "3", "5"]
    assert [row["position"] for row in export(to_day=SATURDAY)] == ["1", "4"]
    assert [row["position"] for row in export(from_day=SATURDAY, to_day=SATURDAY + 1)] == ["2", "3", "5"]
    assert export(from_day=SATURDAY, to_day=SATURDAY) == []


def test_a_late_arrival_is_found_under_the_day_it_was_pressed(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1, received_ms=NOON_MS + 9 * 24 * HOUR_MS, pressed_ms=NOON_MS)
    assert len(export(from_day=SATURDAY, to_day=SATURDAY + 1)) == 1


def test_a_press_unsure_of_its_day_stands_at_the_day_it_arrived(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1, received_ms=NOON_MS, pressed_ms=5, uncertainty_ms=12 * HOUR_MS, time_quality=3)
    (row,) = export(from_day=SATURDAY, to_day=SATURDAY + 1)
    assert (row["pressed_at"], row["time_quality"]) == ("1970-01-01T00:00:00.005Z", "unknown")


def test_long_exports_come_in_pieces_and_in_order(
    chain: Any, export: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(40):
        chain.press(1, count=30)
        chain.press(2)
    whole = export()
    monkeypatch.setattr(made, "CHUNK_ROWS", 50)
    monkeypatch.setattr(made, "CHUNK_ARRIVALS", 7)
    monkeypatch.setattr(reaction_text, "MOST_TOKENS", 1)
    assert export() == whole
    assert len({(row["stream"], row["seq"]) for row in whole}) == len(whole) == 40 * 31
    assert [int(row["position"]) for row in whole] == sorted(int(row["position"]) for row in whole)


def test_following_the_position_while_others_write_skips_nothing_and_repeats_nothing(
    chain: Any, export: Callable[..., Any]
) -> None:
    def write() -> None:
        for number in range(120):
            chain.press(1 + number % 2, count=1 + number % 5)

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[tuple[str, str]] = []
    after, turns, writing_goes_on = 0, 0, True
    while writing_goes_on:
        writing_goes_on = writer.is_alive()
        rows = export(after)
        turns += 1
        seen += [(row["stream"], row["seq"]) for row in rows]
        after = max([after, *(int(row["position"]) for row in rows)])
    writer.join()
    assert turns > 1
    assert len(seen) == len(set(seen)) == sum(chain.seqs.values())


def test_a_better_time_found_later_is_shown_and_moves_no_line(chain: Any, export: Callable[..., Any], engine: Engine) -> None:
    chain.press(1)
    chain.press(1)
    with writing(engine) as connection:
        connection.execute(update(reactions).where(reactions.c.seq == 1).values(pressed_ms=NOON_MS - 10 * HOUR_MS))
    assert [row["seq"] for row in export()] == ["1", "2"]
    assert export()[0]["pressed_at"] == "2026-11-21T02:00:00.000Z"


def test_every_column_has_a_value_or_is_empty_on_purpose(chain: Any, export: Callable[..., Any]) -> None:
    chain.press(1)
    chain.held(1, "opaque", b"?")
    for row in export():
        assert tuple(row) == REACTIONS.names
        assert None not in row.values()
