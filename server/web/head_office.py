"""All stores in the reader's words: who stands how, in groups; every store in two charts; how they were compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.periods import local_time
from server.comparison.quadrant import SURE_ENOUGH
from server.comparison.rounding import outwards, shown
from server.errors import wrong_parameter
from server.web.charts import small_scale
from server.web.figures import counted_words, gap_data, index_data, shown_index
from server.web.funnel_chart import INNER, OUTER, funnel_chart, funnel_of, limits_of
from server.web.office_rows import BY_GROUP, HEADINGS, SORTS, shown_groups, sorted_stores
from server.web.office_words import (
    MOST_NAMED,
    change_words,
    differing_words,
    fair_row,
    listed,
    means_words,
    mix_words,
    ranking_words,
    together_words,
    too_small,
)
from server.web.quadrant_chart import FEW, known, quadrant_chart
from server.web.store_page import tabs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.access.scope import StoreRef
    from server.comparison.chain import Figures
    from server.comparison.office import Office, Week
    from server.comparison.summary import ChainSummary
    from server.i18n.translator import Translator
    from server.web.funnel_chart import Funnel

# A page of all that a chain of 500 stores has would weigh half a megabyte.
PAGE_STORES = 12
FUNNELS = ("experience", "service")


class Order(NamedTuple):
    """What the address asks for: the sort (a minus turns it round), the list's part from 1, a region, the funnel's index."""

    sort: str = BY_GROUP
    page: int = 1
    region: str = ""
    funnel: str = "experience"


class Part(NamedTuple):
    """The stores in the list, of how many, and how they are sorted."""

    stores: list[Figures]
    order: Order
    regions: list[str]
    first: int
    all: int


class WeekRow(NamedTuple):
    """One store's eight weeks as numbers."""

    name: str
    cells: list[str]


class FunnelRow(NamedTuple):
    """One store in the funnel as numbers."""

    name: str
    weighed: str
    share: str
    inner: str
    outer: str


def regions_of(stores: Sequence[StoreRef]) -> list[str]:
    """The regions that these stores lie in, by name."""
    return sorted({store.region for store in stores if store.region}, key=str.casefold)


def in_region(stores: Sequence[StoreRef], order: Order) -> list[StoreRef]:
    """Those in the region that is asked for; raises a Refusal (400) for an order or a region that there is not."""
    if order.sort.removeprefix("-") not in {*HEADINGS, *SORTS}:
        raise wrong_parameter("sort", f"must be one of {', '.join(HEADINGS)}")
    if order.funnel not in FUNNELS:
        raise wrong_parameter("funnel", f"must be one of {', '.join(FUNNELS)}")
    if order.region and order.region not in regions_of(stores):
        raise wrong_parameter("region", "is none of the stores' regions")
    return [store for store in stores if order.region in {"", store.region}]


def part_of(summary: ChainSummary, order: Order, regions: list[str]) -> Part:
    """The part of the list that is asked for; raises a Refusal (400) for one beyond its end."""
    if order.page > max(1, -(-len(summary.stores) // PAGE_STORES)):
        raise wrong_parameter("page", "is beyond the list's end")
    begin = PAGE_STORES * (order.page - 1)
    found = sorted_stores(summary.stores, order.sort)
    return Part(found[begin : begin + PAGE_STORES], order, regions, begin, len(found))


class ShownChain:
    """What the template of the stores' page places; `link` gives the address of a store's page."""

    def __init__(
        self,
        summary: ChainSummary,
        office: Office,
        part: Part,
        t: Translator,
        link: Callable[[Figures], str],
        pulse: int,
        now_ms: int,
    ) -> None:
        together, order = summary.together, part.order
        moment = local_time("UTC", now_ms)
        self.period = summary.period
        self.tabs = tabs(summary.period, t)
        self.days_shown = t.days(summary.period.first, summary.period.last)
        self.pulse, self.version, self.time = pulse, summary.definition_version, t.formats.time(moment)
        self.region, self.regions, self.sort, self.headings = order.region, part.regions, order.sort, HEADINGS
        self.grouped = order.sort.removeprefix("-") == BY_GROUP and not summary.period.running
        self.count = t.listed(
            t.say("unit.stores", len(summary.stores)), *([t.say("unit.regions", len(part.regions))] if part.regions else [])
        )
        # The sentence, and the two numbers under it.
        self.say, self.means = together_words(summary, moment.date(), t), means_words(summary, t)
        self.why = differing_words(summary.stores, link, t)
        self.changes = change_words(summary, office, t)
        self.service, self.experience = shown_index(together.service, t), shown_index(together.experience, t)
        self.service_data = index_data("service-index", together.service)
        self.experience_data = index_data("experience-index", together.experience)
        self.gap_data = gap_data(together.gap, together.service, together.experience)
        counted, reactions = (sum(getattr(one, name) for one in summary.stores) for name in ("counted", "reactions"))
        self.counted = counted_words(counted, reactions, t)
        # The list.
        self.groups = shown_groups(part.stores, summary.stores, office.weeks, t, grouped=self.grouped)
        self.drawn = any(store.chart for group in self.groups for store in group.stores)
        self.weeks_drawn = any(store.weeks for group in self.groups for store in group.stores)
        self.compared = max((one.standing.compared for one in summary.stores), default=0)
        self.by_number = order.sort.removeprefix("-") in SORTS
        self.previous = str(order.page - 1) if part.first else ""
        self.next = str(order.page + 1) if part.first + len(part.stores) < part.all else ""
        self.part = t.say("office.part", first=part.first + 1, last=part.first + len(part.stores), all=part.all)
        self.scale = small_scale(t)
        self.week_days, self.week_rows = _week_rows(part.stores, office, t)
        self.mix = mix_words(summary.mix, moment.date(), t)
        self.fair_rows = [fair_row(one, t) for one in part.stores] if self.compared else []
        # The two charts, of all stores at once.
        self.quadrant = ShownQuadrant(summary, part, t)
        self.funnel = ShownFunnel(summary, office, part, t)
        self.funnel_signal, self.funnels = order.funnel, FUNNELS
        self.small = too_small(summary.stores, summary, moment.date(), t)


class ShownQuadrant:
    """Service against experience of all stores, and what is said of it."""

    def __init__(self, summary: ChainSummary, part: Part, t: Translator) -> None:
        drawn, cuts = [] if summary.period.running else known(summary.stores), summary.cuts
        listed_ids = {one.store.id for one in part.stores}
        self.chart = quadrant_chart(drawn, listed_ids, cuts, t, t.say("quadrant.drawn", len(drawn)))
        self.arms = t.say("quadrant.arms" if len(drawn) <= FEW else "quadrant.arms-listed")
        self.sure = t.say("quadrant.sure", chances=int(100 * SURE_ENOUGH), hundred=100)
        if cuts.service is None or cuts.experience is None:
            self.cuts = t.say("quadrant.no-cut")
        else:
            entry = "quadrant.targets" if cuts.declared else "quadrant.middle"
            self.cuts = t.say(entry, served=shown(cuts.service), welcomed=shown(cuts.experience))
        self.undrawn = _undrawn(len(summary.stores) - len(drawn), t)


class ShownFunnel:
    """One index of all stores against their presses, and what is said of it."""

    def __init__(self, summary: ChainSummary, office: Office, part: Part, t: Translator) -> None:
        signal = part.order.funnel
        what = t.say(f"label.{signal}")
        stores = [] if summary.period.running else summary.stores
        funnel = funnel_of(stores, getattr(summary.together, signal), signal) if stores else None
        ranking = getattr(office, signal)
        self.ranking = [] if summary.period.running else ranking_words(ranking, summary.stores, t)
        self.chart = Markup("")
        self.words: list[Markup | str] = []
        self.foot: list[str] = []
        self.rows: list[FunnelRow] = []
        if funnel is None:
            return
        self.chart = funnel_chart(funnel, t, t.say("funnel.drawn", len(funnel.stores), what=what))
        self.words = [t.say("funnel.means"), *_outside(funnel, t)]
        self.foot = _foot(funnel, t)
        self.rows = [_funnel_row(funnel, one, t) for one in part.stores if one in funnel.stores]
        self.undrawn = _undrawn(len(summary.stores) - len(funnel.stores), t)


def _undrawn(stores: int, t: Translator) -> str:
    return t.say("chart.undrawn", stores) if stores else ""


def _outside(funnel: Funnel, t: Translator) -> list[Markup | str]:
    """Who lies outside, beside how many chance alone would put there."""
    expected = max(1, round((1 - INNER) * len(funnel.stores)))
    words: list[Markup | str] = [t.say("funnel.outside", len(funnel.outside), expected=expected)]
    if 0 < len(funnel.far_outside) <= MOST_NAMED:
        names = [Markup("<bdi>{}</bdi>").format(one.store.name) for one in funnel.far_outside]
        words.append(t.say_html("funnel.far-outside", stores=listed(names, t)))
    elif not funnel.far_outside:
        words.append(t.say("funnel.nobody"))
    return words


def _foot(funnel: Funnel, t: Translator) -> list[str]:
    limits = {"inner": round(100 * INNER), "outer": round(1000 * OUTER), "hundred": 100, "thousand": 1000}
    found = [t.say("funnel.line", share=shown(100 * funnel.share), **limits)]
    if funnel.widened is not None:
        # The limits grow by the root of what the variance is more than chance's.
        found.append(t.say("funnel.widened", times=t.formats.number(funnel.widened**0.5, 1)))
    return [*found, t.say("funnel.weight"), t.say("chart.not-from-zero", zero=0)]


def _funnel_row(funnel: Funnel, one: Figures, t: Translator) -> FunnelRow:
    index = getattr(one, funnel.signal)
    ranges = []
    for limits in limits_of(funnel, index):
        low, high = outwards(100 * limits.lower, 100 * limits.upper)
        ranges.append(t.say("unit.to", low=low, high=high))
    share = t.formats.number(shown(index.value))
    return FunnelRow(one.store.name, t.formats.number(int(index.effective)), share, *ranges)


def _week_rows(stores: Sequence[Figures], office: Office, t: Translator) -> tuple[list[str], list[WeekRow]]:
    """The days on which the weeks begin, and each store's numbers; nothing where no week has any."""
    found = [(one, office.weeks.get(one.store.id, ())) for one in stores]
    if not any(week.service.value is not None or week.experience.value is not None for _, weeks in found for week in weeks):
        return [], []
    days = [t.formats.tick(week.first) for week in found[0][1]]
    return days, [WeekRow(one.store.name, [_week_cell(week, t) for week in weeks]) for one, weeks in found]


def _week_cell(week: Week, t: Translator) -> str:
    shares = ["·" if index.value is None else t.formats.number(shown(index.value)) for index in (week.service, week.experience)]
    return " / ".join(shares)
