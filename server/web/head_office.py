"""All stores in the reader's words: one row a store, sortable, and all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.comparison import quadrant, verdict
from server.comparison.gaps import spoken
from server.comparison.periods import local_time
from server.comparison.rounding import outwards, shown
from server.errors import wrong_parameter
from server.web.charts import small_pair, small_scale
from server.web.figures import counted_words, gap_data, gap_sentence, index_data, shown_index
from server.web.store_page import tabs

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap, Index
    from server.comparison.summary import ChainSummary
    from server.i18n.translator import Translator
    from server.web.figures import ShownIndex

SORTS: dict[str, Callable[[Figures], float | None]] = {
    "service": lambda figures: figures.service.value,
    "experience": lambda figures: figures.experience.value,
    "gap": lambda figures: figures.gap.points,
    "presses": lambda figures: float(figures.reactions),
}
HEADINGS = {
    "store": "office.store",
    "service": "label.service",
    "experience": "label.experience",
    "gap": "office.gap",
    "presses": "office.presses",
}


# A page of all that a chain of 500 stores has would weigh half a megabyte.
PAGE_STORES = 50


class Order(NamedTuple):
    """How the list is sorted (a minus turns it round), and which part of it is shown, from 1."""

    sort: str
    page: int


class ShownStore(NamedTuple):
    """One store's row."""

    code: str
    name: str
    region: str
    service: ShownIndex
    experience: ShownIndex
    chart: Markup
    gap: str
    gap_span: str
    presses: str
    say: str
    sure: str


class ShownChain:
    """What the template of the stores' page places."""

    def __init__(self, summary: ChainSummary, t: Translator, order: Order, pulse: int, now_ms: int) -> None:
        together = summary.together
        self.period = summary.period
        self.tabs = tabs(summary.period, t)
        self.days_shown = t.days(summary.period.first, summary.period.last)
        self.sort = order.sort
        self.headings = HEADINGS
        begin = PAGE_STORES * (order.page - 1)
        part = _sorted(summary.stores, order.sort)[begin : begin + PAGE_STORES]
        self.stores = [_store(figures, t) for figures in part]
        self.drawn = any(store.chart for store in self.stores)
        self.previous = str(order.page - 1) if begin else ""
        self.next = str(order.page + 1) if begin + PAGE_STORES < len(summary.stores) else ""
        self.part = t.say("office.part", first=begin + 1, last=begin + len(part), all=len(summary.stores))
        self.count = t.say("unit.stores", len(summary.stores))
        self.service, self.experience = shown_index(together.service, t), shown_index(together.experience, t)
        self.service_data = index_data("service-index", together.service)
        self.experience_data = index_data("experience-index", together.experience)
        self.gap = _gap_words(summary, t)
        self.gap_data = gap_data(together.gap, together.service, together.experience)
        counted, reactions = (sum(getattr(one, name) for one in summary.stores) for name in ("counted", "reactions"))
        self.counted = counted_words(counted, reactions, t)
        self.scale = small_scale(t)
        self.pulse = pulse
        self.version = summary.definition_version
        self.time = t.formats.time(local_time("UTC", now_ms))


def shown_chain(summary: ChainSummary, t: Translator, order: Order, pulse: int, now_ms: int) -> ShownChain:
    """The page of these stores; raises a Refusal (400) for an order or a part of the list that there is not."""
    if order.sort.removeprefix("-") not in HEADINGS:
        raise wrong_parameter("sort", f"must be one of {', '.join(HEADINGS)}")
    if order.page > max(1, -(-len(summary.stores) // PAGE_STORES)):
        raise wrong_parameter("page", "is beyond the list's end")
    return ShownChain(summary, t, order, pulse, now_ms)


def _gap_words(summary: ChainSummary, t: Translator) -> str:
    together = summary.together
    if summary.period.running:
        return t.tell(verdict.no_verdict(summary.period.name))
    return gap_sentence(together.gap, together.service, together.experience, t)


def _sorted(stores: tuple[Figures, ...], sort: str) -> list[Figures]:
    """By name, or by a number with the withheld ones last whichever way it goes."""
    by_name = sorted(stores, key=lambda figures: (figures.store.name.casefold(), figures.store.code))
    turned = sort.startswith("-")
    number = SORTS.get(sort.removeprefix("-"))
    if number is None:
        return by_name[::-1] if turned else by_name
    known = [figures for figures in by_name if number(figures) is not None]
    unknown = [figures for figures in by_name if number(figures) is None]
    return sorted(known, key=lambda figures: number(figures) or 0.0, reverse=turned) + unknown


def _store(figures: Figures, t: Translator) -> ShownStore:
    say, sure = _say(figures, t)
    gap, span = ("", "") if figures.period.running else _gap(figures.gap, figures.service, figures.experience, t)
    return ShownStore(
        code=figures.store.code,
        name=figures.store.name,
        region=figures.store.region,
        service=shown_index(figures.service, t, "unit.to"),
        experience=shown_index(figures.experience, t, "unit.to"),
        chart=small_pair(figures.service, figures.experience, t),
        gap=gap,
        gap_span=span,
        presses=t.formats.number(figures.reactions),
        say=say,
        sure=sure,
    )


def _gap(gap: Gap, service: Index, experience: Index, t: Translator) -> tuple[str, str]:
    """The gap and its range without minus signs."""
    if gap.points is None:
        return "", t.say("figure.too-few")
    points = shown(experience.value) - shown(service.value)
    words = t.say("unit.less" if points < 0 else "unit.more", points=abs(points)) if points else t.say("unit.alike")
    if not gap.clear or not points:
        low, high = outwards(gap.low, gap.high)
        return words, t.say("gap.across", below=max(0, -low), above=max(0, high))
    near, far = spoken(gap, abs(points))
    return words, t.say("unit.to", low=near, high=far)


def _say(figures: Figures, t: Translator) -> tuple[str, str]:
    found = figures.verdict
    if figures.period.running:
        return t.say("say.running"), ""
    if found is None:
        return t.say("say.too-few"), ""
    if found.name in {quadrant.UNCUT, quadrant.UNCLEAR}:
        return t.say("say.not-clear-yet"), ""
    if found.clear:
        return t.say(f"say.{found.name}"), ""
    chances = min(99, int(100 * found.probability))
    return t.say(f"say.{found.name}"), t.say("say.chances", chances=chances, hundred=100)
