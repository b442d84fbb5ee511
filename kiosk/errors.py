"""What can keep a kiosk from its work, each as a sentence that says what to do."""

from __future__ import annotations


class KioskError(Exception):
    """A reason to stop or to wait; its text is a sentence for the technician."""


class SettingError(KioskError):
    """A setting that is wrong or missing; the text begins with its name."""


class BufferUnsafe(KioskError):
    """The buffer can not keep what a thank-you promises: wrong file, wrong journal mode, or a folder that a reboot empties."""


class CardFull(KioskError):
    """The card has no room even to begin; the program runs, refuses presses visibly and tries again by itself."""


class Stopped(KioskError):
    """The program is ending or without power; what was asked has not been done."""


class Unreachable(KioskError):
    """No answer of the server's own came back; trying again later helps. `sent` says whether the request may have arrived."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class EnrolmentRefused(KioskError):
    """The server did not take the enrolment code."""
