"""A place for what was counted lately, by what it was counted from; of hundreds of stores those that changed are read anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping

    from server.database.fingerprints import Fingerprint

MOST_KEPT = 8

T = TypeVar("T")


class Shelf(Generic[T]):
    """The last MOST_KEPT things that were put on it or taken from it; for several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> T | None:
        """What was put there under this key, if it still is."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, value: T) -> T:
        """Keep this under this key, in place of what was there."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class ByStore(Generic[T]):
    """Something of every store, and the fingerprints of the moment that it was read in."""

    fingerprints: Mapping[int, Fingerprint]
    found: dict[int, T]


def by_store(
    shelf: Shelf[ByStore[T]],
    about: Hashable,
    now: Mapping[int, Fingerprint],
    read: Callable[[Collection[int] | None], dict[int, T]],
) -> dict[int, T]:
    """What every store has, by its id; of those that changed since it was kept it is read.

    Args:
        shelf: where it is kept.
        about: all that it depends on beside the stores' rows.
        now: all stores' fingerprints, of the transaction that `read` reads in.
        read: reads it, of these stores or of all.
    """
    kept = shelf.take(about)
    same = {} if kept is None else {store: found for store, found in now.items() if kept.fingerprints.get(store) == found}
    if kept is not None and len(same) == len(now) == len(kept.fingerprints):
        return kept.found
    if kept is None or 2 * len(same) < len(now):
        return shelf.put(about, ByStore(now, read(None))).found
    unchanged = {store: found for store, found in kept.found.items() if store in same}
    return shelf.put(about, ByStore(now, unchanged | read([store for store in now if store not in same]))).found
