"""Special functions that the standard library lacks: the beta and gamma distributions, and derivatives of log gamma."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Recurrences lift an argument to here; from here on an asymptotic series with these terms is exact to rounding.
ASYMPTOTIC_FROM = 10.0
MOST_STEPS = 100_000
TINY = 1e-300  # instead of 0, so that the first division of a continued fraction is possible
EXACT_ENOUGH = 1e-14
# Gauss and Legendre's points and weights for 12 points, the half right of the middle (Abramowitz and Stegun 25.4.30).
POINTS = (
    (0.1252334085114689, 0.2491470458134028),
    (0.3678314989981802, 0.2334925365383548),
    (0.5873179542866175, 0.2031674267230659),
    (0.7699026741943047, 0.1600783285433462),
    (0.9041172563704749, 0.1069393259953184),
    (0.9815606342467192, 0.0471753363865118),
)
MOST_CORRELATED = 0.999  # nearer to 1 the integrand bends too much for so few points


def digamma(x: float) -> float:
    """The derivative of log gamma at x > 0."""
    return polygammas(x)[0]


def trigamma(x: float) -> float:
    """The second derivative of log gamma at x > 0."""
    return polygammas(x)[1]


def polygammas(x: float) -> tuple[float, float]:
    """Both derivatives of log gamma at x > 0, `digamma` and `trigamma` (DLMF 5.5.2, 5.11.2 and 5.15)."""
    first = second = 0.0
    while x < ASYMPTOTIC_FROM:
        first -= 1 / x
        second += 1 / (x * x)
        x += 1
    square = 1 / (x * x)
    first_series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    second_series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * 5 / 66))))
    return first + math.log(x) - 0.5 / x - first_series, second + (1 + second_series) / x + 0.5 * square


def beta_below(x: float, a: float, b: float) -> float:
    """How probable a value below x (0 to 1) is under Beta(a, b), by the continued fraction on its fast side."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which Beta(a, b) lies with this probability."""
    return _bisect(lambda x: beta_below(x, a, b) - share, 0.0, 1.0)


def gamma_below(x: float, shape: float) -> float:
    """How probable a value below x is under the gamma distribution of this shape and scale 1."""
    if x <= 0:
        return 0.0
    return _gamma_series(x, shape) if x < shape + 1 else 1 - _gamma_fraction(x, shape)


def gamma_quantile(share: float, shape: float) -> float:
    """The value below which the gamma distribution of this shape and scale 1 lies with this probability."""
    most = shape + 10 * math.sqrt(shape) + 10
    while gamma_below(most, shape) < share:
        most *= 2
    return _bisect(lambda x: gamma_below(x, shape) - share, 0.0, most)


def chi_square_above(x: float, degrees: float) -> float:
    """How probable a chi-square of so many degrees of freedom is to exceed x."""
    half, shape = x / 2, degrees / 2
    if half <= 0:
        return 1.0
    return 1 - _gamma_series(half, shape) if half < shape + 1 else _gamma_fraction(half, shape)


def both_below(h: float, k: float, correlation: float) -> float:
    """How probable two standard normals of this correlation (-1 to 1) are to lie below h and k both (Plackett 1954).

    The integral over the correlation's angle, as Drezner and Wesolowsky (1990) take it: exact to six digits up to 0.99 and to
    four up to 0.999, above which it is that of 0.999.
    """
    half = math.asin(max(-MOST_CORRELATED, min(MOST_CORRELATED, correlation))) / 2
    total = sum(weight * (_bend(h, k, half - at * half) + _bend(h, k, half + at * half)) for at, weight in POINTS)
    return _normal_below(h) * _normal_below(k) + half * total / (2 * math.pi)


def _bend(h: float, k: float, angle: float) -> float:
    sine = math.sin(angle)
    return math.exp((h * k * sine - (h * h + k * k) / 2) / (1 - sine * sine))


def _normal_below(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _bisect(sign: Callable[[float], float], low: float, high: float) -> float:
    # 200 halvings end where no float lies between; both functions rise, so nothing smarter is needed for safety.
    for _ in range(200):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if sign(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))) with the coefficients of DLMF 8.17.22, by Lentz's method, two steps at a time.

    Pages of hundreds of stores ask for thousands of them: what follows is written for that.
    """
    above, below = 1 + 1 / TINY, 1.0
    value = TINY * above
    for m in range(MOST_STEPS):
        at = a + 2 * m
        numerator = -(a + m) * (a + b + m) * x / (at * (at + 1))
        below = 1 / (1 + numerator * below)
        above = 1 + numerator / above
        value *= above * below
        numerator = (m + 1) * (b - m - 1) * x / ((at + 1) * (at + 2))
        below = 1 / (1 + numerator * below)
        above = 1 + numerator / above
        step = above * below
        value *= step
        if -EXACT_ENOUGH < step - 1 < EXACT_ENOUGH:
            break
    return value


def _gamma_front(x: float, shape: float) -> float:
    return math.exp(shape * math.log(x) - x - math.lgamma(shape))


def _gamma_series(x: float, shape: float) -> float:
    """The lower part, by DLMF 8.11.4."""
    term = total = 1 / shape
    for step in range(1, MOST_STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * EXACT_ENOUGH:
            break
    return total * _gamma_front(x, shape)


def _gamma_fraction(x: float, shape: float) -> float:
    """The upper part, by the continued fraction DLMF 8.9.2 in its even form, with Lentz's method."""
    part = x + 1 - shape
    above, below = 1 / TINY, 1 / part
    value = below
    for step in range(1, MOST_STEPS):
        numerator = -step * (step - shape)
        part += 2
        below = 1 / (numerator * below + part)
        above = part + numerator / above
        value *= above * below
        if abs(above * below - 1) < EXACT_ENOUGH:
            break
    return value * _gamma_front(x, shape)
