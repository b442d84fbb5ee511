"""The configuration that the server made for this kiosk: checked at the door and kept on the card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.files import write_durably
from wire.encoding import decode, encode
from wire.layouts import LAYOUTS
from wire.limits import MAX_NUMBER, Malformed
from wire.messages import Config

if TYPE_CHECKING:
    from pathlib import Path

    from wire.messages import ButtonMeaning

NAME = "config.json"
NAME_BEFORE = "config.previous.json"


def check(config: Config) -> Config:
    """The configuration itself; raises Malformed when this box could not show or judge by it."""
    if config.layout not in LAYOUTS:
        raise Malformed(f"layout: {config.layout!r} is not known")
    names = {button.name for button in LAYOUTS[config.layout]}
    if set(config.buttons) != names:
        odd = min(set(config.buttons) ^ names)
        raise Malformed(f"buttons: {odd!r} is {'missing' if odd in names else 'no button of ' + config.layout}")
    if not config.languages:
        raise Malformed("languages: at least one is needed")
    for name, meaning in config.buttons.items():
        _check_texts(name, meaning, config.languages)
    if not 1 <= config.version <= MAX_NUMBER:
        raise Malformed("version: must be a positive number")
    rules = config.rules
    if min(rules.visit_window_ms, rules.cooldown_ms, rules.mash_ms, rules.rush_ms, rules.lull_ms, config.sync_s) < 0:
        raise Malformed("rules: no time may be negative")
    if min(rules.rate_per_minute, rules.rush_presses, rules.rush_kiosk_presses) < 1:
        raise Malformed("rules: one press is the least rate and the least rush")
    usual = (rules.usual_percent, rules.usual_question_per_minute, rules.usual_kiosk_per_minute)
    if rules.usual_learn_ms < 1 or min(*usual, rules.hammer_presses, rules.lull_presses) < 0:
        raise Malformed("rules: what is usual needs a time to learn it in, and is never less than nothing")
    return config


def read(folder: Path) -> Config | None:
    """The newest sound configuration on the card, None before there is one."""
    try:
        return check(decode(Config, (folder / NAME).read_bytes()))
    except (OSError, Malformed):
        # OSError: not there, or a spot of the card that can not be read any more; the box has to start all the same.
        return read_before(folder)


def read_before(folder: Path) -> Config | None:
    """The configuration before the newest, None when there is no sound one."""
    try:
        return check(decode(Config, (folder / NAME_BEFORE).read_bytes()))
    except (OSError, Malformed):
        return None


def save(folder: Path, config: Config) -> None:
    """Keep a checked configuration, and the one before it in case this one is damaged or does not work on this box."""
    current, wanted = folder / NAME, encode(config)
    try:
        before = current.read_bytes()
    except OSError:
        before = wanted
    if before != wanted:
        write_durably(folder / NAME_BEFORE, before)
    write_durably(current, wanted)


def roll_back(folder: Path) -> None:
    """Make the configuration before the newest the newest again; without one before, there is none."""
    if (folder / NAME_BEFORE).exists():
        write_durably(folder / NAME, (folder / NAME_BEFORE).read_bytes())
    else:
        (folder / NAME).unlink(missing_ok=True)


def _check_texts(name: str, meaning: ButtonMeaning, languages: list[str]) -> None:
    """Raise Malformed unless the button says something in each of the languages."""
    if not meaning.question or not meaning.answer:
        raise Malformed(f"buttons: {name} has no question or no answer")
    for language in languages:
        texts = meaning.texts.get(language)
        if texts is None or not texts.question.strip() or not texts.answer.strip():
            raise Malformed(f"buttons: {name} says nothing in {language}")
