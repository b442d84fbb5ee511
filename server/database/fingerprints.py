"""A period's roll-ups in a few numbers: as long as they stay, so does everything that is counted from them.

Reading these costs a fifth of counting all stores' figures anew, and a press of today does not change those of full days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, func, literal, select

from server.analysis.tallies import BAND_COLUMNS
from server.database.figures import CELLS, COUNTS, placed
from server.database.tables import days, placements, stores, visit_days

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

# Each column of a row has its own prime, and each row a weight by what it is about, so that nothing moves unseen.
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
OTHER_PRIMES = PRIMES[::-1]
# Keeps the sums of years of a large chain within 64 bits.
MODULUS = 65_521

Fingerprint = tuple[int, ...]


def fingerprint(connection: Connection, from_day: int, to_day: int) -> Fingerprint:
    """What the roll-ups of all stores over the days [from_day, to_day) are, and where the stores stand."""
    names = (*COUNTS, *BAND_COLUMNS)
    about = (placements.c.store_id * 1_009 + days.c.local_day * 31 + days.c.question_id * 7 + days.c.faces) % MODULUS
    counted = (
        select(
            func.count(),
            *(func.coalesce(func.sum(about * _mixed(days, names, primes)), 0) for primes in (PRIMES, OTHER_PRIMES)),
        )
        .select_from(days)
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(days.c.local_day >= from_day, days.c.local_day < to_day)
    )
    asked = visit_days.c.service_id * 7 + visit_days.c.experience_id * 3
    about_visit = (placements.c.store_id * 1_009 + visit_days.c.local_day * 31 + asked) % MODULUS
    visited = (
        select(func.count(), func.coalesce(func.sum(about_visit * _mixed(visit_days, CELLS, PRIMES)), 0))
        .select_from(visit_days)
        .join(placements, placed(visit_days.c.kiosk_id, visit_days.c.placement_id))
        .where(visit_days.c.local_day >= from_day, visit_days.c.local_day < to_day)
    )
    where = connection.execute(select(stores.c.id, stores.c.territory).order_by(stores.c.id)).all()
    found = (*connection.execute(counted).one(), *connection.execute(visited).one())
    return (*map(int, found), hash(tuple(map(tuple, where))))


def _mixed(table: Table, names: tuple[str, ...], primes: tuple[int, ...]) -> ColumnElement[int]:
    """A row's counts as one number."""
    mixed: ColumnElement[int] = literal(0)
    for name, prime in zip(names, primes, strict=False):
        mixed = mixed + table.c[name] * literal(prime, BigInteger)
    return mixed
