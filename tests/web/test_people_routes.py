"""People and tokens on pages: administrators alone, and only with a password given lately."""

from __future__ import annotations

import re

import pytest

from server.access.tokens import list_tokens
from server.database.engine import reading

OURS = {"Origin": "http://localhost"}
PASSWORD = "correct horse battery"
NEW = "seven quiet lamps in rain"
MINUTE_MS = 60_000
ADD = {"email": "ewa@chain.example", "role": "manager", "stores": "S001", "password": NEW}
TOKEN = {"name": "weekly", "stores": "", "days": "30"}


@pytest.fixture
def admin(sign_in, shops):
    shops.store("S001", "Leeds")
    return sign_in("admin")


def post(client, path, data=None):
    return client.post(path, data=data or {}, headers=OURS)


def enters(app, email, password) -> bool:
    return post(app.test_client(), "/sign-in", {"email": email, "password": password}).status_code == 303


def number_of(client, email) -> str:
    page = client.get("/people").get_data(as_text=True)
    return re.search(rf'href="/people/(\d+)"><bdi>{email}', page)[1]


def stale(client, clock):
    """Let the password of the sign-in be given too long ago, in a session that goes on."""
    for _ in range(11):
        clock.advance(MINUTE_MS)
        assert client.get("/people").status_code == 200


def test_a_person_is_added_and_signs_in(admin, app):
    assert post(admin, "/people", ADD).headers["Location"] == "/people?told=person-added"
    page = admin.get("/people?told=person-added").get_data(as_text=True)
    assert "The person is added." in page
    assert enters(app, "ewa@chain.example", NEW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"email": "ewa"}, "name@example.org"),
        ({"email": "admin@demo.example"}, "There is somebody with this address"),
        ({"role": "boss"}, "A role is one of"),
        ({"stores": ""}, "needs at least one store"),
        ({"stores": "S001, S999"}, "One of these stores does not exist"),
        ({"password": "curt one"}, "15 to 128 characters"),
        ({"password": "passwordpassword1"}, "too easy to guess"),
    ],
)
def test_what_does_not_fit_is_told_and_what_was_typed_stays_but_the_password(admin, change, why):
    answer = post(admin, "/people", ADD | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert why in page
    assert f'value="{(ADD | change)["email"]}"' in page
    assert (ADD | change)["password"] not in page


def test_a_switched_off_person_is_out_at_once_and_comes_back(admin, sign_in, app):
    manager = sign_in("manager", "S001")
    number = number_of(admin, "manager@demo.example")
    assert post(admin, f"/people/{number}/disable").headers["Location"].endswith("told=person-disabled")
    assert manager.get("/stores/S001").status_code == 303
    assert not enters(app, "manager@demo.example", PASSWORD)
    assert "cannot sign in since" in admin.get(f"/people/{number}").get_data(as_text=True)
    post(admin, f"/people/{number}/enable")
    assert enters(app, "manager@demo.example", PASSWORD)


def test_a_new_password_ends_the_persons_sessions(admin, sign_in, app):
    manager = sign_in("manager", "S001")
    number = number_of(admin, "manager@demo.example")
    assert post(admin, f"/people/{number}/password", {"password": NEW}).status_code == 303
    assert manager.get("/stores/S001").status_code == 303
    assert (enters(app, "manager@demo.example", PASSWORD), enters(app, "manager@demo.example", NEW)) == (False, True)


def test_an_administrators_own_new_password_ends_the_others_alone(admin, app):
    other = app.test_client()
    post(other, "/sign-in", {"email": "admin@demo.example", "password": PASSWORD})
    assert post(admin, f"/people/{number_of(admin, 'admin@demo.example')}/password", {"password": NEW}).status_code == 303
    assert admin.get("/people").status_code == 200
    assert other.get("/people").status_code == 303


def test_the_last_administrator_stays(admin, sign_in, app):
    number = number_of(admin, "admin@demo.example")
    refused = post(admin, f"/people/{number}/disable")
    assert refused.status_code == 400
    assert "The last administrator stays" in refused.get_data(as_text=True)
    sign_in("admin", email="second@demo.example")
    assert post(admin, f"/people/{number}/disable").status_code == 303
    assert not enters(app, "admin@demo.example", PASSWORD)


def test_a_token_is_shown_once_and_reads_what_it_was_made_for(admin, app, shops):
    made = post(admin, "/people/tokens", TOKEN | {"stores": "S001", "employees": "1"})
    (text,) = re.findall(r"slv_x_\w+", made.get_data(as_text=True))
    assert made.headers["Cache-Control"] == "no-store"
    assert text not in admin.get("/people").get_data(as_text=True)
    with reading(shops.engine) as connection:
        (line,) = list_tokens(connection)
    assert (line.name, line.stores, line.employees) == ("weekly", ("S001",), True)
    path = "/api/v1/export/stores.csv"
    assert app.test_client().get(path, headers={"Authorization": f"Bearer {text}"}).status_code == 200
    assert post(admin, f"/people/tokens/{line.key_id}/revoke").status_code == 303
    assert app.test_client().get(path, headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert "revoked on" in admin.get("/people").get_data(as_text=True)


@pytest.mark.parametrize("change", [{"days": "0"}, {"days": "366"}, {"days": "x"}, {"name": " "}, {"stores": "S999"}])
def test_a_token_that_does_not_fit_is_not_made(admin, shops, change):
    answer = post(admin, "/people/tokens", TOKEN | change)
    assert answer.status_code == 400
    assert "slv_x_" not in answer.get_data(as_text=True)
    with reading(shops.engine) as connection:
        assert list_tokens(connection) == []


def test_ten_minutes_after_the_password_it_is_asked_for_again(admin, app, clock, shops):
    stale(admin, clock)
    page = admin.get("/people").get_data(as_text=True)
    assert "Your password again" in page
    assert 'action="/people"' not in page
    for path, data in (
        ("/people", ADD),
        ("/people/tokens", TOKEN),
        ("/people/1/password", {"password": NEW}),
        ("/people/1/disable", {}),
    ):
        refused = post(admin, path, data)
        assert refused.status_code == 403
        assert "Nothing was changed" in refused.get_data(as_text=True)
    assert not enters(app, "ewa@chain.example", NEW)
    with reading(shops.engine) as connection:
        assert list_tokens(connection) == []
    assert post(admin, "/people/confirm", {"password": "not this one at all"}).status_code == 400
    assert post(admin, "/people", ADD).status_code == 403
    confirmed = post(admin, "/people/confirm", {"password": PASSWORD, "next": "/people/1"})
    assert (confirmed.status_code, confirmed.headers["Location"]) == (303, "/people/1")
    assert post(admin, "/people", ADD).status_code == 303


def test_guessing_the_password_has_to_wait(admin, clock):
    stale(admin, clock)
    answers = [post(admin, "/people/confirm", {"password": f"guess number {number}"}).status_code for number in range(8)]
    assert answers[0] == 400
    assert answers[-1] == 429
    assert post(admin, "/people/confirm", {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("role", ["manager", "region", "head-office"])
def test_for_others_these_pages_do_not_exist(sign_in, shops, role):
    shops.store("S001", "Leeds")
    other = sign_in(role, *([] if role == "head-office" else ["S001"]))
    for path in ("/people", "/people/1"):
        assert other.get(path).status_code == 404
    posts = ("/people", "/people/confirm", "/people/1/disable", "/people/1/enable", "/people/1/password", "/people/tokens")
    for path in (*posts, "/people/tokens/abc/revoke"):
        assert post(other, path, ADD).status_code == 404


def test_nobody_and_no_token_of_that_name_are_not_found(admin):
    assert admin.get("/people/999").status_code == 404
    assert post(admin, "/people/999/disable").status_code == 404
    assert post(admin, "/people/tokens/nothing/revoke").status_code == 404
    assert admin.get("/people?page=2").status_code == 404


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_the_pages_speak_every_language(admin, language):
    post(admin, "/people/tokens", TOKEN)
    for path in ("/people", f"/people/{number_of(admin, 'admin@demo.example')}", "/account"):
        answer = admin.get(f"{path}?lang={language}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)
