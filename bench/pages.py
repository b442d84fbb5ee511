"""What pages cost in CPU time on made-up chains: `python -m bench.pages [--reactions 2000000]`.

Head office's page with 500 stores of two kiosks and 30 days: just after the server has started, when nothing changed since
somebody looked, and when a late press of those days has come in. A manager's page of 30 days with a hundred thousand stored
reactions and with many more, in the same stores: four times as old, and busier. And what its figures cost from raw reactions.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from bench.made_reactions import make_chain_with_reactions
from bench.made_rollups import PASSWORD, make_chain
from bench.raw_figures import costs_of
from bench.table import Line, keep
from server.analysis.tallies import DAY_COLUMNS
from server.app import create_app
from server.commands.readying import read_templates
from server.comparison.ahead import count_ahead
from server.comparison.mix import freeze
from server.database.engine import make_engine, writing
from server.database.rollups import add_figures
from server.database.tables import placements, questions, stores
from server.settings import Settings

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

TODAY = date(2026, 11, 21)
NOON_MS = 1_795_262_400_000
FIRST = TODAY - timedelta(days=30)
PERIOD = f"{FIRST}..{TODAY}"
ROUNDS = 9
OFFICE, MANAGER = f"/head-office?period={PERIOD}", f"/stores/S0000?period={PERIOD}"
# Stores and kiosks in each, days and presses of a kiosk and day: about a hundred thousand reactions.
SIZE, FEW_DAYS, MANY_DAYS, FEW = (50, 2), 91, 364, 11
MOST_OFFICE_S, MOST_GROWTH = 0.300, 1.3
# Of ten million reactions; with fewer, raw ones cost as much less as they are fewer.
LEAST_TIMES, LEAST_TIMES_OF_ALL, OF_REACTIONS = 500, 20, 10_000_000


class Noon:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Saturday noon."""
        return NOON_MS


def signed_in(folder: Path, engine: Engine) -> FlaskClient:
    """Somebody of head office, at a server over this database that has kept nothing yet."""
    freeze(engine, NOON_MS)
    settings = Settings(folder, str(engine.url), "127.0.0.1", 8000, b"0" * 64, ("localhost",), 0, "http://localhost:8000")
    app = create_app(settings, Noon(), engine)
    # As `salve-server serve` does.
    gc.set_threshold(50_000)
    read_templates(app)
    client = app.test_client()
    form = {"email": "office@bench.example", "password": PASSWORD}
    client.post("/sign-in", data=form, headers={"Origin": "http://localhost"})
    client.get("/fleet")  # imports that every page needs
    return client


def cpu_s(client: FlaskClient, path: str) -> float:
    """CPU seconds of one page."""
    began = time.process_time()
    answer = client.get(path)
    spent = time.process_time() - began
    if answer.status_code != 200:
        raise AssertionError(f"{path} answered {answer.status}")  # a cheap page is no page
    return spent


def medians_s(asked: dict[str, tuple[FlaskClient, str, Engine | None]]) -> dict[str, float]:
    """The median of each page, in turns; with an engine, a late press of those days comes in at its store before each."""
    spent: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(ROUNDS + 1):
        for name, (client, path, late) in asked.items():
            if late is not None:
                _press_late(late, FIRST + timedelta(days=number))
            spent[name].append(cpu_s(client, path))
    # Of each the first one reads templates.
    return {name: statistics.median(found[1:]) for name, found in spent.items()}


def _press_late(engine: Engine, day: date) -> None:
    with writing(engine) as connection:
        question = connection.execute(select(questions.c.id).where(questions.c.code == "felt-welcome")).scalar_one()
        at = select(placements.c.kiosk_id, placements.c.id).join(stores, stores.c.id == placements.c.store_id)
        kiosk, placement = connection.execute(at.where(stores.c.code == "S0000")).first() or (0, 0)
        press = [1, 0, 0, 0, 0, 1, 1, 1, 1, *[0] * (DAY_COLUMNS - 9)]
        add_figures(connection, kiosk, "days", {(placement, day.toordinal(), question, 2): press})


def office_costs(folder: Path) -> dict[str, float]:
    """Pages of a chain of 500 stores."""
    engine = make_engine(f"sqlite:///{folder / 'chain.db'}")
    make_chain(engine, 500, 2, TODAY - timedelta(days=120), TODAY)
    client = signed_in(folder, engine)
    count_ahead(engine, NOON_MS)  # as the server does once it is up
    first, chosen = cpu_s(client, "/head-office?period=4w"), cpu_s(client, OFFICE)
    seen = {"office_seen": (client, OFFICE, None), "manager_seen_of_500_stores": (client, MANAGER, None)}
    late = {"office_late": (client, OFFICE, engine), "manager_late_of_500_stores": (client, MANAGER, engine)}
    return {"office_first": first, "office_chosen": chosen} | medians_s(seen) | medians_s(late)


def manager_costs(folder: Path, wanted: int) -> dict[str, float]:
    """A manager's page with few and with many stored reactions, and its figures from both kinds of rows."""
    found: dict[str, float] = {}
    chains = {}
    busy = max(FEW, round(wanted / (SIZE[0] * SIZE[1]) / MANY_DAYS))
    for name, days, presses in (("few", FEW_DAYS, FEW), ("many", MANY_DAYS, busy)):
        path = folder / f"{name}.db"
        engine = make_engine(f"sqlite:///{path}")
        first = TODAY - timedelta(days=days)
        found[f"{name}_reactions"] = make_chain_with_reactions(engine, path, SIZE, first, TODAY, presses)
        chains[name] = signed_in(folder, engine), engine
    costs = costs_of(chains["many"][1], folder / "many.db", 1, FIRST, TODAY, 5)
    found |= {f"figures_{way}": spent for way, spent in costs._asdict().items()}
    found |= medians_s({f"{name}_manager_seen": (client, MANAGER, None) for name, (client, _) in chains.items()})
    found |= medians_s({f"{name}_manager_late": (client, MANAGER, engine) for name, (client, engine) in chains.items()})
    found["growth"] = max(found[f"many_manager_{kind}"] / found[f"few_manager_{kind}"] for kind in ("seen", "late"))
    return found


def report(found: dict[str, float]) -> list[str]:
    """The figures in words."""
    most, few, many = 1000 * MOST_OFFICE_S, f"{found['few_reactions']:,.0f}", f"{found['many_reactions']:,.0f}"
    lines = (
        ("head office, 500 stores, 30 days", "office_seen", f"goal {most:.0f} ms"),
        ("  after a late press of those days", "office_late", f"goal {most:.0f} ms"),
        ("  the first one after a start", "office_first", f"goal {most:.0f} ms"),
        ("  the first one of days that somebody chose", "office_chosen", f"goal {most:.0f} ms"),
        ("a manager's page among 500 stores", "manager_seen_of_500_stores", ""),
        ("  after a late press of those days", "manager_late_of_500_stores", ""),
        (f"a manager's page among 50 stores, {few} reactions", "few_manager_seen", ""),
        (f"  with {many}", "many_manager_seen", f"{found['growth']:.2f} times at most, goal {MOST_GROWTH}"),
        (f"  {few} reactions, after a late press", "few_manager_late", ""),
        (f"  with {many}", "many_manager_late", ""),
        (f"that page's counts of all stores, from {many} raw reactions", "figures_page_raw", ""),
        (
            "  from roll-ups, as it reads them",
            "figures_page_kept",
            f"{_times(found, 'page_raw', 'page_kept')}, goal {LEAST_TIMES}",
        ),
        ("  from roll-ups of which nothing is kept", "figures_page", _times(found, "page_raw", "page")),
        ("the store's own counts, from its raw reactions", "figures_own_raw", ""),
        ("  from raw reactions with an index for this alone", "figures_own_indexed", ""),
        (
            "  from roll-ups",
            "figures_own",
            f"{_times(found, 'own_raw', 'own')}, {_times(found, 'own_indexed', 'own')} with the index",
        ),
    )
    return [f"{what:62} {1000 * found[name]:9.2f} ms of CPU   {note}" for what, name, note in lines]


def _times(found: dict[str, float], one: str, other: str) -> str:
    return f"{found[f'figures_{one}'] / found[f'figures_{other}']:.0f} times"


def keeps_its_goals(found: dict[str, float]) -> bool:
    """Whether head office's page, the growth of a manager's page and the price of raw figures are within their goals."""
    office = max(found[f"office_{name}"] for name in ("first", "chosen", "seen", "late")) <= MOST_OFFICE_S
    times = found["figures_page_raw"] / found["figures_page_kept"]
    return office and found["growth"] <= MOST_GROWTH and (times >= LEAST_TIMES or found["many_reactions"] < OF_REACTIONS)


def lines_of(found: dict[str, float]) -> list[Line]:
    """The goals' lines; what raw reactions cost depends on how many there are, so of fewer that goal says nothing."""
    office = max(found["office_seen"], found["office_late"], found["office_chosen"])
    times = found["figures_page_raw"] / found["figures_page_kept"]
    many = f"{found['many_reactions']:,.0f}"
    goal = f">= {LEAST_TIMES}x" if found["many_reactions"] >= OF_REACTIONS else ""
    seen, late, chosen = (1000 * found[f"office_{name}"] for name in ("seen", "late", "chosen"))
    chain = f"{seen:.0f} ms seen before, {late:.0f} ms after a late press, {chosen:.0f} ms at the first look at other days"
    growth = found["growth"]
    return [
        Line("head office, 500 stores, 30 days", "--", "<= 300 ms of CPU", chain, met=office <= MOST_OFFICE_S),
        Line(
            f"a store's page, {many} reactions",
            f"the same with {found['few_reactions']:,.0f}",
            f"<= {MOST_GROWTH}x",
            f"{growth:.2f}x",
            met=growth <= MOST_GROWTH,
        ),
        Line(
            "  its figures",
            f"the same from {many} raw reactions",
            goal,
            f"{times:.0f}x cheaper; {_times(found, 'page_raw', 'page')} with nothing kept",
            met=times >= LEAST_TIMES if goal else None,
        ),
        Line(
            "  all stores' figures",
            f"the same from {many} raw reactions",
            f">= {LEAST_TIMES_OF_ALL}x",
            f"{_times(found, 'page_raw', 'page')} cheaper",
            met=found["figures_page_raw"] / found["figures_page"] >= LEAST_TIMES_OF_ALL,
        ),
    ]


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reactions", type=int, default=2_000_000, help="how many are stored at most")
    wanted = parser.parse_args().reactions
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        found = office_costs(folder) | manager_costs(folder, wanted)
    kept = {name: value if name.endswith("reactions") else round(value, 5) for name, value in found.items()}
    keep(f"pages-{wanted}", lines_of(found), kept)
    print("\n".join(report(found)))  # noqa: T201
    sys.exit(0 if keeps_its_goals(found) else "A goal is missed.")


if __name__ == "__main__":
    main()
