"""A refusal says its reasons in English to a command, and as sentences to a page."""

from __future__ import annotations

from server.i18n.sentence import Name, Sentence
from server.survey.refusals import Refused, refused


def test_every_reason_is_said_without_marks_that_a_terminal_shows():
    why = [Sentence("fault.unknown", values={"code": Name("a")}), Sentence("fault.retired", values={"code": "b"})]
    error = Refused(why)
    assert str(error) == "There is no question a. Question b is retired."
    assert error.why == tuple(why)


def test_one_reason_is_made_by_its_name():
    assert str(refused("fault.unknown", code="x")) == "There is no question x."
