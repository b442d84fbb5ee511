"""What buttons meant under each configuration, remembered between batches: it is written once and never changes.

What can be put right, zones and opening hours, is read once per transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.opening import OutOfHours
from server.database.kiosks import config_body
from server.database.opening import times_of_placement
from server.database.placements import ButtonMeaning, meanings_of_config
from server.fleet.configuration import read_config
from server.fleet.hours import MARGIN_MS
from wire.messages import Rules

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A chain of some thousand kiosks with two configurations each; above it, begin anew rather than grow.
MOST_CONFIGS = 20_000
USUAL = Rules()


class Meanings:
    """Looks configurations up once; zones of stores, which can be corrected, once per transaction."""

    def __init__(self) -> None:
        self._configs: dict[tuple[int, int], dict[str, ButtonMeaning]] = {}
        self._rules: dict[tuple[int, int], Rules] = {}
        self._times: dict[int, tuple[str, OutOfHours | None]] = {}

    def begin(self) -> None:
        """A new transaction has begun."""
        self._times.clear()

    def buttons(self, connection: Connection, kiosk_id: int, version: int) -> dict[str, ButtonMeaning]:
        """The buttons of a configuration; empty for one that this server never made."""
        found = self._configs.get((kiosk_id, version))
        if found is None:
            found = meanings_of_config(connection, kiosk_id, version)
            if len(self._configs) >= MOST_CONFIGS:
                self._configs.clear()
            if found:  # an unknown one may yet be made
                self._configs[kiosk_id, version] = found
        return found

    def rules(self, connection: Connection, kiosk_id: int, version: int) -> Rules:
        """The rules by which presses were judged under a configuration; the usual ones for one that this server never made."""
        found = self._rules.get((kiosk_id, version))
        if found is None:
            body = config_body(connection, kiosk_id, version)
            if len(self._rules) >= MOST_CONFIGS:
                self._rules.clear()
            if body is None:
                return USUAL
            found = self._rules[kiosk_id, version] = read_config(body).rules
        return found

    def zone(self, connection: Connection, placement_id: int) -> str:
        """The time zone of the store of a placement."""
        return self._times_of(connection, placement_id)[0]

    def outside(self, connection: Connection, placement_id: int) -> OutOfHours | None:
        """What says of moments whether the store of a placement was closed; None where its hours are not known."""
        return self._times_of(connection, placement_id)[1]

    def _times_of(self, connection: Connection, placement_id: int) -> tuple[str, OutOfHours | None]:
        found = self._times.get(placement_id)
        if found is None:
            zone, opening = times_of_placement(connection, placement_id)
            found = self._times[placement_id] = zone, None if opening is None else OutOfHours(opening, MARGIN_MS)
        return found
