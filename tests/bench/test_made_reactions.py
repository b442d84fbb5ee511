"""The made-up chain's roll-ups are those of its reactions, by the server's own derivation and by a plain statement."""

from __future__ import annotations

from datetime import date

import pytest

from bench.made_reactions import make_chain_with_reactions
from bench.raw_figures import costs_of
from server.database.engine import make_engine, reading, writing
from server.database.rollup_check import check
from server.database.rollups import add_figures

FIRST, END = date(2026, 11, 1), date(2026, 11, 5)


@pytest.fixture
def chain(tmp_path):
    path = tmp_path / "chain.db"
    engine = make_engine(f"sqlite:///{path}")
    assert make_chain_with_reactions(engine, path, (3, 2), FIRST, END, 275) == 3 * 2 * 4 * 275
    yield engine, path
    engine.dispose()


def test_a_check_finds_no_row_wrong(chain):
    with reading(chain[0]) as connection:
        assert check(connection).rows == []


def test_raw_reactions_come_to_the_same_figures_and_a_wrong_roll_up_is_noticed(chain):
    engine, path = chain
    assert costs_of(engine, path, 1, FIRST, END, 1).own_raw > 0
    with writing(engine) as connection:
        add_figures(connection, 1, "days", {(1, FIRST.toordinal(), 1, 2): [1, *[0] * 14]})
    with pytest.raises(AssertionError, match="same figures"):
        costs_of(engine, path, 1, FIRST, END, 1)
