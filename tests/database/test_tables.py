"""The tables could be spread over several PostgreSQL hosts by kiosk, as Citus does it."""

from __future__ import annotations

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql

from server.database.tables import BY_KIOSK, CENTRAL, EVERYWHERE, LAYOUT, metadata

TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
OF_KIOSKS = [table for table in TABLES if table.info[LAYOUT] == BY_KIOSK]
BIG = {"reactions", "arrivals", "held", "streams", "boots", "anchors", "hours", "days", "visit_days", "set_aside", "revisions"}


def test_every_table_has_its_place_and_what_grows_with_presses_lies_by_kiosk() -> None:
    assert {table.info[LAYOUT] for table in TABLES} == {BY_KIOSK, EVERYWHERE, CENTRAL}
    assert {table.name for table in OF_KIOSKS} >= BIG
    assert [table.name for table in TABLES if table.info[LAYOUT] != BY_KIOSK and table.name in BIG] == []


@pytest.mark.parametrize("table", OF_KIOSKS, ids=lambda table: table.name)
def test_keys_begin_with_the_kiosk(table: Table) -> None:
    keys = [one for one in table.constraints if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint))]
    assert keys
    assert {next(iter(key.columns)).name for key in keys} == {"kiosk_id"}
    assert [index.name for index in table.indexes if index.unique and next(iter(index.columns)).name != "kiosk_id"] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_references_lead_to_the_same_kiosk_or_to_what_is_everywhere(table: Table) -> None:
    place = table.info[LAYOUT]
    for key in table.foreign_key_constraints:
        other = key.referred_table.info[LAYOUT]
        pairs = [(element.parent.name, element.column.name) for element in key.elements]
        alike = place == other == BY_KIOSK and pairs[0] == ("kiosk_id", "kiosk_id")
        assert alike or other == EVERYWHERE, key.name
        assert place != CENTRAL


def test_rows_that_number_themselves_have_numbers_for_ever() -> None:
    for table in TABLES:
        column = table.autoincrement_column
        if column is not None and column.autoincrement is not False:
            assert column.type.compile(dialect=postgresql.dialect()) == "BIGINT", table.name
