"""Which pages the bar at the top leads to: by the reader's role, and by the store that the page is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.access.people import ADMIN_ROLES, CHAIN_ROLES, OFFICE_ROLES

if TYPE_CHECKING:
    from server.access.people import Person


class Link(NamedTuple):
    """One entry: its address, the catalogue's name of its words, whether it keeps the period, whether this page is it.

    `waiting` stands in the words of those that have a number.
    """

    path: str
    words: str
    kept: bool
    current: bool
    waiting: int = 0


def links_for(person: Person, path: str, *, store: str = "", several: bool = False, waiting: int = 0) -> list[Link]:
    """The entries for this person on the page at `path`, which is about one store where `store` names it.

    `waiting` is how many open recoveries nobody has called done.
    """
    found = [("/", "page.stores", True)] if several else []
    if store:
        if not several:
            found.append((f"/stores/{store}", "employees.to-store", True))
        found.append((f"/stores/{store}/employees", "nav.employees", False))
    found.append(("/recoveries", "nav.recoveries-open" if waiting else "nav.recoveries", False))
    found.append(("/fleet", "fleet.title", True))
    if person.role in OFFICE_ROLES:
        found += [
            ("/head-office/reviews", "reviews.title", False),
            ("/head-office/questions", "nav.questions", False),
            ("/head-office/definitions", "nav.definitions", False),
            ("/head-office/hx", "nav.hx", False),
        ]
    if person.role in CHAIN_ROLES:
        found += [
            ("/head-office/claims", "nav.claims", False),
            ("/head-office/exports", "exports.title", False),
            ("/audit", "audit.title", False),
        ]
    if person.role in ADMIN_ROLES:
        found.append(("/people", "nav.people", False))
    return [Link(address, words, kept, _is_current(address, path), waiting) for address, words, kept in found]


def _is_current(address: str, path: str) -> bool:
    if address == "/":
        return path in {"/stores", "/head-office"}
    if address.startswith("/stores/"):
        return path == address
    return path == address or path.startswith(f"{address}/")
