"""Serve the kiosk's page on loopback, beside the box and never in its way."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from kiosk.errors import SettingError
from kiosk.screen.app import create_screen

if TYPE_CHECKING:
    from kiosk.program import Program


class Screen:
    """The page's server in a thread of its own; a dead page must not stop counting."""

    def __init__(self, program: Program, port: int) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        try:
            self._server = make_server("127.0.0.1", port, create_screen(program), threaded=True, request_handler=_Quiet)
        # werkzeug ends the process where it can not bind.
        except (OSError, SystemExit) as error:
            raise SettingError(f"screen_port: {port} is taken by another program.") from error
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="screen", daemon=True)

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(WSGIRequestHandler):
    """No line a request: the page asks once a second."""

    # A browser that opens a connection and says nothing must not hold a thread for ever.
    timeout = 30

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's own name
        """Say nothing."""
