"""Gives pages their chain of stores, and a browser that is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shops import Shops

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.fixture
def shops(engine: Engine) -> Shops:
    return Shops(engine)
