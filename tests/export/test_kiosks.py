"""The lines of kiosks.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import reading, writing
from server.database.export_columns import KIOSKS
from server.database.kiosks import note_sync, note_totals
from server.export.kiosks import kiosks_text
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000


def test_a_line_says_where_a_kiosk_stands_and_what_is_known_of_it(chain: Any, parsed: Callable[[bytes], Any]) -> None:
    with writing(chain.engine) as connection:
        note_sync(connection, 1, NOON_MS, "1.2.0", 3, 3, "")
        note_totals(connection, 1, "buffer", 9, 2, NOON_MS)
        stores = visible_stores(connection, OFFICE)
    first, second = parsed(kiosks_text(chain.engine, Wanted(stores, every=True), NOON_MS))
    assert tuple(first) == KIOSKS.names
    assert first | {"enrolled_at": ""} == {
        "kiosk": "K-001", "store": "S001", "touchpoint": "'=exit", "state": "well", "enrolled_at": "",
        "heard_at": "2026-11-21T12:00:00.000Z", "software": "1.2.0", "config_version": "3",
        "thanked": "9", "received": "0", "lost": "0", "held": "0", "refused": "2",
    }  # fmt: skip
    assert (second["kiosk"], second["heard_at"], second["state"]) == ("K-002", "", "never")


def test_only_kiosks_of_the_wanted_stores_are_there(chain: Any, parsed: Callable[[bytes], Any]) -> None:
    with reading(chain.engine) as connection:
        stores = [store for store in visible_stores(connection, OFFICE) if store.code == "S002"]
    found = parsed(kiosks_text(chain.engine, Wanted(stores, every=False), NOON_MS))
    assert [row["kiosk"] for row in found] == ["K-002"]
