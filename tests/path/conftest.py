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


@pytest.fixture(scope="module")
def linked_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """One for all the link's moods: setting one up takes longer than a story."""
    stand = Stand(tmp_path_factory.mktemp("linked"))
    stand.link = Link(stand.port)
    try:
        stand.set_up()
        yield stand
    finally:
        stand.close()
