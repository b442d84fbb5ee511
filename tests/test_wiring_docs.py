"""docs/wiring.md and its drawings say what the wiring files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.layouts import layout_names, load_layout
from wire.layouts import LAYOUTS, rows

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "wiring.md").read_text()
HEADER = (DOCS / "wiring-header.svg").read_text()
ROW = re.compile(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \| (\d+) \((\d+)\) \| (\d+) \((\d+)\) \| ([^|]+) \|$", re.MULTILINE)


def table(layout: str) -> list[tuple[str, ...]]:
    found = re.search(rf"^### {layout}(?=[:\n]).*?(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, layout
    return ROW.findall(found[0])


@pytest.fixture(scope="module")
def places() -> dict[int, int]:
    """The place on the header of each GPIO, as gpiozero knows it."""
    pins = MockFactory().board_info.headers["J8"].pins
    return {int(pin.name.removeprefix("GPIO")): place for place, pin in pins.items() if pin.name.startswith("GPIO")}


@pytest.mark.parametrize("layout", layout_names())
def test_the_table_of_a_layout_is_its_wiring_file(layout: str, places: dict[int, int]) -> None:
    wiring = load_layout(layout)
    expected = [
        (name, pin, places[pin], wiring.lamps[name], places[wiring.lamps[name]], ", ".join(wiring.keys[name]))
        for name, pin in wiring.buttons.items()
    ]
    found = [(row[0], *map(int, row[3:7]), row[7]) for row in table(layout)]
    assert found == expected


@pytest.mark.parametrize("layout", layout_names())
def test_places_and_faces_are_those_of_the_layout_with_the_happy_side_on_the_left(layout: str) -> None:
    faces = [row[2] for row in table(layout)]
    assert faces == [button.answer.replace("-", " ") for button in LAYOUTS[layout]]
    sides = [row[1].split(", ")[-1] for row in table(layout)]
    for row in rows(layout):
        own = [sides[LAYOUTS[layout].index(button)] for button in row]
        assert (own[0], own[-1]) == ("left", "right")


def test_the_drawn_header_names_each_pin_by_its_place_and_marks_those_in_use(places: dict[int, int]) -> None:
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", HEADER)
    found = {int(number): words for number, words in zip(texts[1:81:2], texts[2:82:2], strict=True)}
    assert sorted(found) == list(range(1, 41))
    wirings = [load_layout(name) for name in layout_names()]
    buttons = {pin for wiring in wirings for pin in (*wiring.buttons.values(), wiring.service_button)}
    lamps = {pin for wiring in wirings for pin in (*wiring.lamps.values(), wiring.status_lamp)}
    for gpio, place in places.items():
        use = "button" if gpio in buttons else "lamp" if gpio in lamps else ""
        assert found[place].split(" · ")[0] == f"GPIO {gpio}"
        assert (use in found[place]) if use else ("button" not in found[place] and "lamp" not in found[place])


def test_the_bill_counts_a_button_for_each_of_the_layout() -> None:
    head, first = re.search(r"^\| part \|(.*)\|$\n.*\n^\| arcade button[^|]*\|(.*)\|$", PAGE, re.MULTILINE).groups()
    counts = dict(zip(re.findall(r"[\w-]+", head), map(int, re.findall(r"\d+", first)), strict=True))
    assert counts == {name: len(buttons) for name, buttons in LAYOUTS.items()}


def test_the_parts_inside_every_box_are_on_the_pins_of_every_wiring_file(places: dict[int, int]) -> None:
    found = dict(re.findall(r"^\| (service button|status lamp), [^|]+ \| (\d+ \(\d+\)) \|", PAGE, re.MULTILINE))
    for name in layout_names():
        wiring = load_layout(name)
        pins = {"service button": wiring.service_button, "status lamp": wiring.status_lamp}
        assert found == {part: f"{pin} ({places[pin]})" for part, pin in pins.items() if pin is not None}
