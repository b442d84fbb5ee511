"""Nothing that was thanked for is out of sight: what waits, what is lost, what is held beside, and whose it is."""

from __future__ import annotations

import csv
import io

from server.access.tokens import add_token
from server.database.engine import reading, writing
from server.database.figures import standing_kiosks
from server.database.fleet import fleet_rows
from server.database.stores import store_by_code


def standing(house, store="S014"):
    with reading(house.engine) as connection:
        (found,) = standing_kiosks(connection, store_by_code(connection, store).id)
    return found


def exported(house) -> list[dict[str, str]]:
    with writing(house.engine) as connection:
        token = add_token(connection, "tests", None, 90, house.clock.now_ms())
    answer = house.app.test_client().get("/api/v1/export/reactions.csv", headers={"Authorization": f"Bearer {token}"})
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def totals(thanked: int) -> dict[str, dict[str, int]]:
    return {"totals": {"thanked": thanked, "refused": 0}}


def test_lost_presses_are_known_and_are_not_here(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(5_000)], 501, lost=[[1, 500]], **totals(501))
    found = standing(house)
    assert (found.thanked, found.known, found.lost) == (501, 501, 500)


def test_each_kiosk_is_told_from_the_others(house) -> None:
    for at, store in enumerate(("S014", "S014", "S015"), 1):
        kiosk = house.enrol(f"sha256:box-{at}", store=store)
        presses = [kiosk.press(5_000 * place) for place in range(1, at + 1)]
        kiosk.sync(presses, stream=f"{at:032x}", buffer=f"buffer-{at}", **totals(at + 10))
    # One of a kiosk that names no buffer.
    kiosk.sync([kiosk.press(1_000)], stream="ab" * 16, buffer=None)
    with reading(house.engine) as connection:
        rows = fleet_rows(connection)
        two = standing_kiosks(connection, store_by_code(connection, "S014").id)
    assert [(row.code, row.thanked, row.known, row.lost) for row in rows] == [
        ("K-003", 13, 4, 0),
        ("K-001", 11, 1, 0),
        ("K-002", 12, 2, 0),
    ]
    assert [(found.kiosk, found.thanked, found.known, found.lost) for found in two] == [
        ("K-001", 11, 1, 0),
        ("K-002", 12, 2, 0),
    ]


def test_a_card_that_moved_waits_for_nothing_that_its_old_kiosk_delivered(house) -> None:
    owner = house.enrol()
    owner.sync([owner.press(1_000 * at) for at in range(1, 201)], **totals(200))
    heir = house.enrol("sha256:new-board", replaces=owner.code)
    heir.sync([heir.press(1_000)], stream="cd" * 16, **totals(201))
    found = standing(house)
    assert (found.kiosk, found.thanked, found.known, found.lost) == (heir.code, 201, 201, 0)
    with reading(house.engine) as connection:
        (row,) = fleet_rows(connection)
    assert (row.code, row.thanked, row.known) == (heir.code, 201, 201)


def test_unsent_presses_of_a_card_that_becomes_another_stores_kiosk_do_not_count_there(house) -> None:
    before = house.enrol()
    presses = [before.press(1_000), before.press(5_000), before.press(9_000)]
    after = house.enrol("sha256:new-board", store="S015")
    assert after.version != before.version
    reply = after.sync(presses, stream="cd" * 16)
    assert reply["stored"] == 0
    assert reply["held"] == [[1, "unknown-config"], [2, "unknown-config"], [3, "unknown-config"]]
    assert [(row["answer"], row["reason"], row["counted"]) for row in exported(house)] == [("", "unknown-config", "0")] * 3


def test_what_is_held_beside_another_reaction_is_in_the_export_once(house) -> None:
    owner, other = house.enrol(), house.enrol("sha256:other", store="S015")
    owner.sync([owner.press(1_000), owner.press(5_000)])
    house.clock.advance(60_000)
    conflict = owner.press(1_000, "served-unhappy")
    assert owner.sync([conflict])["held"] == [[1, "content-conflict"]]
    foreign = [other.press(1_000), other.press(5_000), other.press(9_000)]
    assert [code for _, code in other.sync(foreign)["held"]] == ["foreign-stream"] * 3
    owner.sync([conflict])
    other.sync(foreign)
    rows = exported(house)
    assert [(row["seq"], row["reason"], row["counted"]) for row in rows] == [
        ("1", "", "1"),
        ("2", "", "1"),
        ("1", "content-conflict", "0"),
        ("1", "foreign-stream", "0"),
        ("2", "foreign-stream", "0"),
        ("3", "foreign-stream", "0"),
    ]
    positions = [int(row["position"]) for row in rows]
    assert positions == sorted(positions)
    assert house.wrong_figures() == []
