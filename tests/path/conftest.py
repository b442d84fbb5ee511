"""Gives whole-way stories their server and kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stand import Link, Stand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path)
    try:
        stand.set_up()
        yield stand
    finally:
        stand.close()


@pytest.fixture
def linked_stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path)
    stand.link = Link(stand.port)
    try:
        stand.set_up()
        yield stand
    finally:
        stand.close()
