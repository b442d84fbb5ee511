"""Changes are noted by whoever may see the store, from our own page alone, and taken back by whoever noted them."""

from __future__ import annotations

import re

import pytest
from shops import EXPERIENCE, TODAY

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def store(shops):
    store = shops.store("S001", "Leeds")
    shops.press(shops.kiosk(store, "K-001"), TODAY, EXPERIENCE, 5, 5)
    return store


def note(client, words="New till", day="2026-11-12", code="S001", headers=OURS, **more):
    return client.post(f"/stores/{code}/changes?lang=en", data={"words": words, "day": day, **more}, headers=headers)


def page(client, code="S001", query="?lang=en"):
    return client.get(f"/stores/{code}{query}").get_data(as_text=True)


def test_a_manager_notes_a_change_and_it_stands_on_the_line(sign_in, store):
    manager = sign_in("manager", "S001")
    answer = note(manager, "  New   <till> ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/stores/S001?lang=en#since")
    shown = page(manager)
    assert "<bdi>New &lt;till&gt;</bdi>" in shown
    assert "Thu 12 Nov" in shown
    assert 'class="event"' not in shown  # too few presses for a line: the list says it alone


def test_one_takes_back_ones_own_note_and_nobody_elses(sign_in, store):
    manager, colleague = sign_in("manager", "S001"), sign_in("manager", "S001", email="b@demo.example")
    note(manager)
    removal = re.search(r'action="(/stores/S001/changes/\d+/remove)[^"]*"', page(manager)).group(1)
    assert "/remove" not in page(colleague)
    assert colleague.post(removal, headers=OURS).status_code == 404
    assert "New till" in page(manager)
    assert manager.post(removal, headers=OURS).status_code == 303
    assert "New till" not in page(manager)
    assert manager.post(removal, headers=OURS).status_code == 404


def test_only_head_office_notes_for_all_stores(sign_in, shops, store):
    shops.store("S002", "York")
    manager, office = sign_in("manager", "S001"), sign_in("head-office")
    note(manager, "Mine alone", stores="all")
    note(office, "Everywhere", stores="all")
    assert "Mine alone" not in page(office, "S002")
    assert "<bdi>Everywhere</bdi> (all stores)" in page(office, "S002")
    assert 'name="stores"' in page(office)
    assert 'name="stores"' not in page(manager)


def test_a_stranger_a_neighbour_and_another_site_note_nothing(client, sign_in, shops, store):
    shops.store("S002", "York")
    assert note(client).headers["Location"].startswith("/sign-in")
    neighbour = sign_in("manager", "S002")
    assert note(neighbour).status_code == 404
    office = sign_in("head-office")
    for headers in ({"Origin": "http://evil.example"}, {}, {"Sec-Fetch-Site": "cross-site"}):
        assert note(office, headers=headers).status_code == 400
    assert "New till" not in page(office)


@pytest.mark.parametrize("words", ["", "   ", "x" * 81, "a\u202eb", "\x07"])
def test_words_that_are_none_too_many_or_not_to_be_shown_are_refused(sign_in, store, words):
    answer = note(sign_in("head-office"), words)
    assert answer.status_code == 400
    assert "A note needs a few words" in answer.get_data(as_text=True)


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-11-22", "2026-02-30", "1999-01-01"])
def test_days_that_are_none_or_still_to_come_are_refused(sign_in, store, day):
    answer = note(sign_in("head-office"), day=day)
    assert answer.status_code == 400
    assert "A change is noted on the day it happened" in answer.get_data(as_text=True)


@pytest.mark.parametrize("number", [2**31, 10**30])
def test_a_note_with_a_number_that_no_note_can_have_is_not_found(sign_in, store, number):
    assert sign_in("manager", "S001").post(f"/stores/S001/changes/{number}/remove", headers=OURS).status_code == 404
