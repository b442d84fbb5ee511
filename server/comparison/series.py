"""Where a question's line becomes another series: on the days that its words or its faces changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from server.database.figures import Asked, DayCount


def series_changes(
    counts: Iterable[DayCount], asked: Mapping[int, Asked], ids: Collection[int]
) -> list[tuple[date, str, str, str]]:
    """Days on which a touchpoint's question came with other words or other faces: (day, kind, touchpoint, question)."""
    last: dict[tuple[str, str], tuple[int, int]] = {}
    found = []
    for count in sorted(counts, key=lambda one: one.local_day):
        if count.question_id not in ids:
            continue
        code = asked[count.question_id].code
        before = last.get((count.touchpoint, code))
        now = (count.question_id, count.faces)
        if before is not None and before != now:
            kind = "wording" if before[0] != now[0] else "faces"
            found.append((date.fromordinal(count.local_day), kind, count.touchpoint, code))
        last[count.touchpoint, code] = now
    return found
