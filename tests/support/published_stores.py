"""Runs the published cases about many stores: shrinking, ranking, funnels, clusters, standardising, claims, composites."""

from __future__ import annotations

import json
import math
from pathlib import Path
from statistics import NormalDist, fmean, stdev

import numpy as np
from published_shares import limits
from statsmodels.api import OLS
from statsmodels.stats.multitest import multipletests

from server.analysis.arrivals import burst_threshold, lost_to_pause
from server.analysis.claims import difference_in_differences, replication, smallest_p
from server.analysis.clustering import cluster_sums, design_effect, effective
from server.analysis.composite import composite, linear
from server.analysis.correlation import StorePair, correlate, without_chance
from server.analysis.funnel import funnel_limits
from server.analysis.proportions import difference_of, newcombe, wilson
from server.analysis.ranking import BetaPrior, benjamini_hochberg, fit_beta_binomial, shrink, spread
from server.analysis.rates import standardised_rate
from server.analysis.standardise import direct, weights_of

HERE = Path(__file__).parents[1] / "analysis"
Z = NormalDist().inv_cdf(0.975)


def pairs(given: dict, positive: str = "y") -> list[tuple[int, int]]:
    return list(zip(given[positive], given["n"], strict=True))


def run_moments(given: dict) -> dict:
    rates = [y / n for y, n in pairs(given)]
    mean, deviation = fmean(rates), stdev(rates)
    worth = mean * (1 - mean) / deviation**2 - 1
    return {"mean": mean, "sd": deviation, "alpha": mean * worth, "beta": (1 - mean) * worth}


def run_posterior(given: dict) -> dict:
    found = shrink(given["y"], given["n"], BetaPrior(given["alpha"], given["beta"]))
    return {"mean": found.share, "sd": found.deviation}


def run_likelihood(given: dict) -> dict:
    prior = fit_beta_binomial(pairs(given))
    assert prior is not None
    return {
        "alpha": prior.alpha,
        "beta": prior.beta,
        "post_mean_4_of_14": shrink(4, 14, prior).share,
        "post_mean_0_of_20": shrink(0, 20, prior).share,
    }


def run_no_variance(given: dict) -> dict:
    counts = pairs(given)
    assert fit_beta_binomial(counts) is None
    found = spread(counts)
    assert not found.is_real()
    return {"variance_above_0": found.variance > 0, "pooled": sum(y for y, _ in counts) / sum(n for _, n in counts)}


def run_hochberg(given: dict) -> dict:
    def others(method: str) -> int:
        return int(multipletests(given["p"], alpha=given["q"], method=method)[0].sum())

    return {
        "rejected": sum(benjamini_hochberg(given["p"], given["q"])),
        "threshold_4": 4 / len(given["p"]) * given["q"],
        "bonferroni_rejected": others("bonferroni"),
        "hochberg_rejected": others("simes-hochberg"),
        "holm_rejected": others("holm"),
        "by_rejected": others("fdr_by"),
    }


def run_funnel(given: dict) -> dict:
    inner, outer = funnel_limits(given["p0"], given["n"]), funnel_limits(given["p0"], given["n"], 0.998)
    return {"lo95": inner.lower, "hi95": inner.upper, "lo998": outer.lower, "hi998": outer.upper}


def run_clusters(given: dict) -> dict:
    clusters = pairs(given, "x")
    positive, total = sum(x for x, _ in clusters), sum(n for _, n in clusters)
    few = effective(positive, total, cluster_sums(clusters))
    found = wilson(positive / total * few, few)
    return {
        "deff": design_effect(clusters),
        "p": positive / total,
        "n_eff": few,
        "wilson_lower": found.lower,
        "wilson_upper": found.upper,
    }


def card_krueger() -> dict:
    return json.loads((HERE / "card_krueger.json").read_text(encoding="utf-8"))


def changes(state: str) -> list[float]:
    of_state = card_krueger()[state]
    told = zip(of_state["before"], of_state["after"], strict=True)
    return [after - before for before, after in told if before is not None and after is not None]


def run_cells(given: dict) -> dict:
    cells = [[jobs for jobs in card_krueger()[state][when] if jobs is not None] for state, when in CELLS]
    return {
        **{f"{state}_{when}": fmean(cell) for (state, when), cell in zip(CELLS, cells, strict=True)},
        "se": [stdev(cell) / math.sqrt(len(cell)) for cell in cells],
        "n": [len(cell) for cell in cells],
    }


CELLS = [("nj", "before"), ("nj", "after"), ("pa", "before"), ("pa", "after")]


def run_all_cells(given: dict) -> float:
    before, after, other_before, other_after = given["cells_unrounded"]
    found = difference_in_differences([after - before], [other_after - other_before]).effect
    assert abs(found - 2.7536) < 0.0005, "the cells give 2.7536; the paper prints 2.76"
    return found


def run_balanced(given: dict) -> dict:
    nj, pa = changes("nj"), changes("pa")
    found = difference_in_differences(nj, pa)
    return {
        "nj_change": found.treated_change,
        "nj_se": stdev(nj) / math.sqrt(len(nj)),
        "pa_change": found.control_change,
        "pa_se": stdev(pa) / math.sqrt(len(pa)),
        "did": found.effect,
        "se": found.error,
    }


def run_regression(given: dict) -> dict:
    rows = [
        (jobs, state == "nj", when == "after", f"{state}{store}")
        for state, when in CELLS
        for store, jobs in enumerate(card_krueger()[state][when])
        if jobs is not None
    ]
    nj, after = np.array([row[1] for row in rows], float), np.array([row[2] for row in rows], float)
    stores = np.unique([row[3] for row in rows], return_inverse=True)[1]
    model = OLS(np.array([row[0] for row in rows]), np.column_stack([np.ones(len(rows)), nj, after, nj * after]))
    naive, clustered = model.fit(), model.fit(cov_type="cluster", cov_kwds={"groups": stores})
    return {"did": naive.params[3], "cluster_se": clustered.bse[3], "naive_ols_se": naive.bse[3]}


def run_replication(given: dict) -> dict:
    found = replication(given["d1"], given["se1"], given["d2"], given["se2"])
    names = {"not_confirmed_yet": "not confirmed, not contradicted"}
    return {
        "pi_lower": found.expected.lower,
        "pi_upper": found.expected.upper,
        "inside": found.expected.holds(given["d2"]),
        "rep_ci_lower": found.own.lower,
        "rep_ci_upper": found.own.upper,
        "verdict": names.get(found.verdict, found.verdict),
    }


def run_crude(given: dict) -> dict:
    male, female = (direct(given[sex], weights_of([1] * 6)).crude for sex in ("male", "female"))
    return {"male": male, "female": female, "diff": male - female}


def run_applicants(given: dict) -> dict:
    cases = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))["cases"]
    departments = next(case for case in cases if case["name"] == "std/berkeley_crude")["inputs"]
    male, female = departments["male"], departments["female"]
    weights = weights_of([one[1] + other[1] for one, other in zip(male, female, strict=True)])
    one, other = direct(male, weights), direct(female, weights)
    found = difference_of(one.share, one.interval, other.share, other.interval)
    chance = sum(
        weight * weight * (x / n) * (1 - x / n) / n
        for sex in (male, female)
        for (x, n), weight in zip(sex, weights, strict=True)
    )
    worth = [m * f / (m + f) for (_, m), (_, f) in zip(male, female, strict=True)]
    gaps = [x / m - y / f for (x, m), (y, f) in zip(male, female, strict=True)]
    return {
        "male": one.share,
        "female": other.share,
        "diff": one.share - other.share,
        "delta_se": math.sqrt(chance),
        "mover_lower": found.lower,
        "mover_upper": found.upper,
        "mh_rd": sum(w * gap for w, gap in zip(worth, gaps, strict=True)) / sum(worth),
    }


def run_births(given: dict) -> dict:
    found = standardised_rate(given["cases"], given["births"], given["standard"])
    return {"crude": found.crude, "adjusted": found.adjusted, **limits(found.interval)}


def run_kiosks(given: dict) -> dict:
    a, b = (direct([given[store][hour] for hour in ("quiet", "peak")], given["weights"]) for store in "AB")
    apart = difference_of(a.share, a.interval, b.share, b.interval)
    crude = newcombe(*map(sum, zip(*given["A"].values(), strict=True)), *map(sum, zip(*given["B"].values(), strict=True)))
    return {
        "crude_A": a.crude,
        "crude_B": b.crude,
        "std_A": a.share,
        "std_B": b.share,
        "std_diff": a.share - b.share,
        **limits(apart),
        "crude_diff_lower": crude.lower,
        "crude_diff_upper": crude.upper,
    }


def run_over_one(given: dict) -> dict:
    shares = zip(given["service"], given["n_service"], given["experience"], given["n_experience"], strict=True)
    stores = [StorePair(s * n, n, e * m, m) for s, n, e, m in shares]
    found = correlate(stores, seed=1)
    assert found.corrected is None
    # The same six stores four times over are enough stores, and still no correlation.
    assert correlate(stores * 4, seed=1).refused == "beyond_one"
    return {"r": found.crude, "uncapped": without_chance(stores), "report": "not estimable / capped with reason"}


def run_price_bonett(given: dict) -> dict:
    groups = len(given["f"])
    shares = [(f + 2 / groups) / (n + 4 / groups) for f, n in zip(given["f"], given["n"], strict=True)]
    sizes = [n + 4 / groups for n in given["n"]]
    estimate = sum(v * p for v, p in zip(given["v"], shares, strict=True))
    error = math.sqrt(sum(v * v * p * (1 - p) / n for v, p, n in zip(given["v"], shares, sizes, strict=True)))
    return {"estimate": estimate, "se": error, "lower": estimate - Z * error, "upper": estimate + Z * error}


def run_linear(given: dict) -> dict:
    estimate, interval = linear(list(zip(given["f"], given["n"], strict=True)), given["v"])
    return {"estimate": estimate, **limits(interval)}


def run_two_of_six(given: dict) -> dict:
    seen = {name: tuple(part) for name, part in given["observed"].items()}
    found = composite(seen, given["weights"])
    assert found.value is None
    parts = [(given["weights"][name] / found.coverage, x / n, n) for name, (x, n) in seen.items()]
    reach = Z * math.sqrt(sum(w * w * p * (1 - p) / n for w, p, n in parts))
    return {
        "coverage": found.coverage,
        "observed_only": found.measured,
        "mover_lower": found.measured_interval.lower,
        "mover_upper": found.measured_interval.upper,
        "delta_lower": found.measured - reach,
        "delta_upper": found.measured + reach,
        "worst_case_low": found.bounds.lower,
        "worst_case_high": found.bounds.upper,
    }


RUNNERS = {
    "eb/rat_tumour_moments70": run_moments,
    "eb/rat_tumour_71st_posterior": run_posterior,
    "eb/rat_tumour_betabinomial_mle71": run_likelihood,
    "eb/no_between_store_variance": run_no_variance,
    "bh/": run_hochberg,
    "funnel/": run_funnel,
    "deff/": run_clusters,
    "did/card_krueger_cells": run_cells,
    "did/card_krueger_did_all": run_all_cells,
    "did/card_krueger_balanced": run_balanced,
    "did/card_krueger_regression": run_regression,
    "did/smallest_p": lambda given: {"min_two_sided_p": [smallest_p(given["treated"], n) for n in given["controls"]]},
    "replication/": run_replication,
    "std/berkeley_crude": run_crude,
    "std/berkeley_direct": run_applicants,
    "std/fleiss1981_": run_births,
    "std/kiosk_two_stores": run_kiosks,
    "corr/deattenuation_formula": lambda given: given["r"] / math.sqrt(given["rel_x"] * given["rel_y"]),
    "corr/deattenuation_over_1": run_over_one,
    "composite/price_bonett": run_price_bonett,
    "composite/mover": run_linear,
    "composite/hx_two_of_six": run_two_of_six,
    "filter/genuine_loss": lambda given: round(lost_to_pause(given["rate_per_min"], given["gap_s"]), 6),
    "filter/burst_threshold": lambda given: burst_threshold(
        given["rate_per_min"], given["window_s"], given["false_rate"], given["floor"]
    ),
}
