"""This life of the database: its epoch, whose chain it is, and how far a verified backup reaches."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, update

from server.database.driver import run
from server.database.tables import counters, life

if TYPE_CHECKING:
    from sqlalchemy import Connection


COUNTERS = ("position", "stream", "config", "revision", "watched")


class Life(NamedTuple):
    """`epoch` changes with every restore; `made_up` is true for demonstration data."""

    epoch: str
    chain: str
    made_up: bool
    safe_position: int


def begin_life(connection: Connection) -> None:
    """Give a new database its epoch and its counters; does nothing to those it has."""
    if connection.execute(select(life.c.id)).first() is None:
        connection.execute(life.insert().values(id=1, epoch=uuid.uuid4().hex, chain="", made_up=False, safe_position=0))
    there = set(connection.execute(select(counters.c.name)).scalars())
    for name in COUNTERS:
        if name not in there:
            connection.execute(counters.insert().values(name=name, value=0))


def read_life(connection: Connection) -> Life:
    """The database's one row about itself."""
    epoch, chain, made_up, safe_position = run(connection, "SELECT epoch, chain, made_up, safe_position FROM life").one()
    return Life(epoch, chain, bool(made_up), safe_position)


def name_chain(connection: Connection, chain: str, *, made_up: bool) -> None:
    """Say whose chain this is, and whether its figures are made up for trying."""
    connection.execute(update(life).values(chain=chain, made_up=made_up))


def move_safe_position(connection: Connection, epoch: str, position: int) -> None:
    """Say that a verified backup of this life holds every arrival up to here; never moves back, nor in another life."""
    run(connection, "UPDATE life SET safe_position = ? WHERE epoch = ? AND safe_position < ?", (position, epoch, position))


def new_life() -> tuple[str, ...]:
    """The statements that make a restored database another one.

    Kiosks see the new epoch, and send again what this life does not hold. Nobody is signed in: who was signed out meanwhile
    must not be in again.
    """
    return (f"UPDATE life SET epoch = '{uuid.uuid4().hex}'", "DELETE FROM sessions")  # noqa: S608
