"""A made-up chain with its raw reactions and the roll-ups that they come to, both written straight in."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, update

from bench.made_rollups import EXPERIENCE, SERVICE, make_chain
from server.analysis.tallies import BAND_AT, BAND_COLUMNS, SUM_NN
from server.database.engine import writing
from server.database.rollups import DAYS, HOURS, VISIT_DAYS, RollUp
from server.database.tables import placements, questions, reactions, stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

# Without summer time, so that a plain statement over raw reactions can tell local days.
ZONE, ZONE_MS = "Europe/Istanbul", 3 * 3_600_000
UNIX_DAY = date(1970, 1, 1).toordinal()
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
OPENS, OPEN_HOURS = 9, 12
HAPPY, UNHAPPY = 2, 4  # ids of answers
SHARES = (218, 192)  # of 256 presses about service and about experience


class Day(NamedTuple):
    """One kiosk's day: its reactions and its rows of each roll-up, as their tables' columns stand."""

    reactions: list[tuple[object, ...]]
    rows: dict[RollUp, list[tuple[int, ...]]]


def make_chain_with_reactions(engine: Engine, path: Path, size: tuple[int, int], first: date, end: date, presses: int) -> int:
    """Fill an empty database; returns how many reactions it has.

    Args:
        engine: of the SQLite file at `path`.
        path: the file.
        size: how many stores, and how many kiosks in each.
        first: the first day with presses.
        end: the day after the last one.
        presses: of each kiosk on each day, alternately about service and about experience, by one passer-by each.
    """
    make_chain(engine, *size, first, first)
    with writing(engine) as connection:
        connection.execute(update(stores).values(timezone=ZONE, territory="TR"))
        ids = dict(connection.execute(select(questions.c.code, questions.c.id)).all())
        kiosks = connection.execute(select(placements.c.kiosk_id, placements.c.id)).all()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA synchronous = OFF")
    chance = random.Random(7)  # noqa: S311  (the same chain each time, no secret)
    into = f"INSERT INTO reactions ({', '.join(reactions.c.keys())}) VALUES ({', '.join('?' * len(reactions.c))})"  # noqa: S608
    for kiosk, placement in kiosks:
        with raw:
            for at in _days(kiosk, placement, (ids[SERVICE], ids[EXPERIENCE]), (first, end), presses, chance):
                raw.executemany(into, at.reactions)
                for roll_up, rows in at.rows.items():
                    raw.executemany(roll_up.upsert(), rows)
    raw.close()
    return len(kiosks) * (end - first).days * presses


def _days(
    kiosk: int, placement: int, ids: tuple[int, int], span: tuple[date, date], presses: int, chance: random.Random
) -> Iterator[Day]:
    step = OPEN_HOURS * HOUR_MS // presses
    for back in range((span[1] - span[0]).days):
        day = (span[0] + timedelta(days=back)).toordinal()
        begin = (day - UNIX_DAY) * DAY_MS + OPENS * HOUR_MS - ZONE_MS
        seq = back * presses + 1
        answers = [HAPPY if byte < SHARES[at % 2] else UNHAPPY for at, byte in enumerate(chance.randbytes(presses))]
        names = {HAPPY: "happy", UNHAPPY: "unhappy"}
        stamped = [(at, answer, begin + at * step, seq + at) for at, answer in enumerate(answers)]
        raw: list[tuple[object, ...]] = [
            (
                *(kiosk, 1, number, 1, pressed_ms, pressed_ms, 1, 1, names[answer], number - 1 if at % 2 else None, 0),
                *(placement, ids[at % 2], answer, 2, 0, 1, pressed_ms, 40, 0),
            )
            for at, answer, pressed_ms, number in stamped
        ]
        yield Day(raw, _rolled_up((kiosk, placement, day), ids, answers, step))


def _rolled_up(
    place: tuple[int, int, int], ids: tuple[int, int], answers: list[int], step: int
) -> dict[RollUp, list[tuple[int, ...]]]:
    """What the roll-ups of a day come to whose presses are `step` milliseconds apart, too far for a cluster."""
    found: dict[RollUp, list[tuple[int, ...]]] = {DAYS: [], HOURS: [], VISIT_DAYS: []}
    for which, question in enumerate(ids):
        bands = [0] * len(BAND_COLUMNS)
        for hour in range(OPEN_HOURS):
            begin = _at(hour, step)
            own = answers[begin + (which - begin) % 2 : _at(hour + 1, step) : 2]
            happy = own.count(HAPPY)
            band = BAND_AT[OPENS + hour] - SUM_NN - 1
            bands[band] += len(own)
            bands[band + 1] += happy
            if own:
                found[HOURS].append((*place, question, 2, OPENS + hour, happy, 0, len(own) - happy, 0))
        total, happy = sum(bands[0::2]), sum(bands[1::2])
        found[DAYS].append((*place, question, 2, happy, 0, total - happy, 0, 0, total, happy, happy, total, *bands))
    pairs = list(zip(answers[0::2], answers[1::2], strict=False))
    cells = (pairs.count(pair) for pair in ((HAPPY, HAPPY), (HAPPY, UNHAPPY), (UNHAPPY, HAPPY), (UNHAPPY, UNHAPPY)))
    found[VISIT_DAYS].append((*place, *ids, 2, *cells))
    return found


def _at(hour: int, step: int) -> int:
    """The first press of an open hour."""
    return -(-hour * HOUR_MS // step)
