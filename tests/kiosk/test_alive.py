"""The page's sign of life is kept, and asked for by who looks after the browser."""

import pytest

from kiosk.program import Program
from kiosk.screen.app import create_screen
from kiosk.settings import KioskSettings


@pytest.fixture
def client(tmp_path):
    return create_screen(Program(KioskSettings(tmp_path, tmp_path / "run", None, None, False), simulated=True)).test_client()


def test_before_any_page_called_nothing_is_known(client):
    assert client.get("/alive").json == {"page_s": None}


def test_a_call_is_remembered_also_while_the_box_has_no_power(client):
    assert client.post("/alive").status_code == 204
    assert 0 <= client.get("/alive").json["page_s"] < 5


def test_another_site_can_not_keep_a_dead_page_alive(client):
    assert client.post("/alive", headers={"Origin": "https://example.com"}).status_code == 400
    assert client.get("/alive").json == {"page_s": None}
