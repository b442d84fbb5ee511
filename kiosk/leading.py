"""Lead a technician through the self-test: say which button to press, wait for it, ask about its light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wire.layouts import LAYOUTS, rows

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_S = 0.2
ROW_WORDS = ("upper row", "lower row")


class Leader(NamedTuple):
    """What leading needs: `ask` a question of the running program, `say` a line, `confirm` a question to a person, `pause`.

    `confirm` is None where nobody sits at a terminal; lights are then not asked about.
    """

    ask: Callable[[str], dict[str, Any]]
    say: Callable[[str], None]
    confirm: Callable[[str], bool] | None
    pause: Callable[[float], None]


def lead(leader: Leader, wait_s: float) -> bool:
    """Run the whole test; answers whether every button was pressed, alone, and every light seen."""
    state = leader.ask("self-test begin")
    leader.say("Self-test: no press counts until it ends. Press the button that flickers; hold it for a moment.")
    wrong: list[str] = []
    try:
        for place, button in enumerate(state["buttons"], 1):
            where = f"{place} of {len(state['buttons'])}"
            leader.say(f"{where}: press {button} ({place_of(state['layout'], button)}; {state['wired'][button]}).")
            wrong += _one(leader, button, wait_s)
    finally:
        leader.ask("self-test end")
    if leader.confirm is None:
        leader.say("Lights were not asked about, because nobody sits at a terminal.")
    for sentence in wrong:
        leader.say(sentence)
    leader.say("The self-test found nothing wrong." if not wrong else "The self-test found something wrong.")
    return not wrong


def place_of(layout: str, button: str) -> str:
    """Where a button is on the box and which face it has, in words."""
    known = next(one for one in LAYOUTS[layout] if one.name == button)
    face = f"{known.answer.replace('-', ' ')} face"
    return f"{ROW_WORDS[known.row]}, {face}" if len(rows(layout)) > 1 else face


def _one(leader: Leader, button: str, wait_s: float) -> list[str]:
    """Wait for one button; answers what is wrong with it."""
    found = []
    seen: dict[str, Any] = {}
    told: list[str] = []
    for _ in range(max(1, round(wait_s / LOOK_S))):
        seen = leader.ask("self-test look")
        others = seen["others"].get(button, [])
        for other in others[len(told) :]:
            leader.say(f"   That was {other}.")
        told = others
        if button in seen["pressed"] or seen["over"]:
            break
        leader.pause(LOOK_S)
    pressed = button in seen["pressed"]
    if pressed:
        leader.say("   Pressed.")
    else:
        found.append(f"{button}: no press came. Check its contact, its wire and its pin.")
        leader.ask("self-test skip")
    if told:
        found.append(f"{button}: {', '.join(dict.fromkeys(told))} came instead. Are wires or faces exchanged?")
    if pressed and leader.confirm is not None and not leader.confirm("   Did the light of this button flicker, and no other?"):
        found.append(f"{button}: its light was not seen. Check lamp, driver and pin.")
    return found
