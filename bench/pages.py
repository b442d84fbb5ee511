"""What pages cost in CPU time on roll-ups of a made-up chain: `python -m bench.pages`.

Head office's page with 500 stores of two kiosks and 30 days, when nothing changed since somebody looked, and when late presses
of those days have come in. A store's page with a hundred times the presses behind the same roll-up rows; and what its figures
cost from as many raw reactions, counted in plain SQL.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import update

from bench.made_rollups import PASSWORD, make_chain
from server.app import create_app
from server.comparison.mix import freeze
from server.database.engine import make_engine, writing
from server.database.tables import days
from server.settings import Settings

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

TODAY = date(2026, 11, 21)
NOON_MS = 1_795_262_400_000
FIRST = TODAY - timedelta(days=30)
PERIOD = f"{FIRST}..{TODAY}"
ROUNDS = 7
MOST_OFFICE_S, MOST_GROWTH = 0.300, 1.3
RAW_REACTIONS = 1_000_000


class Noon:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Saturday noon."""
        return NOON_MS


def opened(folder: Path, name: str, stores: int, presses: int) -> tuple[Engine, FlaskClient]:
    """A chain's database with somebody of head office signed in."""
    url = f"sqlite:///{folder / name}"
    engine = make_engine(url)
    make_chain(engine, stores, 2, TODAY - timedelta(days=120), TODAY, presses)
    freeze(engine, NOON_MS)
    hosts = ("localhost",)
    settings = Settings(folder, url, "127.0.0.1", 8000, b"0" * 64, hosts, 0, "http://localhost:8000")
    client = create_app(settings, Noon(), engine).test_client()
    form = {"email": "office@bench.example", "password": PASSWORD}
    client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
    return engine, client


def cpu_s(client: FlaskClient, path: str, engine: Engine | None = None) -> float:
    """CPU seconds of one page, the median; with an engine, a late press comes in before each."""
    spent = []
    for number in range(ROUNDS + 1):
        if engine is not None:
            with writing(engine) as connection:
                row = (days.c.kiosk_id == 1, days.c.local_day == FIRST.toordinal() + number)
                connection.execute(update(days).where(*row).values(marked=days.c.marked + 1))
        began = time.process_time()
        answer = client.get(path)
        spent.append(time.process_time() - began)
        assert answer.status_code == 200, answer.status  # noqa: S101  (a cheap page is no page)
    return statistics.median(spent[1:])  # the first one reads templates


def raw_cpu_s(folder: Path) -> float:
    """CPU seconds of counting one store's 30 days among a million raw reactions by question and day."""
    connection = sqlite3.connect(folder / "raw.db")
    connection.execute("CREATE TABLE reactions (kiosk INTEGER, pressed_ms INTEGER, question INTEGER, polarity INTEGER)")
    rows = ((n % 1_000, NOON_MS - n * 2_592, n % 2, (n * 7) % 3) for n in range(RAW_REACTIONS))
    connection.executemany("INSERT INTO reactions VALUES (?, ?, ?, ?)", rows)
    began = time.process_time()
    connection.execute(
        "SELECT kiosk, question, pressed_ms / 86400000, SUM(polarity = 0), COUNT(*) FROM reactions"
        " WHERE pressed_ms >= ? GROUP BY 1, 2, 3",
        (NOON_MS - 30 * 86_400_000,),
    ).fetchall()
    spent = time.process_time() - began
    connection.close()
    return spent


def main() -> None:
    """Print the costs; exit 1 where head office's page or the growth of a store's page is beyond its goal."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        engine, client = opened(folder, "chain.db", 500, 20)
        seen, changed = cpu_s(client, f"/head-office?period={PERIOD}"), cpu_s(client, f"/head-office?period={PERIOD}", engine)
        store = cpu_s(client, f"/stores/S0000?period={PERIOD}", engine)
        small, large = (
            cpu_s(opened(folder, f"{presses}.db", 12, presses)[1], f"/stores/S0000?period={PERIOD}") for presses in (10, 1_000)
        )
        raw = raw_cpu_s(folder)
    lines = (
        ("head office, 500 stores, 30 days", seen, f"goal {1000 * MOST_OFFICE_S:.0f} ms"),
        ("the same after a late press of those days", changed, ""),
        ("a store's page among 500 stores, after a late press", store, ""),
        ("a store's page of 12 stores, 10 presses a kiosk and day", small, ""),
        ("the same with 100 times the presses", large, f"{large / small:.2f} times, goal {MOST_GROWTH}"),
        (f"30 days of {RAW_REACTIONS:,} raw reactions, counted once", raw, ""),
    )
    for what, spent, note in lines:
        print(f"{what:58} {1000 * spent:8.0f} ms of CPU   {note}")  # noqa: T201
    sys.exit(seen > MOST_OFFICE_S or large > MOST_GROWTH * small)


if __name__ == "__main__":
    main()
