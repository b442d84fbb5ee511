"""The demonstration's passwords and its export token: made once, kept in its folder, printed at every start."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, NamedTuple

from demo.chain import STORES
from kiosk.files import write_durably
from server.access.people import add_user
from server.access.tokens import add_token
from server.database.engine import writing
from server.database.people import user_by_email

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

MANAGER = "manager@demo.example"
OFFICE = "office@demo.example"
ADMIN = "admin@demo.example"
TOKEN_DAYS = 365
DAY_MS = 86_400_000


class SignIns(NamedTuple):
    """What a newcomer needs: three passwords and a token, in clear; the token's end in Unix milliseconds."""

    manager: str
    office: str
    token: str
    token_ends_ms: int
    admin: str = ""


def sign_ins(engine: Engine, path: Path, now_ms: int) -> SignIns:
    """The demonstration's sign-ins, made at the first start; a token about to end is replaced."""
    kept = SignIns(**json.loads(path.read_text())) if path.exists() else SignIns(_password(), _password(), "", 0)
    if not kept.admin:
        kept = kept._replace(admin=_password())
        # Written first: a password that was made and not kept could never be shown again.
        write_durably(path, json.dumps(kept._asdict()).encode())
    with writing(engine) as connection:
        people: tuple[tuple[str, str, str, list[str]], ...] = (
            (MANAGER, kept.manager, "manager", [STORES[0].code]),
            (OFFICE, kept.office, "head-office", []),
            (ADMIN, kept.admin, "admin", []),
        )
        for email, password, role, codes in people:
            if user_by_email(connection, email) is None:
                add_user(connection, email, password, role, codes, now_ms)
    if kept.token_ends_ms < now_ms + DAY_MS:
        with writing(engine) as connection:
            token = add_token(connection, "demonstration", None, TOKEN_DAYS, now_ms)
        kept = kept._replace(token=token, token_ends_ms=now_ms + TOKEN_DAYS * DAY_MS)
        write_durably(path, json.dumps(kept._asdict()).encode())
    return kept


def _password() -> str:
    # Five groups of four letters that nobody confuses: about 90 bits, and it can be typed on a phone.
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))
