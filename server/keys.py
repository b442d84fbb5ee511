"""Makes and reads the keys of kiosks and programs: `slv_k_` or `slv_x_`, an id, a secret and a checksum."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from typing import NamedTuple

KIOSK = "slv_k_"
EXPORT = "slv_x_"

ALPHABET = string.digits + string.ascii_letters
ID_LETTERS = 12
# 32 of 62 letters are 190 bits: nobody guesses one, so a plain hash of it may lie in the database.
SECRET_LETTERS = 32
# A CRC-32 fits six of 62 letters; it tells a mistyped or cut key from a strange one without asking the database.
CHECKSUM_LETTERS = 6
BODY = re.compile(rf"[0-9A-Za-z]{{{ID_LETTERS + SECRET_LETTERS + CHECKSUM_LETTERS}}}\Z")


class Key(NamedTuple):
    """A new key: its whole text (shown once, never kept), the id to find it by, and the hash that is kept."""

    text: str
    key_id: str
    secret_hash: str


def make_key(prefix: str) -> Key:
    """A key nobody has; `prefix` is KIOSK or EXPORT."""
    key_id, secret = _letters(ID_LETTERS), _letters(SECRET_LETTERS)
    named = prefix + key_id + secret
    return Key(named + _checksum(named), key_id, _hash(secret))


def read_key(prefix: str, text: str) -> tuple[str, str] | None:
    """Id and secret's hash of a key with this prefix; None for anything that is not such a key."""
    body = text.removeprefix(prefix)
    if body == text or not BODY.match(body):
        return None
    if _checksum(text[:-CHECKSUM_LETTERS]) != text[-CHECKSUM_LETTERS:]:
        return None
    return body[:ID_LETTERS], _hash(body[ID_LETTERS:-CHECKSUM_LETTERS])


def same_secret(kept_hash: str, given_hash: str) -> bool:
    """Whether two hashes of secrets are equal; takes as long when they differ early as when they differ late."""
    return hmac.compare_digest(kept_hash, given_hash)


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _checksum(text: str) -> str:
    rest = zlib.crc32(text.encode())
    letters = []
    for _ in range(CHECKSUM_LETTERS):
        rest, digit = divmod(rest, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
