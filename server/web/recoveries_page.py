"""The page of recoveries in the reader's words: those that are open, then the ended ones in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.periods import local_time
from server.recovery.recoveries import PART
from server.web.recovery_words import shown_recovery

if TYPE_CHECKING:
    from server.i18n.translator import Translator
    from server.recovery.recoveries import Recoveries


class ShownRecoveries:
    """What the template of the page places; `part` is the one of the ended ones that is shown, from 1."""

    def __init__(self, found: Recoveries, t: Translator, now_ms: int, part: int, pulse: int) -> None:
        self.open = [shown_recovery(one, t, now_ms) for one in found.open]
        self.ended = [shown_recovery(one, t, now_ms) for one in found.ended]
        waiting = sum(one.waits for one in found.open)
        if waiting:
            self.verdict = t.say("recovery.several", waiting)
        else:
            self.verdict = t.say("recovery.tested" if found.open else "recovery.none")
        self.pulse = pulse
        first = PART * (part - 1)
        self.part = t.say("office.part", first=first + 1, last=first + len(found.ended), all=found.all_ended)
        self.previous = str(part - 1) if part > 1 else ""
        self.next = str(part + 1) if part < found.parts else ""
        self.time = t.formats.time(local_time("UTC", now_ms))
