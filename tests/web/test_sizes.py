"""Every page with all that it loads stays under 100 kB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from looks import LONG, NOON_MS, addresses, furnish
from shops import EXPERIENCE, MADE_MS, SERVICE, TODAY
from sqlalchemy import insert

from server.database.engine import writing
from server.database.tables import days, kiosk_syncs, kiosks, placements, stores

if TYPE_CHECKING:
    from flask import Flask

MOST_BYTES = 100_000


@pytest.fixture
def database() -> str:
    """What a page weighs does not depend on it."""
    return "sqlite"


def size_of(client, path: str) -> int:
    """Bytes of a page with all that it loads."""
    page = client.get(path).get_data()
    size = len(page)
    for loaded in set(re.findall(r'(?:href|src)="(/static/[^"]*)"', page.decode())):
        with client.get(loaded) as answer:
            size += len(answer.get_data())
    return size


def test_every_page_with_all_it_loads_is_small(shops, sign_in, app: Flask):
    admin = furnish(shops, sign_in)
    for path in addresses(app):
        for language in ("en", "fa", "ar"):
            size = size_of(admin, f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert size <= MOST_BYTES, (path, language, size)


def test_head_offices_pages_of_500_stores_are_small(shops, sign_in):
    admin = furnish(shops, sign_in)
    many = range(100, 600)
    with writing(shops.engine) as connection:
        connection.execute(
            insert(stores),
            [
                {"id": at, "code": f"T{at}", "name": f"{LONG} {at}", "region": "North", "timezone": "Europe/Warsaw"}
                | {"languages": '["pl"]', "territory": "PL", "made_ms": MADE_MS}
                for at in many
            ],
        )
        connection.execute(
            insert(kiosks), [{"id": at, "code": f"K-T{at}", "hardware": f"h{at}", "enrolled_ms": MADE_MS} for at in many]
        )
        said = {"software": "", "heard_ms": NOON_MS, "config_seen": 1, "config_applied": 1, "health": "{}"}
        connection.execute(insert(kiosk_syncs), [{"kiosk_id": at} | said for at in many])
        connection.execute(
            insert(placements),
            [{"id": at, "kiosk_id": at, "store_id": at, "touchpoint": "exit", "from_ms": MADE_MS} for at in many],
        )
        connection.execute(
            insert(days),
            [
                {"kiosk_id": at, "placement_id": at, "local_day": TODAY.toordinal() - back, "faces": 2}
                | {"question_id": shops.questions[question], "positive": 30 - at % 7, "negative": 10 + at % 7}
                | {"clusters": 40, "sum_xx": 30 - at % 7, "sum_xn": 30 - at % 7, "sum_nn": 40}
                for at in many
                for back in (*range(1, 7), *range(8, 57, 7))
                for question in (SERVICE, EXPERIENCE)
            ],
        )
    for path in ("/head-office", "/head-office?sort=-service&funnel=service", "/fleet"):
        for language in ("en", "fa"):
            assert size_of(admin, f"{path}{'&' if '?' in path else '?'}lang={language}") <= MOST_BYTES, path
