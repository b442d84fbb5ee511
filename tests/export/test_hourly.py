"""The lines of hourly.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from server.access.people import Person
from server.access.scope import visible_stores
from server.database.engine import reading, writing
from server.database.tables import hours
from server.export.hourly import hourly_chunks
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = Person(1, "office@chain.example", "head-office", "")
SATURDAY = 739_941


def add_hour(chain: Any, kiosk: int, day: int, hour: int, question: str, positive: int, faces: int = 2) -> None:
    with writing(chain.engine) as connection:
        connection.execute(
            insert(hours).values(
                kiosk_id=kiosk,
                placement_id=chain.placements[kiosk],
                local_day=day,
                question_id=chain.question_ids[question],
                faces=faces,
                hour=hour,
                positive=positive,
                negative=1,
                marked=2,
            )
        )


def exported(chain: Any, parsed: Callable[[bytes], Any], **wishes: Any) -> Any:
    with reading(chain.engine) as connection:
        stores = visible_stores(connection, OFFICE)
    return parsed(b"".join(hourly_chunks(chain.engine, Wanted(stores, every=True, **wishes))))


def test_hours_are_summed_by_place_question_day_and_hour(chain: Any, parsed: Callable[[bytes], Any]) -> None:
    add_hour(chain, 1, SATURDAY, 9, "felt-welcome", 5)
    add_hour(chain, 1, SATURDAY, 9, "felt-welcome", 2, faces=3)
    add_hour(chain, 1, SATURDAY, 8, "got-needed", 3)
    add_hour(chain, 2, SATURDAY - 1, 23, "felt-welcome", 4)
    rows = [tuple(row.values()) for row in exported(chain, parsed)]
    assert rows == [
        ("S001", "'=exit", "felt-welcome", "experience", "2026-11-21", "9", "7", "0", "2", "4"),
        ("S001", "'=exit", "got-needed", "service", "2026-11-21", "8", "3", "0", "1", "2"),
        ("S002", "checkout", "felt-welcome", "experience", "2026-11-20", "23", "4", "0", "1", "2"),
    ]


def test_days_narrow_it_and_the_header_always_comes(chain: Any, parsed: Callable[[bytes], Any]) -> None:
    add_hour(chain, 1, SATURDAY, 9, "felt-welcome", 5)
    assert len(exported(chain, parsed, from_day=SATURDAY, to_day=SATURDAY + 1, raw=True)) == 1
    assert exported(chain, parsed, from_day=SATURDAY + 1) == []
    header = b"store,touchpoint,question,signal,local_day,hour,positive,neutral,negative,marked\r\n"
    assert b"".join(hourly_chunks(chain.engine, Wanted([], every=True))) == header
