"""Whether a claim's time has really come: a result stays for ever, and the clock of a server may be wrong by months."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from server.claims.claim import GRACE_DAYS
from server.database.witnesses import days_pressed, newest_set_clock

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.claims.claim import Claim

WEEK_DAYS = 7
# Since the newest press a night may have passed.
PAUSE_MS = 86_400_000


def believed_ms(connection: Connection, now_ms: int) -> int:
    """The time by the server's clock, or a day after the kiosks' own newest where that is earlier."""
    theirs = newest_set_clock(connection)
    return now_ms if theirs is None else min(now_ms, theirs + PAUSE_MS)


def is_lived_through(connection: Connection, claim: Claim, today: int) -> bool:
    """Whether the presses show that a claim's days have passed; `today` is the last store's, a proleptic ordinal.

    A clock that jumps leaves days behind it of which nobody has presses: more than half of the weeks after the change must have
    some, and so many days since as late presses are waited for.
    """
    first, end = claim.after.first.toordinal(), claim.after.end.toordinal()
    # What a clock that was ahead has put beyond today proves nothing.
    if len(list(islice(days_pressed(connection, end, today + 1), GRACE_DAYS))) < GRACE_DAYS:
        return False
    weeks = {(day - first) // WEEK_DAYS for day in days_pressed(connection, first, end)}
    return 2 * len(weeks) * WEEK_DAYS > claim.after.days
