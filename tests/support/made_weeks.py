"""The made-up chain as a newcomer finds it: its weeks told into a fresh database, and head office signed in."""

from __future__ import annotations

import re
from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from demo.sign_ins import OFFICE, SignIns, sign_ins
from demo.telling import add_stores, tell
from server.app import create_app
from server.database.engine import make_engine, writing
from server.database.life import begin_life
from server.database.tables import metadata
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

OURS = {"Origin": "http://localhost"}


class Still:
    """A server clock that stands still."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms


class Weeks(NamedTuple):
    """The told chain: its database, the app on it, the sign-ins, and a client signed in as head office."""

    engine: Engine
    app: Flask
    people: SignIns
    office: FlaskClient


@contextmanager
def made_weeks(folder: Path, now_ms: int, days: int) -> Iterator[Weeks]:
    """Tell `days` of made-up history up to `now_ms` into a new database in `folder`."""
    url = f"sqlite:///{folder / 'salve.db'}"
    engine = make_engine(url)
    settings = Settings(
        data_dir=folder,
        database_url=url,
        host="127.0.0.1",
        port=8000,
        secret_key=b"0" * 64,
        trusted_hosts=("localhost", "127.0.0.1"),
        proxy_hops=0,
        public_url="http://127.0.0.1:8000",
    )
    metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
    add_stores(engine, now_ms)
    tell(settings, engine, folder / "history.json", now_ms, days)
    people = sign_ins(engine, folder / "sign-ins.json", now_ms)
    app = create_app(settings, Still(now_ms), engine)
    office = app.test_client()
    assert office.post("/sign-in", data={"email": OFFICE, "password": people.office}, headers=OURS).status_code == 303
    try:
        yield Weeks(engine, app, people, office)
    finally:
        app.extensions["salve_close"]()
        engine.dispose()


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("</head>")[1])).split())
