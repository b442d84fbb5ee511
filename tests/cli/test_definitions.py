"""`salve-server definition` as an operator types it."""

from __future__ import annotations

import json

import pytest


def test_the_first_definition_is_shown(ready):
    done = ready("definition", "show")
    assert done.exit_code == 0
    assert done.stdout.startswith("Version 1, declared ")
    assert "least count: 10" in done.stdout
    assert "target service: none" in done.stdout


def test_the_next_version_keeps_what_is_not_named(ready):
    first = ready("definition", "declare", "--target-service", "0.75", "--weight", "cx=0.6", "--weight", "EX=0.4")
    assert (first.exit_code, first.stdout) == (0, "Version 2 is valid from now on.\n")
    assert ready("definition", "declare", "--least-count", "30", "--label", "LX=Leadership").exit_code == 0
    latest, *_ = json.loads(ready("definition", "show", "--json").stdout)
    assert (latest["version"], latest["target_service"], latest["least_count"]) == (3, 0.75, 30)
    assert (latest["weights"], latest["labels"]) == ({"CX": 0.6, "EX": 0.4}, {"LX": "Leadership"})
    assert ready("definition", "declare", "--target-service", "none", "--weight", "none").exit_code == 0
    latest, *_ = json.loads(ready("definition", "show", "--json").stdout)
    assert (latest["target_service"], latest["weights"]) == (None, {})


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--service", "nothing"), "There is no question nothing."),
        (("--target-service", "75"), "A target is a number"),
        (("--target-service", "high"), "not 'high'"),
        (("--weight", "CX"), "not 'CX'"),
        (("--weight", "CX=0.5"), "add up to exactly 100"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(ready, words, why):
    done = ready("definition", "declare", *words)
    assert done.exit_code == 1
    assert why in done.stderr
    assert len(json.loads(ready("definition", "show", "--json").stdout)) == 1
