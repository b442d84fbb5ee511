"""Keeps what a request tells of the kiosk's boots and clocks, and sets them against the server's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.drift import Bound, Fix
from server.analysis.times import BootClock
from server.database.boot_clocks import bound_of, limits_of_boots
from server.database.boots import BootRow, add_anchor, add_boot, anchors_around, boots_by_id, save_boot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from wire.messages import Boot, SyncRequest


class Boots:
    """The boots a request names, by its own numbers.

    Making it stores new boots, the latest arrival's bound and the exchanges that the request reports.
    """

    def __init__(self, connection: Connection, kiosk_id: int, request: SyncRequest, arrived_ms: int) -> None:
        self._connection = connection
        self._kiosk_id = kiosk_id
        self._sent = request.sent
        self._arrived_ms = arrived_ms
        self._known = {boot.number: self._learn(boot, row) for boot, row in self._rows(request)}
        for anchor in request.anchors:
            number = self._known[anchor.boot].number
            add_anchor(connection, kiosk_id, number, anchor.elapsed_ms, anchor.server_ms, anchor.uncertainty_ms)

    def numbers(self) -> dict[int, int]:
        """The server's number of every boot by the request's number."""
        return {named: row.number for named, row in self._known.items()}

    def ids(self) -> dict[int, str]:
        """The boot id of every boot by the request's number."""
        return {named: row.boot_id for named, row in self._known.items()}

    def speaking(self) -> int:
        """The server's number of the boot that this request was sent in."""
        return self._known[self._sent.boot].number

    def clocks(self, named: Sequence[int], elapsed_ms: Sequence[int]) -> dict[int, BootClock]:
        """A clock for every boot that is named, by the request's number, good at these moments of theirs."""
        moments = {boot: [at_ms for one, at_ms in zip(named, elapsed_ms, strict=True) if one == boot] for boot in set(named)}
        return {boot: self._clock(boot, min(found), max(found)) for boot, found in moments.items()}

    def _clock(self, named: int, first_ms: int, last_ms: int) -> BootClock:
        boot = self._known[named]
        found = anchors_around(self._connection, self._kiosk_id, boot.number, first_ms, last_ms)
        bound = bound_of(boot)
        bounds = [] if bound is None else [bound]
        if named == self._sent.boot and boot.offset_elapsed_ms != self._sent.elapsed_ms:
            bounds.append(Bound(self._sent.elapsed_ms, self._arrived_ms - self._sent.elapsed_ms))
        limits = None
        if not found and not bounds:
            limits = limits_of_boots(self._connection, self._kiosk_id, boot.buffer).get(boot.number)
        return BootClock([Fix(*row) for row in found], bounds, self._arrived_ms, limits)

    def _rows(self, request: SyncRequest) -> list[tuple[Boot, BootRow]]:
        known = boots_by_id(self._connection, self._kiosk_id, [boot.boot_id for boot in request.boots])
        for boot in request.boots:
            if boot.boot_id not in known:
                buffer = request.buffer or ""
                known[boot.boot_id] = add_boot(self._connection, self._kiosk_id, boot.boot_id, buffer, boot.number)
        return [(boot, known[boot.boot_id]) for boot in request.boots]

    def _learn(self, boot: Boot, row: BootRow) -> BootRow:
        learnt = row._replace(last_elapsed_ms=max(boot.last_elapsed_ms or 0, row.last_elapsed_ms or 0))
        if boot.number == self._sent.boot:
            offset_ms = self._arrived_ms - self._sent.elapsed_ms
            learnt = learnt._replace(last_elapsed_ms=max(learnt.last_elapsed_ms or 0, self._sent.elapsed_ms))
            # Only ever smaller: a request that was slow, or is replayed years later, says nothing.
            if row.offset_ms is None or offset_ms < row.offset_ms:
                learnt = learnt._replace(offset_ms=offset_ms, offset_elapsed_ms=self._sent.elapsed_ms)
        if learnt != row:
            save_boot(self._connection, self._kiosk_id, learnt)
        return learnt
