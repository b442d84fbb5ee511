"""What stands in the audit log: who did what from where, and the hash by which an entry vouches for all before it."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import NamedTuple

# What the first entry's hash follows.
BEGINNING = "0" * 64


class By(NamedTuple):
    """Who acts: a kind of KINDS_OF_ACTOR, the row's id where there is one, the name at that time, the network address."""

    kind: str
    id: int | None = None
    name: str = ""
    address: str = ""


PERSON, TOKEN, KIOSK, SHELL, STRANGER = "person", "token", "kiosk", "command-line", "stranger"
KINDS_OF_ACTOR = (PERSON, TOKEN, KIOSK, SHELL, STRANGER)
COMMAND_LINE = By(SHELL)


class Act(StrEnum):
    """Everything that the log tells; a word never gets another meaning, and none is taken away."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    FAILURES_COUNTED = "failures-counted"
    SIGNED_OUT = "signed-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  (an act, not a secret)
    PERSON_ADDED = "person-added"
    PERSON_DISABLED = "person-disabled"
    PERSON_ENABLED = "person-enabled"
    TOKEN_MADE = "token-made"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    EXPORTED = "exported"
    EXPORTS_COUNTED = "exports-counted"
    CODE_MADE = "code-made"
    ENROLLED = "enrolled"
    ENROLMENT_REFUSED = "enrolment-refused"
    REFUSALS_COUNTED = "refusals-counted"
    KIOSK_REVOKED = "kiosk-revoked"
    KIOSK_ROTATED = "kiosk-rotated"
    KIOSK_MOVED = "kiosk-moved"
    KIOSK_ASKED = "kiosk-asked"
    DEFINITION_DECLARED = "definition-declared"
    QUESTION_WORDED = "question-worded"
    QUESTION_ACTIVATED = "question-activated"
    QUESTION_RETIRED = "question-retired"
    QUESTION_HANDED_OUT = "question-handed-out"
    QUESTIONS_IMPORTED = "questions-imported"
    STORE_ADDED = "store-added"
    HOURS_SET = "hours-set"
    HOLIDAY_SET = "holiday-set"
    CHANGE_NOTED = "change-noted"
    CHANGE_REMOVED = "change-removed"
    CLAIM_REGISTERED = "claim-registered"
    CLAIM_GIVEN_UP = "claim-given-up"
    RECOVERY_TAKEN = "recovery-taken"
    RECOVERY_DONE = "recovery-done"
    RUN_SET_ASIDE = "run-set-aside"
    RUN_KEPT = "run-kept"
    HELD_RELEASED = "held-released"
    REACTIONS_IMPORTED = "reactions-imported"
    FIGURES_REPAIRED = "figures-repaired"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    MOVED = "moved"
    ARCHIVED = "archived"


# What one may ask the log for, and the acts that belong to it; every act belongs to one.
SUBJECTS: dict[str, tuple[Act, ...]] = {
    "sign-in": (Act.SIGNED_IN, Act.SIGN_IN_FAILED, Act.FAILURES_COUNTED, Act.SIGNED_OUT, Act.PASSWORD_CHANGED),
    "people": (Act.PERSON_ADDED, Act.PERSON_DISABLED, Act.PERSON_ENABLED, Act.TOKEN_MADE, Act.TOKEN_REVOKED),
    "exports": (Act.EXPORTED, Act.EXPORTS_COUNTED),
    "kiosks": (
        *(Act.CODE_MADE, Act.ENROLLED, Act.ENROLMENT_REFUSED, Act.REFUSALS_COUNTED),
        *(Act.KIOSK_REVOKED, Act.KIOSK_ROTATED, Act.KIOSK_MOVED, Act.KIOSK_ASKED),
    ),
    "questions": (
        *(Act.DEFINITION_DECLARED, Act.QUESTION_WORDED, Act.QUESTION_ACTIVATED, Act.QUESTION_RETIRED),
        *(Act.QUESTION_HANDED_OUT, Act.QUESTIONS_IMPORTED),
    ),
    "stores": (
        *(Act.STORE_ADDED, Act.HOURS_SET, Act.HOLIDAY_SET, Act.CHANGE_NOTED, Act.CHANGE_REMOVED),
        *(Act.CLAIM_REGISTERED, Act.CLAIM_GIVEN_UP, Act.RECOVERY_TAKEN, Act.RECOVERY_DONE),
    ),
    "data": (
        *(Act.RUN_SET_ASIDE, Act.RUN_KEPT, Act.HELD_RELEASED, Act.REACTIONS_IMPORTED, Act.FIGURES_REPAIRED),
        *(Act.BACKED_UP, Act.RESTORED, Act.MOVED, Act.ARCHIVED),
    ),
}


class Entry(NamedTuple):
    """One entry as it is stored; `origin` stands for the address (`origin_of`), `details` is a JSON object as text."""

    number: int
    at_ms: int
    who_kind: str
    who_id: int | None
    who: str
    origin: str
    act: str
    about: str
    details: str
    hash: str = ""

    def hash_after(self, previous: str) -> str:
        """SHA-256 over the hash of the entry before and everything that this one says, as 64 hexadecimal digits."""
        # Plain ASCII without choices of spacing: the same bytes in every release and on every machine.
        said = json.dumps(self[:-1], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(f"{previous}\n{said}".encode("ascii")).hexdigest()


def origin_of(address: str, salt: str) -> str:
    """What an entry says of an address: nothing that tells it, once the salt is deleted. 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt} {address}".encode(errors="backslashreplace")).hexdigest()
