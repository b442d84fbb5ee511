"""Passwords: which ones are taken, how they are hashed, and checking one in the same time whether or not there is a person."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import Unfit

LEAST, MOST = 15, 128
# OWASP's least for argon2id: 19 MiB, two passes. More memory would let a handful of strangers fill a small server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked where there is nobody, so that a stranger can not tell by the time it takes; made with the same costs.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$up+d8MVkmHPOjORQoGMoGw$4O0ynkcyJ2KeUAXRw8aL9uYhGTiw1ilPjF6oy9Fpe1c"
_AT_ONCE = threading.BoundedSemaphore(4)
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_COMMON = frozenset(
    {
        "password1234567",
        "password12345678",
        "passwordpassword1",
        "thisismypassword",
        "mypasswordismypassword",
        "correcthorsebatterystaple",
        "changemechangeme1",
        "letmeinletmein123",
        "administrator123",
        "administrator1234",
        "welcometothejungle",
        "qwertyuiop123456",
        "qwerty1234567890",
        "1q2w3e4r5t6y7u8i9o0p",
        "iloveyouiloveyou1",
        "trustno1trustno1!",
        "salve-salve-salve",
        "managermanager123",
        "headofficeheadoffice",
    }
)


def check_fit(password: str, email: str) -> None:
    """Raise Unfit unless a new password is long enough, not too long and not among the first that anybody would guess."""
    if not LEAST <= len(password) <= MOST:
        raise Unfit(f"A password has {LEAST} to {MOST} characters; a few unrelated words make a good one.", "password-length")
    plain = "".join(password.casefold().split())
    row = any(plain in line or plain in line[::-1] for line in _ROWS)
    if plain in _COMMON or row or _repeats(plain) or plain == email.casefold():
        raise Unfit("This password is among the first that anybody would guess; choose another.", "password-common")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and costs."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password belongs to a hash; without a hash a made-up one is checked, so that both take the same time."""
    # Hashing a megabyte of text would be work for a stranger to hand out; no password that long was ever taken.
    given = _normal(password[: MOST + 1])
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash or _NOBODY, given) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> bytes:
    # The same letters typed on another keyboard can arrive as other code points (NIST SP 800-63B, 5.1.1.2).
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")


def _repeats(text: str) -> bool:
    # One short piece again and again: the text is found inside its own doubling before its end.
    return 0 < (text + text).find(text, 1) <= 8
