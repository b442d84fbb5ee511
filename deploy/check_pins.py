"""Refuse a Python that would find other GPIO libraries than the system's own; run by the installer in the kiosk's environment.

For some Pythons pip finds only lgpio 0.0.0.2, an empty stub that installs without a word and fails at the first pin.
Nothing is imported here, because importing lgpio makes a pipe in the working directory.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

SYSTEM = "/usr/lib/python3/dist-packages/"
STUB = "0.0.0.2"


def trouble(origin: str | None, source: str, name: str, system: str = SYSTEM) -> str | None:
    """What is wrong with a library found at `origin` with that source text, None when nothing is."""
    if origin is None:
        return f"{name} is missing; install it with: apt install python3-{name}"
    if not origin.startswith(system):
        return f"{name} comes from {origin}, not from apt; remove it with: {sys.executable} -m pip uninstall {name}"
    if name == "lgpio" and (STUB in source or "SET_PULL_NONE" not in source):
        return f"{origin} is lgpio's empty stub; install the real one with: apt install --reinstall python3-lgpio"
    return None


def main() -> None:
    """Exit with a sentence for the first library that is not right."""
    for name in ("lgpio", "evdev"):
        spec = importlib.util.find_spec(name)
        origin = spec.origin if spec else None
        source = Path(origin).read_text("utf-8", "replace") if origin else ""
        found = trouble(origin, source, name)
        if found:
            sys.exit(found)


if __name__ == "__main__":
    main()
