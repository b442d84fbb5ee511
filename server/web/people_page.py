"""People and tokens in the reader's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from server.access.passwords import LEAST, MOST
from server.access.tokens import MOST_DAYS
from server.database.stores import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.access.people import Account
    from server.access.tokens import TokenLine
    from server.errors import Unfit
    from server.i18n.translator import Translator

# What the sentences of refusals fill in.
NUMBERS = {
    "password-length": {"least": LEAST, "most": MOST},
    "token-days": {"most": MOST_DAYS},
    "name": {"most": LONGEST_TEXT},
}


class ShownPerson(NamedTuple):
    """One person's line."""

    id: int
    email: str
    role: str
    stores: str
    state: str
    able: bool


class ShownToken(NamedTuple):
    """One token's line; `live` ones can be revoked."""

    key_id: str
    name: str
    stores: str
    employees: bool
    used: str
    state: str
    live: bool


def shown_person(one: Account, t: Translator) -> ShownPerson:
    """A person in words."""
    disabled = one.disabled_ms is not None
    state = t.say("people.disabled", date=_day(one.disabled_ms or 0, t)) if disabled else t.say("people.active")
    return ShownPerson(one.id, one.email, t.say(f"role.{one.role}"), _stores(one.stores, t), state, not disabled)


def shown_token(one: TokenLine, now_ms: int, t: Translator) -> ShownToken:
    """A token in words."""
    live = one.revoked_ms is None and one.expires_ms > now_ms
    if one.revoked_ms is not None:
        state = t.say("tokens.revoked", date=_day(one.revoked_ms, t))
    else:
        state = t.say("tokens.until" if live else "tokens.expired", date=_day(one.expires_ms, t))
    used = t.say("tokens.never") if one.used_ms is None else _day(one.used_ms, t)
    return ShownToken(one.key_id, one.name, _stores(one.stores, t), one.employees, used, state, live)


def reason_words(error: Unfit, t: Translator) -> str:
    """Why something was refused, in the reader's language; a reason that pages do not know is told as it is."""
    name = f"unfit.{error.reason}"
    return t.say(name, **NUMBERS.get(error.reason, {})) if t.known(name) else str(error)


def codes_typed(text: str) -> list[str]:
    """Store codes out of a line, with any commas or spaces between."""
    return text.replace(",", " ").replace("،", " ").split()


def _stores(codes: Sequence[str], t: Translator) -> str:
    return t.listed(*codes) if codes else t.say("people.all-stores")


def _day(at_ms: int, t: Translator) -> str:
    return t.formats.long_day(datetime.fromtimestamp(at_ms / 1000, UTC).date())
