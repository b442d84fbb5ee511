"""Our skills: caring and resolving in the reader's words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.gaps import spoken
from server.comparison.indexes import NO_INDEX
from server.comparison.rounding import shown
from server.i18n.sentence import Sentence
from server.web.charts import dot_row
from server.web.figures import ShownIndex, shown_index

if TYPE_CHECKING:
    from markupsafe import Markup

    from server.comparison.indexes import Index
    from server.comparison.skills import Family, Skills
    from server.i18n.translator import Translator


class ShownSkill(NamedTuple):
    """A row: its name, figures and drawing; `asked` False says that nobody is asked it, `pressed` that somebody answered."""

    name: str
    shown: ShownIndex
    chart: Markup
    asked: bool
    pressed: bool


class ShownFamily(NamedTuple):
    """A family's heading and rows, all together first."""

    heading: str
    rows: list[ShownSkill]


class ShownSkills:
    """What the template places under "Our skills"."""

    def __init__(self, found: Skills, t: Translator) -> None:
        self.say = t.paragraph(said(found, t))
        self.any = bool(found.caring.together.total + found.resolving.together.total)
        self.families = [_family("caring", found.caring, t), _family("resolving", found.resolving, t)]
        self.bands_drawn = any(family.together.low is not None for family in (found.caring, found.resolving))


def said(found: Skills, t: Translator) -> list[Sentence]:
    """Which family is stronger, and over which days that holds."""
    caring, resolving, balance = found.caring.together, found.resolving.together, found.balance
    days = Sentence("skills.days", values={"days": t.days(found.first, found.end - timedelta(days=1))})
    if balance.points is None:
        return [Sentence("skills.not-known"), days]
    points = abs(shown(resolving.value) - shown(caring.value))
    if not balance.clear or points < 1:
        return [Sentence("skills.balanced"), days]
    low, high = spoken(balance, points)
    facts = {"caring": shown(caring.value), "resolving": shown(resolving.value), "low": low, "high": high}
    return [Sentence("skills.resolving-stronger" if balance.points > 0 else "skills.caring-stronger", points, facts), days]


def _family(name: str, family: Family, t: Translator) -> ShownFamily:
    rows = [_row(t.say("skills.together"), family.together, t, asked=True)]
    rows += [_row(t.say(f"facet.{skill.facet}"), skill.index, t, asked=skill.asked) for skill in family.facets]
    return ShownFamily(t.say(f"skills.{name}"), rows)


def _row(name: str, index: Index, t: Translator, *, asked: bool) -> ShownSkill:
    return ShownSkill(name, shown_index(index, t, "unit.to"), dot_row(index, NO_INDEX, "plain", t), asked, index.total > 0)
