"""A claim's effect as a mark with its range, beside nought and beside the change that was to matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from server.claims.claim import UP

if TYPE_CHECKING:
    from server.claims.claim import Claim
    from server.claims.result import Result
    from server.i18n.translator import Translator

HEIGHT, MIDDLE, LABELS = 72, 26, 62


def effect_chart(claim: Claim, result: Result, t: Translator) -> Markup | str:
    """The drawing, left to right from less to more in every language; "" where there is no effect."""
    if result.effect is None or result.low is None or result.high is None:
        return ""
    matters = claim.matters if claim.direction == UP else -claim.matters
    reach = 1.15 * max(abs(result.low), abs(result.high), claim.matters)

    def at(points: float) -> str:
        return f"{50 + 50 * points / reach:.2f}%"

    number, words = t.formats.number, t.say("claims.points", claim.matters)
    width = f"{50 * (result.high - result.low) / reach:.2f}%"
    drawn = Markup(
        '<svg class="plot claim-plot" height="{height}" role="img" aria-label="{label}">'
        '<line class="axis" x1="0" x2="100%" y1="{middle}" y2="{middle}"/>'
        '<line class="reference" x1="50%" x2="50%" y1="6" y2="46"/>'
        '<line class="claim-matters" x1="{matters}" x2="{matters}" y1="6" y2="46"/>'
        '<rect class="band-plain" x="{low}" width="{width}" y="16" height="20"/>'
        '<circle class="dot-plain" cx="{effect}" cy="{middle}" r="6"/>'
        '<text x="50%" y="{labels}" text-anchor="middle">{nought}</text>'
        '<text x="{matters}" y="{labels}" text-anchor="middle">{words}</text></svg>'
    )
    return drawn.format(
        height=HEIGHT,
        label=t.say("claims.chart", points=words),
        middle=MIDDLE,
        labels=LABELS,
        matters=at(matters),
        low=at(result.low),
        width=width,
        effect=at(result.effect),
        nought=number(0),
        words=words,
    )
