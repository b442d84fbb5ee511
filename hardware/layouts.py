"""Which pin or key each button and lamp of a layout is wired to, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import wire.layouts

FOLDER = Path(__file__).parent / "layouts"
# The header's pins that a program may use: GPIO 0 to 27.
HIGHEST_GPIO = 27


class WrongWiring(ValueError):
    """A wiring file that does not fit its layout; the text names the file and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Pins by button name, in the order of the buttons; numbers are Broadcom's (GPIO n), not places on the header.

    `keys` are the names that the kernel has for the keys of a USB keypad or arcade encoder, several for each button.
    `service_button` and `status_lamp` are inside the box, for technicians; None where there is none.
    """

    name: str
    buttons: dict[str, int]
    lamps: dict[str, int]
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    service_button: int | None = None
    status_lamp: int | None = None


def layout_names() -> list[str]:
    """Every layout that has a wiring file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_layout(name: str, own_folder: Path | None = None) -> Layout:
    """Read the wiring of one layout, from `own_folder` where that has a file for it.

    Raises KeyError when no file describes the layout, WrongWiring when the file does not fit it.
    """
    if name not in layout_names():
        raise KeyError(name)
    own = own_folder / f"{name}.toml" if own_folder is not None else None
    path = own if own is not None and own.exists() else FOLDER / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongWiring(f"{path} can not be read ({error}).") from error
    return _checked(path, name, table)


def mirrored(layout: Layout) -> Layout:
    """The same box with its faces the other way round: within each row, pins and keys change places."""
    other = {button.name: row[-1 - place].name for row in wire.layouts.rows(layout.name) for place, button in enumerate(row)}

    def swap(table: dict[str, Any]) -> dict[str, Any]:
        return {name: table[other[name]] for name in table if other[name] in table}

    return replace(layout, buttons=swap(layout.buttons), lamps=swap(layout.lamps), keys=swap(layout.keys))


def _checked(path: Path, name: str, table: dict[str, Any]) -> Layout:
    names = [button.name for button in wire.layouts.LAYOUTS[name]]
    buttons, lamps, keys = (dict(table.get(part, {})) for part in ("buttons", "lamps", "keys"))
    if sorted(buttons) != sorted(names):
        raise WrongWiring(f"{path}: [buttons] must name {', '.join(names)}.")
    if not set(lamps) <= set(names) or not set(keys) <= set(names):
        raise WrongWiring(f"{path}: [lamps] and [keys] may only name {', '.join(names)}.")
    service = dict(table.get("service", {}))
    if not set(service) <= {"button", "lamp"}:
        raise WrongWiring(f"{path}: [service] may only name button and lamp.")
    pins = [*buttons.values(), *lamps.values(), *service.values()]
    if any(type(pin) is not int or not 0 <= pin <= HIGHEST_GPIO for pin in pins) or len(set(pins)) < len(pins):
        raise WrongWiring(f"{path}: each button and lamp needs a GPIO number of its own from 0 to {HIGHEST_GPIO}.")
    given = {button: tuple([value] if isinstance(value, str) else value) for button, value in keys.items()}
    return Layout(
        name,
        {button: buttons[button] for button in names},
        {button: lamps[button] for button in names if button in lamps},
        {button: given[button] for button in names if button in given},
        service.get("button"),
        service.get("lamp"),
    )
