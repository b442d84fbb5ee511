"""Runs the published cases about shares: ours where the product uses the method, an oracle where a table has more columns."""

from __future__ import annotations

import math
from statistics import NormalDist

from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from server.analysis.happy_index import happy_index
from server.analysis.intervals import Interval
from server.analysis.proportions import jeffreys, miettinen_nurminen, net_score, newcombe, paired_newcombe, tango, wilson
from server.analysis.quadrants import probability_above
from server.analysis.score import mee

Z = NormalDist().inv_cdf(0.975)


def limits(found: Interval) -> dict[str, float]:
    return {"lower": found.lower, "upper": found.upper}


def wilson_corrected(x: int, n: int) -> Interval:
    """With continuity correction (Newcombe 1998, method 4)."""
    p = x / n
    low = (2 * x + Z * Z - 1 - Z * math.sqrt(Z * Z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1))) / (2 * (n + Z * Z))
    high = (2 * x + Z * Z + 1 + Z * math.sqrt(Z * Z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1))) / (2 * (n + Z * Z))
    return Interval(0.0 if x == 0 else low, 1.0 if x == n else high)


def mid_p(x: int, n: int) -> Interval:
    def edge(side: str) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            p = (low + high) / 2
            beyond = stats.binom.sf(x, n, p) if side == "lower" else stats.binom.cdf(x - 1, n, p)
            if (beyond + stats.binom.pmf(x, n, p) / 2 < 0.025) == (side == "lower"):
                low = p
            else:
                high = p
        return low

    return Interval(0.0 if x == 0 else edge("lower"), 1.0 if x == n else edge("upper"))


def wald(x: int, n: int) -> Interval:
    reach = Z * math.sqrt(x * (n - x) / n) / n
    return Interval(x / n - reach, x / n + reach)


SINGLE = {
    "wilson": wilson,
    "jeffreys": jeffreys,
    "wilson_cc": wilson_corrected,
    "mid_p": mid_p,
    "wald": wald,
    "clopper_pearson": lambda x, n: Interval(*proportion_confint(x, n, method="beta")),
}


def run_single(given: dict) -> dict:
    found = SINGLE[given["method"].split()[0]](given["x"], given["n"])
    return {"lower": float(found.lower), "upper": float(found.upper)}


def newcombe_corrected(x1: int, n1: int, x2: int, n2: int) -> Interval:
    """Method 11: method 10 from the corrected limits."""
    one, two, p1, p2 = wilson_corrected(x1, n1), wilson_corrected(x2, n2), x1 / n1, x2 / n2
    return Interval(
        max(-1.0, p1 - p2 - math.hypot(p1 - one.lower, two.upper - p2)),
        min(1.0, p1 - p2 + math.hypot(one.upper - p1, p2 - two.lower)),
    )


def agresti_caffo(x1: int, n1: int, x2: int, n2: int) -> Interval:
    low, high = confint_proportions_2indep(x1, n1, x2, n2, method="agresti-caffo")
    return Interval(max(-1.0, float(low)), min(1.0, float(high)))


def difference(method):
    def run(given: dict) -> dict:
        counts = (given["x1"], given["n1"], given["x2"], given["n2"])
        return {"diff": counts[0] / counts[1] - counts[2] / counts[3], **limits(method(*counts))}

    return run


def run_paired(given: dict) -> dict:
    cells = (given["both"], given["only_first"], given["only_second"], given["neither"])
    return limits((tango if "tango" in given.get("method", "") else paired_newcombe)(*cells, given["conf"]))


def run_net(given: dict) -> dict:
    found = net_score(given["pos"], given["neg"], given["n"], given["conf"])
    return {"net": (given["pos"] - given["neg"]) / given["n"], **limits(found)}


def counts_of(given: dict) -> list[int]:
    return given.get("counts_best_to_worst") or list(given.values())


def run_same_index(given: dict) -> dict:
    a, b = given["A"], given["B"]
    return {
        "index_A": happy_index(a).index,
        "index_B": happy_index(b).index,
        "positive_share_A": sum(a[:2]) / sum(a),
        "positive_share_B": sum(b[:2]) / sum(b),
    }


def run_quadrant(given: dict) -> dict:
    service = probability_above(*given["service"], given["cut"])
    experience = probability_above(*given["experience"], given["cut"])
    return {
        "good_good": service * experience,
        "good_poor": service * (1 - experience),
        "poor_good": (1 - service) * experience,
        "poor_poor": (1 - service) * (1 - experience),
    }


RUNNERS = {
    "single_prop/": run_single,
    "diff_prop/newcombe_method10/": difference(newcombe),
    "diff_prop/newcombe_cc_method11/": difference(newcombe_corrected),
    "diff_prop/miettinen_nurminen/": difference(miettinen_nurminen),
    "diff_prop/propcis/miettinen_nurminen": difference(miettinen_nurminen),
    "diff_prop/agresti_caffo/": difference(agresti_caffo),
    "diff_prop/fagerland2015/newcombe": difference(newcombe),
    "diff_prop/fagerland2015/asymptotic_score": difference(mee),
    "diff_prop/gart_nam1990/mee": difference(mee),
    "paired_diff/": run_paired,
    "net_score/": run_net,
    "happy_index/4_faces": lambda given: happy_index(counts_of(given)).index,
    "happy_index/5_faces": lambda given: happy_index(counts_of(given)).index,
    "average_index/": lambda given: happy_index(counts_of(given)).average,
    "happy_index/same_index": run_same_index,
    "quadrant/": run_quadrant,
}
