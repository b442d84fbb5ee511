"""Names what a store is: strong or weak in service and experience, only where that is probable enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.analysis.proportions import overlap_correlation
from server.analysis.quadrants import likeness_of_cells, probability_above, quadrant
from server.comparison.indexes import NO_VISITS

if TYPE_CHECKING:
    from server.comparison.indexes import Index, Visits

SURE_ENOUGH = 0.80

BOTH_STRONG = "both-strong"
SERVES = "serves-not-welcomes"
WELCOMES = "welcomes-not-serves"
BOTH_WEAK = "both-weak"
UNCLEAR = "not-clear-yet"
UNCUT = ""

# On which side of its cut an index lies with its whole range.
STRONG, WEAK, OPEN = "strong", "weak", "open"

NAMES = {(True, True): BOTH_STRONG, (True, False): SERVES, (False, True): WELCOMES, (False, False): BOTH_WEAK}


@dataclass(frozen=True, slots=True)
class Cuts:
    """What counts as strong, 0 to 100: the chain's targets (`declared`) or the middle of its stores; None is not known."""

    service: float | None
    experience: float | None
    declared: bool


NO_CUTS = Cuts(None, None, declared=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A store's name among the four quadrants, or not-clear-yet; "" where nothing says what strong would be.

    `probability` (0 to 1) is that of the likeliest quadrant. `clear` says that both ranges lie on one side of their cuts;
    `service` and `experience` say it of each alone: STRONG or WEAK, and OPEN where the range holds the cut.
    """

    name: str
    probability: float
    clear: bool
    cuts: Cuts
    service: str = OPEN
    experience: str = OPEN


def verdict_of(service: Index, experience: Index, cuts: Cuts, visits: Visits = NO_VISITS) -> Verdict | None:
    """The verdict on a closed period, or None where an index is withheld; `visits` are those among the indexes' presses."""
    if service.value is None or experience.value is None:
        return None
    if cuts.service is None or cuts.experience is None:
        return Verdict(UNCUT, 0.0, clear=False, cuts=cuts)
    above = _above(service, cuts.service), _above(experience, cuts.experience)
    likeliest = quadrant(*above, _together(service, experience, visits))
    named = NAMES[likeliest.service_strong, likeliest.experience_strong] if likeliest.probability >= SURE_ENOUGH else UNCLEAR
    sides = _side(service, cuts.service), _side(experience, cuts.experience)
    clear = named != UNCLEAR and OPEN not in sides
    return Verdict(named, likeliest.probability, clear=clear, cuts=cuts, service=sides[0], experience=sides[1])


def _together(service: Index, experience: Index, visits: Visits) -> float:
    """How far the two vary together: as much as of visitors in both, less for each press of somebody who is in one alone."""
    pairs = min(sum(visits), service.total, experience.total)
    return overlap_correlation(likeness_of_cells(visits), pairs, service.total, experience.total) if pairs else 0.0


def _above(index: Index, cut: float) -> float:
    return probability_above(index.positive / index.total * index.effective, index.effective, cut / 100)


def _side(index: Index, cut: float) -> str:
    if index.low is None or index.high is None or index.low <= cut <= index.high:
        return OPEN
    return STRONG if index.low > cut else WEAK
