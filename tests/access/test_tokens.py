"""Export tokens: made once, expiring, let in or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from server import keys
from server.access.scope import hidden_dimensions
from server.access.tokens import DAY_MS, ExportToken, add_token, authenticate_token, list_tokens, revoke_token
from server.database.engine import reading, writing
from server.database.tables import export_tokens
from server.database.tokens import end_token
from server.errors import Refusal, Unfit

if TYPE_CHECKING:
    from sqlalchemy import Engine


def made(engine: Engine, days: int = 90) -> str:
    with writing(engine) as connection:
        return add_token(connection, "weekly", None, days, 0)


def refusal(engine: Engine, bearer: str, now_ms: int = 0) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        authenticate_token(engine, bearer, now_ms)
    return refused.value.status, refused.value.code


def test_a_token_lets_its_bearer_in_and_is_kept_as_a_hash_only(people: Engine) -> None:
    text = made(people)
    assert text.startswith("slv_x_")
    assert authenticate_token(people, text, 5) == ExportToken(1, "weekly", all_stores=True)
    with reading(people) as connection:
        row = connection.execute(select(export_tokens)).one()
    assert text[6:] not in str(tuple(row))
    assert row.used_ms == 5


def test_use_is_noted_at_most_once_a_minute(people: Engine) -> None:
    text = made(people)
    used = []
    for now_ms in (5, 60_004, 60_005):
        authenticate_token(people, text, now_ms)
        with reading(people) as connection:
            used.append(connection.execute(select(export_tokens.c.used_ms)).scalar_one())
    assert used == [5, 5, 60_005]


def test_none_a_strange_one_and_a_changed_one_are_refused_alike(people: Engine) -> None:
    text = made(people)
    strange = keys.make_key(keys.EXPORT).text
    other = keys.make_key(keys.EXPORT)
    with writing(people) as connection:
        connection.execute(export_tokens.update().values(key_id=other.key_id))
    for bearer in ("", "nonsense", text, text[:-1], strange, other.text, "slv_x_", text + "x"):
        assert refusal(people, bearer) == (401, "key-unknown")


def test_a_kiosks_key_is_the_wrong_kind(people: Engine) -> None:
    assert refusal(people, keys.make_key(keys.KIOSK).text) == (403, "wrong-key-kind")


def test_a_token_ends_on_its_last_day_and_at_once_when_somebody_ends_it(people: Engine) -> None:
    text = made(people, days=1)
    authenticate_token(people, text, DAY_MS - 1)
    assert refusal(people, text, DAY_MS) == (401, "key-revoked")
    with writing(people) as connection:
        end_token(connection, 1, 10)
    assert refusal(people, text, 10) == (401, "key-revoked")


@pytest.mark.parametrize(
    ("name", "stores", "days", "sentence"),
    [
        ("x", None, 0, "1 to 365"),
        ("x", None, 366, "1 to 365"),
        ("x", [], 90, "at least one"),
        ("x", ["S999"], 90, "no store S999"),
        ("two\nlines", None, 90, "control"),
        (" ", None, 90, "1 to 200"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(
    people: Engine, name: str, stores: list[str] | None, days: int, sentence: str
) -> None:
    with pytest.raises(Unfit, match=sentence), writing(people) as connection:
        add_token(connection, name, stores, days, 0)


def test_tokens_are_listed_without_their_secret_and_revoked_at_once(people: Engine) -> None:
    with writing(people) as connection:
        first = add_token(connection, "weekly", ["S002", "S001"], 30, 5)
        second = add_token(connection, "all", None, 90, 6, employees=True)
        latest, earliest = list_tokens(connection)
        assert (latest.name, latest.stores, latest.employees, latest.revoked_ms) == ("all", (), True, None)
        assert (earliest.name, earliest.stores, earliest.employees) == ("weekly", ("S001", "S002"), False)
        assert earliest.key_id in first
        assert revoke_token(connection, latest.key_id, 7) == "all"
        assert revoke_token(connection, second, 9) == "all"
        assert list_tokens(connection)[0].revoked_ms == 7
        with pytest.raises(Unfit, match="no token nothing"):
            revoke_token(connection, "nothing", 7)
    assert authenticate_token(people, first, 7).name == "weekly"
    with pytest.raises(Refusal):
        authenticate_token(people, second, 7)


def test_only_a_token_made_for_it_reads_employees(people: Engine) -> None:
    with writing(people) as connection:
        texts = [add_token(connection, "one", None, 90, 5, employees=employees) for employees in (False, True)]
    found = [authenticate_token(people, text, 6) for text in texts]
    assert [token.employees for token in found] == [False, True]
    assert [hidden_dimensions(token) for token in found] == [frozenset({"EX"}), frozenset()]
