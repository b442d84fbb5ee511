"""The chain's own, versioned statement of which questions make up service and which experience."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from server.database import definitions as rows
from server.database.questions import questions_in_use
from server.errors import Unfit

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Below ten presses not even a range is shown; a chain may ask for more, never for less.
LEAST_COUNT = 10


@dataclass(frozen=True, slots=True)
class Definition:
    """What a chain calls service and experience: question codes, targets as shares (None is none set), the least count."""

    version: int
    service: tuple[str, ...]
    experience: tuple[str, ...]
    target_service: float | None = None
    target_experience: float | None = None
    least_count: int = LEAST_COUNT


def install_first(connection: Connection, now_ms: int) -> None:
    """Write definition 1 from the customers' questions, by signal; does nothing where there is a definition."""
    if rows.latest_definition(connection) is not None:
        return
    asked = [row for row in questions_in_use(connection) if row.dimension == "CX"]
    first = Definition(
        version=1,
        service=tuple(row.code for row in asked if row.signal == "service"),
        experience=tuple(row.code for row in asked if row.signal == "experience"),
    )
    body = {key: value for key, value in asdict(first).items() if key != "version"}
    rows.add_definition(connection, first.version, json.dumps(body), now_ms, made_by="starter")


def declare(
    connection: Connection,
    now_ms: int,
    made_by: str,
    *,
    target_service: float | None = None,
    target_experience: float | None = None,
    least_count: int = LEAST_COUNT,
) -> Definition:
    """Write the next version: the questions of the one before, with these targets and this least count.

    Reports under earlier versions keep theirs. Targets are shares above 0 and below 1, None for none; `least_count` is at
    least LEAST_COUNT. Raises Unfit otherwise.
    """
    before = current(connection)
    for target in (target_service, target_experience):
        if target is not None and not 0 < target < 1:
            raise Unfit(f"A target is a share between 0 and 1, like 0.75, not {target}.")
    if least_count < LEAST_COUNT:
        raise Unfit(f"The least count is at least {LEAST_COUNT}, not {least_count}.")
    new = Definition(before.version + 1, before.service, before.experience, target_service, target_experience, least_count)
    body = {key: value for key, value in asdict(new).items() if key != "version"}
    rows.add_definition(connection, new.version, json.dumps(body), now_ms, made_by=made_by)
    return new


def current(connection: Connection) -> Definition:
    """The definition that figures are computed under now; raises Unfit in a database that has none."""
    row = rows.latest_definition(connection)
    if row is None:
        raise Unfit("There is no definition of service and experience; run `salve-server upgrade`.")
    return _read(row.version, row.body)


def valid_at(connection: Connection, at_ms: int) -> Definition:
    """The definition valid at a moment (a period's end); before the first one, the first. Raises Unfit like current."""
    row = rows.definition_at(connection, at_ms)
    return current(connection) if row is None else _read(row.version, row.body)


def _read(version: int, body: str) -> Definition:
    found = json.loads(body)
    service, experience = tuple(found.pop("service")), tuple(found.pop("experience"))
    return Definition(version=version, service=service, experience=experience, **found)
