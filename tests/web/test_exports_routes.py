"""Head office's page of exports: what there is, with addresses that work as they stand."""

from __future__ import annotations

import csv
import html
import re
import shlex
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.serving import make_server

from server.access.tokens import add_token
from server.database.engine import writing
from server.database.export_columns import TABLES
from server.database.tables import streams
from server.i18n.translator import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from shops import Shops
    from sqlalchemy import Engine

PAGE = "/head-office/exports"
SHOP = "S001"
NOON_MS = 1_795_262_400_000


@pytest.fixture(autouse=True)
def _shop(shops: Shops) -> None:
    shops.store(SHOP, "Old Market")


def downloads(page: str) -> list[str]:
    return [html.unescape(address) for address in re.findall(r'href="(/api/[^"]+)" download', page)]


def test_every_download_works_by_the_session_that_sees_it(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("head-office")
    page = client.get(PAGE)
    assert page.status_code == 200
    found = downloads(page.text)
    assert len(found) == 3 * len(TABLES) + 5
    for address in found:
        assert client.get(address).status_code == 200, address


def test_the_line_for_programs_works_with_a_token_in_its_place(
    engine: Engine, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in("head-office").get(PAGE)
    lines = [html.unescape(line) for line in re.findall(r"<code>(curl .*?)</code>", page.text)]
    with writing(engine) as connection:
        token = add_token(connection, "a program", None, 90, NOON_MS)
    assert len(lines) == len(TABLES) + 3
    for line in lines:
        words = shlex.split(line)
        address = words[4]
        assert words[:3] == ["curl", "--fail", "-H"]
        assert address.startswith("http://127.0.0.1:8000/api/v1/export/")
        header = words[3].replace("TOKEN", token).split(": ", 1)
        assert client.get(address, headers=[(header[0], header[1])]).status_code == 200, line


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The app behind a real port; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(20)


def run(command: str, folder: Path) -> int:
    return subprocess.run(["sh", "-c", command], cwd=folder, check=False, capture_output=True, timeout=60).returncode


def test_the_very_line_leaves_good_data_alone_where_it_fails_and_keeps_the_cursor(
    engine: Engine, sign_in: Callable[..., FlaskClient], served: str, tmp_path: Path
) -> None:
    page = sign_in("head-office").get(PAGE)
    lines = [html.unescape(line) for line in re.findall(r"<code>(curl .*?)</code>", page.text)]
    (line,) = (one for one in lines if "/reactions.csv" in one)
    line = line.replace("http://127.0.0.1:8000", served)
    with writing(engine) as connection:
        token = add_token(connection, "a program", None, 90, NOON_MS)
    assert run(line.replace("TOKEN", token), tmp_path) == 0
    file = tmp_path / "reactions.csv"
    good = file.read_bytes()
    assert good.startswith(b"position,store,")
    assert "Salve-Cursor: " in (tmp_path / "reactions.headers").read_text()
    assert run(line.replace("TOKEN", "slv_x_wrong"), tmp_path) == 22
    assert file.read_bytes() == good


def test_the_recipe_of_the_page_of_words_fetches_only_what_is_new(
    engine: Engine, shops: Shops, served: str, tmp_path: Path
) -> None:
    words = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
    (recipe,) = re.findall(r"```\n(touch reactions\.cursor\n.*?)```", words, re.DOTALL)
    with writing(engine) as connection:
        token = add_token(connection, "a program", None, 90, NOON_MS)
    recipe = recipe.replace("https://salve.example", served)
    good = recipe.replace("slv_x_...", token)
    kiosk = shops.kiosk(shops.store("S002", "New Market"), "K1")
    with writing(engine) as connection:
        connection.execute(
            streams.insert().values(kiosk_id=kiosk.id, number=kiosk.id, token="a" * 32, high=0, first_ms=NOON_MS)
        )
    seqs = []
    for _ in range(3):
        shops.react(kiosk, 1, NOON_MS - 1_000, NOON_MS)
        assert run(good, tmp_path) == 0
        cursor = (tmp_path / "reactions.cursor").read_bytes()
        assert run(recipe, tmp_path) != 0
        assert (tmp_path / "reactions.cursor").read_bytes() == cursor
        with (tmp_path / "reactions.csv").open(newline="") as file:
            seqs.append([row["seq"] for row in csv.DictReader(file)])
    assert seqs == [["1"], ["1", "2"], ["1", "2", "3"]]


def test_days_and_store_go_into_every_address_that_knows_them(sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in("head-office")
    page = client.get(PAGE, query_string={"from": "2026-11-01", "to": "2026-11-08", "store": "S001"})
    asked = {
        urlsplit(address).path.rsplit("/", 1)[1]: dict(parse_qsl(urlsplit(address).query)) for address in downloads(page.text)
    }
    days = {"from": "2026-11-01", "to": "2026-11-08", "store": "S001"}
    assert asked["reactions.ndjson"] == asked["hourly.ndjson"] == asked["stores.ndjson"] == asked["salve.sqlite"] == days
    assert asked["revisions.ndjson"] == asked["2026-11.parquet"] == {"store": "S001"}
    half = client.get(PAGE, query_string={"from": "2026-11-01"})
    for address in downloads(half.text):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "wishes", [{"from": "yesterday"}, {"from": "2026-11-08", "to": "2026-11-01"}, {"store": "S999"}], ids=str
)
def test_what_does_not_fit_is_a_page_with_a_sentence(sign_in: Callable[..., FlaskClient], wishes: dict[str, str]) -> None:
    client = sign_in("head-office")
    answer = client.get(PAGE, query_string=wishes)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")


def test_the_page_is_head_offices_alone(client: FlaskClient, sign_in: Callable[..., FlaskClient]) -> None:
    assert client.get(PAGE).status_code == 303
    assert sign_in("manager", SHOP).get(PAGE).status_code == 404
    assert sign_in("region", SHOP).get(PAGE).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_of_it_and_columns_stay_english(sign_in: Callable[..., FlaskClient], language: str) -> None:
    client = sign_in("head-office")
    page = client.get(PAGE, query_string={"lang": language}).text
    assert 'lang="en" dir="ltr"' in page
    assert page.count("how far off pressed_at may be") == 2
    assert len(page.encode()) < 100_000
