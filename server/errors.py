"""Every refusal of the API: its status, its code and its sentence, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wire import codes, limits

if TYPE_CHECKING:
    from collections.abc import Sequence


class Refusal(Exception):
    """A request that is answered with application/problem+json instead of what was asked for.

    Args:
        status: the HTTP status.
        code: a stable word that programs act on.
        sentence: what is wrong and what to do, for a person.
        retry_after_s: seconds for a Retry-After header.
        facts: further members of the problem, such as `high`.
    """

    def __init__(self, status: int, code: str, sentence: str, retry_after_s: int | None = None, **facts: Any) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.retry_after_s = retry_after_s
        self.facts = facts


def malformed(why: str) -> Refusal:
    """A body that is not what it says: not JSON, wrong types, a number out of its range."""
    return Refusal(400, codes.MALFORMED, f"The request can not be read: {why}.")


def too_large() -> Refusal:
    """More bytes or more reactions than one request may carry."""
    return Refusal(
        413,
        codes.TOO_LARGE,
        f"A request holds at most {limits.MAX_REACTIONS} reactions in {limits.MAX_SENT_BYTES // 1024} KiB.",
        max_reactions=limits.MAX_REACTIONS,
    )


def unsupported_type() -> Refusal:
    """A body that is not JSON by its own word, or packed in a way that is not unpacked here."""
    return Refusal(400, codes.MALFORMED, "Send application/json, as it is or packed with gzip.")


def protocol_unsupported(supported: list[int]) -> Refusal:
    """A protocol number this server does not speak."""
    return Refusal(426, codes.PROTOCOL_UNSUPPORTED, "This server does not speak that protocol version.", supported=supported)


def gap(high: int) -> Refusal:
    """A batch that begins above the next seq the server expects of its stream."""
    return Refusal(409, codes.GAP, f"This stream is known up to {high}; send what follows, or name it as lost.", high=high)


def key_unknown() -> Refusal:
    """No key, or none that this server ever made."""
    return Refusal(401, codes.KEY_UNKNOWN, "A valid key is needed as a bearer token.")


def key_revoked() -> Refusal:
    """A key that was ended; the kiosk must be enrolled again."""
    return Refusal(401, codes.KEY_REVOKED, "This key was ended. Enrol the kiosk again with a new code.")


def hardware_differs() -> Refusal:
    """A key used on hardware other than the enrolled one: a cloned card."""
    return Refusal(
        403, codes.HARDWARE_DIFFERS, "This key belongs to another kiosk's hardware. Enrol this kiosk with its own code."
    )


def kiosk_disabled() -> Refusal:
    """A kiosk that head office has switched off."""
    return Refusal(403, codes.KIOSK_DISABLED, "This kiosk is disabled. Ask head office.")


def wrong_key_kind() -> Refusal:
    """A kiosk's key where an export token is needed, or the reverse."""
    return Refusal(403, "wrong-key-kind", "This kind of key can not be used here.")


def token_unknown() -> Refusal:
    """No export token, or none that this server ever made."""
    return Refusal(401, codes.KEY_UNKNOWN, "A valid export token is needed, as `Authorization: Bearer slv_x_...`.")


def token_ended() -> Refusal:
    """A right export token that was ended or has expired."""
    return Refusal(401, codes.KEY_REVOKED, "This export token was ended or has expired. Ask head office for a new one.")


def metrics_token_wrong() -> Refusal:
    """No metrics token, or another than the one that is set."""
    return Refusal(401, codes.KEY_UNKNOWN, "The metrics token is needed, as `Authorization: Bearer ...`.")


def code_refused() -> Refusal:
    """An enrolment code that is wrong, used or expired: all answered alike, so that nobody learns which."""
    return Refusal(403, codes.CODE_REFUSED, "This code is not valid. Ask head office for a new one.")


def too_many_tries(retry_after_s: int) -> Refusal:
    """Too many wrong codes from one address."""
    return Refusal(429, codes.BUSY, "Too many wrong codes came from here. Try again later.", retry_after_s=retry_after_s)


def busy(retry_after_s: int = 5) -> Refusal:
    """The server can not take this now; nothing was stored, and trying again helps."""
    return Refusal(503, codes.BUSY, "The server is busy. Nothing was lost; try again soon.", retry_after_s=retry_after_s)


def too_many_at_once() -> Refusal:
    """One token or person with so many exports on their way that others would wait for them."""
    sentence = "As many exports as one may have at once are on their way to you; ask again when one of them has ended."
    return Refusal(429, "too-many-at-once", sentence, retry_after_s=30)


def not_found() -> Refusal:
    """No such thing, or nothing of it that the asker may see: answered alike."""
    return Refusal(404, "not-found", "There is no such thing here.")


def wrong_parameter(name: str, why: str) -> Refusal:
    """A query parameter that does not fit."""
    return Refusal(400, "wrong-parameter", f"The parameter {name} {why}.", parameter=name)


def unknown_parameter(name: str, known: Sequence[str]) -> Refusal:
    """A query parameter that this address does not have: a slip of the pen must not end in more rows than were meant."""
    return wrong_parameter(name, f"is not known here; there are {', '.join(known)}" if known else "is not known here")


def not_installed(what: str, extra: str) -> Refusal:
    """Something that needs a package which this server was installed without."""
    return Refusal(501, "not-installed", f"{what} needs packages that are not installed here: `pip install salve[{extra}]`.")


def too_much(what: str, command: str) -> Refusal:
    """An export that would take longer to make than anybody waits at an address."""
    return Refusal(400, "too-much", f"{what}. Name fewer days or stores, or run `{command}` on the server.")


def archive_incomplete(path: str) -> Refusal:
    """A file of the archive that should be in its folder and is not."""
    return Refusal(
        503, "archive-incomplete", f"The archive's file {path} is not in SALVE_ARCHIVE_DIR; nothing is sent without it."
    )


def archive_damaged(path: str) -> Refusal:
    """A file of the archive that is not as it was written."""
    return Refusal(503, "archive-incomplete", f"The archive's file {path} is damaged; nothing is sent of what it should hold.")


def is_archived(month: str) -> Refusal:
    """A change to reactions that left the database for the archive."""
    return Refusal(
        409,
        "archived",
        f"The reactions of {month} are in the archive, and what is archived stays as it was.",
        parameter="archived",
    )


def wrong_cursor() -> Refusal:
    """An export cursor that this server never gave out."""
    return wrong_parameter("after", "is no cursor; use the Salve-Cursor header of an earlier answer as it was")


def cursor_of_another_life(epoch: str) -> Refusal:
    """An export cursor from before a restore: positions have another meaning now."""
    return Refusal(410, "cursor-gone", "This cursor is from before a restore. Start again without it.", epoch=epoch)


class Unfit(ValueError):
    """Something a person at the command line or on a page gave that can not be used; the text says why, and what to do.

    `reason` is a word by which a page finds its own sentence for it, "" where only commands meet it.
    """

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason
