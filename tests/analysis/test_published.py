"""Every published and computed reference number is held, case by case and key by key; none is left out in silence."""

from __future__ import annotations

import json
from pathlib import Path

import published_detection
import published_shares
import published_stores
import pytest

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))["cases"]
RUNNERS = {**published_shares.RUNNERS, **published_stores.RUNNERS, **published_detection.RUNNERS}


def runners_of(name: str) -> list:
    return [run for prefix, run in RUNNERS.items() if name.startswith(prefix)]


def agree(found, expected, tolerance) -> bool:
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(agree, found, expected, [tolerance] * len(expected)))
    if isinstance(expected, (str, bool)):
        return found == expected
    if isinstance(tolerance, dict):
        return found == pytest.approx(expected, rel=tolerance["rel"], abs=0)
    return abs(found - expected) <= tolerance


def tolerance_of(case: dict, key: str) -> object:
    tolerance = case["tolerance"]
    return tolerance.get(key, 0) if isinstance(tolerance, dict) and "rel" not in tolerance else tolerance


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_agrees_with_the_reference(case: dict) -> None:
    (run,) = runners_of(case["name"])
    found, expected = run(case["inputs"]), case["expected"]
    if not isinstance(expected, dict):
        found, expected = {"": found}, {"": expected}
    wrong = {
        key: (found.get(key, "not computed"), value)
        for key, value in expected.items()
        if key not in found or not agree(found[key], value, tolerance_of(case, key))
    }
    assert not wrong


def test_all_130_cases_run_each_by_one_runner_and_no_runner_is_idle() -> None:
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names) == 130
    assert {name: len(runners_of(name)) for name in names} == dict.fromkeys(names, 1)
    assert not [prefix for prefix in RUNNERS if not any(name.startswith(prefix) for name in names)]


def test_a_number_that_is_off_would_be_noticed() -> None:
    assert not agree(0.5001, 0.5, 6e-5)
    assert not agree([1, 2], [1, 3], 0)
    assert not agree(101, 100, {"rel": 1e-6})
    assert not agree("confirmed", "contradicted", 0)
