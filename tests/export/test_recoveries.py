"""The lines of recoveries.csv, and the same recoveries in a store's figures as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.database.engine import writing
from server.database.export_columns import RECOVERIES
from server.database.recoveries import Step, add_step, end_recovery, open_recovery
from server.database.watches import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

NOON_MS = 1_795_262_400_000
MINUTE_MS = 60_000
ADDRESS = "/api/v1/export/recoveries"


def begin(chain: Any, kiosk: int = 1, noticed_ms: int = NOON_MS, question: str = "felt-welcome") -> int:
    """A recovery noticed 20 minutes and a second after it began."""
    place = Place(kiosk, chain.placements[kiosk], chain.question_ids[question])
    with writing(chain.engine) as connection:
        began_ms = noticed_ms - 20 * MINUTE_MS - 1_000
        number = open_recovery(connection, place, began_ms, noticed_ms - 1_000, 0.2123, (9, 8), noticed_ms)
    assert number is not None
    return number


def end(chain: Any, number: int, what: str, at_ms: int, *steps: tuple[str, int]) -> None:
    with writing(chain.engine) as connection:
        for name, when_ms in steps:
            assert add_step(connection, number, Step(name, when_ms, "ada@chain.example"))
        assert end_recovery(connection, number, what, at_ms)


def test_a_line_tells_a_recovery_with_its_times_and_durations_and_no_names(
    chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    ended = begin(chain)
    steps = (("acknowledged", NOON_MS + 90_000), ("done", NOON_MS + 10 * MINUTE_MS))
    end(chain, ended, "normal", NOON_MS + 31 * MINUTE_MS, *steps)
    begin(chain, 2, NOON_MS + 1_000, "got-needed")
    answer = client.get(f"{ADDRESS}.csv", headers=chain.token())
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8; header=present")
    first, second = parsed(answer.data)
    assert tuple(first) == RECOVERIES.names
    assert first == {
        "recovery": str(ended), "store": "S001", "kiosk": "K-001", "touchpoint": "'=exit", "question": "felt-welcome",
        "signal": "experience", "outcome": "normal", "began_at": "2026-11-21T11:39:59.000Z",
        "noticed_at": "2026-11-21T12:00:00.000Z", "acknowledged_at": "2026-11-21T12:01:30.000Z",
        "done_at": "2026-11-21T12:10:00.000Z", "ended_at": "2026-11-21T12:31:00.000Z",
        "to_notice": "21", "to_acknowledge": "2", "to_normal": "31", "presses": "9", "negative": "8", "usual": "21.2",
    }  # fmt: skip
    assert {name: second[name] for name in ("store", "signal", "outcome", "ended_at", "acknowledged_at", "to_normal")} == {
        "store": "S002", "signal": "service", "outcome": "open", "ended_at": "", "acknowledged_at": "", "to_normal": "",
    }  # fmt: skip
    assert b"ada@chain.example" not in answer.data


def test_one_that_ended_undecided_has_no_minutes_to_normal(chain: Any, client: FlaskClient) -> None:
    end(chain, begin(chain), "undecided", NOON_MS + 60 * MINUTE_MS)
    (line,) = client.get(f"{ADDRESS}.ndjson", headers=chain.token()).data.splitlines()
    row = json.loads(line)
    assert (row["outcome"], row["ended_at"], row["to_normal"]) == ("undecided", "2026-11-21T13:00:00.000Z", None)


def test_a_token_reads_those_of_its_stores_alone(chain: Any, client: FlaskClient) -> None:
    begin(chain)
    number = begin(chain, 2)
    lines = client.get(f"{ADDRESS}.ndjson", headers=chain.token("S002")).data.splitlines()
    assert [json.loads(line)["recovery"] for line in lines] == [number]
    assert client.get(f"{ADDRESS}.csv?store=S001", headers=chain.token("S002")).status_code == 404


@pytest.mark.parametrize(
    ("days", "found"), [("from=2026-11-22", [2]), ("to=2026-11-22", [1]), ("from=2026-11-21&to=2026-11-23", [1, 2])]
)
def test_days_are_those_of_noticing_on_the_stores_clock(chain: Any, client: FlaskClient, days: str, found: list[int]) -> None:
    begin(chain)
    # In Kolkata it is the 22nd by then.
    begin(chain, 2, NOON_MS + 7 * 60 * MINUTE_MS)
    lines = client.get(f"{ADDRESS}.ndjson?{days}", headers=chain.token()).data.splitlines()
    assert [json.loads(line)["recovery"] for line in lines] == found


def test_the_stores_figures_hold_what_its_page_shows(chain: Any, client: FlaskClient, clock: Any) -> None:
    clock.set(NOON_MS + MINUTE_MS)
    number = begin(chain)
    with writing(chain.engine) as connection:
        add_step(connection, number, Step("acknowledged", NOON_MS + 1_000, "ada@chain.example"))
    today = client.get("/api/v1/stores/S001/summary", headers=chain.token()).json["today"]
    assert today["recoveries"] == [
        {
            "recovery": number, "kiosk": "K-001", "touchpoint": "=exit", "question": "felt-welcome", "outcome": "open",
            "began_at": "2026-11-21T11:39:59.000Z", "noticed_at": "2026-11-21T12:00:00.000Z", "presses": 9, "negative": 8,
            "usual": 21.2, "still_at": None, "done": None, "ended_at": None, "to_normal": None,
            "acknowledged": {"at": "2026-11-21T12:00:01.000Z", "person": "ada@chain.example"},
        }
    ]  # fmt: skip
    assert today["notice"] == {"hours": None, "too_quiet": [], "not_watched": []}
    assert client.get("/api/v1/stores/S002/summary", headers=chain.token()).json["today"]["recoveries"] == []
