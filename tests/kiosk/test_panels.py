"""The panel that a box has follows its settings."""

import dataclasses
import sys

import pytest

from kiosk.errors import KioskError, SettingError
from kiosk.panels import Panels
from kiosk.settings import KioskSettings


@pytest.fixture
def panels_of(tmp_path, clock):
    settings = KioskSettings(tmp_path, tmp_path, None, None, False)
    return lambda *, simulated=True, **changed: Panels(dataclasses.replace(settings, **changed), clock, simulated=simulated)


def test_without_a_setting_the_pins_are_those_of_the_wiring_file(panels_of):
    panel = panels_of().open("two-row")
    assert panel.layout.buttons == {"welcome-happy": 5, "welcome-unhappy": 6, "served-happy": 17, "served-unhappy": 27}
    panel.close()


def test_with_the_happy_face_on_the_right_pins_change_places_within_each_row(panels_of):
    panels = panels_of(happy_side="right")
    panel = panels.open("two-row")
    assert panel.layout.buttons == {"welcome-happy": 6, "welcome-unhappy": 5, "served-happy": 27, "served-unhappy": 17}
    assert panel.layout.lamps["served-happy"] == 26
    panel.push("welcome-happy")
    assert panel.edges.get_nowait().button == "welcome-happy"
    panel.close()
    assert panels.wired("three") == {"happy": "GPIO 27", "neutral": "GPIO 17", "unhappy": "GPIO 5"}


def test_a_machine_without_pins_is_told_so_in_a_sentence(panels_of, monkeypatch):
    # As on a laptop: the library for a Pi's pins can not be imported.
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(KioskError, match=r"no GPIO .*--simulate"):
        panels_of(simulated=False).open("two-row")


def test_left_is_as_the_files_are(panels_of):
    assert panels_of(happy_side="left").wired("two") == {"happy": "GPIO 5", "unhappy": "GPIO 27"}


def test_a_wiring_file_of_this_box_comes_first(panels_of, tmp_path):
    (tmp_path / "two.toml").write_text("[buttons]\nhappy = 22\nunhappy = 23\n")
    panels = panels_of(wiring_dir=tmp_path)
    assert panels.wired("two") == {"happy": "GPIO 22", "unhappy": "GPIO 23"}
    assert panels.wired("three")["happy"] == "GPIO 5"


def test_a_wiring_file_that_does_not_fit_names_its_setting_and_itself(panels_of, tmp_path):
    (tmp_path / "two.toml").write_text("[buttons]\nhappy = 22\n")
    with pytest.raises(SettingError, match=r"^wiring_dir: .*two\.toml: \[buttons\] must name happy, unhappy\."):
        panels_of(wiring_dir=tmp_path).open("two")


def test_a_keypads_keys_are_told_for_its_buttons(panels_of):
    wired = panels_of(simulated=False, keypad="16c0:27db").wired("two")
    assert wired["happy"].startswith("KEY_1 or KEY_KP1")
