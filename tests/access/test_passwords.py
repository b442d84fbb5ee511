"""Which passwords are taken, and that checking one takes the same work for nobody."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher

from server.access import passwords
from server.errors import Unfit

MAIL = "alice@chain.example"


@pytest.fixture(autouse=True)
def as_a_server_does(monkeypatch: pytest.MonkeyPatch, costs: Any) -> None:
    """Hash at the real price."""
    hasher, nobody = costs
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    monkeypatch.setattr(passwords, "_NOBODY", nobody)


@pytest.mark.parametrize("password", ["x" * 3 + "a1b2c3d4e5f6", "only small letters here", "ثلاثة قوارب على النهر"])
def test_long_passwords_of_any_composition_are_taken(password: str) -> None:
    passwords.check_fit(password, MAIL)


@pytest.mark.parametrize("password", ["fourteen chars", "a b" * 43])
def test_too_short_and_too_long_ones_are_refused(password: str) -> None:
    with pytest.raises(Unfit, match="15 to 128"):
        passwords.check_fit(password, MAIL)


def test_the_limits_themselves_are_taken() -> None:
    passwords.check_fit("fifteen chars !", MAIL)
    passwords.check_fit("never the same " * 8 + "at last!", MAIL)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "passwordpassword",
        "Password Password",
        "Correct Horse Battery Staple",
        "012345678901234",
        "zyxwvutsrqponmlkj",
        "qwertyuiopasdfgh",
        "alice@chain.EXAMPLE",
    ],
)
def test_passwords_that_anybody_would_guess_first_are_refused(password: str) -> None:
    with pytest.raises(Unfit, match="guess"):
        passwords.check_fit(password, MAIL)


def test_a_hash_is_argon2id_and_knows_its_password() -> None:
    hashed = passwords.hash_password("seven quiet lamps")
    assert hashed.startswith("$argon2id$")
    assert passwords.matches(hashed, "seven quiet lamps")
    assert not passwords.matches(hashed, "seven quiet lamp")


def test_the_same_letters_from_another_keyboard_match() -> None:
    hashed = passwords.hash_password("caf\u00e9 by the river")
    assert passwords.matches(hashed, "cafe\u0301 by the river")


def test_nobody_matches_nothing_even_with_the_words_of_the_made_up_hash() -> None:
    assert not passwords.matches(None, "nobody has this password")


def test_the_made_up_hash_costs_what_a_real_one_costs() -> None:
    assert passwords.matches(passwords._NOBODY, "nobody has this password")
    assert not passwords._HASHER.check_needs_rehash(passwords._NOBODY)
    assert PasswordHasher().check_needs_rehash(passwords._NOBODY)


def test_a_megabyte_of_password_and_a_broken_hash_are_only_wrong() -> None:
    longest = "x1y2" * 32
    assert not passwords.matches(passwords.hash_password(longest), longest * 10_000)
    assert not passwords.matches("no hash at all", "anything of some length")
