"""A row of small bars: how much of each of the last days a kiosk was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from server.fleet.watching import UNIX_EPOCH_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.database.fleet import HeardDay
    from server.i18n.translator import Translator

DAYS = 14
DAY_MS = 86_400_000
STEP, WIDTH, HEIGHT, BASE = 10, 8, 20, 22


def heard_bars(looks: Sequence[HeardDay], now_ms: int, t: Translator) -> Markup:
    """The bars of one kiosk, today last (first in reading order); no bar for a day without a look."""
    today = UNIX_EPOCH_DAY + now_ms // DAY_MS
    share = {one.day: one.heard / one.looks for one in looks if one.looks}
    bars = []
    for back in range(DAYS):
        height = round(HEIGHT * share.get(today - back, 0.0))
        place = (DAYS - 1 - back) if t.direction == "ltr" else back
        if height:
            bars.append(f"M{place * STEP} {BASE}v-{height}h{WIDTH}v{height}z")
    days = sum(1 for back in range(DAYS) if share.get(today - back))
    width = DAYS * STEP - (STEP - WIDTH)
    return Markup(
        '<svg class="heard" width="{width}" height="24" role="img" aria-label="{label}">'
        '<line class="heard-base" x1="0" x2="{width}" y1="22.5" y2="22.5"/><path class="heard-day" d="{path}"/></svg>'
    ).format(width=width, label=t.say("fleet.heard-of", heard=days, days=DAYS), path="".join(bars))
