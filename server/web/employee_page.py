"""What a store's employees pressed, in the reader's words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.periods import local_time
from server.web.figures import gap_sentence, shown_index

if TYPE_CHECKING:
    from server.comparison.employees import EmployeeFigures, ShownStretch
    from server.i18n.translator import Translator
    from server.web.figures import ShownIndex


class ShownRow(NamedTuple):
    """One stretch of weeks."""

    days: str
    service: ShownIndex
    experience: ShownIndex
    presses: str


class ShownEmployees:
    """What the template of the employees' page places."""

    def __init__(self, figures: EmployeeFigures, t: Translator, now_ms: int) -> None:
        self.store = figures.store
        self.asked = figures.asked
        self.any = bool(figures.stretches)
        self.lately = figures.first is not None
        self.days = ""
        if figures.first is not None and figures.end is not None:
            self.days = t.days(figures.first, figures.end - timedelta(days=1))
        self.service, self.experience = shown_index(figures.service, t), shown_index(figures.experience, t)
        self.gap = gap_sentence(figures.gap, figures.service, figures.experience, t)
        self.rows = [_row(one, t) for one in figures.stretches]
        self.open_since = figures.open_since
        self.version = figures.definition_version
        self.zone = figures.store.timezone
        self.time = t.formats.time(local_time(self.zone, now_ms))


def _row(one: ShownStretch, t: Translator) -> ShownRow:
    return ShownRow(
        days=t.days(one.first, one.end - timedelta(days=1)),
        service=shown_index(one.service, t, "unit.to"),
        experience=shown_index(one.experience, t, "unit.to"),
        presses=t.formats.number(one.service.total + one.experience.total),
    )
