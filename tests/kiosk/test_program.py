"""The whole program on mock pins and real files: presses arrive, the switches do what they draw, signals end it cleanly."""

import dataclasses
import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from waits import until

from kiosk import configuration, enrol
from kiosk.asking import AskingPlace, ask
from kiosk.errors import BufferUnsafe, KioskError
from kiosk.program import Program, refuse_forgetting_folder
from kiosk.screen.hand import Hand
from kiosk.settings import KioskSettings
from kiosk.upload import Uploader
from wire.messages import Rules


def enrol_card(folder, server, program):
    enrol.enrol(folder, server.url, "CODE", program._hardware, "1.0.0", Uploader(server.url))


@pytest.fixture
def settings(tmp_path):
    return KioskSettings(tmp_path / "data", tmp_path / "run", None, None, False)


@pytest.fixture
def program(settings, server):
    program = Program(settings, simulated=True)
    enrol_card(settings.data_dir, server, program)
    program.power_on()
    yield program
    program.power_off(cut=False)


def press(program, button="welcome-happy", held_ms=80):
    return Hand().press(program.box, program.box.panel, button, held_ms)


def test_a_press_on_a_mock_pin_lights_thank_you_and_reaches_the_server_within_seconds(program, server):
    outcome = press(program)
    assert outcome.light == "thanks"
    assert program.box.panel.lights()["welcome-happy"] == "thanks"
    assert program.box.panel.lamps()["welcome-happy"]
    assert until(lambda: (outcome.stream, outcome.seq) in server.stored(), 5)
    assert until(lambda: program.status()["acknowledged"] == 1)


def test_both_faces_at_once_are_a_mash_and_answered_as_a_repeat(program):
    program.box.panel.push("welcome-unhappy")
    outcome = press(program)
    program.box.panel.let_go("welcome-unhappy")
    assert until(lambda: program.status()["thanked"] == 2)
    assert outcome.light in {"thanks", "repeat"}
    rows = program.box.recorder.ask(lambda work: work.buffer._conn.execute("SELECT mark FROM reactions").fetchall())
    assert sorted(rows) == [("mash",), ("vote",)]


def test_a_finger_that_stays_is_one_press_and_a_second_one_finds_no_room(program):
    hand = Hand()
    first = hand.push(program.box, program.box.panel, "served-happy")
    assert first.light == "thanks"
    assert hand.press(program.box, program.box.panel, "served-happy", 80) is None
    hand.let_go("served-happy")
    assert program.status()["thanked"] == 1


def test_a_touch_too_short_for_a_finger_is_nothing(program):
    program.box.panel.push("served-happy")
    program.box.panel.let_go("served-happy")
    assert press(program, "served-unhappy").seq == 1


def test_a_pulled_cable_keeps_presses_waiting_and_they_drain_when_it_is_back(program, server):
    assert until(lambda: program.status()["last_sync"])
    program.set_cable(plugged=False)
    press(program)
    press(program, "served-happy")
    assert program.status()["waiting"] == 2
    assert server.stored() == {}
    program.set_cable(plugged=True)
    assert until(lambda: program.status()["waiting"] == 0)
    assert len(server.stored()) == 2


def test_a_power_cut_ends_the_stream_and_the_next_start_is_another_boot(program, server):
    first = press(program)
    boot = program.clock.boot_id()
    program.power_off(cut=True)
    dark = program.status()
    assert (dark["power"], dark["faults"], dark["thanked"]) == (False, ["no-power"], 1)
    program.power_on()
    second = press(program)
    assert second.stream != first.stream
    assert program.clock.boot_id() != boot
    assert until(lambda: program.status()["waiting"] == 0)
    assert set(server.stored()) == {(first.stream, first.seq), (second.stream, second.seq)}
    assert max(len(request.boots) for request in server.requests) == 2


def test_before_enrolment_nothing_is_thanked_for_and_enrolling_beside_it_begins_the_work(settings, server):
    program = Program(settings, simulated=True)
    program.power_on()
    assert press(program).light is None
    assert "being-set-up" in program.status()["faults"]
    enrol_card(settings.data_dir, server, program)
    assert until(lambda: program.status()["config_version"] == 3)
    assert press(program).light == "thanks"
    assert until(lambda: len(server.stored()) == 1)
    program.power_off(cut=False)


def test_another_layout_from_the_server_takes_other_pins(program, server, config_of):
    press(program)
    # A long cooldown: this machine may be slow, and the story is not about seconds.
    server.config = replace(config_of(version=4, layout="two"), rules=Rules(cooldown_ms=600_000))
    program.box.sync_now()
    assert until(lambda: program.status()["layout"] == "two")
    server.config = None
    # The same question as before, and the same person as far as the box can tell.
    assert press(program, "happy")[2:] == ("repeat", program.status()["stream"], 2)


def test_a_configuration_whose_panel_does_not_open_gives_way_to_the_one_before(program, server, config_of, settings):
    opened = []

    def open_panel(layout):
        opened.append(layout)
        if layout == "two":
            raise OSError("GPIO busy")
        return make_panel(layout)

    make_panel, program.box.front._make_panel = program.box.front._make_panel, open_panel
    server.config = config_of(version=4, layout="two")
    first = press(program)
    assert until(lambda: opened == ["two", "two-row"])
    assert until(lambda: "config-refused:4" in program.status()["faults"])
    assert program.status()["config_version"] == 3
    assert press(program, "served-happy").light == "thanks"
    # It is told, not tried again, and the card has the one that works.
    assert until(lambda: len(server.stored()) == 2)
    assert server.requests[-1].config_version == 3
    assert "config-refused:4" in server.requests[-1].health["faults"]
    assert opened == ["two", "two-row"]
    assert configuration.read(settings.data_dir).version == 3
    assert not program.is_dead()
    assert first.light == "thanks"
    server.config = config_of(version=5)
    press(program, "welcome-unhappy")
    assert until(lambda: program.status()["config_version"] == 5)
    assert not [fault for fault in program.status()["faults"] if fault.startswith("config-refused")]


def test_at_the_start_too_the_configuration_before_is_used_when_the_newest_does_not_open(settings, server, config_of):
    program = Program(settings, simulated=True)
    enrol_card(settings.data_dir, server, program)
    configuration.save(settings.data_dir, config_of(version=4, layout="two"))
    (settings.data_dir / "two.toml").write_text("[buttons]\n")
    program.panels._settings = dataclasses.replace(settings, wiring_dir=settings.data_dir)
    program.power_on()
    assert program.status()["config_version"] == 3
    assert "config-refused:4" in program.status()["faults"]
    assert press(program).light == "thanks"
    program.power_off(cut=False)


def test_when_nothing_opens_any_more_the_program_ends_to_be_started_anew(program, server, config_of):
    def broken(layout):
        raise OSError("no pins")

    program.box.front._make_panel = broken
    server.config = config_of(version=4, layout="two")
    press(program)
    assert until(program.is_dead)


def test_a_finger_on_a_button_is_waited_for_before_the_layout_changes(program, server, config_of):
    hand = Hand()
    assert hand.push(program.box, program.box.panel, "served-happy").light == "thanks"
    server.config = config_of(version=4, layout="two")
    assert until(lambda: configuration.read(program.settings.data_dir).version == 4)
    assert program.status()["layout"] == "two-row"
    hand.let_go("served-happy")
    assert until(lambda: program.status()["layout"] == "two")


def test_a_box_that_may_not_send_asks_for_enrolment_with_its_lamps_and_still_thanks(program, server):
    assert program.box.panel.lights()["welcome-happy"] == "ready"
    server.refuse(401, "key-revoked", times=50)
    assert press(program).light == "thanks"
    assert until(lambda: "key-revoked" in program.status()["faults"])
    assert until(lambda: program.box.panel.lights()["served-happy"] == "setup")
    assert press(program, "served-unhappy").light == "thanks"


def test_the_lamp_inside_the_box_says_how_it_is(program, server):
    def light():
        return program.box.panel._status.shown()[""]

    assert until(lambda: light() == "ready")
    program.set_cable(plugged=False)
    program.box.touch("welcome-happy")
    assert until(lambda: light() == "stuck")
    program.box.front._serve()
    assert until(lambda: light() == "test")


def test_presses_of_a_self_test_are_not_stored(program, settings):
    place = AskingPlace(settings.runtime_dir, program.answers())
    place.start()
    assert ask(settings.runtime_dir, "self-test begin")["wired"]["welcome-happy"] == "GPIO 5"
    assert program.status()["self_test"]
    assert press(program) == ("welcome-happy", 0, None, None, None)
    assert ask(settings.runtime_dir, "self-test look")["asked"] == "welcome-unhappy"
    assert ask(settings.runtime_dir, "self-test skip")["asked"] == "served-happy"
    assert ask(settings.runtime_dir, "self-test end")["over"]
    place.close()
    assert not program.status()["self_test"]
    assert program.status()["thanked"] == 0
    assert press(program, "served-happy").seq == 1


def test_a_second_program_on_the_same_card_is_refused_with_a_sentence(program, settings):
    with pytest.raises(BufferUnsafe, match="can not be opened: database is locked"):
        Program(settings, simulated=True).power_on()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_part_that_dies_is_noticed_so_that_the_program_ends_instead_of_listening_in_vain(program):
    assert not program.is_dead()
    program.box.panel.levels = lambda: 1 / 0
    assert until(program.is_dead)


# The same program, in which two minutes last two seconds.
HURRIED = "import kiosk.schedule as schedule; schedule.HANGS_MS = 2_000; from kiosk.cli import main; main()"


def test_a_sync_that_hangs_ends_the_program_with_all_that_was_pressed_on_the_card(tmp_path, server):
    go_on = threading.Event()
    environment = {**os.environ, "SALVE_KIOSK_DATA_DIR": str(tmp_path / "data"), "SALVE_KIOSK_SYNC_S": "1"}
    enrolling = [sys.executable, "-c", "from kiosk.cli import main; main()", "enrol", "--server", server.url, "--code", "CODE"]
    subprocess.run(enrolling, env=environment, check=True, capture_output=True)
    server.trouble.append(lambda *_: go_on.wait(30))
    process = subprocess.Popen([sys.executable, "-c", HURRIED, "run", "--simulate"], env=environment, stderr=-1, text=True)
    try:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 1
        assert errors == "Error: A part of the program ended by itself or hangs. Start the program again.\n"
        assert not (tmp_path / "data" / "buffer.db-wal").exists()
    finally:
        go_on.set()
        process.kill()
        process.communicate()


def test_a_folder_that_a_reboot_empties_is_refused_and_in_simulation_only_warned_of(tmp_path, caplog):
    with pytest.raises(BufferUnsafe, match="lies on overlay"):
        refuse_forgetting_folder(tmp_path, "overlay", simulated=False)
    refuse_forgetting_folder(tmp_path, "overlay", simulated=True)
    assert "lies on overlay" in caplog.text


def test_a_folder_that_can_not_be_made_names_its_setting(tmp_path):
    (tmp_path / "file").write_text("")
    settings = KioskSettings(tmp_path / "file" / "data", tmp_path / "run", None, None, False)
    with pytest.raises(KioskError, match=r"^data_dir: "):
        Program(settings, simulated=True)
