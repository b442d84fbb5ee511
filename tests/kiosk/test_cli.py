"""Commands end with 0 only on success, and otherwise with one sentence."""

import json

import pytest
from click.testing import CliRunner

from kiosk.asking import AskingPlace
from kiosk.cli import main
from kiosk.machine import hardware_hash


@pytest.fixture
def run(tmp_path):
    def run(*arguments):
        return CliRunner().invoke(main, list(arguments), env={"SALVE_KIOSK_DATA_DIR": str(tmp_path)})

    return run


def test_enrol_says_which_kiosk_this_is_now(run, server, tmp_path):
    result = run("enrol", "--server", server.url, "--code", "K7QM-2WXR-9FTB")
    assert (result.exit_code, result.output) == (0, "This is now kiosk k1 of store S001.\n")
    assert json.loads((tmp_path / "enrolment.json").read_text())["hardware"] == hardware_hash(tmp_path)


def test_after_a_lost_reply_enrol_alone_sends_the_same_code_again(run, server):
    server.trouble = [lambda *_: None]
    lost = run("enrol", "--server", server.url, "--code", "K7QM-2WXR-9FTB")
    assert lost.exit_code == 1
    assert lost.stderr.startswith("Error: The server can not be reached")
    assert run("enrol").exit_code == 0


def test_enrol_refuses_an_address_that_would_show_the_key(run):
    result = run("enrol", "--server", "http://192.168.1.9", "--code", "X")
    assert result.exit_code == 1
    assert "https://" in result.stderr


def test_enrol_without_a_code_asks_for_it(run):
    assert "--server and --code" in run("enrol").stderr


FOUND = {"thanked": 3, "waiting": 1, "refused": 0, "last_sync": None, "faults": []} | {
    "kiosk": "K-007",
    "store": "S001",
    "layout": "two-row",
}


def test_status_prints_json_for_programs_and_sentences_for_people(run, tmp_path):
    found = FOUND | {"faults": ["unreachable"]}
    place = AskingPlace(tmp_path / "run", {"status": lambda: found})
    place.start()
    assert json.loads(run("status", "--json").output) == found
    text = run("status").output
    place.close()
    assert text == (
        "Kiosk K-007 of store S001, layout two-row.\n"
        "3 presses thanked for, 1 waiting, 0 refused.\n"
        "Last sync: none since the start.\n"
        "Fault: unreachable\n"
    )


@pytest.mark.parametrize(
    ("known", "first", "second"),
    [
        ({"kiosk": None}, "A kiosk of store S001, layout two-row.", "3 presses thanked for, 1 waiting, 0 refused."),
        ({"kiosk": None, "store": None}, "Not set up for a store yet.", "3 presses thanked for, 1 waiting, 0 refused."),
        (
            {"thanked": None, "waiting": None, "refused": None},
            "Kiosk K-007 of store S001, layout two-row.",
            "The buffer can not be read.",
        ),
    ],
)
def test_status_says_what_is_known_and_no_more(run, tmp_path, known, first, second):
    place = AskingPlace(tmp_path / "run", {"status": lambda: FOUND | known})
    place.start()
    assert run("status").output.splitlines()[:2] == [first, second]
    place.close()


def test_enrol_says_that_the_code_is_kept_when_the_server_is_away(run):
    result = run("enrol", "--server", "http://127.0.0.1:1", "--code", "K7QM-2WXR-9FTB")
    assert result.exit_code == 1
    assert "nothing answers at its address" in result.stderr
    assert "The code is kept; to send it again: salve-kiosk enrol" in result.stderr


def test_status_without_a_program_is_a_sentence_and_no_success(run):
    result = run("status", "--json")
    assert result.exit_code == 1
    assert "salve-kiosk run" in result.stderr


@pytest.mark.parametrize("command", ["enrol", "run", "status", "self-test"])
def test_every_command_has_an_example(run, command):
    assert "Example: " in run(command, "--help").output


def test_a_wrong_setting_is_named(tmp_path):
    result = CliRunner().invoke(main, ["status"], env={"SALVE_KIOSK_SCREEN_PORT": "eighty"})
    assert result.exit_code == 1
    assert "SALVE_KIOSK_SCREEN_PORT" in result.stderr


def test_the_self_test_without_a_program_is_a_sentence(run):
    result = run("self-test")
    assert result.exit_code == 1
    assert "salve-kiosk run" in result.stderr


def test_status_tells_that_a_self_test_runs(run, tmp_path):
    found = FOUND | {"self_test": True}
    place = AskingPlace(tmp_path / "run", {"status": lambda: found})
    place.start()
    assert "presses do not count until it ends" in run("status").output
    place.close()
