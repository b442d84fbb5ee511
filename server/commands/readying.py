"""What a server does beside answering, so that nobody waits for it: it reads the pages' templates, and counts ahead."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.comparison.ahead import count_ahead
from server.database.failures import SQLAlchemyError, first_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from sqlalchemy import Engine

    from server.commands.workplace import Workplace

log = logging.getLogger("salve.ahead")
# A day begins for every store within so long of its midnight, and late presses are counted in.
EVERY_S = 600


def read_templates(app: Flask) -> None:
    """Read all pages' templates: together a quarter of a second, which the first looks at each page would wait for."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


@contextmanager
def kept_ready(
    app: Flask, place: Workplace, count: Callable[[Engine, int], None] = count_ahead, every_s: float = EVERY_S
) -> Iterator[None]:
    """Meanwhile have everything read and counted before somebody looks, in a thread of its own; what fails there is told."""
    ended = threading.Event()
    work = threading.Thread(target=_keep_ready, args=(app, place, count, every_s, ended), name="ahead", daemon=True)
    work.start()
    try:
        yield
    finally:
        ended.set()
        work.join(5)


def _keep_ready(
    app: Flask, place: Workplace, count: Callable[[Engine, int], None], every_s: float, ended: threading.Event
) -> None:
    try:
        read_templates(app)
    except Exception:
        # Whoever asks for that page reads it, and is told.
        log.exception("Templates were not read ahead")
    while not ended.is_set():
        try:
            count(place.engine, place.clock.now_ms())
        except SQLAlchemyError as error:
            # The next look counts for itself, as the first one did.
            log.warning("Figures were not counted ahead: %s", first_line(error))
        except Exception:
            log.exception("Figures were not counted ahead")
        ended.wait(every_s)
