"""Stores: adding one, finding one, and which of them a person or a token is bound to."""

from __future__ import annotations

import json
import re
import unicodedata
import zoneinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from server.database.tables import export_token_stores, stores, user_stores
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z")
LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
TERRITORY = re.compile(r"([A-Z]{2})?\Z")
LONGEST_TEXT = 200
# Controls, lone surrogates and the two line separators: each breaks a header, a CSV line or an encoder somewhere. Format
# characters stay, because Persian words need the zero-width non-joiner.
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def add_store(
    connection: Connection,
    code: str,
    name: str,
    timezone: str,
    region: str,
    languages: Sequence[str],
    territory: str,
    now_ms: int,
) -> int:
    """Add a store and return its id.

    Args:
        connection: an open write transaction.
        code: 1 to 20 of letters, digits, dot, dash and underscore; for addresses and files.
        name: any printable text.
        timezone: like Europe/Warsaw.
        region: any printable text, also none.
        languages: two-letter codes, the store's own first.
        territory: ISO 3166 code of the country, "" when not known.
        now_ms: the time of adding.

    Raises:
        Unfit: a value can not be used, or the code is taken.
    """
    if not CODE.match(code):
        raise Unfit(f"A store's code has 1 to 20 letters, digits, dots, dashes or underscores, not {code!r}.")
    if not languages or not all(LANGUAGE.match(language) for language in languages):
        raise Unfit("A store needs at least one language, as a code like en or fa.")
    if not TERRITORY.match(territory):
        raise Unfit(f"A country is two capital letters like PL, not {territory!r}.")
    if store_by_code(connection, code) is not None:
        raise Unfit(f"There is a store {code} already; choose another code.")
    values = {
        "code": code,
        "name": printable("name", name, least=1),
        "region": printable("region", region),
        "timezone": known_zone(timezone),
        "languages": json.dumps(list(languages)),
        "territory": territory,
        "made_ms": now_ms,
    }
    return int(connection.execute(stores.insert().values(values).returning(stores.c.id)).scalar_one())


def store_by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The store of that code with all its columns, or None."""
    return connection.execute(select(stores).where(stores.c.code == code)).first()


def store_ids(connection: Connection, codes: Sequence[str]) -> list[int]:
    """The ids of the stores of these codes, in order; raises Unfit naming the first that does not exist."""
    rows = connection.execute(select(stores.c.code, stores.c.id).where(stores.c.code.in_(codes)))
    found = {row.code: int(row.id) for row in rows}
    for code in codes:
        if code not in found:
            raise Unfit(f"There is no store {code}; `salve-server store add` makes one.", "no-store")
    return [found[code] for code in dict.fromkeys(codes)]


def all_stores(connection: Connection) -> list[Row[Any]]:
    """Every store, by code."""
    return list(connection.execute(select(stores).order_by(stores.c.code)))


def stores_of_user(connection: Connection, user_id: int) -> list[Row[Any]]:
    """The stores a manager or a region's head is bound to, by code."""
    bound = select(user_stores.c.store_id).where(user_stores.c.user_id == user_id)
    return list(connection.execute(select(stores).where(stores.c.id.in_(bound)).order_by(stores.c.code)))


def stores_of_token(connection: Connection, token_id: int) -> list[Row[Any]]:
    """The stores an export token is bound to, by code."""
    bound = select(export_token_stores.c.store_id).where(export_token_stores.c.token_id == token_id)
    return list(connection.execute(select(stores).where(stores.c.id.in_(bound)).order_by(stores.c.code)))


def printable(what: str, text: str, least: int = 0) -> str:
    """`text` itself when people may read it in one line; raises Unfit naming `what` otherwise."""
    if any(unicodedata.category(letter) in UNPRINTABLE for letter in text):
        raise Unfit(f"The {what} may hold any printable text in one line, but no control characters.", "name")
    if not least <= len(text.strip()) <= len(text) <= LONGEST_TEXT:
        raise Unfit(f"The {what} must have {least} to {LONGEST_TEXT} characters.", "name")
    return text


def known_zone(name: str) -> str:
    """`name` itself when it is a time zone; raises Unfit otherwise."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unfit(f"There is no time zone {name!r}; it is an area and a city, like Europe/Warsaw.") from error
    return name
