"""People who may sign in: adding them, changing their password, switching them off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from server.access import passwords
from server.database import people as rows
from server.database.sessions import end_sessions_of
from server.database.stores import store_ids
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

ROLES = ("manager", "region", "head-office", "admin")
ROLES_WITH_STORES = frozenset({"manager", "region"})
OFFICE_ROLES = frozenset({"region", "head-office", "admin"})
CHAIN_ROLES = frozenset({"head-office", "admin"})  # who may change what the whole chain asks and how it counts
ADMIN_ROLES = frozenset({"admin"})
# Not a full RFC 5322: enough that a line break, a space or a second address never reaches a mail's header.
EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]+\Z")


class Person(NamedTuple):
    """Somebody who is signed in. `language` is "" when they chose none."""

    id: int
    email: str
    role: str
    language: str


class Account(NamedTuple):
    """Somebody who may or might sign in; `stores` is empty for roles that see all."""

    id: int
    email: str
    role: str
    stores: tuple[str, ...]
    made_ms: int
    disabled_ms: int | None


def add_user(connection: Connection, email: str, password: str, role: str, store_codes: Sequence[str], now_ms: int) -> int:
    """Add a person and return their id.

    `role` is one of ROLES; a manager or region needs at least one store, head office and admin see all and take none.
    Raises Unfit with a sentence when something does not fit or the address is taken.
    """
    address = fit_email(email)
    if role not in ROLES:
        raise Unfit(f"A role is one of {', '.join(ROLES)}, not {role!r}.")
    if (role in ROLES_WITH_STORES) != bool(store_codes):
        raise Unfit(
            "A manager or region needs at least one store; head office and admin see all stores and take none.", "role-stores"
        )
    passwords.check_fit(password, address)
    if rows.user_by_email(connection, address) is not None:
        raise Unfit(f"There is somebody with the address {address} already.", "email-taken")
    bound = store_ids(connection, store_codes)
    return rows.insert_user(connection, address, passwords.hash_password(password), role, bound, now_ms)


def check_password(connection: Connection, email: str, password: str) -> int | None:
    """The id of the person with this address and password, or None; unknown and disabled people take the same time."""
    row = rows.user_by_email(connection, email.strip().lower())
    able = row is not None and row.disabled_ms is None
    right = passwords.matches(row.password_hash if row is not None and able else None, password)
    return int(row.id) if row is not None and right else None


def change_password(connection: Connection, person: Person, password: str, *, keep: str = "") -> None:
    """Give a person another password and end their other sessions; `keep` is the hash of the session that goes on."""
    passwords.check_fit(password, person.email)
    rows.set_password(connection, person.id, passwords.hash_password(password))
    end_sessions_of(connection, person.id, but=keep)


def disable(connection: Connection, user_id: int, now_ms: int) -> None:
    """Switch a person off: their sessions end now, and no password opens another. Raises Unfit for the last administrator."""
    if rows.able_admins(connection) == [user_id]:
        raise Unfit("The last administrator stays; add another one first.", "last-admin")
    rows.set_disabled(connection, user_id, now_ms)
    end_sessions_of(connection, user_id)


def enable(connection: Connection, user_id: int) -> None:
    """Let a person sign in again, with the password they had."""
    rows.set_disabled(connection, user_id, None)


def person_by_email(connection: Connection, email: str) -> Person:
    """The person of that address, disabled or not; raises Unfit for an unknown one."""
    row = rows.user_by_email(connection, email.strip().lower())
    if row is None:
        raise Unfit(f"There is nobody with the address {email}; `salve-server user list` shows all.")
    return Person(row.id, row.email, row.role, row.language)


def list_people(connection: Connection) -> list[Account]:
    """Everybody, by address."""
    stores = rows.stores_of_users(connection)
    return [
        Account(row.id, row.email, row.role, tuple(stores.get(row.id, ())), row.made_ms, row.disabled_ms)
        for row in rows.all_users(connection)
    ]


def choose_language(connection: Connection, person: Person, language: str) -> None:
    """Keep the language that a person reads in on every machine; "" leaves it to the browser."""
    rows.set_language(connection, person.id, language)


def fit_email(email: str) -> str:
    """An address in small letters; raises Unfit for what is not one."""
    address = email.lower()
    if not EMAIL.match(address) or len(address) > 254:
        raise Unfit("An e-mail address is like name@example.org, in one line and without spaces.", "email")
    return address
