"""Reads what a kiosk sent into a checked message, or says what is wrong with it; never more bytes than a request may have."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from server import errors
from wire import limits
from wire.encoding import CONTENT_TYPE
from wire.messages import PROTOCOL, EnrolRequest, ReconcileRequest, SyncRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

Message = TypeVar("Message")
GZIP_WINDOW = 31


class Body(NamedTuple):
    """The JSON of a request, and the SHA-256 (hex) of the bytes as they were sent, before any inflating."""

    json: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class _Spoken:
    """As much of any protocol's request as tells which one it is."""

    protocol: int


# Made when this is imported, by one thread: msgspec learns a dataclass at its first use, and several threads that are the first
# at once crash the whole process (0.22; so do kiosks that come back together to a server that has just started).
ENROL, SYNC, RECONCILE = (
    msgspec.json.Decoder(EnrolRequest),
    msgspec.json.Decoder(SyncRequest),
    msgspec.json.Decoder(ReconcileRequest),
)
_SPOKEN = msgspec.json.Decoder(_Spoken)


def read_body(request: Request) -> Body:
    """The body of a request.

    Raises 413 above what may be sent or inflated, 400 for another type or encoding and for one that is cut short.
    """
    if request.mimetype not in {"", CONTENT_TYPE}:
        raise errors.unsupported_type()
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip"}:
        raise errors.unsupported_type()
    sent = _read(request)
    return Body(_inflate(sent) if encoding == "gzip" else sent, hashlib.sha256(sent).hexdigest())


def decode(decoder: msgspec.json.Decoder[Message], raw: bytes, check: Callable[[Message], None]) -> Message:
    """Read JSON as one of the messages above and check its limits.

    Raises 426 for a protocol that is not spoken here, 400 with the path of the fault, 413 for too many reactions.
    """
    try:
        message = decoder.decode(raw)
        _check_protocol(getattr(message, "protocol", PROTOCOL))
        check(message)
    except limits.TooLarge as error:
        raise errors.too_large() from error
    # A deep nest ends in RecursionError, letters that are no UTF-8 in UnicodeDecodeError, which is a ValueError like the rest.
    except (ValueError, RecursionError) as error:
        _check_protocol(_spoken(raw))
        raise errors.malformed(str(error)) from error
    return message


def _read(request: Request) -> bytes:
    if request.content_length is not None and request.content_length > limits.MAX_SENT_BYTES:
        raise errors.too_large()
    try:
        sent = request.stream.read(limits.MAX_SENT_BYTES + 1)
    except RequestEntityTooLarge as error:
        raise errors.too_large() from error
    except ClientDisconnected as error:
        raise errors.malformed("it is shorter than it says") from error
    if len(sent) > limits.MAX_SENT_BYTES:
        raise errors.too_large()
    return bytes(sent)


def _inflate(sent: bytes) -> bytes:
    """Inflate at most what a request may hold: a bomb is refused after that much, not after it went off."""
    machine = zlib.decompressobj(GZIP_WINDOW)
    try:
        found = machine.decompress(sent, limits.MAX_INFLATED_BYTES + 1)
    except zlib.error as error:
        raise errors.malformed("it is not gzip") from error
    if len(found) > limits.MAX_INFLATED_BYTES:
        raise errors.too_large()
    if not machine.eof or machine.unused_data:
        raise errors.malformed("its gzip is cut short or goes on after its end")
    return found


def _spoken(raw: bytes) -> int:
    """The protocol of a request that does not decode; ours when even that can not be told."""
    try:
        return _SPOKEN.decode(raw).protocol
    except (ValueError, RecursionError):
        return PROTOCOL


def _check_protocol(protocol: int) -> None:
    if protocol != PROTOCOL:
        raise errors.protocol_unsupported([PROTOCOL])
