"""Changes are added to what a roll-up row already says, in the order of the keys."""

from __future__ import annotations

from sqlalchemy import event

from server.analysis.tallies import DAY_COLUMNS, Cluster, Tally
from server.database.engine import writing
from server.database.rollups import (
    DAYS,
    HOURS,
    VISIT_DAYS,
    add_figures,
    add_tally,
    drop_clusters,
    reactions_on_days,
    read_clusters,
    read_figures,
    save_clusters,
)


def test_figures_add_up_and_rows_without_a_change_are_not_written(engine) -> None:
    with writing(engine) as connection:
        for _ in range(2):
            add_figures(connection, 1, "hours", {(10, 700, 1, 2, 9): [1, 2, 3, 4], (10, 700, 1, 2, 10): [0, 0, 0, 0]})
        add_figures(connection, 1, "hours", {(10, 700, 1, 2, 9): [-2, 0, 0, 0]})
        add_figures(connection, 2, "hours", {(10, 700, 1, 2, 9): [5, 0, 0, 0]})
        assert read_figures(connection, 1, HOURS) == {(10, 700, 1, 2, 9): [0, 4, 6, 8]}


def test_rows_are_taken_in_the_order_of_their_keys(engine) -> None:
    taken: list[tuple[int, ...]] = []

    def note(_conn: object, _cursor: object, _statement: str, values: object, *_more: object) -> None:
        taken.extend(row[1:5] for row in values)

    event.listen(engine, "before_cursor_execute", note)
    with writing(engine) as connection:
        add_figures(connection, 1, "days", {(at % 3, 700 - at, 1, 2): [1] * DAY_COLUMNS for at in range(9)})
    assert len(taken) == 9
    assert taken == sorted(taken)


def test_a_tally_goes_to_its_three_tables(engine) -> None:
    tally = Tally()
    tally.hours[10, 700, 1, 2, 9] = [1, 0, 0, 0]
    tally.days[10, 700, 1, 2] = [1, 0, 2, 3, 4, 1, 1, 1, 1, *[0, 0] * 2, 3, 1]
    tally.visits[10, 700, 1, 2, 2] = [0, 0, 0, 1]
    with writing(engine) as connection:
        add_tally(connection, 1, tally)
        assert read_figures(connection, 1, HOURS) == tally.hours
        assert read_figures(connection, 1, DAYS) == tally.days
        assert read_figures(connection, 1, VISIT_DAYS) == tally.visits
        assert reactions_on_days(connection, 1, [699, 700]) == {700: 10}
        assert reactions_on_days(connection, 2, [700]) == {}


def test_a_streams_last_clusters_are_replaced_question_by_question(engine) -> None:
    one, other = Cluster(1, 5_000, (10, 700, 1, 2), 1, 3), Cluster(2, 9_000, (10, 701, 2, 2), 0, 1)
    with writing(engine) as connection:
        save_clusters(connection, 1, 1, {1: one, 2: other})
        save_clusters(connection, 1, 1, {1: one._replace(presses=4)})
        assert read_clusters(connection, 1, 1) == {1: one._replace(presses=4), 2: other}
        assert read_clusters(connection, 1, 2) == {}
        drop_clusters(connection, 1, 1)
        assert read_clusters(connection, 1, 1) == {}
