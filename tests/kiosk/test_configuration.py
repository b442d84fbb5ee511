"""A configuration is checked at the door and kept with the one before it."""

import dataclasses

import pytest

from kiosk import configuration
from wire.limits import Malformed
from wire.messages import ButtonText, Rules


def test_what_was_saved_is_read_again(tmp_path, config_of):
    configuration.save(tmp_path, config_of(version=7))
    assert configuration.read(tmp_path) == config_of(version=7)


def test_before_the_first_there_is_none(tmp_path):
    assert configuration.read(tmp_path) is None


def test_a_damaged_file_gives_way_to_the_one_before(tmp_path, config_of):
    configuration.save(tmp_path, config_of(version=1))
    configuration.save(tmp_path, config_of(version=2))
    (tmp_path / configuration.NAME).write_bytes(b'{"version": 2, "pla')
    assert configuration.read(tmp_path).version == 1


def test_a_file_that_the_card_can_not_read_any_more_gives_way_too(tmp_path, config_of):
    configuration.save(tmp_path, config_of(version=1))
    configuration.save(tmp_path, config_of(version=2))
    (tmp_path / configuration.NAME).unlink()
    (tmp_path / configuration.NAME).mkdir()
    assert configuration.read(tmp_path).version == 1
    (tmp_path / configuration.NAME_BEFORE).unlink()
    (tmp_path / configuration.NAME_BEFORE).mkdir()
    assert configuration.read(tmp_path) is None


def test_saving_the_same_again_keeps_the_one_before(tmp_path, config_of):
    for version in (1, 2, 2, 2):
        configuration.save(tmp_path, config_of(version=version))
    assert configuration.read_before(tmp_path).version == 1


def test_rolled_back_the_one_before_is_the_newest_also_after_a_restart(tmp_path, config_of):
    configuration.save(tmp_path, config_of(version=1))
    configuration.save(tmp_path, config_of(version=2))
    configuration.roll_back(tmp_path)
    assert configuration.read(tmp_path).version == 1


def test_rolled_back_from_the_first_there_is_none(tmp_path, config_of):
    configuration.save(tmp_path, config_of(version=1))
    configuration.roll_back(tmp_path)
    assert configuration.read(tmp_path) is None


def without(config, button):
    return {name: meaning for name, meaning in config.buttons.items() if name != button}


def saying(config, language, text):
    meaning = config.buttons["served-happy"]
    texts = meaning.texts | {language: text} if text else {code: one for code, one in meaning.texts.items() if code != language}
    return config.buttons | {"served-happy": dataclasses.replace(meaning, texts=texts)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda config: {"buttons": without(config, "served-happy")}, "'served-happy' is missing"),
        (lambda config: {"buttons": saying(config, "fa", None)}, "served-happy says nothing in fa"),
        (lambda config: {"buttons": saying(config, "en", ButtonText("Well?", " "))}, "served-happy says nothing in en"),
        (lambda _: {"rules": Rules(rush_presses=0)}, "least rush"),
    ],
)
def test_a_button_without_meaning_or_words_is_refused_by_name(config_of, change, sentence):
    config = config_of()
    with pytest.raises(Malformed, match=sentence):
        configuration.check(dataclasses.replace(config, **change(config)))


@pytest.mark.parametrize(
    "change",
    [
        {"layout": "five"},
        {"layout": "two"},
        {"languages": []},
        {"version": 0},
        {"sync_s": -1},
        {"rules": Rules(rate_per_minute=0)},
        {"rules": Rules(rush_kiosk_presses=0)},
        {"rules": Rules(usual_learn_ms=0)},
        {"rules": Rules(usual_percent=-1)},
        {"rules": Rules(lull_ms=-1)},
    ],
)
def test_one_that_this_box_can_not_show_or_judge_by_is_refused(config_of, change):
    with pytest.raises(Malformed):
        configuration.check(dataclasses.replace(config_of(), **change))
