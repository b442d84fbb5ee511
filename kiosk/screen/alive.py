"""Whether a browser shows the page: the page says so every few seconds, and who looks after the browser may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

if TYPE_CHECKING:
    from kiosk.program import Program


def add_alive(app: Flask, program: Program) -> None:
    """Add the sign of life and the question after it."""
    called_ms: list[int] = []

    @app.post("/alive")
    def alive() -> Response:
        called_ms[:] = [program.clock.elapsed_ms()]
        return Response(status=204)

    @app.get("/alive")
    def last_alive() -> Response:
        """Seconds since a page last gave a sign, null when none did since the program began."""
        return jsonify(page_s=(program.clock.elapsed_ms() - called_ms[0]) / 1000 if called_ms else None)
