"""What an entry of the audit log is: its bytes never change, and every act belongs to one subject."""

from __future__ import annotations

import pytest

from server.audit import BEGINNING, KINDS_OF_ACTOR, SUBJECTS, Act, Entry, origin_of
from server.database.audit_tallies import SUMS
from server.i18n.translator import source

ENTRY = Entry(7, 1_795_262_400_000, "person", 3, "ewa@chain.example", "", "kiosk-moved", "K-001", '{"store":"Łódź"}')


def test_the_hash_is_the_same_in_every_release():
    # Worked out by another program: printf '%s\n%s' "$previous" "$said" | sha256sum
    assert ENTRY.hash_after(BEGINNING) == "d2c989f49ad6ef5453a3e95e86215f2f5d4839d9d050b44e8fad0781f35479ec"


@pytest.mark.parametrize("field", [name for name in Entry._fields if name != "hash"])
def test_every_field_changes_the_hash(field: str):
    other = ENTRY._replace(**{field: 8 if field in {"number", "at_ms", "who_id"} else "x"})
    assert other.hash_after(BEGINNING) != ENTRY.hash_after(BEGINNING)


def test_the_entry_before_changes_the_hash():
    assert ENTRY.hash_after("1" * 64) != ENTRY.hash_after(BEGINNING)


def test_what_moves_from_one_field_to_the_next_changes_the_hash():
    moved = ENTRY._replace(act="kiosk-move", about="dK-001")
    assert moved.hash_after(BEGINNING) != ENTRY.hash_after(BEGINNING)


def test_an_address_can_not_be_told_without_its_salt():
    assert origin_of("203.0.113.9", "a") != origin_of("203.0.113.9", "b")
    assert origin_of("203.0.113.9", "a") == origin_of("203.0.113.9", "a")


def test_every_act_belongs_to_one_subject_and_fits_its_column():
    assert sorted(act for acts in SUBJECTS.values() for act in acts) == sorted(Act)
    assert max(map(len, Act)) <= 30
    assert max(map(len, KINDS_OF_ACTOR)) <= 12


def test_the_page_has_words_for_every_act_subject_and_actor():
    wanted = (
        {f"audit.{act}" for act in Act}
        | {f"audit.kind-{one}" for one in SUBJECTS}
        | {f"audit.by-{one}" for one in KINDS_OF_ACTOR}
    )
    assert wanted <= source().keys()


def test_sums_are_acts_of_the_same_subject():
    for act, added in SUMS.items():
        assert any(act in acts and added in acts for acts in SUBJECTS.values())
