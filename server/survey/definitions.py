"""The chain's own, versioned statement of which questions make up service and which experience."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from server.database import definitions as rows
from server.database.questions import questions_in_use, wordings
from server.errors import Unfit
from server.survey import declaring
from server.survey.definition import LEAST_COUNT, Definition
from server.survey.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


class Declared(NamedTuple):
    """A version with who declared it, when."""

    definition: Definition
    made_ms: int
    made_by: str


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
    rows.add_definition(connection, first.version, _body(first), now_ms, made_by="starter")


def declare(
    connection: Connection,
    now_ms: int,
    made_by: str,
    *,
    service: Sequence[str] | None = None,
    experience: Sequence[str] | None = None,
    target_service: float | None = None,
    target_experience: float | None = None,
    least_count: int = LEAST_COUNT,
    weights: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Definition:
    """Write the next version, valid from now on; reports over periods that ended before keep theirs.

    Args:
        connection: an open write transaction.
        now_ms: the time of declaring.
        made_by: who declares it.
        service: codes of the customers' questions about service; None for those of the version before.
        experience: the same for experience.
        target_service: a share above 0 and below 1, None for none.
        target_experience: the same for experience.
        least_count: presses below which nothing is said of an index, at least LEAST_COUNT.
        weights: of HX by dimension, shares that sum to 1; None for those of the version before, empty for none.
        labels: what the chain means by a dimension; None for those of the version before.

    Raises:
        Refused: with every reason why it can not be declared.
    """
    before = current(connection)
    new = Definition(
        before.version + 1,
        before.service if service is None else tuple(service),
        before.experience if experience is None else tuple(experience),
        target_service,
        target_experience,
        least_count,
        before.weights if weights is None else _ordered(weights),
        before.labels if labels is None else _ordered({name: label for name, label in labels.items() if label.strip()}),
    )
    wrong = declaring.faults_of(new, before, wordings(connection))
    if wrong:
        raise Refused(wrong)
    rows.add_definition(connection, new.version, _body(new), now_ms, made_by=made_by)
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


def history(connection: Connection) -> list[Declared]:
    """Every version with who declared it and when, the latest first."""
    return [Declared(_read(row.version, row.body), row.made_ms, row.made_by) for row in rows.all_definitions(connection)]


def _body(definition: Definition) -> str:
    body = {key: value for key, value in asdict(definition).items() if key != "version"}
    return json.dumps(body | {"weights": dict(definition.weights), "labels": dict(definition.labels)}, ensure_ascii=False)


def _read(version: int, body: str) -> Definition:
    found = json.loads(body)
    service, experience = tuple(found.pop("service")), tuple(found.pop("experience"))
    weights, labels = _ordered(found.pop("weights", {})), _ordered(found.pop("labels", {}))
    return Definition(version=version, service=service, experience=experience, weights=weights, labels=labels, **found)


def _ordered(named: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """By dimension: the customer first, then the employee, then by name."""
    return tuple(sorted(named.items(), key=lambda item: (item[0] != "CX", item[0] != "EX", item[0])))
