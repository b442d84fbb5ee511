"""Every press is stored once, whatever becomes of requests and replies on their way."""

from __future__ import annotations

import threading

import pytest

from server.database import tables
from server.database.engine import writing
from server.database.tables import arrivals, buffers, days, held, kiosk_syncs, lost, reactions, streams
from server.fleet import kiosks as fleet


def test_the_same_request_twice_stores_once_and_answers_as_duplicates(house) -> None:
    kiosk = house.enrol()
    request = kiosk.request([kiosk.press(1_000 * at) for at in range(1, 6)])
    first, second = kiosk.send(request).json, kiosk.send(request).json
    assert (first["stored"], first["duplicate"], first["held"], first["high"]) == (5, 0, [], 5)
    assert (second["stored"], second["duplicate"], second["held"], second["high"]) == (0, 5, [], 5)
    assert [row.seq for row in house.rows(reactions)] == [1, 2, 3, 4, 5]
    assert house.total(days, "positive") == 5
    assert len(house.rows(arrivals)) == 1
    assert house.wrong_figures() == []


def test_the_same_request_on_two_connections_at_once_stores_once(house) -> None:
    kiosk = house.enrol()
    request = kiosk.request([kiosk.press(1_000 * at) for at in range(1, 101)])
    barrier, replies = threading.Barrier(2), []

    def send() -> None:
        barrier.wait()
        replies.append(kiosk.send(request).json)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((reply["stored"], reply["duplicate"]) for reply in replies) == [(0, 100), (100, 0)]
    assert len(house.rows(reactions)) == 100
    assert house.wrong_figures() == []


def test_overlapping_batches_store_each_press_once(house) -> None:
    kiosk = house.enrol()
    presses = [kiosk.press(30_000 * at) for at in range(1, 11)]
    kiosk.sync(presses[:6])
    reply = kiosk.sync(presses[3:], first_seq=4)
    assert (reply["stored"], reply["duplicate"], reply["high"]) == (4, 3, 10)
    assert [row.seq for row in house.rows(reactions)] == list(range(1, 11))
    assert [(row.first_seq, row.last_seq) for row in house.rows(arrivals)] == [(1, 6), (7, 10)]
    assert house.wrong_figures() == []


def test_a_gap_is_refused_and_stores_nothing_until_it_is_filled(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(1_000)])
    refused = kiosk.send(kiosk.request([kiosk.press(9_000)], first_seq=3))
    assert (refused.status_code, refused.json["code"], refused.json["high"]) == (409, "gap", 1)
    assert len(house.rows(reactions)) == 1
    assert kiosk.sync([kiosk.press(2_000), kiosk.press(9_000)], first_seq=2)["high"] == 3
    assert house.wrong_figures() == []


def test_what_the_kiosk_lost_moves_the_stream_on_and_is_still_taken_when_it_turns_up(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(1_000)])
    assert kiosk.sync([kiosk.press(9_000)], first_seq=5, lost=[[2, 4]])["high"] == 5
    assert [(row.first_seq, row.last_seq) for row in house.rows(lost)] == [(2, 4)]
    late = kiosk.sync([kiosk.press(5_000)], first_seq=3)
    assert (late["stored"], late["duplicate"], late["high"]) == (1, 0, 5)
    assert [row.seq for row in house.rows(reactions)] == [1, 3, 5]
    assert [(row.first_seq, row.last_seq) for row in house.rows(lost)] == [(2, 2), (4, 4)]
    assert house.total(days, "clusters") == 1
    assert house.wrong_figures() == []
    assert kiosk.sync([kiosk.press(5_000)], first_seq=3)["duplicate"] == 1


def test_another_content_under_a_known_identity_is_held_apart(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    for _ in range(2):
        reply = kiosk.sync([kiosk.press(1_000, "served-unhappy")])
        assert reply["held"] == [[1, "content-conflict"]]
    assert kiosk.sync([kiosk.press(1_001, "served-unhappy")])["held"] == [[1, "content-conflict"]]
    assert [row.button for row in house.rows(reactions)] == ["served-happy"]
    assert len(house.rows(held)) == 2
    assert kiosk.sync([kiosk.press(1_000)])["duplicate"] == 1


def test_a_boot_with_another_number_in_another_buffer_is_the_same_boot(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    again = kiosk.request([kiosk.press(1_000, boot=7)], boots=[["boot-one", 7]])
    again["sent"]["boot"] = 7
    assert kiosk.send(again).json["duplicate"] == 1
    other = kiosk.request([kiosk.press(1_000, boot=7)], boots=[["boot-two", 7]])
    other["sent"]["boot"] = 7
    assert kiosk.send(other).json["held"] == [[1, "content-conflict"]]


def test_unknown_buttons_configurations_and_opaque_bytes_are_held_at_their_place(house) -> None:
    kiosk = house.enrol()
    request = kiosk.request(
        [kiosk.press(1_000, "no-such-button"), kiosk.press(2_000), kiosk.press(3_000, version=77)], opaque=[[2, "AAECA3s="]]
    )
    reply = kiosk.send(request).json
    assert (reply["stored"], reply["high"]) == (1, 4)
    assert reply["held"] == [[1, "unknown-button"], [2, "opaque"], [4, "unknown-config"]]
    assert [row.seq for row in house.rows(reactions)] == [3]
    assert [(row.first_seq, row.last_seq) for row in house.rows(arrivals)] == [(1, 4)]
    again = kiosk.send(request).json
    assert (again["stored"], again["duplicate"], again["held"]) == (0, 4, [])
    assert len(house.rows(held)) == 3
    assert house.wrong_figures() == []


def test_a_held_reaction_keeps_its_place_against_another_content_too(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000, "no-such-button")])
    assert kiosk.sync([kiosk.press(1_000, "served-happy")])["held"] == [[1, "content-conflict"]]
    assert house.rows(reactions) == []
    assert [row.code for row in house.rows(held)] == ["content-conflict", "unknown-button"]


@pytest.mark.parametrize("daily_quota", [3])
def test_presses_beyond_the_daily_quota_are_held_and_the_next_day_is_free_again(kiosk, clock) -> None:
    reply = kiosk.sync([kiosk.press(1_000 * at) for at in range(1, 6)])
    assert reply["stored"] == 3
    assert reply["held"] == [[4, "quota"], [5, "quota"]]
    clock.advance(86_400_000)
    assert kiosk.sync([kiosk.press(86_400_000)], first_seq=6)["stored"] == 1


def test_a_foreign_stream_is_compared_with_the_owners_and_the_rest_held(house) -> None:
    owner = house.enrol()
    presses = [owner.press(1_000), owner.press(2_000)]
    owner.sync(presses)
    clone = house.enrol("sha256:a-clone")
    reply = clone.sync([*presses, owner.press(3_000)])
    assert (reply["stored"], reply["duplicate"], reply["high"]) == (0, 2, 3)
    assert reply["held"] == [[3, "foreign-stream"]]
    assert len(house.rows(reactions)) == 2
    # The owner's own third press still finds its place free.
    assert owner.sync([owner.press(9_000)], first_seq=3)["stored"] == 1
    progress = clone.send({"protocol": 1, "streams": ["ab" * 16]}, "reconcile").json
    assert progress["streams"] == [[3, 0]]


def test_a_kiosk_that_replaces_another_stores_its_unsent_presses_as_the_others(house) -> None:
    owner = house.enrol()
    owner.sync([owner.press(1_000)])
    heir = house.enrol("sha256:new-board", replaces=owner.code)
    reply = heir.sync([owner.press(2_000)], first_seq=2)
    assert (reply["stored"], reply["held"]) == (1, [])
    assert {row.kiosk_id for row in house.rows(reactions)} == {house.rows(streams)[0].kiosk_id}
    assert owner.send(owner.request([])).status_code == 401
    assert house.wrong_figures() == []


def test_other_hardware_with_the_same_key_is_refused(kiosk) -> None:
    refused = kiosk.send(kiosk.request([kiosk.press(1_000)], hardware="sha256:another-board"))
    assert (refused.status_code, refused.json["code"]) == (403, "hardware-differs")


def test_a_heartbeat_tells_of_the_kiosk_and_changes_no_count(house, kiosk) -> None:
    reply = kiosk.sync([], totals={"thanked": 7, "refused": 1}, health={"temperature_c": 51.5, "odd": "\x00\u2028"})
    assert (reply["stored"], reply["high"], reply["config"], reply["key"]) == (0, 0, None, None)
    assert [(row.thanked, row.refused) for row in house.rows(buffers)] == [(7, 1)]
    kiosk.sync([], totals={"thanked": 5, "refused": 0})
    assert [(row.thanked, row.refused) for row in house.rows(buffers)] == [(7, 1)]
    assert "51.5" in house.rows(kiosk_syncs)[0].health
    assert house.rows(kiosk_syncs)[0].heard_ms == house.clock.now_ms()
    assert house.rows(arrivals) == []


def test_a_kiosk_with_an_older_configuration_is_given_the_newest(house, kiosk) -> None:
    with writing(house.engine) as connection:
        fleet.move(connection, kiosk.code, "S015", house.clock.now_ms())
    config = kiosk.sync([kiosk.press(1_000)])["config"]
    assert (config["version"], config["store"]) == (2, "S015")
    assert kiosk.sync([], config_version=2)["config"] is None


def test_a_kiosk_that_knows_a_later_configuration_than_the_server_gets_one_above_it(kiosk) -> None:
    reply = kiosk.sync([], config_version=40)
    assert reply["config"]["version"] == 41
    assert kiosk.sync([], config_version=41)["config"] is None


@pytest.mark.parametrize("claimed", [2**31 - 1, 2**31 - 5])
def test_a_damaged_configuration_number_is_not_believed(kiosk, claimed) -> None:
    assert kiosk.sync([], config_version=claimed)["config"]["version"] == 1


def test_a_rotated_key_is_handed_out_until_it_is_used_and_then_ends_the_old_one(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([])
    with writing(house.engine) as connection:
        fleet.rotate(connection, kiosk.code, house.clock.now_ms())
    lost_key = kiosk.sync([])["key"]
    new_key = kiosk.sync([])["key"]
    assert lost_key != new_key
    old_key, kiosk.key = kiosk.key, new_key
    assert kiosk.sync([])["key"] is None
    for dead in (old_key, lost_key):
        kiosk.key = dead
        assert kiosk.send(kiosk.request([])).json["code"] == "key-revoked"
    kiosk.key = new_key
    assert kiosk.sync([])["key"] is None


def test_a_mash_takes_the_count_of_its_first_press_too_also_across_batches(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(1_000, "served-happy"), kiosk.press(1_200, "served-unhappy", mark="mash"), kiosk.press(60_000)])
    assert [row.counted for row in house.rows(reactions)] == [False, False, True]
    kiosk.sync([kiosk.press(60_300, "served-unhappy", mark="mash")], first_seq=4)
    assert [(bool(row.counted), row.reason) for row in house.rows(reactions)][2:] == [(False, 1), (False, 0)]
    assert house.total(days, "positive") == 0
    assert house.total(days, "marked") == 4
    assert house.total(days, "clusters") == 0
    assert house.wrong_figures() == []


def test_a_mash_leaves_a_press_before_it_that_was_no_vote_or_not_just_now_as_it_was(house, kiosk) -> None:
    presses = [kiosk.press(1_000, mark="repeat"), kiosk.press(1_200, "served-unhappy", mark="mash"), kiosk.press(9_000)]
    kiosk.sync([*presses, kiosk.press(9_350, "served-unhappy", mark="mash"), kiosk.press(9_400, "welcome-happy")])
    kiosk.sync([kiosk.press(9_500, "welcome-unhappy", mark="mash")], first_seq=6)
    assert [row.reason for row in house.rows(reactions)] == [0, 0, 0, 0, 1, 0]
    assert [bool(row.counted) for row in house.rows(reactions)] == [False, False, True, False, False, False]
    assert house.wrong_figures() == []


def test_a_press_that_stops_counting_after_it_was_stored_is_a_revision(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)])
    kiosk.sync([kiosk.press(1_200, "served-unhappy", mark="mash")], first_seq=2)
    assert [(row.position, row.seq, row.what, row.at_ms) for row in house.rows(tables.revisions)] == [
        (1, 1, "counted", house.clock.now_ms())
    ]


def incidents(house) -> dict[tuple[int, str], int]:
    return {(row.kiosk_id, row.what): row.times for row in house.rows(tables.incidents)}


def test_two_streams_of_one_parent_are_a_copied_card_and_a_chain_of_them_is_none(house, kiosk) -> None:
    first, second, third, copy = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)
    kiosk.sync([kiosk.press(1_000)], stream=first)
    kiosk.sync([], stream=second, parent=first)
    kiosk.sync([], stream=third, parent=second)
    kiosk.sync([], stream=second, parent=first)
    assert incidents(house) == {}
    kiosk.sync([], stream=copy, parent=second)
    kiosk.sync([], stream=copy, parent=second)
    assert incidents(house) == {(1, "card-copied"): 1}


def test_a_card_copied_into_another_kiosk_is_told_of_both_and_one_that_was_replaced_of_none(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000)], stream="a" * 32)
    kiosk.sync([], stream="b" * 32, parent="a" * 32)
    other = house.enrol("sha256:another")
    other.sync([], stream="c" * 32, parent="a" * 32)
    assert incidents(house) == {(1, "card-copied"): 1, (2, "card-copied"): 1}
    heir = house.enrol("sha256:heir", replaces=other.code)
    heir.sync([], stream="d" * 32, parent="c" * 32)
    assert set(incidents(house).values()) == {1}


def test_two_live_boots_in_turns_are_noticed_and_reboots_are_not(house, kiosk) -> None:
    def speak(boot: str) -> None:
        kiosk.sync([], boots=[[boot, 1]])

    for boot in ("boot-one", "boot-two", "boot-three", "boot-three"):
        speak(boot)
    assert incidents(house) == {}
    for boot in ("boot-two", "boot-three", "boot-two"):
        speak(boot)
    assert incidents(house) == {(1, "two-boots"): 2}


def test_an_heir_that_sends_its_predecessors_presses_is_one_machine(house, kiosk) -> None:
    for boot in ("boot-one", "boot-two", "boot-three"):
        kiosk.sync([], boots=[[boot, 1]])
    heir = house.enrol("sha256:heir", replaces=kiosk.code)
    for _ in range(3):
        heir.sync([kiosk.press(1_000)], boots=[["boot-four", 1]])
        heir.sync([], stream="c" * 32, boots=[["boot-four", 1]])
    assert incidents(house) == {}


def test_a_key_shown_by_other_hardware_is_refused_and_remembered(house, kiosk) -> None:
    for _ in range(2):
        assert kiosk.send(kiosk.request([], hardware="sha256:another")).status_code == 403
    assert incidents(house) == {(1, "key-elsewhere"): 2}
