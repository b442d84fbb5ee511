"""What is held is listed by kiosk and reason, and released by an operator's word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from server.database import tables
from server.database.engine import make_engine, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


@pytest.fixture
def holding(ready: Callable[..., Result], database_url: str) -> Callable[..., Result]:
    engine = make_engine(database_url)
    with writing(engine) as connection:
        connection.execute(tables.kiosks.insert().values(id=1, code="K-001", hardware="one", enrolled_ms=0))
        said = {"software": "", "config_seen": 0, "config_applied": 0, "health": "{}"}
        connection.execute(tables.kiosk_syncs.insert().values(kiosk_id=1, **said))
        connection.execute(tables.streams.insert().values(kiosk_id=1, number=1, token="ab" * 16, high=2, first_ms=0))
        for seq in (1, 2):
            content = json.dumps([5, 5, False, "boot", "happy", 9, None, "vote"]).encode()
            connection.execute(
                tables.held.insert().values(
                    kiosk_id=1,
                    stream=1,
                    seq=seq,
                    code="unknown-config",
                    digest=str(seq),
                    sender_id=1,
                    content=content,
                    received_ms=1_795_262_400_000 + seq * 1_000,
                )
            )
    engine.dispose()
    return ready


def test_held_reactions_are_listed(holding: Callable[..., Result]) -> None:
    listed = holding("held", "list")
    assert listed.stdout == "K-001  unknown-config  2  2026-11-21T12:00:01.000Z to 2026-11-21T12:00:02.000Z\n"
    assert json.loads(holding("held", "list", "--json").stdout)[0]["reactions"] == 2


def test_what_can_not_be_counted_yet_stays(holding: Callable[..., Result]) -> None:
    assert holding("held", "release").stdout == "Released 0 reaction(s).\n"
    assert holding("held", "release", "K-001", "--beyond-quota").stdout == "Released 0 reaction(s).\n"
    refused = holding("held", "release", "K-9")
    assert (refused.exit_code, refused.stderr) == (1, "Error: There is no kiosk K-9; `salve-server kiosk list` shows all.\n")
