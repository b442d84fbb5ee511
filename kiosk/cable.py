"""The network cable as the program sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cable:
    """In, until the drawn kiosk's switch pulls it; every request then fails as it would without a cable."""

    plugged: bool = True
