"""The shopper's page: one question after the other, the thank-you, and what stands there when nothing can be pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for

from hardware.simulated import SimulatedPanel
from kiosk.screen import drawing
from kiosk.screen.guard import refuse
from wire.layouts import LAYOUTS, rows

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from kiosk.program import Program
    from kiosk.screen.hand import Hand
    from kiosk.screen.words import Words
    from wire.messages import Config

THANKS_MS = 2_000
TOUCH_MS = 120
# Languages take turns; six seconds is the least that a slow reader needs for one question.
TURN_MS = 8_000
SAID = {"thanks": "said_after_a_press", "repeat": "said_after_a_repeat", "sorry": "said_when_not_stored"}


def add_question(app: Flask, program: Program, hand: Hand) -> None:
    """Add the page, its press, and what its script asks."""

    @app.get("/screen")
    def ask() -> str:
        return _page(program)

    @app.get("/screen/state")
    def screen_state() -> Response:
        return jsonify(_state(program))

    @app.post("/press")
    def press() -> AnyResponse:
        return _press(program, hand)

    if not program.simulated:
        app.add_url_rule("/", "start", ask, methods=["GET"])


def _state(program: Program) -> dict[str, Any]:
    """What may change without the page's doing: power, configuration, presses of the box's own buttons, fingers on them."""
    box = program.box
    if box is None:
        return {"mode": "dark", "config": 0, "told": 0, "said": None, "row": 0, "held": False}
    config = box.config
    told, last = box.front.told
    row = 0
    if last is not None and config is not None:
        row = next((button.row for button in LAYOUTS[config.layout] if button.name == last.button), 0)
    return {
        "mode": _mode(program),
        "config": config.version if config is not None else 0,
        "told": told,
        "said": last.light if last is not None else None,
        "row": row,
        "held": bool(box.front.listener.held_down()),
    }


def _mode(program: Program) -> str:
    box = program.box
    if box is None:
        return "dark"
    return "setup" if box.config is None or box.front.is_in_self_test() else "asking"


def _page(program: Program) -> str:
    config, state = program.config(), _state(program)
    words = drawing.language_of(request.args.get("lang"), config)
    asked = drawing.draw_rows(config, words, {}) if state["mode"] == "asking" else []
    said = request.args.get("said")
    said = said if said in SAID else None
    place = request.args.get("row", 0, type=int) % max(len(asked), 1)
    return render_template(
        "ask.html",
        words=words,
        languages=drawing.choices(config),
        next_language=_after(words, config),
        row=asked[place] if asked else None,
        place=place,
        happy_first=drawing.happy_first(config, program.settings.happy_side),
        said=said,
        spoken=words.spoken[SAID[said]] if said else "",
        state=state,
        simulated=program.simulated,
        thanks_ms=THANKS_MS,
        turn_ms=TURN_MS,
        visit_ms=config.rules.visit_window_ms if config is not None else 0,
    )


def _after(words: Words, config: Config | None) -> str | None:
    """The language whose turn is next, None where there is only one."""
    codes = [one.code for one in drawing.choices(config)]
    if len(codes) < 2 or words.code not in codes:
        return None
    return codes[(codes.index(words.code) + 1) % len(codes)]


def _press(program: Program, hand: Hand) -> AnyResponse:
    box = program.box
    button = request.form.get("button", "")
    config = box.config if box is not None else None
    if box is None or config is None:
        return redirect(url_for("ask"), 303)
    if request.form.get("config", config.version, type=int) != config.version:
        # The page was drawn for other questions than the box asks now: what was answered is not what is stored.
        return redirect(url_for("ask", lang=request.form.get("lang") or None), 303)
    panel = box.panel
    if button not in panel.layout.buttons:
        return refuse(400, "unknown-button", "This kiosk has no such button.")
    # In simulation a touch takes the whole way through the pins, as a press on the drawn box does.
    outcome = hand.press(box, panel, button, TOUCH_MS) if isinstance(panel, SimulatedPanel) else hand.touch(box, button)
    light = outcome.light if outcome is not None else None
    place = request.form.get("row", 0, type=int)
    if light in {"thanks", "repeat"}:
        place = (place + 1) % len(rows(config.layout))
    fields: dict[str, Any] = {"lang": request.form.get("lang") or None, "said": light, "row": place}
    return redirect(url_for("ask", **{name: value for name, value in fields.items() if value is not None}), 303)
