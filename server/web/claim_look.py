"""A look at a claim before it is registered: its days, whether anything stands against it, and what it could find."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from server.claims.claim import GRACE_DAYS
from server.i18n.sentence import Day

if TYPE_CHECKING:
    from datetime import date

    from server.claims.registering import Look, Wish
    from server.i18n.translator import Translator
    from server.web.claim_form import Typed


class ShownLook:
    """What the form says above its button; `typed` holds the controls that were proposed."""

    def __init__(self, typed: Typed, wish: Wish, looked: Look, t: Translator, near: date) -> None:
        self.typed = replace(typed, control=looked.control)
        self.faults = [t.tell(fault) for fault in looked.faults]
        self.says: list[str] = []
        if self.faults:
            return
        before, after = (t.days(one.first, one.last, near) for one in (wish.before, wish.after))
        judged = wish.after.end + timedelta(days=GRACE_DAYS)
        self.says = [t.say("claims.look-fits"), t.say("claims.look-windows", before=before, after=after)]
        self.says.append(t.say("claims.look-judged", date=Day(judged, near)))
        if looked.effect is None:
            self.says.append(t.say("claims.look-unknown"))
            return
        # Up, as all that is still needed.
        self.says.append(t.say("claims.look-effect", math.ceil(looked.effect)))
        if looked.effect > wish.matters:
            self.says.append(t.say("claims.look-larger"))
