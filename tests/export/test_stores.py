"""The lines of stores.csv, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.comparison.beside import NOT_BESIDE, Beside
from server.comparison.indexes import Gap
from server.comparison.standing import Standing
from server.database.engine import writing
from server.database.standing_columns import STANDING_COLUMNS
from server.database.tables import days
from server.export.stores import standing_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

STORES = "/api/v1/export/stores.csv"
SATURDAY = 739_941


@pytest.fixture
def busy_store(chain: Any) -> Any:
    with writing(chain.engine) as connection:
        for question, positive in (("felt-welcome", 61), ("got-needed", 86)):
            connection.execute(
                days.insert().values(
                    kiosk_id=1,
                    placement_id=chain.placements[1],
                    local_day=SATURDAY - 1,
                    question_id=chain.question_ids[question],
                    faces=2,
                    positive=positive,
                    negative=100 - positive,
                    clusters=100,
                    sum_xx=positive,
                    sum_xn=positive,
                    sum_nn=100,
                    marked=1,
                )
            )
    return chain


def test_every_store_has_its_line_also_without_reactions(
    busy_store: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    answer = client.get(STORES, headers=busy_store.token())
    first, second = parsed(answer.data)
    assert answer.data.startswith(
        b"store,store_name,region,from,to,service_positive,service_total,service_index,service_low,service_high,"
        b"experience_positive,experience_total,experience_index,experience_low,experience_high,gap,gap_low,gap_high,gap_method,"
        b"relative_gap,verdict,raw_total,counted_total,definition_version,standing,standardised,compared,not_comparable,reversed,"
    )
    assert [first[name] for name in ("store", "store_name", "region", "from", "to")] == [
        *("S001", "'@home", "'-20% Outlet", "2026-11-14", "2026-11-21")
    ]
    assert [first[name] for name in ("service_positive", "service_total", "service_index")] == ["86", "100", "86.0"]
    assert [first[name] for name in ("experience_index", "gap", "raw_total", "counted_total")] == [
        "61.0",
        "-25.0",
        "202",
        "200",
    ]
    assert first["definition_version"] == "1"
    assert [second[name] for name in ("store", "service_total", "service_index", "gap", "verdict")] == ["S002", "0", "", "", ""]


def test_days_and_periods_choose_what_is_counted(busy_store: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    token = busy_store.token("S001")

    def counted(**wishes: str) -> list[str]:
        rows = parsed(client.get(STORES, query_string=wishes, headers=token).data)
        return [row["counted_total"] for row in rows]

    assert counted(**{"from": "2026-11-20", "to": "2026-11-21"}) == ["200"]
    assert counted(**{"from": "2026-11-19", "to": "2026-11-20"}) == ["0"]
    assert counted(period="today") == ["0"]
    assert counted(store="S001", period="4w") == ["200"]


@pytest.mark.parametrize(
    ("wishes", "name"), [({"from": "2026-11-20"}, "to"), ({"to": "2026-11-20"}, "from"), ({"period": "x"}, "period")]
)
def test_half_a_period_is_refused(busy_store: Any, client: FlaskClient, wishes: dict[str, str], name: str) -> None:
    answer = client.get(STORES, query_string=wishes, headers=busy_store.token())
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == name


def test_a_store_with_nobody_beside_it_has_no_standing(
    busy_store: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    first, _ = parsed(client.get(STORES, headers=busy_store.token()).data)
    names = [column.name for column in STANDING_COLUMNS]
    assert {name: first[name] for name in names} == dict.fromkeys(names, "") | {"compared": "0"}


def test_standing_goes_into_its_columns_as_the_page_says_it() -> None:
    away, crude = Gap(-9.96, -14.2, -5.5, "independent", 0), Gap(2.0, -1.0, 5.0, "independent", 0)
    beside = Beside(70.25, 80.2, away, crude, standardised=True, sure=True)
    standing = Standing("wider", NOT_BESIDE, beside, beside, standardised=True, thin=(), compared=11, waits=True)
    row = dict(zip((column.name for column in STANDING_COLUMNS), standing_fields(standing), strict=True))
    assert (row["standing"], row["standardised"], row["compared"], row["reversed"]) == ("wider", "1", "11", "1")
    assert (row["experience_standardised"], row["gap_beside"], row["gap_beside_low"], row["gap_beside_sure"]) == (
        *("70.2", "-10.0", "-14.2"),
        "1",
    )
    assert (row["service_beside"], row["waits"]) == ("", "1")
