"""Keys: what is made can be read, and nothing else can."""

from __future__ import annotations

import pytest

from server import keys


def test_a_made_key_reads_as_its_id_and_its_hash() -> None:
    key = keys.make_key(keys.KIOSK)
    assert keys.read_key(keys.KIOSK, key.text) == (key.key_id, key.secret_hash)
    assert len(key.key_id) <= 16
    assert key.text not in key.secret_hash


def test_two_keys_differ_in_id_and_secret() -> None:
    one, other = keys.make_key(keys.KIOSK), keys.make_key(keys.KIOSK)
    assert one.key_id != other.key_id
    assert not keys.same_secret(one.secret_hash, other.secret_hash)
    assert keys.same_secret(one.secret_hash, one.secret_hash)


def test_a_key_of_the_other_kind_is_not_read() -> None:
    assert keys.read_key(keys.EXPORT, keys.make_key(keys.KIOSK).text) is None


DAMAGES = {
    "cut": lambda text: text[:-1],
    "longer": lambda text: text + "0",
    "another letter": lambda text: text[:-7] + "!" + text[-6:],
    "capitals": str.upper,
    "an id alone": lambda text: text[:18],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_key_is_not_read(damage) -> None:
    assert keys.read_key(keys.KIOSK, DAMAGES[damage](keys.make_key(keys.KIOSK).text)) is None


def test_one_wrong_letter_breaks_the_checksum() -> None:
    text = keys.make_key(keys.KIOSK).text
    wrong = "a" if text[20] != "a" else "b"
    assert keys.read_key(keys.KIOSK, text[:20] + wrong + text[21:]) is None


def test_a_whole_key_with_a_newline_is_not_read() -> None:
    assert keys.read_key(keys.KIOSK, keys.make_key(keys.KIOSK).text + "\n") is None
