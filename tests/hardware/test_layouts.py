"""Wiring files and the contract name the same layouts and buttons."""

import pytest

import wire.layouts
from hardware.layouts import WrongWiring, layout_names, load_layout, mirrored


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
    pins = [*layout.buttons.values(), *layout.lamps.values(), layout.service_button, layout.status_lamp]
    assert len(set(pins)) == len(pins)
    # 0 and 1 identify add-on boards, 2 and 3 belong to the clock chip, 14 and 15 to the serial console.
    assert not set(pins) & {0, 1, 2, 3, 14, 15}


def test_a_layout_without_a_file_is_an_error():
    with pytest.raises(KeyError):
        load_layout("five")


@pytest.mark.parametrize("name", sorted(wire.layouts.LAYOUTS))
def test_every_button_has_keys_and_no_key_stands_for_two(name):
    keys = load_layout(name).keys
    assert list(keys) == [button.name for button in wire.layouts.LAYOUTS[name]]
    every = [key for names in keys.values() for key in names]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("name", sorted(wire.layouts.LAYOUTS))
def test_mirrored_twice_it_is_as_it_was_and_once_no_button_leaves_its_row(name):
    layout = load_layout(name)
    other = mirrored(layout)
    assert mirrored(other) == layout
    assert list(other.buttons) == list(layout.buttons)
    for row in wire.layouts.rows(name):
        names = [button.name for button in row]
        assert [other.buttons[button] for button in names] == [layout.buttons[button] for button in reversed(names)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[buttons]\nhappy = 5\n", "must name happy, unhappy"),
        ("[buttons]\nhappy = 5\nunhappy = 5\n", "a GPIO number of its own"),
        ("[buttons]\nhappy = 5\nunhappy = 28\n", "from 0 to 27"),
        ("[buttons]\nhappy = 5\nunhappy = 6\n[service]\nbutton = 5\n", "a GPIO number of its own"),
        ("[buttons]\nhappy = 5\nunhappy = 6\n[service]\nbell = 7\n", "may only name button and lamp"),
        ("[buttons]\nhappy = true\nunhappy = 6\n", "a GPIO number"),
        ("[buttons]\nhappy = 5\nunhappy = 6\n[lamps]\nneutral = 7\n", "may only name"),
        ("[buttons", "can not be read"),
    ],
)
def test_a_wiring_file_of_ones_own_that_does_not_fit_is_refused_with_a_sentence(tmp_path, text, sentence):
    (tmp_path / "two.toml").write_text(text)
    with pytest.raises(WrongWiring, match=sentence):
        load_layout("two", tmp_path)


def test_a_wiring_file_of_ones_own_replaces_only_its_layout(tmp_path):
    (tmp_path / "two.toml").write_text('[buttons]\nhappy = 22\nunhappy = 23\n[keys]\nhappy = "KEY_A"\n')
    own = load_layout("two", tmp_path)
    assert (own.buttons, own.lamps, own.keys) == ({"happy": 22, "unhappy": 23}, {}, {"happy": ("KEY_A",)})
    assert load_layout("three", tmp_path) == load_layout("three")
