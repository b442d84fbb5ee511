"""A standing kiosk asks something else from now on; its old configurations stay for the presses made under them."""

from __future__ import annotations

import time
from threading import Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from server.database.driver import run
from server.database.engine import reading, writing
from server.database.kiosks import add_kiosk
from server.database.placements import buttons_of_config, place
from server.database.questions import activate, add_question, retire
from server.database.stores import store_ids
from server.database.streams import lock_kiosks
from server.database.tables import config_versions, questions
from server.errors import Unfit
from server.fleet.asking import ask, give_new_wording
from server.fleet.configuration import make_config, newest_config, question_codes_of, renew
from server.fleet.kiosks import move

WORDS = {"en": {"question": "Did you feel at home?", "positive": "I did", "negative": "I did not"}}


@pytest.fixture
def kiosk(chain):
    """K-001 stands at the exit of S015 and asks whether one felt welcome and was served."""
    with writing(chain) as connection:
        number = add_kiosk(connection, "sha256:1", "1.0.0", 5)
        (store,) = store_ids(connection, ["S015"])
        spot = place(connection, number, store, "exit", 5)
        make_config(connection, number, spot, "two-row", ["welcome", "served"], 5)
    return number


def asked(connection, kiosk) -> list[str]:
    config = newest_config(connection, kiosk)
    assert config is not None
    return question_codes_of(config)


def test_other_questions_are_a_new_configuration_and_the_old_one_stays(chain, kiosk):
    with writing(chain) as connection:
        before = newest_config(connection, kiosk)
        old = buttons_of_config(connection, kiosk, before.version)
        config = ask(connection, "K-001", ["welcome", "waited"], 10)
        assert config.version > before.version
        assert asked(connection, kiosk) == ["welcome", "waited"]
        assert buttons_of_config(connection, kiosk, before.version) == old
        assert ask(connection, "K-001", ["welcome", "waited"], 11).version == config.version
        versions = connection.execute(select(config_versions.c.version).where(config_versions.c.kiosk_id == kiosk)).scalars()
        assert len(list(versions)) == 2


@pytest.mark.parametrize(
    ("code", "wanted", "why"),
    [
        ("K-009", ["welcome", "served"], "no kiosk K-009"),
        ("K-001", ["welcome"], "asks 2 question"),
        ("K-001", ["welcome", "unknown"], "no question unknown"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(chain, kiosk, code, wanted, why):
    with writing(chain) as connection, pytest.raises(Unfit, match=why):
        ask(connection, code, wanted, 10)


def test_a_draft_and_a_retired_question_are_put_on_no_kiosk(chain, kiosk):
    with writing(chain) as connection:
        add_question(connection, "new", 1, "service", "CX", [], [], WORDS, {"origin": "a test"}, active_ms=None)
        retire(connection, "waited", 9)
        for code, why in (("new", "is a draft"), ("waited", "is retired")):
            with pytest.raises(Unfit, match=why):
                ask(connection, "K-001", ["welcome", code], 10)


def test_one_box_asks_customers_or_employees_never_both(chain, kiosk):
    with writing(chain) as connection:
        add_question(connection, "staff", 1, "service", "EX", [], [], WORDS, {"origin": "a test"})
        with pytest.raises(Unfit, match="not both"):
            ask(connection, "K-001", ["welcome", "staff"], 10)


def test_a_kiosk_whose_question_was_retired_moves_after_it_got_another(chain, kiosk):
    with writing(chain) as connection:
        retire(connection, "served", 9)
        with pytest.raises(Unfit, match="is retired"):
            move(connection, "K-001", "S014", 10)
    with writing(chain) as connection:
        ask(connection, "K-001", ["welcome", "waited"], 10)
        assert move(connection, "K-001", "S014", 11).store == "S014"


def test_a_new_wording_goes_to_every_kiosk_that_asks_the_old_one(chain, kiosk):
    with writing(chain) as connection:
        number = add_question(connection, "welcome", 2, "experience", "CX", [], [], WORDS, {"origin": "t"}, active_ms=None)
        assert give_new_wording(connection, "welcome", 20) == []
        activate(connection, number, "welcome", 20)
        assert give_new_wording(connection, "welcome", 21) == ["K-001"]
        assert give_new_wording(connection, "welcome", 22) == []
        config = newest_config(connection, kiosk)
        assert config.buttons["welcome-happy"].texts["en"].question == "Did you feel at home?"
    with reading(chain) as connection:
        assert number in {row.question_id for row in buttons_of_config(connection, kiosk, config.version)}


def test_a_wording_that_a_store_can_not_read_goes_to_no_kiosk(chain, kiosk):
    with writing(chain) as connection:
        number = add_question(
            connection, "welcome", 2, "experience", "CX", [], [], {"it": WORDS["en"]}, {"o": "t"}, active_ms=None
        )
        activate(connection, number, "welcome", 20)
        with pytest.raises(Unfit, match="languages"):
            give_new_wording(connection, "welcome", 21)
        connection.execute(update(questions).where(questions.c.id == number).values(retired_ms=21))


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_new_wording_and_a_sync_that_renews_a_configuration_never_wait_for_each_other(chain, kiosk):
    """The sync holds the second kiosk and then takes a number; the wording is for both kiosks."""
    with writing(chain) as connection:
        second = add_kiosk(connection, "sha256:2", "1.0.0", 5)
        spot = place(connection, second, store_ids(connection, ["S015"])[0], "entrance", 5)
        make_config(connection, second, spot, "two-row", ["welcome", "served"], 5)
        number = add_question(connection, "welcome", 2, "experience", "CX", [], [], WORDS, {"origin": "t"}, active_ms=None)
        activate(connection, number, "welcome", 20)
    found: list[object] = []

    def word() -> None:
        try:
            with writing(chain) as connection:
                found.append(give_new_wording(connection, "welcome", 21))
        except SQLAlchemyError as error:
            found.append(error)

    wording = Thread(target=word)
    with writing(chain) as connection:
        lock_kiosks(connection, [second])
        wording.start()
        waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + 20
        while not run(connection, waits).scalar_one():
            # What this transaction knows of others is of one moment, unless it asks anew.
            run(connection, "SELECT pg_stat_clear_snapshot()")
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert renew(connection, second, 22) is not None
    wording.join(20)
    assert found == [["K-001", "K-002"]]
