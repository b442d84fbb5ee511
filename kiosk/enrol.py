"""Become a kiosk of one store: trade a one-time code for a key, and keep both sides of that on the card."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from kiosk import configuration
from kiosk.errors import EnrolmentRefused, KioskError, Unreachable
from kiosk.files import write_durably
from wire.encoding import CONTENT_TYPE, convert, decode, encode
from wire.limits import Malformed
from wire.messages import EnrolReply, EnrolRequest

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.upload import Uploader

NAME = "enrolment.json"
KEY_NAME = "key"
CODE_NAME = "enrolment-code.json"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Which kiosk of which server this card is, and the machine it was enrolled on."""

    server: str
    kiosk: str
    store: str
    hardware: str


@dataclass(frozen=True, slots=True)
class PendingCode:
    """A code on its way; kept so that the same one can be sent again when the reply was lost."""

    server: str
    code: str


def enrol(folder: Path, server: str, code: str, hardware: str, software: str, uploader: Uploader) -> EnrolReply:
    """Send the code and keep key, configuration and identity durably, the key first.

    Raises EnrolmentRefused when the server does not take the code, Unreachable when no answer of its own came back; the code is
    then still good, and the same call may be repeated.
    """
    write_durably(folder / CODE_NAME, json.dumps(asdict(PendingCode(server, code))).encode())
    answer = uploader.post("/api/v1/enrol", encode(EnrolRequest(code, hardware, software)), key=None)
    if answer.is_problem:
        raise EnrolmentRefused(f"{answer.problem_sentence()} (code {answer.problem().get('code', answer.status)})")
    if answer.status != 201 or answer.content_type != CONTENT_TYPE:
        raise Unreachable("Something between this kiosk and the server answered in its place.", sent=True)
    try:
        reply = decode(EnrolReply, answer.body)
        configuration.check(reply.config)
    except Malformed as error:
        raise KioskError(
            f"The server's reply can not be used here ({error}). Is this program older than the server?"
        ) from error
    _keep(folder, server, hardware, reply)
    return reply


def read(folder: Path) -> Enrolment | None:
    """The card's enrolment, None before there is one or when its file is damaged."""
    try:
        value = json.loads((folder / NAME).read_bytes())
        enrolment: Enrolment = convert(Enrolment, value)
    except (OSError, ValueError):
        return None
    return enrolment


def read_key(folder: Path) -> str | None:
    """The kiosk's key, None before enrolment or when its file is damaged: then the lamps ask for another enrolment."""
    try:
        found = (folder / KEY_NAME).read_text("ascii").strip()
    except (OSError, ValueError):
        return None
    # A header with such a letter in it could not even be sent.
    return found if found.isprintable() and found else None


def save_key(folder: Path, key: str) -> None:
    """Keep a new key durably; only then may it be used, because its first use ends the one before."""
    write_durably(folder / KEY_NAME, key.encode("ascii"), 0o600)


def pending_code(folder: Path) -> PendingCode | None:
    """The code whose reply never came, None when there is none."""
    try:
        code: PendingCode = convert(PendingCode, json.loads((folder / CODE_NAME).read_bytes()))
    except (FileNotFoundError, ValueError):
        return None
    return code


def fingerprint(folder: Path) -> tuple[int, int] | None:
    """Changes whenever the card is enrolled anew or its key is replaced; None before enrolment."""
    try:
        return ((folder / NAME).stat().st_mtime_ns, (folder / KEY_NAME).stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _keep(folder: Path, server: str, hardware: str, reply: EnrolReply) -> None:
    save_key(folder, reply.key)
    configuration.save(folder, reply.config)
    write_durably(folder / NAME, json.dumps(asdict(Enrolment(server, reply.kiosk, reply.store, hardware))).encode())
    (folder / CODE_NAME).unlink(missing_ok=True)
