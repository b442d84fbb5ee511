"""The drawn box and its switches: presses that go through the mock pins, a cable to pull, a plug to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for

from hardware.simulated import SimulatedPanel
from kiosk.errors import KioskError
from kiosk.screen import drawing
from kiosk.screen.guard import refuse

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from kiosk.press import Outcome
    from kiosk.program import Program
    from kiosk.screen.hand import Hand

USUAL_HOLD_MS = 120
LONGEST_HOLD_MS = 600_000


class _Unfit(ValueError):
    """A request whose fields are not what the route takes; its text is the sentence of the refusal."""


def add_simulated(app: Flask, program: Program, hand: Hand) -> None:
    """Add the routes that exist only with --simulate."""

    @app.get("/")
    def box() -> str:
        return _box_page(program)

    @app.post("/simulated/press")
    def simulated_press() -> AnyResponse:
        return _press(program, hand)

    @app.post("/simulated/network")
    def simulated_network() -> AnyResponse:
        program.set_cable(plugged=_switch(_fields()))
        return _done(program)

    @app.post("/simulated/power")
    def simulated_power() -> AnyResponse:
        if _switch(_fields()):
            program.power_on()
        else:
            program.power_off(cut=True)
        return _done(program)

    @app.errorhandler(_Unfit)
    def unfit(error: _Unfit) -> Response:
        return refuse(400, "malformed", str(error))

    @app.errorhandler(KioskError)
    def failed(error: KioskError) -> Response:
        return refuse(503, "not-running", str(error))


def _box_page(program: Program) -> str:
    config = program.config()
    words = drawing.language_of(request.args.get("lang"), config)
    status = program.status()
    rows = drawing.draw_rows(config, words, status["lights"])
    return render_template(
        "box.html",
        words=words,
        languages=drawing.choices(config),
        rows=rows,
        happy_first=drawing.happy_first(config, program.settings.happy_side),
        row_light=drawing.row_light,
        light_path=drawing.light_path,
        lights=drawing.light_words(words),
        status=status,
        strip=drawing.strip(status["waiting"], status["acknowledged"]),
        last_heard=drawing.local_clock(status["last_sync"], words),
    )


def _press(program: Program, hand: Hand) -> AnyResponse:
    fields = _fields()
    button, down = fields.get("button"), fields.get("down")
    held_ms = _held_ms(fields.get("held_ms", USUAL_HOLD_MS))
    box = program.box
    if not isinstance(button, str):
        raise _Unfit("button: must be the name of a button.")
    outcome: Outcome | None = None
    if down is False:
        hand.let_go(button)
    elif box is not None:
        panel = box.panel
        if button not in panel.layout.buttons or not isinstance(panel, SimulatedPanel):
            raise _Unfit("button: this kiosk has no such button.")
        outcome = hand.push(box, panel, button) if down is True else hand.press(box, panel, button, held_ms)
    if not request.is_json:
        return redirect(url_for("box", lang=request.args.get("lang")), 303)
    if outcome is None or outcome.light is None:
        return jsonify(light="none", stream=None, seq=None)
    return jsonify(light=outcome.light, stream=outcome.stream, seq=outcome.seq)


def _fields() -> dict[str, Any]:
    """The fields of a JSON body, or of a plain form for a browser without a script."""
    if not request.is_json:
        return dict(request.form)
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        raise _Unfit("The body must be a JSON object.")
    return fields


def _held_ms(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_HOLD_MS:
        raise _Unfit(f"held_ms: must be a whole number from 0 to {LONGEST_HOLD_MS}.")
    return value


def _switch(fields: dict[str, Any]) -> bool:
    value = fields.get("up")
    if value in {"true", "false"}:
        return bool(value == "true")
    if not isinstance(value, bool):
        raise _Unfit("up: must be true or false.")
    return value


def _done(program: Program) -> AnyResponse:
    if not request.is_json:
        return redirect(url_for("box", lang=request.args.get("lang")), 303)
    return jsonify(program.status())
