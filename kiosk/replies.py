"""What an answer to a sync means: ours or not, stored, refused, or to be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from wire import codes
from wire.encoding import CONTENT_TYPE, decode
from wire.limits import Malformed
from wire.messages import SyncReply

if TYPE_CHECKING:
    from kiosk.upload import Answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Foreign:
    """Not the server's own words, such as a captive portal's page: a network error."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The server has this stream only up to `high`."""

    high: int


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Too many reactions at once; `most` when the server said how many it takes."""

    most: int | None


@dataclass(frozen=True, slots=True)
class Unfit:
    """The server can not read this request, and never will."""


@dataclass(frozen=True, slots=True)
class Refused:
    """This kiosk may not send at present; `code` says why."""

    code: str


@dataclass(frozen=True, slots=True)
class Busy:
    """The server asks to wait; `wait_s` when it said how long."""

    wait_s: float | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The server's own error: whether it stored anything is not known."""


Meaning: TypeAlias = SyncReply | Foreign | Gap | TooLarge | Unfit | Refused | Busy | Unknown


def read_reply(answer: Answer, kind: type[T]) -> T | None:
    """A 200 of our own content type as `kind`, None for anything else."""
    if answer.status != 200 or answer.content_type != CONTENT_TYPE:
        return None
    try:
        return decode(kind, answer.body)
    except Malformed:
        return None


def meaning(answer: Answer) -> Meaning:
    """Read the answer to a sync; only the hash of the bytes sent makes a 200 count."""
    if answer.status == 200:
        reply = read_reply(answer, SyncReply)
        return reply if reply is not None and reply.received == answer.sent_hash else Foreign()
    if not answer.is_problem:
        # A portal or proxy that answers in the server's place does not say how long this kiosk shall be still.
        return Foreign()
    return Busy(answer.retry_after_s) if answer.status in {429, 503} else _refusal(answer)


def _refusal(answer: Answer) -> Meaning:
    fields = answer.problem()
    code = fields["code"]
    if code == codes.GAP and isinstance(fields.get("high"), int):
        return Gap(fields["high"])
    if answer.status == 413:
        most = fields.get("max_reactions")
        return TooLarge(most if isinstance(most, int) and most > 0 else None)
    if answer.status == 400:
        return Unfit()
    if answer.status in {401, 403, 426}:
        return Refused(str(code))
    return Unknown()
