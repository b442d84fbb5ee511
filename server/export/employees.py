"""What employees pressed as JSON: the same frozen result that the employees' page shows, for tokens that may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.export.json_parts import gap_json, index_json

if TYPE_CHECKING:
    from server.comparison.employees import EmployeeFigures


def employees_json(figures: EmployeeFigures) -> dict[str, Any]:
    """Everything the employees' page says; null is not known or withheld."""
    store = figures.store
    return {
        "store": {"code": store.code, "name": store.name, "region": store.region, "timezone": store.timezone},
        "asked": figures.asked,
        "from": None if figures.first is None else figures.first.isoformat(),
        "to": None if figures.end is None else figures.end.isoformat(),
        "service": index_json(figures.service),
        "experience": index_json(figures.experience),
        "gap": gap_json(figures.gap),
        "stretches": [
            {
                "from": one.first.isoformat(),
                "to": one.end.isoformat(),
                "service": index_json(one.service),
                "experience": index_json(one.experience),
            }
            for one in figures.stretches
        ],
        "definition_version": figures.definition_version,
        "made_up": figures.made_up,
    }
