"""What is wrong with a kiosk follows from what it said and when; nothing is made of what it can not have meant."""

from __future__ import annotations

import random
from typing import Any

import pytest

from server.fleet.states import Facts, Trouble, is_heard, others_heard, remarks, troubles, usual_pause_ms

NOW = 1_795_262_400_000
MINUTE_MS = 60_000
DAY_MS = 86_400_000


def facts(**changes: Any) -> Facts:
    well = Facts(
        enrolled_ms=NOW - 40 * DAY_MS,
        heard_ms=NOW - MINUTE_MS,
        unheard_ms=MINUTE_MS,
        disabled=False,
        health={},
        refused=0,
        held=0,
        pressed_ms=NOW - MINUTE_MS,
        unpressed_ms=MINUTE_MS,
        usual_pause_ms=14 * 60 * MINUTE_MS,
        incidents={},
        others_heard=True,
    )
    found = well._replace(**changes)
    # Without known hours all time counts.
    since_ms = found.enrolled_ms if found.heard_ms is None else found.heard_ms
    all_time = {"unheard_ms": NOW - since_ms, "unpressed_ms": NOW - (found.pressed_ms or 0)}
    return found._replace(**(all_time | changes))


def names(found: list[Trouble]) -> list[str]:
    return [one.name for one in found]


def test_a_kiosk_that_is_heard_and_pressed_is_well() -> None:
    assert troubles(facts(), NOW) == []
    assert remarks(facts(), NOW) == []


@pytest.mark.parametrize(
    ("quiet_ms", "others", "name"),
    [
        (15 * MINUTE_MS, True, None),
        (15 * MINUTE_MS + 1, True, "silent"),
        (15 * MINUTE_MS + 1, None, "silent"),
        (15 * MINUTE_MS + 1, False, "silent-all"),
        (DAY_MS - 1, True, "silent"),
        (DAY_MS, False, "offline"),
    ],
)
def test_silence_becomes_offline_after_a_day(quiet_ms: int, others: bool | None, name: str | None) -> None:
    found = troubles(facts(heard_ms=NOW - quiet_ms, others_heard=others), NOW)
    assert names(found) == ([name] if name else [])


@pytest.mark.parametrize("heard_ms", [NOW - 10 * 60 * MINUTE_MS, NOW - 3 * DAY_MS, None])
def test_silence_while_the_store_was_closed_is_no_trouble_and_a_quarter_of_an_hour_after_it_opened_it_is(
    heard_ms: int | None,
) -> None:
    asleep = facts(heard_ms=heard_ms, unheard_ms=15 * MINUTE_MS)
    assert troubles(asleep, NOW) == []
    assert len(troubles(asleep._replace(unheard_ms=15 * MINUTE_MS + 1), NOW)) == 1


def test_only_open_time_makes_a_pause() -> None:
    quiet = facts(pressed_ms=NOW - 60 * 60 * MINUTE_MS, usual_pause_ms=120 * MINUTE_MS, unpressed_ms=119 * MINUTE_MS)
    assert troubles(quiet, NOW) == []
    assert names(troubles(quiet._replace(unpressed_ms=121 * MINUTE_MS), NOW)) == ["nobody"]


def test_what_a_silent_kiosk_said_long_ago_is_not_told_as_if_it_were_so_now() -> None:
    gone = facts(heard_ms=NOW - 9 * DAY_MS, health={"temperature_c": 90, "skew_ms": 10**9}, pressed_ms=0)
    assert troubles(gone, NOW) == [Trouble("offline", at_ms=NOW - 9 * DAY_MS, n=9)]
    assert remarks(gone, NOW) == []


def test_a_new_kiosk_has_a_quarter_of_an_hour_to_speak_up() -> None:
    assert troubles(facts(heard_ms=None, enrolled_ms=NOW - 15 * MINUTE_MS), NOW) == []
    assert names(troubles(facts(heard_ms=None, enrolled_ms=NOW - 16 * MINUTE_MS), NOW)) == ["never"]


def test_a_pause_beyond_its_own_usual_ones_is_told_and_an_unknown_one_never() -> None:
    quiet = facts(pressed_ms=NOW - 15 * 60 * MINUTE_MS)
    assert troubles(quiet, NOW) == [Trouble("nobody", at_ms=NOW - 15 * 60 * MINUTE_MS)]
    assert troubles(quiet._replace(usual_pause_ms=None), NOW) == []
    assert troubles(quiet._replace(pressed_ms=None), NOW) == []


def test_faults_of_buttons_and_storage_have_their_own_names_and_others_keep_theirs() -> None:
    said = ["stuck:happy", "dead:unhappy", "buffer-full", "buffer-damaged", "input-busy", "unreachable", "config-unfit"]
    found = troubles(facts(health={"faults": said}, refused=17), NOW)
    assert names(found) == ["full", "damaged", "input", "stuck", "dead", "fault"]
    assert [one.what for one in found[3:]] == ["happy", "unhappy", "config-unfit"]
    assert found[0].n == 17


@pytest.mark.parametrize(
    ("health", "name"),
    [
        ({"temperature_c": 79.9}, None),
        ({"temperature_c": 80}, "hot"),
        ({"throttling": ["throttled"]}, "hot"),
        ({"throttling": ["throttled since boot", "under-voltage since boot"]}, None),
        ({"throttling": ["under-voltage"]}, "power"),
        ({"under_voltage": True}, "power"),
        ({"under_voltage": False, "under_voltage_seen": 0}, None),
        ({"under_voltage": "yes", "temperature_c": True, "faults": "stuck:happy"}, None),
        ({"temperature_c": 10**400, "skew_ms": -(10**400), "backlog": {"oldest_s": "old"}}, None),
    ],
)
def test_heat_and_power_as_the_box_told_them(health: dict[str, Any], name: str | None) -> None:
    assert names(troubles(facts(health=health), NOW)) == ([name] if name else [])
    assert remarks(facts(health=health), NOW) == []


def test_incidents_come_first_and_a_late_request_is_not_a_second_machine() -> None:
    found = troubles(facts(incidents={"card-copied": 1, "two-boots": 2}, health={"temperature_c": 85}), NOW)
    assert names(found) == ["card-copied", "hot"]
    assert names(troubles(facts(incidents={"two-boots": 3}), NOW)) == ["two-boots"]


def test_remarks_need_nobody() -> None:
    said = {"skew_ms": -61_000, "backlog": {"waiting": 4, "oldest_s": 3_601}}
    assert names(remarks(facts(health=said, held=3), NOW)) == ["clock", "backlog", "held"]
    assert troubles(facts(health=said, held=3), NOW) == []


def test_a_kiosk_that_was_switched_off_needs_nobody() -> None:
    off = facts(disabled=True, heard_ms=None, incidents={"card-copied": 1})
    assert troubles(off, NOW) == []
    assert names(remarks(off, NOW)) == ["off"]


def test_the_usual_pause_holds_nights_and_is_not_told_from_too_few() -> None:
    chance = random.Random(3)
    presses: list[int] = []
    for day in range(28):
        opened = day * DAY_MS + 9 * 60 * MINUTE_MS
        presses += sorted(opened + chance.randrange(11 * 60 * MINUTE_MS) for _ in range(60))
    found = usual_pause_ms(presses)
    assert found is not None
    assert 13 * 60 * MINUTE_MS < found < 16 * 60 * MINUTE_MS
    assert usual_pause_ms(presses[:1_000]) is None
    assert usual_pause_ms(list(range(1_001))) == 1


def test_others_are_heard_when_one_of_them_is() -> None:
    assert others_heard([]) is None
    assert others_heard([False, True]) is True
    assert others_heard([False]) is False
    assert not is_heard(None, NOW)


def test_a_dead_button_is_named_once_whoever_noticed_it() -> None:
    both = facts(health={"faults": ["dead:happy"]}, silent_buttons=("happy", "unhappy"))
    assert [one.what for one in troubles(both, NOW) if one.name == "dead"] == ["happy", "unhappy"]
