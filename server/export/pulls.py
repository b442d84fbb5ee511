"""Tells the audit log who pulls what: before the first byte leaves once a day, and at the day's end how often and how much."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.people import Person
from server.audit import PERSON, TOKEN, Act, By
from server.database.audit import note
from server.database.audit_tallies import Tallied, add_to_tally, is_tallied, tallies_of, tally
from server.database.engine import reading, writing
from server.database.failures import OperationalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine

    from server.access.tokens import ExportToken
    from server.clock import Clock

DAY_MS = 86_400_000
# Pulls of one asker that differ in more than their cursor; what comes beyond these in a day is counted together.
MOST_A_DAY = 20
MOST_STORES_NAMED = 20
# How often a store's figures are asked for says little about which store.
WITHOUT_STORE = frozenset({"summary", "employees"})


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull: who asks for what; `asked` are the address's parameters that say how much of it."""

    engine: Engine
    clock: Clock
    by: By
    name: str
    asked: Mapping[str, object]

    @property
    def reader(self) -> tuple[str, int | None]:
        """Whose pull it is: a token's or a person's."""
        return self.by.kind, self.by.id

    def noted(self, make: Callable[[], Iterator[bytes]]) -> Callable[[], Iterator[bytes]]:
        """What makes the same chunks, once the log knows of it. While the database can not be written, a first pull waits."""

        def begin() -> Iterator[bytes]:
            subject, first = self._begin()
            return self._counted(make(), subject, first=first)

        return begin

    def note_whole(self) -> None:
        """Tell of an answer that is no stream of lines."""
        subject, first = self._begin()
        if not first:
            self._end(subject, 0, first=False)

    def _begin(self) -> tuple[str, bool]:
        now_ms = self.clock.now_ms()
        with reading(self.engine) as connection:
            subject = self._subject
            if is_tallied(connection, subject, now_ms):
                return subject, False
            if tallies_of(connection, self._prefix, now_ms) >= MOST_A_DAY:
                subject = f"{self._prefix}more"
                if is_tallied(connection, subject, now_ms):
                    return subject, False
        kept = Tallied(subject, now_ms - now_ms % DAY_MS + DAY_MS, at_once=1)
        with writing(self.engine) as connection:
            tally(connection, now_ms, self.by, Act.EXPORTED, self.name, kept, **self.asked)
        return subject, True

    def _counted(self, chunks: Iterator[bytes], subject: str, *, first: bool) -> Iterator[bytes]:
        lines = 0
        try:
            for chunk in chunks:
                lines += chunk.count(b"\n")
                yield chunk
        finally:
            header = self.name.endswith(".csv")
            self._end(subject, max(0, lines - header) if self.name.endswith((".csv", ".ndjson")) else 0, first=first)

    def _end(self, subject: str, rows: int, *, first: bool) -> None:
        # The log knows already that this is pulled today; while the database is busy, the export matters more than the sum.
        with suppress(OperationalError), writing(self.engine) as connection:
            if add_to_tally(connection, subject, rows, again=not first):
                return
            # Its day was added up while it was on its way.
            note(connection, self.clock.now_ms(), self.by, Act.EXPORTS_COUNTED, self.name, times=1, rows=rows)

    @property
    def _prefix(self) -> str:
        return f"export {self.by.kind} {self.by.id} "

    @property
    def _subject(self) -> str:
        alike = {key: value for key, value in self.asked.items() if key != "after" and self.name not in WITHOUT_STORE}
        said = json.dumps([self.name, alike], sort_keys=True, default=str)
        return self._prefix + hashlib.sha256(said.encode(errors="backslashreplace")).hexdigest()


def puller(asker: ExportToken | Person, address: str) -> By:
    """Who asks, for the audit log."""
    if isinstance(asker, Person):
        return By(PERSON, asker.id, asker.email, address)
    return By(TOKEN, asker.id, asker.name, address)


def said_of(parameters: Mapping[str, str], stores: list[str]) -> dict[str, object]:
    """What the log keeps of an address's parameters."""
    said: dict[str, object] = {
        name: parameters[name][:100] for name in ("from", "to", "after", "period") if parameters.get(name)
    }
    if stores:
        said["stores"] = sorted(set(stores)) if len(stores) <= MOST_STORES_NAMED else len(set(stores))
    return said
