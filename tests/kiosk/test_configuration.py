"""A configuration is checked at the door and kept with the one before it."""

import dataclasses

import pytest

from kiosk import configuration
from wire.limits import Malformed
from wire.messages import Rules


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


@pytest.mark.parametrize(
    "change",
    [
        {"layout": "five"},
        {"layout": "two"},
        {"languages": []},
        {"version": 0},
        {"sync_s": -1},
        {"rules": Rules(rate_per_minute=0)},
    ],
)
def test_one_that_this_box_can_not_show_or_judge_by_is_refused(config_of, change):
    with pytest.raises(Malformed):
        configuration.check(dataclasses.replace(config_of(), **change))
