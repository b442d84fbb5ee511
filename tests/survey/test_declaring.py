"""Every reason why a definition can not follow the one before."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from server.database import questions as rows
from server.database.definitions import add_definition
from server.database.engine import writing
from server.survey.declaring import faults_of
from server.survey.definitions import current, declare, history, valid_at
from server.survey.questions import install_starter
from server.survey.refusals import Refused


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        install_starter(connection, 1_000)
        yield connection


def names(connection, **change) -> list[str]:
    before = current(connection)
    return [fault.name for fault in faults_of(replace(before, **change), before, rows.wordings(connection))]


def test_the_version_before_can_be_declared_again(connection):
    assert names(connection) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"service": ()}, ["definition.empty"]),
        ({"service": ("nothing",)}, ["fault.unknown"]),
        ({"service": ("staff-had-needed",)}, ["definition.not-customers"]),
        ({"service": ("got-needed", "got-needed")}, ["definition.twice"]),
        ({"service": ("felt-welcome",), "experience": ("exit-come-back",)}, ["definition.other-signal"]),
        ({"target_service": 1.0}, ["definition.target"]),
        ({"target_service": float("nan")}, ["definition.target"]),
        ({"least_count": 9}, ["definition.least"]),
        ({"least_count": 10_001}, ["definition.least"]),
        ({"weights": (("CX", 0.6), ("EX", 0.39))}, ["definition.weights"]),
        ({"weights": (("CX", 1.2), ("EX", -0.2))}, ["definition.weights"]),
        ({"weights": (("CX", float("nan")),)}, ["definition.weights"]),
        ({"weights": (("customer", 1.0),)}, ["definition.dimension"]),
        ({"labels": (("LX", "x" * 61),)}, ["definition.label"]),
        ({"labels": (("LX", "two\nlines"),)}, ["definition.label"]),
        ({"weights": (("CX", 0.1), ("EX", 0.2), ("LX", 0.7))}, []),
    ],
)
def test_what_makes_no_sense_is_named(connection, change, why):
    assert names(connection, **change) == why


def test_a_draft_makes_up_no_signal_and_a_retired_question_only_where_it_did_before(connection):
    texts = {"en": {"question": "?", "positive": "a", "negative": "b"}}
    rows.add_question(connection, "new", 1, "service", "CX", [], [], texts, {"origin": "x"}, active_ms=None)
    assert names(connection, service=("new",)) == ["definition.draft"]
    rows.retire(connection, "got-needed", 2_000)
    assert names(connection) == []
    before = replace(current(connection), service=("found-easily",))
    new = replace(before, service=("found-easily", "got-needed"))
    assert [fault.name for fault in faults_of(new, before, rows.wordings(connection))] == ["fault.retired"]


def test_a_declared_version_says_who_and_when_and_keeps_what_is_not_named(connection):
    weights = {"EX": 0.4, "CX": 0.6}
    first = declare(connection, 2_000, "ada", service=["got-needed"], weights=weights, labels={"LX": "Leadership", "VX": " "})
    second = declare(connection, 3_000, "bob", least_count=30)
    assert first.weights == (("CX", 0.6), ("EX", 0.4))
    assert (second.service, second.weights, second.labels) == (("got-needed",), first.weights, (("LX", "Leadership"),))
    assert [(one.definition.version, one.made_ms, one.made_by) for one in history(connection)] == [
        (3, 3_000, "bob"),
        (2, 2_000, "ada"),
        (1, 1_000, "starter"),
    ]
    assert valid_at(connection, 2_999) == first


def test_a_refused_version_is_not_kept(connection):
    with pytest.raises(Refused, match="no question nothing") as error:
        declare(connection, 2_000, "ada", service=["nothing"], least_count=1)
    assert len(error.value.why) == 2
    assert current(connection).version == 1


def test_versions_from_before_there_were_weights_are_read(connection):
    body = {"service": ["got-needed"], "experience": ["felt-welcome"], "least_count": 20}
    add_definition(connection, 2, json.dumps(body), 2_000, made_by="ada")
    assert (current(connection).weights, current(connection).labels, current(connection).least_count) == ((), (), 20)
