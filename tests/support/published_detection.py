"""Runs the published cases about detection; engines that the product does not need are built here on its Markov chain."""

from __future__ import annotations

import math
from statistics import NormalDist

from server.analysis.absorbing import expected_steps
from server.analysis.detection import BernoulliCusum, average_run_length, share_to_notice, steady_delay
from server.analysis.sequential import ewma_run_length, sprt


def run_bernoulli(given: dict) -> dict:
    cusum = BernoulliCusum(given["up"], given["down"], given.get("H", given.get("h")))
    shares = (0.05, 0.1, 0.12, 0.15, 0.2, 0.3, 0.4, 0.5)
    return {
        **{f"arl_p{share}": average_run_length(cusum, share) for share in shares},
        **{f"steady_delay_p{share}": steady_delay(cusum, 0.1, share) for share in (0.3, 0.5)},
    }


def run_walk(given: dict) -> float:
    return average_run_length(BernoulliCusum(given["up"], given["down"], given["H"]), given["p"])


def run_trace(given: dict) -> dict:
    cusum, path, alarms = BernoulliCusum(given["up"], given["down"], given["H"]), [], []
    for number, press in enumerate(given["presses"], 1):
        if cusum.add(press == "N"):
            alarms.append(number)
        path.append(cusum.points)
    return {"path": path, "first_alarm_at_press": alarms[0]}


def normal_run_length(k: float, h: float, shift: float, cells: int) -> float:
    """Brook and Evans 1972: a one-sided CUSUM of a normal, its range cut into cells."""
    width, cdf = 2 * h / (2 * cells - 1), NormalDist(shift).cdf
    walk = []
    for here in range(cells):
        row = {0: cdf(k + width / 2 - here * width)}
        for there in range(1, cells):
            row[there] = cdf(k + (there - here + 0.5) * width) - cdf(k + (there - here - 0.5) * width)
        walk.append(row)
    return expected_steps(walk)


def run_normal(given: dict) -> dict:
    def limit(shift: float) -> float:
        # Halving the cells quarters the error, so two sizes give the limit (Richardson).
        coarse, fine = (normal_run_length(given["k"], given["h"], shift, cells) for cells in (40, 80))
        return (4 * fine - coarse) / 3

    return {"arl_mu0": limit(0), "arl_mu1": limit(1)}


def run_of_last(given: dict) -> dict:
    """Alarm when k of the last m presses are negative; the state is the m - 1 presses before, as bits."""
    k, m = given["k"], given["m"]
    states = [bits for bits in range(2 ** (m - 1)) if bits.bit_count() < k]
    places = {bits: place for place, bits in enumerate(states)}

    def length(share: float) -> float:
        walk = []
        for bits in states:
            row: dict[int, float] = {}
            for newest, probability in ((1, share), (0, 1 - share)):
                window = 2 * bits + newest
                if window.bit_count() < k:
                    there = places[window % 2 ** (m - 1)]
                    row[there] = row.get(there, 0) + probability
            walk.append(row)
        return expected_steps(walk)

    return {f"arl_p{share}": length(share) for share in (0.1, 0.3, 0.5)}


def run_sprt(given: dict) -> dict:
    found = sprt(given["p0"], given["p1"], given["alpha"], given["beta"])
    return {
        "slope": found.slope,
        "h_accept": found.accept,
        "h_reject": found.reject,
        "asn_p0": found.sample_better,
        "asn_p1": found.sample_worse,
    }


def run_gamma(given: dict) -> dict:
    down = -math.log((1 - given["p1"]) / (1 - given["p0"]))
    whole = math.log(given["p1"] * (1 - given["p0"]) / (given["p0"] * (1 - given["p1"])))
    assert math.isclose(share_to_notice(given["p0"]), given["p1"])
    return {"r1": down, "r2": whole, "gamma": down / whole}


def run_ewma(given: dict) -> dict:
    def length(share: float) -> float:
        return ewma_run_length(given["lam"], given["start"], given["ucl"], share)

    return {"arl_p0_1": length(0.1), "arl_p0_3": length(0.3), "arl_p0_5": length(0.5)}


RUNNERS = {
    "cusum/normal_one_sided": run_normal,
    "cusum/run_of_": run_walk,
    "cusum/reflected_walk": run_walk,
    "cusum/bernoulli_": run_bernoulli,
    "cusum/reynolds_stoumbos_gamma": run_gamma,
    "cusum/trace_": run_trace,
    "cusum/3_of_last": run_of_last,
    "cusum/4_of_last": run_of_last,
    "cusum/5_of_last": run_of_last,
    "cusum/6_of_last": run_of_last,
    "sprt/": run_sprt,
    "ewma/": run_ewma,
}
