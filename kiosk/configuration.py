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

NAME = "config.json"
NAME_BEFORE = "config.previous.json"


def check(config: Config) -> Config:
    """The configuration itself; raises Malformed when this box could not show or judge by it."""
    if config.layout not in LAYOUTS:
        raise Malformed(f"layout: {config.layout!r} is not known")
    names = {button.name for button in LAYOUTS[config.layout]}
    if not set(config.buttons) <= names:
        raise Malformed(f"buttons: {min(set(config.buttons) - names)!r} is no button of {config.layout}")
    if not config.languages:
        raise Malformed("languages: at least one is needed")
    if not 1 <= config.version <= MAX_NUMBER:
        raise Malformed("version: must be a positive number")
    rules = config.rules
    if min(rules.visit_window_ms, rules.cooldown_ms, rules.mash_ms, config.sync_s) < 0 or rules.rate_per_minute < 1:
        raise Malformed("rules: no time may be negative, and one press a minute is the least rate")
    return config


def read(folder: Path) -> Config | None:
    """The newest sound configuration on the card, None before there is one."""
    for name in (NAME, NAME_BEFORE):
        try:
            return check(decode(Config, (folder / name).read_bytes()))
        except (FileNotFoundError, Malformed):
            continue
    return None


def save(folder: Path, config: Config) -> None:
    """Keep a checked configuration, and the one before it in case this file is damaged."""
    current = folder / NAME
    if current.exists():
        write_durably(folder / NAME_BEFORE, current.read_bytes())
    write_durably(current, encode(config))
