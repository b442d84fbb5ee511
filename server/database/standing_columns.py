"""The columns of stores.csv that say how a store stands to the others: their names, kinds, meanings and units."""

from __future__ import annotations

from typing import NamedTuple


class StandingColumn(NamedTuple):
    """One column; `kind` is string, integer, number or boolean (as 0 or 1), `unit` "" where it has none."""

    name: str
    kind: str
    meaning: str
    unit: str = ""


def _beside(signal: str, what: str) -> tuple[StandingColumn, ...]:
    return (
        StandingColumn(f"{signal}_beside", "number", f"{what} minus that of the other stores, both alike in hours", "points"),
        StandingColumn(
            f"{signal}_beside_low", "number", "lower end of its 95 % range, not corrected for many stores", "points"
        ),
        StandingColumn(
            f"{signal}_beside_high", "number", "upper end of its 95 % range, not corrected for many stores", "points"
        ),
        StandingColumn(f"{signal}_beside_sure", "boolean", "whether it differs by more than chance, all stores judged at once"),
    )


STANDING_COLUMNS = (
    StandingColumn(
        "standing",
        "string",
        "the gap beside the others: wider, alike (cannot be told), narrower, too-few, other-faces (not compared), or empty",
    ),
    StandingColumn(
        "standardised", "boolean", "whether the store was compared by the chain's mix of hours; else as the presses came"
    ),
    StandingColumn("compared", "integer", "how many stores had enough presses and were judged at once", "stores"),
    StandingColumn("not_comparable", "string", "parts of the week with too few presses for that, with spaces between"),
    StandingColumn("reversed", "boolean", "whether the presses as they came say the opposite of the comparison by equal hours"),
    StandingColumn("service_standardised", "number", "the service index as it were with the chain's mix of hours", "of 100"),
    StandingColumn(
        "experience_standardised", "number", "the experience index as it were with the chain's mix of hours", "of 100"
    ),
    StandingColumn("gap_standardised", "number", "the gap as it were with the chain's mix of hours", "points"),
    *_beside("service", "the service index"),
    *_beside("experience", "the experience index"),
    *_beside("gap", "the gap"),
    StandingColumn("waits", "boolean", "whether a run of presses that nobody has decided about would change what is sure"),
)
