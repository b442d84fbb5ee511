"""What exports tell beside the numbers: every wording with its data card, and every definition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from server.database.tables import definitions, questions

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Wording(NamedTuple):
    """One wording of a question; `texts` is {language: {"question", "positive", "negative"}}."""

    code: str
    version: int
    signal: str
    dimension: str
    facets: list[str]
    texts: dict[str, dict[str, str]]
    card: dict[str, str]


class Defined(NamedTuple):
    """One version of the definition; `body` has the question codes of service and experience, targets, least counts."""

    version: int
    made_ms: int
    body: dict[str, Any]


def wordings(connection: Connection) -> list[Wording]:
    """Every wording there is, by code and version."""
    columns = (questions.c[name] for name in Wording._fields)
    rows = connection.execute(select(*columns).order_by(questions.c.code, questions.c.version))
    return [Wording(*row[:4], *(json.loads(text) for text in row[4:])) for row in rows]


def all_definitions(connection: Connection) -> list[Defined]:
    """Every version, the first one first."""
    columns = (definitions.c.version, definitions.c.made_ms, definitions.c.body)
    rows = connection.execute(select(*columns).order_by(definitions.c.version))
    return [Defined(version, made_ms, json.loads(body)) for version, made_ms, body in rows]
