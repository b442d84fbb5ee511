"""One's own account: the language that comes with one to every machine, and another password."""

from __future__ import annotations

import pytest

OURS = {"Origin": "http://localhost"}
PASSWORD = "correct horse battery"
NEW = "seven quiet lamps in rain"


@pytest.fixture
def store(shops):
    return shops.store("S001", "Gdańsk", languages=("pl", "en"), territory="PL")


@pytest.fixture
def manager(sign_in, store):
    return sign_in("manager", "S001")


def post(client, path, data):
    return client.post(path, data=data, headers=OURS)


def language(client, path="/stores/S001", browser=""):
    headers = {"Accept-Language": browser} if browser else {}
    return client.get(path, headers=headers).get_data(as_text=True).split('<html lang="')[1][:2]


def test_the_chosen_language_comes_first_then_the_browsers_then_the_stores(app, manager):
    assert language(manager) == "pl"
    assert language(manager, browser="it,tr;q=0.5") == "it"
    assert language(manager, browser="de") == "pl"
    kept = post(manager, "/account/language", {"language": "tr"})
    assert kept.headers["Location"] == "/account?told=language-kept"
    assert language(manager, browser="it") == "tr"
    elsewhere = app.test_client()
    post(elsewhere, "/sign-in", {"email": "manager@demo.example", "password": PASSWORD})
    assert language(elsewhere, browser="it") == "tr"
    assert language(elsewhere, "/stores/S001?lang=fa", browser="it") == "fa"


def test_a_choice_for_the_account_overrides_an_older_one_on_this_machine(manager):
    manager.get("/stores/S001?lang=fa", headers={"Sec-Fetch-Site": "same-origin"})
    assert language(manager) == "fa"
    post(manager, "/account/language", {"language": "it"})
    assert language(manager) == "it"
    manager.get("/stores/S001?lang=tr", headers={"Sec-Fetch-Site": "same-origin"})
    assert language(manager) == "tr"


def test_the_choice_can_be_taken_back_and_nothing_else_is_taken(manager):
    post(manager, "/account/language", {"language": "tr"})
    assert post(manager, "/account/language", {"language": "xx"}).status_code == 400
    assert language(manager) == "tr"
    post(manager, "/account/language", {"language": ""})
    assert language(manager, browser="it") == "it"


def test_another_password_ends_the_other_sessions(app, manager):
    other = app.test_client()
    post(other, "/sign-in", {"email": "manager@demo.example", "password": PASSWORD})
    changed = post(manager, "/account/password", {"old-password": PASSWORD, "password": NEW})
    assert changed.headers["Location"] == "/account?told=password-set"
    assert manager.get("/stores/S001").status_code == 200
    assert other.get("/stores/S001").status_code == 303
    again = app.test_client()
    assert post(again, "/sign-in", {"email": "manager@demo.example", "password": PASSWORD}).status_code == 401
    assert post(again, "/sign-in", {"email": "manager@demo.example", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("not this one at all", NEW, "This password was wrong."),
        (PASSWORD, "short", "15 to 128 characters"),
        (PASSWORD, "passwordpassword1", "too easy to guess"),
    ],
)
def test_without_the_present_one_or_with_an_unfit_one_it_stays(app, manager, old, new, why):
    refused = post(manager, "/account/password", {"old-password": old, "password": new})
    assert refused.status_code == 400
    assert why in refused.get_data(as_text=True)
    assert post(app.test_client(), "/sign-in", {"email": "manager@demo.example", "password": PASSWORD}).status_code == 303


def test_guessing_the_present_password_has_to_wait(manager):
    tries = [post(manager, "/account/password", {"old-password": f"guess {n}", "password": NEW}).status_code for n in range(8)]
    assert (tries[0], tries[-1]) == (400, 429)
