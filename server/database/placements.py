"""Where kiosks stand and stood, and what their buttons mean there under each configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, update

from server.database.tables import config_buttons, config_versions, placements, questions, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


class ButtonRow(NamedTuple):
    """What one button of one configuration asks and says; answer and question as their numbers."""

    button: str
    question_id: int
    answer_id: int
    faces: int


class ButtonMeaning(NamedTuple):
    """A button of a configuration with what figures need of it."""

    placement_id: int
    question_id: int
    signal: str
    answer_id: int
    faces: int
    dimension: str


def placement_with_store(connection: Connection, placement_id: int) -> Row[Any]:
    """A placement with its store's `code`, `languages` (JSON list) and `timezone`."""
    found = (
        select(placements, stores.c.code, stores.c.languages, stores.c.timezone)
        .join(stores, stores.c.id == placements.c.store_id)
        .where(placements.c.id == placement_id)
    )
    return connection.execute(found).one()


def present_placement(connection: Connection, kiosk_id: int) -> Row[Any] | None:
    """Where a kiosk stands now, or None."""
    now = (placements.c.kiosk_id == kiosk_id) & placements.c.until_ms.is_(None)
    return connection.execute(select(placements).where(now)).first()


def place(connection: Connection, kiosk_id: int, store_id: int, touchpoint: str, now_ms: int) -> int:
    """Put a kiosk somewhere and return the placement's id; the one before ends, and stays as it is when it is the same."""
    present = present_placement(connection, kiosk_id)
    if present is not None and (present.store_id, present.touchpoint) == (store_id, touchpoint):
        return int(present.id)
    end_placement(connection, kiosk_id, now_ms)
    values = {"kiosk_id": kiosk_id, "store_id": store_id, "touchpoint": touchpoint, "from_ms": now_ms}
    return int(connection.execute(placements.insert().values(values).returning(placements.c.id)).scalar_one())


def end_placement(connection: Connection, kiosk_id: int, now_ms: int) -> None:
    """Take a kiosk away from where it stands."""
    now = (placements.c.kiosk_id == kiosk_id) & placements.c.until_ms.is_(None)
    connection.execute(update(placements).where(now).values(until_ms=now_ms))


def add_config(
    connection: Connection,
    kiosk_id: int,
    version: int,
    placement_id: int,
    body: str,
    buttons: Sequence[ButtonRow],
    now_ms: int,
) -> None:
    """Store a configuration and the meaning of its buttons; the database refuses a version that exists."""
    values = {"kiosk_id": kiosk_id, "version": version, "placement_id": placement_id, "body": body, "made_ms": now_ms}
    connection.execute(config_versions.insert().values(values))
    connection.execute(
        config_buttons.insert(), [{"kiosk_id": kiosk_id, "version": version, **button._asdict()} for button in buttons]
    )


def buttons_of_config(connection: Connection, kiosk_id: int, version: int) -> list[ButtonRow]:
    """The stored meaning of a configuration's buttons."""
    found = select(
        config_buttons.c.button, config_buttons.c.question_id, config_buttons.c.answer_id, config_buttons.c.faces
    ).where(config_buttons.c.kiosk_id == kiosk_id, config_buttons.c.version == version)
    return [ButtonRow(*row) for row in connection.execute(found)]


def meanings_of_config(connection: Connection, kiosk_id: int, version: int) -> dict[str, ButtonMeaning]:
    """What each button of a kiosk meant under a configuration; empty for one that this server never made."""
    found = (
        select(
            config_buttons.c.button,
            config_versions.c.placement_id,
            config_buttons.c.question_id,
            questions.c.signal,
            config_buttons.c.answer_id,
            config_buttons.c.faces,
            questions.c.dimension,
        )
        .join(
            config_versions,
            (config_versions.c.kiosk_id == config_buttons.c.kiosk_id) & (config_versions.c.version == config_buttons.c.version),
        )
        .join(questions, questions.c.id == config_buttons.c.question_id)
        .where(config_buttons.c.kiosk_id == kiosk_id, config_buttons.c.version == version)
    )
    return {row.button: ButtonMeaning(*row[1:]) for row in connection.execute(found)}
