"""Eight weeks of a store as two small lines with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from server.web.charts import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.comparison.indexes import Index
    from server.comparison.office import Week
    from server.i18n.translator import Translator

STEP, HEIGHT, TOP, BASE = 10, 58, 2, 54


def spark(weeks: Sequence[Week], t: Translator, title: str) -> Markup:
    """Both indexes week by week, from where reading starts; nothing where no week has a number."""
    if not any(week.service.value is not None or week.experience.value is not None for week in weeks):
        return Markup("")
    wide = STEP * len(weeks)
    parts = [
        f'<svg class="plot spark" height="{HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<svg class="stretch" width="100%" height="{HEIGHT}" viewBox="0 0 {wide} {HEIGHT}" preserveAspectRatio="none">',
    ]
    for signal in ("service", "experience"):
        parts += _lines([getattr(week, signal) for week in weeks], signal, wide, mirrored=t.direction == "rtl")
    return svg([*parts, "</svg></svg>"])


def _lines(indexes: Sequence[Index], signal: str, wide: int, *, mirrored: bool) -> list[str]:
    parts: list[str] = []
    run: list[tuple[int, Index]] = []
    for place, index in [*enumerate(indexes), (len(indexes), None)]:
        if index is not None and index.value is not None:
            at = STEP * place + STEP // 2
            run.append((wide - at if mirrored else at, index))
        elif run:
            parts += _run(run, signal)
            run = []
    return parts


def _run(run: list[tuple[int, Index]], signal: str) -> list[str]:
    """A stretch of weeks with numbers; one alone is drawn as a short stroke, for a line needs two ends."""
    if len(run) == 1:
        at, index = run[0]
        run = [(at - 3, index), (at + 3, index)]
    upper = [f"{x} {_height(index.high)}" for x, index in run]
    lower = [f"{x} {_height(index.low)}" for x, index in reversed(run)]
    line = " ".join(f"{x} {_height(index.value)}" for x, index in run)
    return [
        f'<path class="band-{signal}" d="M{" ".join([*upper, *lower])}Z"/>',
        f'<path class="line-{signal}" d="M{line}"/>',
    ]


def _height(share: float | None) -> str:
    return f"{BASE - (BASE - TOP) * (share or 0.0) / 100:.0f}"
