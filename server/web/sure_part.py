"""How sure are we: what was counted, what was set aside by which rule, what presses weigh, and which definition holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.comparison.raw import needs_a_look
from server.comparison.rounding import outwards, shown
from server.i18n.sentence import Sentence
from server.web.figures import counted_words

if TYPE_CHECKING:
    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator


class ShownSure:
    """What the template places under "How sure are we?": headings with their texts, what was counted apart."""

    def __init__(self, summary: StoreSummary, t: Translator) -> None:
        figures = summary.figures
        self.counted = counted_words(figures.counted, figures.reactions, t)
        self.not_counted = t.paragraph(not_counted(summary))
        self.check = summary.raw is not None and needs_a_look(figures, summary.raw)
        self.rest = [(heading, t.paragraph(words)) for heading, words in _rest(summary) if words]


def not_counted(summary: StoreSummary) -> list[Sentence]:
    """Why presses are in no index, so that they add up to all of them, and what the indexes would be with them."""
    figures, raw = summary.figures, summary.raw
    found = []
    if raw is not None and raw.rules:
        found = [Sentence(f"sure.rule-{rule}", values={"marked": count}) for rule, count in raw.rules]
        found.append(Sentence("sure.kept"))
    elif figures.marked:
        found.append(Sentence("sure.set-aside", values={"marked": figures.marked}))
    if raw is not None and raw.rules and raw.service is not None and raw.experience is not None:
        found.append(Sentence("sure.raw", values={"served": shown(raw.service), "welcomed": shown(raw.experience)}))
    if figures.uncertain:
        found.append(Sentence("data.time-uncertain", figures.uncertain))
    return found


def _rest(summary: StoreSummary) -> list[tuple[str, list[Sentence]]]:
    figures = summary.figures
    return [
        ("sure.ranges", _ranges(figures)),
        ("sure.weight", _weight(figures)),
        ("sure.visits", [] if figures.gap.points is None else [_method(figures.gap)]),
        ("sure.complete", _complete(summary)),
        ("sure.who", [Sentence("sure.who-text")]),
        ("sure.words", _definition(summary)),
    ]


def _ranges(figures: Figures) -> list[Sentence]:
    known = next((index for index in (figures.service, figures.experience) if index.low is not None), None)
    if known is None:
        return []
    low, high = outwards(known.low, known.high)
    return [Sentence("sure.ranges-text", values={"low": low, "high": high, "hits": 19, "tries": 20})]


def _weight(figures: Figures) -> list[Sentence]:
    """What presses that came close together, or on days that differ, weigh; nothing where each weighs as one."""
    found = []
    for name, index in (("service", figures.service), ("experience", figures.experience)):
        if index.low is not None and math.floor(index.effective) < index.total:
            facts: dict[str, int | Sentence] = {
                "what": Sentence(f"label.{name}"),
                "all": index.total,
                "effective": math.floor(index.effective),
            }
            found.append(Sentence("sure.weight-of", values=facts))
    return [*found, Sentence("sure.weight-why")] if found else []


def _method(gap: Gap) -> Sentence:
    """By which method the gap got its range, in plain words."""
    return Sentence("sure.no-visits") if gap.method == "independent" else Sentence(f"sure.{gap.method}", gap.pairs)


def _complete(summary: StoreSummary) -> list[Sentence]:
    waiting = sum(kiosk.waiting or 0 for kiosk in summary.today.kiosks)
    gone = sum(kiosk.lost for kiosk in summary.today.kiosks)
    found = [Sentence("sure.waiting-text", values={"waiting": waiting})] if waiting else []
    found += [Sentence("fleet.lost-all", values={"lost": gone})] if gone else []
    return found or [Sentence("sure.complete-text")]


def _definition(summary: StoreSummary) -> list[Sentence]:
    version = summary.definition.version
    found = [Sentence("sure.definition", values={"version": version})]
    if summary.earlier_version is not None:
        found.append(Sentence("sure.straddles", values={"earlier": summary.earlier_version, "version": version}))
    return found
