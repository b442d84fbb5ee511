"""Takes one sync request into the open transaction: everything of it, or nothing; the same again changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from server import errors
from server.database.enrolments import replaced_by, replaces
from server.database.incidents import CARD_COPIED, TWO_BOOTS, note_incident
from server.database.kiosks import newest_config_version, note_boot, note_sync, note_totals
from server.database.streams import Arrival, Stream, add_stream, lock_stream, streams_of_parent
from server.fleet.configuration import HIGHEST_BELIEVED, newest_config, renew
from server.fleet.kiosks import next_key, note_use
from server.ingest.taking import keep_apart, take_in
from wire.messages import SyncReply

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.database.revisions import Revision
    from server.fleet.kiosks import AuthenticatedKiosk
    from server.ingest.meanings import Meanings
    from wire.messages import Config, SyncRequest

# The kiosk's health is for the fleet page; more than this is not health, and not worth refusing reactions for.
MOST_HEALTH_BYTES = 8_192
WAIT_S = 60


class Job(NamedTuple):
    """One request as it came through the door: decoded, checked, from a known kiosk."""

    request: SyncRequest
    kiosk: AuthenticatedKiosk
    body_sha256: str
    arrived_ms: int


class Outcome(NamedTuple):
    """The answer, to be given after COMMIT, and the runs and changes to enter in the ledgers just before."""

    reply: SyncReply
    arrivals: list[Arrival]
    revisions: list[Revision]


def take_request(connection: Connection, job: Job, meanings: Meanings, quota: int, epoch: str) -> Outcome:
    """Store what is new of a request; `quota` is of reactions per kiosk and local day.

    Raises 403 `hardware-differs` and 409 `gap`; the caller then undoes what was done since its savepoint.
    """
    request, kiosk = job.request, job.kiosk
    if request.hardware is not None and request.hardware != kiosk.hardware:
        raise errors.hardware_differs()
    note_use(connection, kiosk, job.arrived_ms)
    stream = lock_stream(connection, request.stream) or _new_stream(connection, job)
    if stream.kiosk_id == kiosk.id or replaces(connection, kiosk.hardware, stream.kiosk_id):
        taken = take_in(connection, stream, request, kiosk.id, job.arrived_ms, meanings, quota)
    else:
        taken = keep_apart(connection, stream, request, kiosk.id, job.arrived_ms)
    _note(connection, job, taken.boot)
    reply = SyncReply(
        received=job.body_sha256,
        stored=taken.stored,
        duplicate=taken.duplicate,
        held=taken.held,
        high=taken.high,
        epoch=epoch,
        server_ms=job.arrived_ms,
        wait_s=WAIT_S,
        config=_config_for(connection, job),
        key=next_key(connection, kiosk, job.arrived_ms),
    )
    return Outcome(reply, taken.arrivals, taken.revisions)


def _new_stream(connection: Connection, job: Job) -> Stream:
    """A stream that nobody sent yet. A second one that goes on from the same stream means that its card was copied."""
    request, kiosk = job.request, job.kiosk
    if request.parent is not None:
        others = set(streams_of_parent(connection, request.parent))
        if others - set(replaced_by(connection, kiosk.hardware)):
            for one in sorted(others | {kiosk.id}):
                note_incident(connection, one, CARD_COPIED, job.arrived_ms)
    return add_stream(connection, kiosk.id, request.stream, request.parent, job.arrived_ms, request.buffer or "")


def _note(connection: Connection, job: Job, boot: int | None) -> None:
    """Keep what the request says of its kiosk."""
    request = job.request
    if boot is not None and boot < job.kiosk.live_boot:
        note_incident(connection, job.kiosk.id, TWO_BOOTS, job.arrived_ms)
    elif boot is not None and boot > job.kiosk.live_boot:
        note_boot(connection, job.kiosk.id, boot)
    seen = max([request.config_version, *{reaction.config_version for reaction in request.reactions}])
    note_sync(
        connection,
        job.kiosk.id,
        job.arrived_ms,
        request.software,
        request.config_version,
        seen if seen <= HIGHEST_BELIEVED else 0,
        _health(request),
    )
    if request.buffer and request.totals is not None:
        totals = request.totals
        note_totals(connection, job.kiosk.id, request.buffer, totals.thanked, totals.refused, job.arrived_ms)


def _health(request: SyncRequest) -> str:
    if request.health is None:
        return ""
    text = msgspec.json.encode(request.health)
    return text.decode() if len(text) <= MOST_HEALTH_BYTES else '{"too_long":true}'


def _config_for(connection: Connection, job: Job) -> Config | None:
    """The configuration that this kiosk should run, None when it does."""
    kiosk_id, applied = job.kiosk.id, job.request.config_version
    newest = newest_config_version(connection, kiosk_id)
    if applied == newest:
        return None
    if newest < applied <= HIGHEST_BELIEVED:
        return renew(connection, kiosk_id, job.arrived_ms)
    return newest_config(connection, kiosk_id)
