"""Changes are marked on their day: those that somebody noted, and those that we hold ourselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import select, update

from server.comparison.chain import question_ids
from server.comparison.marks import marks_of
from server.database.changes import note_change
from server.database.engine import reading, writing
from server.database.figures import asked_questions, day_counts
from server.database.tables import config_buttons, config_versions, placements, questions
from server.survey.definitions import current, declare

WINDOW = (TODAY - timedelta(days=56), TODAY + timedelta(days=1))


def at(day: date, hour: int = 12) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


def marks(shops, store):
    with reading(shops.engine) as connection:
        asked = asked_questions(connection)
        service, experience = question_ids(current(connection), asked)
        counts = day_counts(connection, store.id, WINDOW[0].toordinal(), WINDOW[1].toordinal())
        return marks_of(connection, store, WINDOW, counts, asked, service | experience)


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


def test_notes_of_the_store_and_of_the_chain_are_marked_and_others_not(shops, store):
    other = shops.store("S002", "York")
    with writing(shops.engine) as connection:
        for store_id, back, words in (
            (store.id, 3, "New till"),
            (None, 5, "New rota"),
            (other.id, 4, "Theirs"),
            (store.id, 60, "Old"),
        ):
            note_change(connection, store_id, (TODAY - timedelta(days=back)).toordinal(), words, 1, "a@b.example")
    assert [(mark.kind, mark.words, mark.made_by) for mark in marks(shops, store)] == [
        ("noted-chain", "New rota", "a@b.example"),
        ("noted", "New till", "a@b.example"),
    ]


def test_a_new_definition_is_marked_and_the_first_is_not(shops, store):
    with writing(shops.engine) as connection:
        declare(connection, at(TODAY - timedelta(days=2)), "office", target_service=0.8)
    (mark,) = marks(shops, store)
    assert (mark.kind, mark.words, mark.day) == ("definition", "2", TODAY - timedelta(days=2))


def test_kiosks_that_came_and_left_are_marked_in_the_stores_own_days(shops):
    tehran = shops.store("S001", "Tehran", zone="Asia/Tehran", territory="IR")
    kiosk = shops.kiosk(tehran, "K-001", "checkout")
    with writing(shops.engine) as connection:
        came, left = at(TODAY - timedelta(days=9), 22), at(TODAY - timedelta(days=4), 12)
        connection.execute(update(placements).where(placements.c.id == kiosk.placement_id).values(from_ms=came, until_ms=left))
    assert [(mark.kind, mark.words, mark.touchpoint, mark.day) for mark in marks(shops, tehran)] == [
        ("came", "K-001", "checkout", TODAY - timedelta(days=8)),
        ("left", "K-001", "checkout", TODAY - timedelta(days=4)),
    ]


def test_other_faces_are_marked_for_the_signal_they_belong_to(shops, store):
    kiosk = shops.kiosk(store, "K-001")
    for back, faces in ((9, 2), (3, 3)):
        shops.press(kiosk, TODAY - timedelta(days=back), EXPERIENCE, 5, 5, faces=faces)
        shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, 5, 5)
    (mark,) = marks(shops, store)
    assert (mark.kind, mark.words, mark.touchpoint, mark.signals) == ("faces", EXPERIENCE, "exit", ("experience",))


def test_a_question_that_a_kiosk_did_not_ask_before_is_marked(shops, store):
    kiosk = shops.kiosk(store, "K-001")
    with writing(shops.engine) as connection:
        codes = dict(connection.execute(select(questions.c.code, questions.c.id)).all())
        for version, back, asked in ((1, 30, (EXPERIENCE, SERVICE)), (2, 6, ("had-attention", SERVICE))):
            connection.execute(
                config_versions.insert().values(
                    kiosk_id=kiosk.id,
                    version=version,
                    placement_id=kiosk.placement_id,
                    body="{}",
                    made_ms=at(TODAY - timedelta(days=back)),
                )
            )
            for number, code in enumerate(asked):
                connection.execute(
                    config_buttons.insert().values(
                        kiosk_id=kiosk.id, version=version, button=f"b{number}", question_id=codes[code], answer_id=2, faces=2
                    )
                )
    (mark,) = marks(shops, store)
    assert (mark.kind, mark.words, mark.signals) == ("question", "had-attention", ("experience",))
    assert mark.day == TODAY - timedelta(days=6)
