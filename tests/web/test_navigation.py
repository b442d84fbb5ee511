"""The bar at the top: each role its pages, the present one marked."""

from __future__ import annotations

from server.access.people import Person
from server.web.navigation import links_for

BOTH = ("/recoveries", "/fleet")


def paths(role: str, path: str, **about) -> list[str]:
    return [link.path for link in links_for(Person(1, "a@b.example", role, ""), path, **about)]


def test_each_role_gets_its_own_pages():
    head_office = [f"/head-office/{name}" for name in ("reviews", "questions", "definitions", "hx")]
    office = ["/", "/recoveries", "/fleet", *head_office]
    assert paths("manager", "/fleet") == ["/recoveries", "/fleet"]
    assert paths("region", "/head-office", several=True) == office
    chain = [*office, "/head-office/claims", "/head-office/exports", "/audit"]
    assert paths("head-office", "/head-office", several=True) == chain
    assert paths("admin", "/head-office", several=True) == [*chain, "/people"]


def test_a_stores_page_leads_to_its_employees_and_back():
    assert paths("manager", "/stores/S001", store="S001") == ["/stores/S001", "/stores/S001/employees", *BOTH]
    assert paths("manager", "/stores/S001", store="S001", several=True) == ["/", "/stores/S001/employees", *BOTH]


def test_open_recoveries_are_counted_in_their_words():
    def words(waiting: int) -> list[tuple[str, int]]:
        found = links_for(Person(1, "a@b.example", "manager", ""), "/fleet", waiting=waiting)
        return [(link.words, link.waiting) for link in found if link.path == "/recoveries"]

    assert words(0) == [("nav.recoveries", 0)]
    assert words(3) == [("nav.recoveries-open", 3)]


def test_the_present_page_is_marked_and_pages_under_it_count():
    def marked(path: str, **about) -> list[str]:
        return [link.path for link in links_for(Person(1, "a", "admin", ""), path, several=True, **about) if link.current]

    assert marked("/head-office") == marked("/stores") == ["/"]
    assert marked("/head-office/questions/felt-welcome") == ["/head-office/questions"]
    assert marked("/stores/S001/employees", store="S001") == ["/stores/S001/employees"]
    assert marked("/account") == []
