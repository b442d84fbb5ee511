"""Which pin each button and lamp of a layout is wired to, read from the TOML file beside the wiring diagrams."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "layouts"


@dataclass(frozen=True, slots=True)
class Layout:
    """Pins by button name, in the order of the buttons; numbers are Broadcom's (GPIO n), not places on the header."""

    name: str
    buttons: dict[str, int]
    lamps: dict[str, int]


def layout_names() -> list[str]:
    """Every layout that has a wiring file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_layout(name: str) -> Layout:
    """Read the wiring of one layout; raises KeyError when no file describes it."""
    if name not in layout_names():
        raise KeyError(name)
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return Layout(name, dict(table["buttons"]), dict(table["lamps"]))
