"""Tells which kiosk a request is from, by the key that it shows."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.database.engine import asking
from server.database.failures import OperationalError
from server.errors import busy
from server.fleet.kiosks import AuthenticatedKiosk, authenticate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from werkzeug.wrappers import Request

    from server.clock import Clock


def caller(engine: Engine, clock: Clock, request: Request) -> AuthenticatedKiosk:
    """The kiosk that asks; raises 401 and 403 as `authenticate` does, 503 while the database can not tell."""
    given = request.authorization
    bearer = given.token if given is not None and given.type == "bearer" else None
    with busy_when_unreachable(), asking(engine) as connection:
        return authenticate(connection, bearer, clock.now_ms())


@contextmanager
def busy_when_unreachable() -> Iterator[None]:
    """A database that is locked for too long or away is no fault of the request: the kiosk shall come again."""
    try:
        yield
    except OperationalError as error:
        raise busy() from error
