"""Tells which kiosk a request is from, by the key that it shows."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.database.engine import asking
from server.database.failures import OperationalError
from server.errors import Refusal, busy
from server.fleet.kiosks import AuthenticatedKiosk, ShownKey, callers, shown_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from werkzeug.wrappers import Request

# Some hundred bytes each, and more than the kiosks of one server; above it, begin anew rather than grow.
MOST_REMEMBERED = 50_000


def key_of(request: Request) -> ShownKey:
    """The key that a request shows; raises 401 and 403 for what can not be one."""
    given = request.authorization
    return shown_key(given.token if given is not None and given.type == "bearer" else None)


def caller(engine: Engine, key: ShownKey) -> AuthenticatedKiosk:
    """Whose key this is; raises 401 and 403 as `callers` finds them, 503 while the database can not tell."""
    with busy_when_unreachable(), asking(engine) as connection:
        (found,) = callers(connection, [key])
    if isinstance(found, Refusal):
        raise found
    return found


class Acquaintances:
    """The keys that were good when they were looked up: enough to read what their kiosks send, not to store it.

    Strangers cost the server no more than a look; and of a fleet that syncs each minute nobody is looked up twice, since the
    transaction that stores a request looks its key up as well.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: set[ShownKey] = set()

    def meet(self, key: ShownKey, *, again: bool = False) -> None:
        """Look a key up that is not known, or in any case; raises as `caller` does."""
        if again or key not in self._known:
            caller(self._engine, key)
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known.add(key)


@contextmanager
def busy_when_unreachable() -> Iterator[None]:
    """A database that is locked for too long or away is no fault of the request: the kiosk shall come again."""
    try:
        yield
    except OperationalError as error:
        raise busy() from error
