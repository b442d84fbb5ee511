"""What head office's page says in sentences: the chain, who differs, who may be called low, and how stores were compared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison import verdict
from server.comparison.gaps import fewer, gap_between
from server.comparison.meanings import range_means
from server.comparison.ranking import LEAST_RANKED
from server.comparison.rounding import shown
from server.comparison.scarce import period_words
from server.comparison.standing import ALIKE, LEAST_FOR_PLACE, NARROWER, WIDER
from server.database.strata import NAMES
from server.i18n.sentence import Day, Name, Sentence
from server.web.office_rows import difference_words, note_of, weighs_little

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from server.comparison.beside import Beside
    from server.comparison.chain import Figures, Others
    from server.comparison.mix import Mix
    from server.comparison.office import Office
    from server.comparison.ranking import Ranking
    from server.comparison.summary import ChainSummary
    from server.i18n.translator import Translator

HUNDRED = 100
MOST_NAMED = 6
MOST_LOW = 3
# From this probability on, a store is called low without more ado.
SURELY_LOW = 0.95


class FairRow(NamedTuple):
    """How one store was compared: each figure by the chain's hours, and as the presses came."""

    name: str
    service: str
    experience: str
    beside: str
    note: str


def together_words(summary: ChainSummary, today: date, t: Translator) -> Markup:
    """The opening sentence: what the stores together do better; "" where it can not be told."""
    together, period = summary.together, summary.period
    service, experience, gap = together.service, together.experience, together.gap
    if period.running:
        return t.tell_html(verdict.no_verdict(period.name))
    if not service.total + experience.total:
        return t.tell_html(Sentence("presses.none", values={"period": period_words(period, today)}))
    if service.value is None or experience.value is None or gap.points is None:
        return t.tell_html(gap_between(gap, service, experience))
    served, welcomed = _coloured("service", shown(service.value), t), _coloured("experience", shown(experience.value), t)
    named = _surely_fewer(together)
    if named is None:
        return t.say_html("office.both-alike", served=served, welcomed=welcomed)
    low, high = named.values["low"], named.values["high"]
    entry = "office.serve-better" if gap.points < 0 else "office.welcome-better"
    return t.say_html(entry, named.n, served=served, welcomed=welcomed, low=low, high=high)


def means_words(summary: ChainSummary, t: Translator) -> str:
    """What the range in the opening sentence means; "" where there is none."""
    named = None if summary.period.running else _surely_fewer(summary.together)
    return "" if named is None else t.paragraph(range_means([named]))


def _surely_fewer(together: Others) -> Sentence | None:
    """The gap of the stores together where it is sure."""
    serves = (together.gap.points or 0.0) < 0
    strong, weak = (together.service, together.experience) if serves else (together.experience, together.service)
    return None if together.gap.points is None else fewer(together.gap, strong, weak, serves=serves)


def differing_words(stores: Sequence[Figures], link: Callable[[Figures], str], t: Translator) -> Markup:
    """Who differs from the others, by name; "" where nobody was compared."""
    named = sorted(stores, key=lambda one: one.store.name.casefold())
    groups = {name: [one for one in named if one.standing.group == name] for name in (WIDER, ALIKE, NARROWER)}
    if not groups[WIDER] and not groups[NARROWER]:
        return t.say_html("office.none-differs") if groups[ALIKE] else Markup("")
    turned = [one for one in groups[NARROWER] if _is_turned(one)]
    narrower = [one for one in groups[NARROWER] if one not in turned]
    said = []
    for name, found in (("office.wider", groups[WIDER]), ("office.narrower", narrower), ("office.turned", turned)):
        if found:
            said.append(t.say_html(name, len(found), stores=_named(found, link, t)))
    if groups[ALIKE]:
        said.append(t.say_html("office.cannot-be-told", len(groups[ALIKE])))
    left = len(named) - sum(map(len, groups.values()))
    if left:
        said.append(t.say_html("office.not-compared", left))
    return Markup(" ").join(said)


def _is_turned(one: Figures) -> bool:
    """Whether a store's own gap surely runs against that of the others, so that "narrower" would say too little."""
    return one.gap.clear and (one.gap.points or 0.0) * (one.standing.gap.away.points or 0.0) > 0


def change_words(summary: ChainSummary, office: Office, t: Translator) -> list[str]:
    """How both indexes of all stores together moved since the period before."""
    if office.before is None or not any(index.total for index in office.before):
        return []
    if not office.comparable:
        return [t.tell(Sentence("change.not-comparable", values={"date": summary.period.first}))]
    now = summary.together.service, summary.together.experience
    words = Sentence(f"before.{summary.period.name}")
    return [t.tell(sentence) for sentence in verdict.changed(list(zip(now, office.before, strict=True)), words)]


def ranking_words(ranking: Ranking, stores: Sequence[Figures], t: Translator) -> list[Markup]:
    """Who may be among the lowest tenth, or why nobody is ranked."""
    if ranking.refused:
        few = 0 < ranking.ranked < LEAST_RANKED
        return [t.say_html("ranking.few-stores", ranking.ranked) if few else t.say_html("ranking.refused")]
    names = {one.store.id: one.store.name for one in stores}
    seen = [(names[store_id], probability) for store_id, probability in ranking.lowest if store_id in names]
    said = []
    for name, probability in seen[:MOST_LOW]:
        entry = "ranking.lowest-sure" if probability >= SURELY_LOW else "ranking.lowest-tenth"
        chances = min(99, math.floor(HUNDRED * probability))
        said.append(t.say_html(entry, store=Name(name), chances=chances, hundred=HUNDRED))
    return said


def mix_words(mix: Mix | None, today: date, t: Translator) -> str:
    """By which hours stores were compared."""
    if mix is None or mix.weights is None:
        return t.say("fair.no-mix")
    parts = [
        t.say("fair.part", what=t.say(f"mix.{name}"), share=shown(HUNDRED * weight), hundred=HUNDRED)
        for name, weight in zip(NAMES, mix.weights, strict=True)
    ]
    last = mix.end.fromordinal(mix.end.toordinal() - 1)
    return t.say("fair.means", from_date=Day(mix.first, today), to_date=Day(last, today), mix=t.listed(*parts))


def fair_row(figures: Figures, t: Translator) -> FairRow:
    """How one store was compared."""
    standing = figures.standing
    return FairRow(
        figures.store.name,
        _fair_and_crude(standing.service, figures.service.value, t),
        _fair_and_crude(standing.experience, figures.experience.value, t),
        _beside_and_crude(standing.gap, t),
        note_of(figures, t),
    )


def _fair_and_crude(beside: Beside, crude: float | None, t: Translator) -> str:
    if crude is None:
        return t.say("figure.too-few")
    as_it_came = t.formats.number(shown(crude))
    return f"{t.formats.number(shown(beside.own))} ({as_it_came})" if beside.standardised else f"({as_it_came})"


def _beside_and_crude(beside: Beside, t: Translator) -> str:
    crude, _ = difference_words(beside.crude, t)
    if not crude:
        return t.say("office.not-told")
    fair, _ = difference_words(beside.away, t)
    return f"{fair} ({crude})" if beside.standardised else f"({crude})"


def _coloured(signal: str, share: int, t: Translator) -> Markup:
    return Markup('<b class="fig-{}">{}</b>').format(signal, t.say("office.share", share, hundred=HUNDRED))


def _named(found: Sequence[Figures], link: Callable[[Figures], str], t: Translator) -> Markup:
    """Some of these stores by name, as links, and how many more."""
    links = [Markup('<a href="{}"><bdi>{}</bdi></a>').format(link(one), one.store.name) for one in found[:MOST_NAMED]]
    named = listed(links, t)
    more = len(found) - len(links)
    return t.say_html("office.and-more", more, stores=named) if more else named


def listed(parts: Iterable[Markup], t: Translator) -> Markup:
    """Pieces of a page in a row, between the language's own commas."""
    comma = Markup("{}").format("، " if t.direction == "rtl" else ", ")
    return comma.join(parts)


def too_small(stores: Sequence[Figures], summary: ChainSummary, today: date, t: Translator) -> list[Markup]:
    """The stores that are not ranked because too few pressed, where they are few enough to be named."""
    small = [one for one in stores if one.reactions and min(one.service.effective, one.experience.effective) < LEAST_FOR_PLACE]
    if not 0 < len(small) <= MOST_LOW:
        return []
    words = period_words(summary.period, today)
    return [_too_small(one, words, t) for one in small]


def _too_small(one: Figures, words: Sentence, t: Translator) -> Markup:
    if weighs_little(one):
        return t.say_html("ranking.weigh-little", store=Name(one.store.name), least=LEAST_FOR_PLACE)
    return t.say_html("ranking.too-few", LEAST_FOR_PLACE, store=Name(one.store.name), period=words)
