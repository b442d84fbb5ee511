"""Wiring files and the contract name the same layouts and buttons."""

import pytest

import wire.layouts
from hardware.layouts import layout_names, load_layout


def test_every_layout_of_the_contract_has_a_wiring_file_and_none_is_left_over():
    assert set(layout_names()) == set(wire.layouts.LAYOUTS)


@pytest.mark.parametrize("name", sorted(wire.layouts.LAYOUTS))
def test_the_wiring_names_the_buttons_of_the_contract_in_their_order(name):
    expected = [button.name for button in wire.layouts.LAYOUTS[name]]
    layout = load_layout(name)
    assert list(layout.buttons) == expected
    assert list(layout.lamps) == expected


@pytest.mark.parametrize("name", sorted(wire.layouts.LAYOUTS))
def test_no_pin_is_used_twice_or_kept_for_another_use(name):
    layout = load_layout(name)
    pins = [*layout.buttons.values(), *layout.lamps.values()]
    assert len(set(pins)) == len(pins)
    # 0 and 1 identify add-on boards, 2 and 3 belong to the clock chip, 14 and 15 to the serial console.
    assert not set(pins) & {0, 1, 2, 3, 14, 15}


def test_a_layout_without_a_file_is_an_error():
    with pytest.raises(KeyError):
        load_layout("five")
