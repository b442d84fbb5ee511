"""The running program answers through its socket, however deep the folder lies."""

import pytest

from kiosk.asking import AskingPlace, ask
from kiosk.errors import KioskError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ("deep" * 20) / ("deeper" * 20)


def test_a_question_is_answered_and_an_unknown_one_is_refused(folder):
    place = AskingPlace(folder, {"status": lambda: {"thanked": 4}})
    place.start()
    assert ask(folder, "status") == {"thanked": 4}
    with pytest.raises(KioskError, match="no question 'secrets'"):
        ask(folder, "secrets")
    place.close()
    with pytest.raises(KioskError, match="No kiosk program answers"):
        ask(folder, "status")


def test_a_failure_to_answer_is_told_and_the_next_question_is_answered(folder):
    answers = iter([KioskError("The kiosk is ending.")])

    def status():
        for error in answers:
            raise error
        return {"fine": True}

    place = AskingPlace(folder, {"status": status})
    place.start()
    with pytest.raises(KioskError, match="ending"):
        ask(folder, "status")
    assert ask(folder, "status") == {"fine": True}
    place.close()


@pytest.mark.parametrize("error", [TimeoutError("the writer hangs"), KeyError("x"), ValueError("y")])
def test_a_question_that_fails_unforeseen_is_not_the_last_one_and_is_not_taken_for_no_program(folder, error):
    def status():
        raise error

    place = AskingPlace(folder, {"status": status, "other": dict})
    place.start()
    with pytest.raises(KioskError, match="The kiosk program runs, and could not answer"):
        ask(folder, "status")
    assert ask(folder, "other") == {}
    place.close()


def test_where_nothing_runs_the_sentence_says_what_to_do(tmp_path):
    with pytest.raises(KioskError, match="salve-kiosk run"):
        ask(tmp_path / "none", "status")


def test_a_socket_left_by_a_killed_program_is_in_nobodys_way(folder):
    AskingPlace(folder, {})._socket.close()
    place = AskingPlace(folder, {"status": dict})
    place.start()
    assert ask(folder, "status") == {}
    place.close()
