"""Gives claims their chain of stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from trials import Trials

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.fixture
def trials(engine: Engine) -> Trials:
    return Trials(engine)
