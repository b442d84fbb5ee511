"""Stores in head office's list: their order and groups, and one row of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.comparison import quadrant
from server.comparison.gaps import spoken
from server.comparison.rounding import outwards, shown
from server.comparison.standing import ALONE, GROUPS, LEAST_FOR_PLACE, TOO_FEW
from server.i18n.sentence import Sentence
from server.web.charts import small_pair
from server.web.figures import shown_index
from server.web.spark import spark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from markupsafe import Markup

    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap, Index
    from server.comparison.office import Week
    from server.i18n.sentence import Value
    from server.i18n.translator import Translator
    from server.web.figures import ShownIndex

BY_GROUP = "group"
SORTS: dict[str, Callable[[Figures], float | None]] = {
    "service": lambda figures: figures.service.value,
    "experience": lambda figures: figures.experience.value,
    "gap": lambda figures: figures.gap.points,
    "beside": lambda figures: figures.standing.gap.away.points,
    "presses": lambda figures: float(figures.reactions),
}
# What one may sort by, in the order of the columns; addresses may also say "gap".
HEADINGS = {
    BY_GROUP: "office.group",
    "store": "office.store",
    "service": "label.service",
    "experience": "label.experience",
    "beside": "office.beside",
    "presses": "office.presses",
}


class ShownStore(NamedTuple):
    """One store's row."""

    code: str
    name: str
    region: str
    service: ShownIndex
    experience: ShownIndex
    chart: Markup
    beside: str
    beside_span: str
    gap: str
    weeks: Markup
    presses: str
    say: str
    sure: str
    note: str


class ShownGroup(NamedTuple):
    """Rows under one heading; `name` is "" where the list is not in groups. `size` counts all of them, also on other pages."""

    name: str
    size: str
    stores: list[ShownStore]


def sorted_stores(stores: Sequence[Figures], sort: str) -> list[Figures]:
    """By group and name, by name, or by a number with the withheld ones last; a minus turns the order round."""
    by_name = sorted(stores, key=lambda figures: (figures.store.name.casefold(), figures.store.code))
    turned = sort.startswith("-")
    key = sort.removeprefix("-")
    if key == BY_GROUP:
        return sorted(by_name, key=lambda figures: group_place(figures.standing.group), reverse=turned)
    number = SORTS.get(key)
    if number is None:
        return by_name[::-1] if turned else by_name
    known = [figures for figures in by_name if number(figures) is not None]
    unknown = [figures for figures in by_name if number(figures) is None]
    return sorted(known, key=lambda figures: number(figures) or 0.0, reverse=turned) + unknown


def group_place(group: str) -> int:
    """Where a group stands in the list."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def shown_groups(
    part: Sequence[Figures], everyone: Sequence[Figures], weeks: Mapping[int, tuple[Week, ...]], t: Translator, *, grouped: bool
) -> list[ShownGroup]:
    """The rows of this part of the list; with their groups' headings where it is sorted by them."""
    rows = [(figures.standing.group, shown_store(figures, weeks.get(figures.store.id, ()), t)) for figures in part]
    if not grouped or not rows:
        return [ShownGroup("", "", [row for _, row in rows])]
    return [
        ShownGroup(
            t.say(f"office.group-{name or 'alone'}"),
            t.formats.number(sum(figures.standing.group == name for figures in everyone)),
            [row for group, row in rows if group == name],
        )
        for name in dict.fromkeys(group for group, _ in rows)
    ]


def shown_store(figures: Figures, weeks: Sequence[Week], t: Translator) -> ShownStore:
    """One store's row."""
    say, sure = _say(figures, t)
    beside, span = ("", "") if figures.period.running or figures.standing.group == ALONE else _beside(figures, t)
    return ShownStore(
        code=figures.store.code,
        name=figures.store.name,
        region=figures.store.region,
        service=shown_index(figures.service, t, "unit.to"),
        experience=shown_index(figures.experience, t, "unit.to"),
        chart=small_pair(figures.service, figures.experience, t),
        beside=beside,
        beside_span=span,
        gap=_gap(figures, t),
        weeks=spark(weeks, t, weeks_words(weeks, t)),
        presses=t.formats.number(figures.reactions),
        say=say,
        sure=sure,
        note="" if figures.period.running else note_of(figures, t),
    )


def weeks_words(weeks: Sequence[Week], t: Translator) -> str:
    """What the small lines show, from the first week with a number to the last."""
    found: dict[str, Value] = {}
    for signal, word in (("service", "served"), ("experience", "welcomed")):
        known: list[Index] = [index for week in weeks if (index := getattr(week, signal)).value is not None]
        for end, name in ((0, "then"), (-1, "now")):
            found[f"{word}_{name}"] = shown(known[end].value) if known else t.say("figure.too-few")
    return t.tell(Sentence("weeks.from-to", values=found))


def difference_words(gap: Gap, t: Translator) -> tuple[str, str]:
    """A difference and its range without minus signs."""
    if gap.points is None:
        return "", t.say("office.not-told")
    points = shown(abs(gap.points))
    words = t.say("unit.less" if gap.points < 0 else "unit.more", points=points) if points else t.say("unit.alike")
    if not gap.clear or not points:
        low, high = outwards(gap.low, gap.high)
        return words, t.say("gap.across", below=max(0, -low), above=max(0, high))
    near, far = spoken(gap, points)
    return words, t.say("unit.to", low=near, high=far)


def note_of(figures: Figures, t: Translator) -> str:
    """What makes a store's comparison special: hours that turn it round, or too few presses in a part of the week."""
    standing = figures.standing
    if standing.waits:
        return t.say("fair.waits")
    if standing.reversed:
        return t.say("fair.other-hours")
    if standing.group == TOO_FEW and weighs_little(figures):
        return t.say("fair.weigh-little")
    if standing.thin and standing.group != TOO_FEW:
        return t.say("fair.thin", parts=t.listed(*(t.say(f"mix.{name}") for name in standing.thin)))
    return ""


def weighs_little(figures: Figures) -> bool:
    """Whether a store that is too small has many presses: they came close together, or on such days, that they tell less."""
    return min(figures.service.total, figures.experience.total) >= LEAST_FOR_PLACE


def _beside(figures: Figures, t: Translator) -> tuple[str, str]:
    beside = figures.standing.gap
    words, span = difference_words(beside.away, t)
    by_chance = beside.away.clear and not beside.sure and not figures.standing.thin and figures.standing.compared > 1
    return words, t.say("office.by-chance", span=span) if by_chance else span


def _gap(figures: Figures, t: Translator) -> str:
    """The store's own gap, that of the two numbers shown."""
    if figures.gap.points is None:
        return ""
    points = shown(figures.experience.value) - shown(figures.service.value)
    words = t.say("unit.less" if points < 0 else "unit.more", points=abs(points)) if points else t.say("unit.alike")
    return t.say("office.raw-gap", gap=words)


def _say(figures: Figures, t: Translator) -> tuple[str, str]:
    found = figures.verdict
    if figures.period.running:
        return t.say("say.running"), ""
    if found is None:
        return t.say("say.too-few"), ""
    if found.name in {quadrant.UNCUT, quadrant.UNCLEAR}:
        return t.say(_unclear(found)), ""
    if found.clear:
        return t.say(f"say.{found.name}"), ""
    chances = min(99, int(100 * found.probability))
    return t.say(f"say.{found.name}"), t.say("say.chances", chances=chances, hundred=100)


def _unclear(found: quadrant.Verdict) -> str:
    """What is clear of one index alone, as the store's own page says it."""
    sides = found.service, found.experience
    if sides.count(quadrant.OPEN) != 1:
        return "say.not-clear-yet"
    return f"say.service-{sides[0]}" if sides[1] == quadrant.OPEN else f"say.welcome-{sides[1]}"
