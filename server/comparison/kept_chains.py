"""Keeps the last chains that were counted, as long as their roll-ups are what they were.

Every open page of every store looks at all stores each time a press arrives, and nearly always their full days are the same.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from server.comparison.chain import Chain, question_ids
from server.comparison.mix import mix_of
from server.database.fingerprints import fingerprint
from server.database.life import read_life

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sqlalchemy import Connection

    from server.comparison.periods import Period
    from server.database.figures import Asked
    from server.survey.definitions import Definition

MOST_KEPT = 8

_kept: OrderedDict[Hashable, Chain] = OrderedDict()
_lock = threading.Lock()


def chain_of(connection: Connection, period: Period, definition: Definition, asked: dict[int, Asked]) -> Chain:
    """All stores over a period: counted, or as it was counted before where nothing under it has changed."""
    if period.running:
        return Chain(connection, period, definition, asked)
    mix = mix_of(connection, period.end)
    days = fingerprint(connection, period.first.toordinal(), period.end.toordinal())
    key = (read_life(connection).epoch, period, definition, question_ids(definition, asked), mix, days)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = Chain(connection, period, definition, asked, mix=mix)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
