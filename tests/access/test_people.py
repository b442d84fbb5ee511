"""Adding people, changing their password, switching them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.access import sessions
from server.access.people import (
    Person,
    add_user,
    change_password,
    check_password,
    choose_language,
    disable,
    enable,
    fit_email,
    list_people,
    person_by_email,
)
from server.database.engine import reading, writing
from server.errors import Unfit

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_an_address_is_kept_in_small_letters_and_found_in_any(people: Engine, password: str) -> None:
    with reading(people) as connection:
        assert check_password(connection, " ALICE@chain.example", password) is not None
        assert check_password(connection, "alice@chain.example", password + "!") is None
        assert check_password(connection, "nobody@chain.example", password) is None


@pytest.mark.parametrize("email", ["", "alice", "a@b\r\nBcc: c@d", "a b@c", "a@b@c", "a@b\n", "x" * 250 + "@c.de", "A <a@b>"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Unfit, match="address"):
        fit_email(email)


@pytest.mark.parametrize(
    ("role", "stores", "sentence"),
    [
        ("manager", [], "at least one store"),
        ("region", [], "at least one store"),
        ("head-office", ["S001"], "take none"),
        ("owner", [], "A role is one of"),
        ("manager", ["S999"], "no store S999"),
    ],
)
def test_a_role_and_its_stores_must_fit(people: Engine, password: str, role: str, stores: list[str], sentence: str) -> None:
    with pytest.raises(Unfit, match=sentence), writing(people) as connection:
        add_user(connection, "eve@chain.example", password, role, stores, 0)


def test_the_same_address_is_not_added_twice(people: Engine, password: str) -> None:
    with pytest.raises(Unfit, match="already"), writing(people) as connection:
        add_user(connection, "ALICE@chain.example", password, "admin", [], 0)


def test_a_short_password_is_refused(people: Engine) -> None:
    with pytest.raises(Unfit, match="15 to 128"), writing(people) as connection:
        add_user(connection, "eve@chain.example", "short", "admin", [], 0)


def test_a_changed_password_replaces_the_old_one(people: Engine, password: str) -> None:
    with writing(people) as connection:
        alice = Person(1, "alice@chain.example", "manager", "")
        change_password(connection, alice, "eleven loud bells at noon")
        assert check_password(connection, alice.email, password) is None
        assert check_password(connection, alice.email, "eleven loud bells at noon") == alice.id


def test_a_disabled_person_has_no_session_and_gets_none(people: Engine, password: str) -> None:
    token = sessions.sign_in(people, 1_000, "alice@chain.example", password, "192.0.2.1").token
    with writing(people) as connection:
        alice = sessions.who(connection, token, 1_000)
        assert alice is not None
        disable(connection, alice.id, 1_000)
        assert sessions.who(connection, token, 1_000) is None
    assert sessions.sign_in(people, 2_000, "alice@chain.example", password, "192.0.2.1").token is None


def test_the_last_administrator_stays_and_a_second_one_may_go(people: Engine, password: str) -> None:
    with writing(people) as connection:
        dora = person_by_email(connection, "DORA@chain.example")
        with pytest.raises(Unfit, match="last administrator") as error:
            disable(connection, dora.id, 1_000)
        assert error.value.reason == "last-admin"
        add_user(connection, "eve@chain.example", password, "admin", [], 0)
        disable(connection, dora.id, 1_000)
        with pytest.raises(Unfit, match="last administrator"):
            disable(connection, person_by_email(connection, "eve@chain.example").id, 1_000)


def test_an_enabled_person_comes_back_with_the_old_password(people: Engine, password: str) -> None:
    with writing(people) as connection:
        disable(connection, 1, 1_000)
        enable(connection, 1)
        assert check_password(connection, "alice@chain.example", password) == 1


def test_everybody_is_listed_with_their_stores(people: Engine) -> None:
    with writing(people) as connection:
        disable(connection, 1, 1_000)
        found = [(one.email, one.role, one.stores, one.disabled_ms) for one in list_people(connection)]
    assert found == [
        ("alice@chain.example", "manager", ("S001",), 1_000),
        ("bob@chain.example", "region", ("S002", "S003"), None),
        ("charlie@chain.example", "head-office", (), None),
        ("dora@chain.example", "admin", (), None),
    ]


def test_a_chosen_language_is_kept_with_the_person(people: Engine) -> None:
    with writing(people) as connection:
        alice = person_by_email(connection, "alice@chain.example")
        choose_language(connection, alice, "fa")
        assert person_by_email(connection, "alice@chain.example").language == "fa"


def test_an_unknown_address_is_told(people: Engine) -> None:
    with writing(people) as connection, pytest.raises(Unfit, match="nobody with the address eve@"):
        person_by_email(connection, "eve@chain.example")
