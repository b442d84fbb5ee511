"""A technician is led through every button, and what is wrong is said at the end."""

import pytest

from kiosk.errors import KioskError
from kiosk.leading import Leader, lead, place_of


class FakeProgram:
    """Answers as the program does; `hands` presses, for each button asked, these."""

    def __init__(self, layout, hands):
        self.state = {
            "layout": layout,
            "buttons": list(hands),
            "asked": None,
            "pressed": [],
            "others": {},
            "over": False,
            "wired": dict.fromkeys(hands, "GPIO 5"),
        }
        self.hands = hands
        self.place = 0
        self.questions = []
        self.said = []
        self.lights = []

    def ask(self, question):
        self.questions.append(question)
        if question == "self-test look" and self.place < len(self.state["buttons"]):
            asked = self.state["buttons"][self.place]
            for pressed in self.hands[asked]:
                if pressed == asked:
                    self.state["pressed"].append(asked)
                    self.place += 1
                else:
                    self.state["others"].setdefault(asked, []).append(pressed)
            self.hands[asked] = []
        if question == "self-test skip":
            self.place += 1
        return self.state

    def lead(self, *, seen=None):
        confirm = None if seen is None else lambda _: seen.pop(0)
        return lead(Leader(self.ask, self.said.append, confirm, lambda _: None), wait_s=1)


def test_each_button_pressed_and_each_light_seen_is_well():
    program = FakeProgram("two", {"happy": ["happy"], "unhappy": ["unhappy"]})
    assert program.lead(seen=[True, True])
    assert program.said[1] == "1 of 2: press happy (happy face; GPIO 5)."
    assert program.said[-1] == "The self-test found nothing wrong."
    assert program.questions[0] == "self-test begin"
    assert program.questions[-1] == "self-test end"


def test_exchanged_wires_are_named_as_they_happen_and_at_the_end():
    program = FakeProgram("two", {"happy": ["unhappy"], "unhappy": ["happy"]})
    assert not program.lead(seen=[])
    assert "   That was unhappy." in program.said
    assert "happy: unhappy came instead. Are wires or faces exchanged?" in program.said
    assert "happy: no press came. Check its contact, its wire and its pin." in program.said
    assert program.questions.count("self-test skip") == 2


def test_a_light_that_was_not_seen_is_a_fault():
    program = FakeProgram("two", {"happy": ["happy"], "unhappy": ["unhappy"]})
    assert not program.lead(seen=[True, False])
    assert "unhappy: its light was not seen. Check lamp, driver and pin." in program.said


def test_where_nobody_sits_lights_are_not_asked_about_and_that_is_said():
    program = FakeProgram("two", {"happy": ["happy"], "unhappy": ["unhappy"]})
    assert program.lead()
    assert any("Lights were not asked about" in line for line in program.said)


def test_the_test_is_ended_also_when_leading_it_breaks_off():
    program = FakeProgram("two", {"happy": [], "unhappy": []})

    def gone(seconds):
        raise KioskError("No kiosk program answers.")

    with pytest.raises(KioskError):
        lead(Leader(program.ask, program.said.append, None, gone), wait_s=1)
    assert program.questions[-1] == "self-test end"


def test_a_button_of_two_rows_is_named_by_its_row():
    assert place_of("two-row", "served-unhappy") == "lower row, unhappy face"
    assert place_of("four", "very-happy") == "very happy face"
