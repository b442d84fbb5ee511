"""The routes of the kiosk's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for

from hardware.simulated import SimulatedPanel
from kiosk.screen import drawing
from kiosk.screen.guard import protect, refuse
from kiosk.screen.hand import Hand
from kiosk.screen.simulated import add_simulated

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from kiosk.program import Program

THANKS_MS = 2_000
TOUCH_MS = 120


def create_screen(program: Program) -> Flask:
    """The page of one program; the drawn box and its switches exist only in simulation."""
    app = Flask(__name__)
    protect(app)
    hand = Hand()

    @app.get("/status")
    def status() -> Response:
        return jsonify(program.status())

    @app.get("/screen")
    def ask() -> str:
        return _ask_page(program)

    @app.post("/press")
    def press() -> AnyResponse:
        return _press_on_screen(program, hand)

    if program.simulated:
        add_simulated(app, program, hand)
    else:
        app.add_url_rule("/", "start", ask, methods=["GET"])
    return app


def _ask_page(program: Program) -> str:
    config = program.config()
    powered = program.box is not None
    words = drawing.language_of(request.args.get("lang"), config)
    rows = drawing.draw_rows(config, words, {}) if powered else []
    said = request.args.get("said")
    place = request.args.get("row", 0, type=int) % max(len(rows), 1)
    # The page goes back to the first question, in the store's first language, when nobody follows.
    idle = place > 0 or (config is not None and words.code != drawing.language_of(None, config).code)
    return render_template(
        "ask.html",
        words=words,
        languages=drawing.choices(config),
        row=rows[place] if rows else None,
        place=place,
        row_count=len(rows),
        said=said if said in {"thanks", "repeat", "sorry"} else None,
        powered=powered,
        thanks_ms=THANKS_MS,
        idle_ms=(config.rules.visit_window_ms if config is not None else 0) if idle else 0,
    )


def _press_on_screen(program: Program, hand: Hand) -> AnyResponse:
    box = program.box
    button = request.form.get("button", "")
    config = box.config if box is not None else None
    if box is None or config is None:
        return redirect(url_for("ask"), 303)
    if button not in box.panel.layout.buttons:
        return refuse(400, "unknown-button", "This kiosk has no such button.")
    panel = box.panel
    # In simulation a touch takes the whole way through the pins, as a press on the drawn box does.
    outcome = hand.press(box, panel, button, TOUCH_MS) if isinstance(panel, SimulatedPanel) else hand.touch(box, button)
    fields: dict[str, Any] = {"lang": request.form.get("lang") or None}
    place = request.form.get("row", 0, type=int)
    if outcome is not None and outcome.light in {"thanks", "repeat"}:
        fields |= {"said": outcome.light, "row": place + 1}
    else:
        fields |= {"said": outcome.light if outcome is not None else None, "row": place}
    return redirect(url_for("ask", **{name: value for name, value in fields.items() if value is not None}), 303)
