"""The routes of the kiosk's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

from kiosk.screen.alive import add_alive
from kiosk.screen.guard import protect
from kiosk.screen.hand import Hand
from kiosk.screen.question import add_question
from kiosk.screen.simulated import add_simulated

if TYPE_CHECKING:
    from kiosk.program import Program


def create_screen(program: Program) -> Flask:
    """The page of one program; the drawn box and its switches exist only in simulation."""
    app = Flask(__name__)
    protect(app)
    hand = Hand()

    @app.get("/status")
    def status() -> Response:
        return jsonify(program.status())

    add_alive(app, program)
    add_question(app, program, hand)
    if program.simulated:
        add_simulated(app, program, hand)
    return app
