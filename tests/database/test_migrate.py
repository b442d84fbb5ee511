"""Migrations make exactly the tables that the code uses."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from server.analysis.tallies import BAND_COLUMNS
from server.database.codes import ASIDE
from server.database.engine import make_engine, reading, writing
from server.database.life import read_life
from server.database.migrate import TooNew, _config, is_current, upgrade
from server.database.partitions import partitions
from server.database.tables import days, metadata, set_aside, unsettled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine


@pytest.fixture
def database() -> str:
    """SQLite, where a test does not ask for `postgres_url`."""
    return "sqlite"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'new 100%.db'}")
    yield engine
    engine.dispose()


def differences(connection: Connection) -> list[Any]:
    """What alembic would still change; partitions of a table are no tables of their own to it."""
    options = {"include_name": lambda name, kind, _parents: kind != "table" or not re.match(r"reactions_(rest|\d)", name or "")}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_a_new_database_gets_the_tables_that_the_code_uses(empty: Engine) -> None:
    assert not is_current(empty)
    upgrade(empty)
    with reading(empty) as connection:
        assert differences(connection) == []
    assert is_current(empty)


def test_the_migrated_and_the_created_database_have_the_same_columns_checks_and_keys(empty: Engine, engine: Engine) -> None:
    upgrade(empty)

    def clauses(of: Engine) -> dict[str, list[str]]:
        # The order of clauses differs, and says nothing. What comparing metadata does not see is here: CHECK and WITHOUT ROWID.
        with reading(of) as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            return {
                row.name: sorted(filter(None, (clause.strip(" )\t") for clause in re.split(r"[,\n]", row.sql))))
                for row in rows
                if not row.name.startswith("alembic")
            }

    found = clauses(empty)
    assert found == clauses(engine)
    assert any("ck_users_role" in clause for clause in found["users"])
    assert any("WITHOUT ROWID" in clause for clause in found["reactions"])


def test_upgrading_twice_keeps_the_epoch(empty: Engine) -> None:
    upgrade(empty)
    with reading(empty) as connection:
        epoch = read_life(connection).epoch
    upgrade(empty)
    with reading(empty) as connection:
        assert read_life(connection).epoch == epoch


def test_a_database_of_a_later_release_is_refused(empty: Engine) -> None:
    upgrade(empty)
    with writing(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TooNew, match="9999"):
        upgrade(empty)


def test_what_the_first_release_stored_is_looked_at_again(empty: Engine) -> None:
    with writing(empty) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO life VALUES (1, 'epoch', '', 0, 0)"))
        for stream, seq, quality, unsure in ((1, 1, 0, 40), (1, 2, 1, 15_000), (1, 3, 3, 9_999), (2, 1, 0, 2_500)):
            connection.execute(
                text(
                    "INSERT INTO reactions VALUES (1, :stream, :seq, 7, 0, 0, 0, 1, 'happy', NULL, 0, 1, 1, 1, 2, 0, 1, 0,"
                    " :unsure, :quality)"
                ),
                {"stream": stream, "seq": seq, "quality": quality, "unsure": unsure},
            )
    upgrade(empty)
    with reading(empty) as connection:
        assert [tuple(row) for row in connection.execute(select(unsettled).order_by(unsettled.c.stream))] == [
            (1, 1, 7, 2, 3, ""),
            (1, 2, 7, 1, 1, ""),
        ]
        assert connection.execute(text("SELECT value FROM counters WHERE name = 'revision'")).scalar_one() == 0


def _first_release_hours(engine: Engine) -> None:
    """A database of the release before, with one day whose hours lie in all three parts of it, and a day without hours."""
    with writing(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for hour, positive, negative in ((9, 1, 1), (11, 2, 0), (12, 3, 0), (16, 0, 4), (17, 5, 0), (23, 0, 6)):
            connection.execute(text(f"INSERT INTO hours VALUES (1, 1, 700, 1, 2, {hour}, {positive}, 0, {negative}, 7)"))
        columns = "kiosk_id, placement_id, local_day, question_id, faces, positive, negative"
        for day in (700, 701):
            connection.execute(text(f"INSERT INTO days ({columns}) VALUES (1, 1, {day}, 1, 2, 11, 11)"))


def _parts(engine: Engine) -> list[tuple[int, ...]]:
    with reading(engine) as connection:
        found = connection.execute(select(*(days.c[name] for name in BAND_COLUMNS)).order_by(days.c.local_day))
        return [tuple(row) for row in found]


def test_days_of_the_release_before_get_their_parts_from_the_hours(empty: Engine) -> None:
    _first_release_hours(empty)
    upgrade(empty)
    assert _parts(empty) == [(4, 3, 7, 3, 11, 5), (0, 0, 0, 0, 0, 0)]


def test_what_was_set_aside_before_is_counted_by_reason(empty: Engine) -> None:
    with writing(empty) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO stores VALUES (1, 'S1', 'x', '', 'Asia/Tehran', '[]', '', 0)"))
        connection.execute(
            text(
                "INSERT INTO kiosks (id, code, hardware, enrolled_ms, software, config_seen, config_applied,"
                " health) VALUES (1, 'K', 'h', 0, '', 1, 1, '{}')"
            )
        )
        connection.execute(text("INSERT INTO placements VALUES (1, 1, 1, 'exit', 0, NULL)"))
        # Mark, reason, answer, counted, uncertainty; pressed when it is tomorrow in Tehran already.
        facts = [(1, 0, 2, 0, 0), (0, 3, 4, 0, 0), (3, 0, 3, 0, 0), (0, 0, 2, 1, 0), (2, 0, 2, 0, 50_000_000)]
        for seq, (mark, reason, answer, counted, unsure) in enumerate(facts, 1):
            connection.execute(
                text(
                    "INSERT INTO reactions VALUES (1, 1, :seq, 7, 0, 0, 0, 1, 'happy', NULL, :mark, 1, 9, :answer, 2, :reason,"
                    " :counted, 1795293000000, :unsure, 0)"
                ),
                {"seq": seq, "mark": mark, "reason": reason, "answer": answer, "counted": counted, "unsure": unsure},
            )
    upgrade(empty)
    tomorrow = date(2026, 11, 22).toordinal()
    with reading(empty) as connection:
        assert [tuple(row) for row in connection.execute(select(set_aside))] == [
            (1, 1, tomorrow, 9, ASIDE["repeat"], 1, 0, 0, 1),
            (1, 1, tomorrow, 9, ASIDE["rush"], 0, 1, 1, 1),
        ]


def test_a_first_releases_postgresql_gets_the_same_tables(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with writing(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO life VALUES (1, 'epoch', '', false, 0)"))
    upgrade(engine)
    with reading(engine) as connection:
        assert differences(connection) == []
        assert connection.execute(text("SELECT value FROM counters WHERE name = 'revision'")).scalar_one() == 0
    engine.dispose()


def test_days_on_postgresql_get_their_parts_too(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    _first_release_hours(engine)
    upgrade(engine)
    assert _parts(engine) == [(4, 3, 7, 3, 11, 5), (0, 0, 0, 0, 0, 0)]
    engine.dispose()


def _release_with_a_key_per_position(engine: Engine) -> None:
    """A database of the release before the kiosk came first, with streams of two months."""
    with writing(engine) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        yes, no = ("true", "false") if engine.dialect.name == "postgresql" else ("1", "0")
        columns = "id, code, hardware, enrolled_ms, software, config_seen, config_applied, health"
        connection.execute(text(f"INSERT INTO kiosks ({columns}) VALUES (1, 'K', 'h', 0, '1.2', 3, 2, '{{}}')"))
        connection.execute(text("INSERT INTO counters VALUES ('stream', 7)"))
        for number, first_ms in ((1, 0), (5, 1_000), (7, 5_000_000_000)):
            columns = "kiosk_id, number, token, parent, high, first_ms"
            token, parent = f"'{number:032x}'", "NULL" if number == 1 else f"'{1:032x}'"
            connection.execute(text(f"INSERT INTO streams ({columns}) VALUES (1, {number}, {token}, {parent}, 1, {first_ms})"))
            facts = f"0, 0, {no}, 1, 'happy', NULL, 0, 1, 9, 2, 2, 0, {yes}, 0, 0, 0"
            connection.execute(text(f"INSERT INTO reactions VALUES (1, {number}, 1, 7, {facts})"))
            connection.execute(text(f"INSERT INTO arrivals VALUES ({10 - number}, 1, {number}, 1, 1, 5, '')"))
            connection.execute(text(f"INSERT INTO revisions VALUES ({number}, 1, {number}, 1, 'time', 5)"))


def _kept(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1"))]
            for table, columns in (
                ("stream_tokens", "number, kiosk_id, token, parent"),
                ("streams", "number, token, high, buffer"),
                ("reactions", "stream, seq, boot, button"),
                ("arrivals", "position, stream, first_seq, last_seq, received_ms, apart"),
                ("revisions", "position, stream, seq, what"),
                ("kiosk_syncs", "kiosk_id, software, heard_ms, config_seen, config_applied, health"),
            )
        ]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_keys_begin_with_the_kiosk_and_every_row_is_kept(request: pytest.FixtureRequest, empty: Engine, database: str) -> None:
    engine = empty if database == "sqlite" else make_engine(request.getfixturevalue("postgres_url"))
    _release_with_a_key_per_position(engine)
    upgrade(engine)
    tokens = {number: f"{number:032x}" for number in (1, 5, 7)}
    assert _kept(engine) == [
        [(number, 1, token, None if number == 1 else tokens[1]) for number, token in tokens.items()],
        [(number, token, 1, "") for number, token in tokens.items()],
        [(number, 1, 7, "happy") for number in tokens],
        [(10 - number, number, 1, 1, 5, "") for number in (7, 5, 1)],
        [(number, number, 1, "time") for number in tokens],
        [(1, "1.2", None, 3, 2, "{}")],
    ]
    if database == "postgresql":
        with reading(engine) as connection:
            assert partitions(connection)[:2] == [(1, 6), (6, 8)]
            assert partitions(connection)[-1][1] > 1_000
            assert connection.execute(text("SELECT nextval('stream_numbers')")).scalar_one() == 8
        engine.dispose()
