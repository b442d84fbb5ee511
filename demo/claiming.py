"""Registers the made-up claims on the evening before their change, as head office would have: before their data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.chain import CLAIMS, HISTORY_DAYS
from demo.sign_ins import OFFICE
from server.claims.claim import read_claims
from server.claims.registering import Wish, register, windows_of
from server.database.engine import writing

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

    from demo.chain import MadeUpClaim

WEEKS = 4
MATTERS = 3


def claim_on(engine: Engine, base: date, first: date, day: date, now_ms: int) -> None:
    """Register what is to be registered on the evening of `day`, once; `base` is the day that stories count back from.

    A history that begins later than usual holds too little for a claim.
    """
    if (base - first).days < HISTORY_DAYS:
        return
    for made in CLAIMS:
        if day == base - timedelta(made.begins + 1):
            with writing(engine) as connection:
                if made.title not in {claim.title for claim in read_claims(connection)}:
                    register(connection, _wish(made, base), now_ms, OFFICE)


def _wish(made: MadeUpClaim, base: date) -> Wish:
    start = base - timedelta(made.begins)
    before, after = windows_of(start, WEEKS)
    return Wish(
        title=made.title,
        what=made.what,
        plan="",
        measure=made.measure,
        question="",
        start=start,
        before=before,
        after=after,
        matters=MATTERS,
        direction="up",
        treated=made.treated,
        control=made.control,
    )
