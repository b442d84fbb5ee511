"""The worker finds buttons that are not pressed any more while the others are, and the fleet page says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from server.database import tables
from server.database.engine import reading, writing
from server.fleet.buttons import EVERY_MS, find_silent
from server.fleet.enrolment import enrol, make_code
from server.fleet.watching import look

if TYPE_CHECKING:
    from conftest import FakeClock
    from sqlalchemy import Engine

MINUTE_MS = 60_000
FACES = ("served-happy", "served-unhappy", "welcome-happy", "welcome-unhappy")


def kiosk(engine: Engine, clock: FakeClock) -> int:
    with writing(engine) as connection:
        code = make_code(connection, clock.now_ms(), "S014", "exit", "two-row", ("welcome", "served"))
    enrol(engine, clock, code, "sha256:machine", "1.0.0", "127.0.0.1")
    with writing(engine) as connection:
        number = connection.execute(select(tables.kiosks.c.id)).scalar_one()
        connection.execute(update(tables.kiosk_syncs).values(config_applied=1, heard_ms=clock.now_ms()))
        connection.execute(
            tables.streams.insert().values(kiosk_id=number, number=1, token="ab" * 16, high=1, first_ms=clock.now_ms())
        )
    return int(number)


def press(engine: Engine, kiosk_id: int, clock: FakeClock, *buttons: str) -> None:
    """Store presses a minute apart, as ingest would."""
    with writing(engine) as connection:
        means = {
            row.button: row
            for row in connection.execute(select(tables.config_buttons).where(tables.config_buttons.c.kiosk_id == kiosk_id))
        }
        placement = connection.execute(select(tables.placements.c.id)).scalar_one()
        last = connection.execute(select(tables.reactions.c.seq).order_by(tables.reactions.c.seq.desc()).limit(1)).scalar()
        rows = []
        for seq, button in enumerate(buttons, (last or 0) + 1):
            clock.advance(MINUTE_MS)
            rows.append(
                {
                    **dict.fromkeys(("stream", "boot", "config_version"), 1),
                    **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "time_quality"), 0),
                    "kiosk_id": kiosk_id,
                    "seq": seq,
                    "synced": False,
                    "button": button,
                    "placement_id": placement,
                    "question_id": means[button].question_id,
                    "answer_id": means[button].answer_id,
                    "faces": 2,
                    "counted": True,
                    "pressed_ms": clock.now_ms(),
                    "uncertainty_ms": 5,
                }
            )
        connection.execute(tables.reactions.insert(), rows)
        connection.execute(update(tables.kiosk_syncs).values(heard_ms=clock.now_ms()))


def dead(engine: Engine, clock: FakeClock) -> list[str]:
    with reading(engine) as connection:
        [watched] = look(connection, clock.now_ms())
    return [trouble.what for trouble in watched.troubles if trouble.name == "dead"]


def test_a_button_that_fell_silent_is_shown_until_it_is_pressed_again(each_chain: Engine, clock: FakeClock) -> None:
    number = kiosk(each_chain, clock)
    press(each_chain, number, clock, *FACES * 10)
    assert find_silent(each_chain, clock.now_ms()) == 1
    assert dead(each_chain, clock) == []
    press(each_chain, number, clock, *["served-happy", "welcome-happy", "welcome-unhappy"] * 45)
    assert find_silent(each_chain, clock.now_ms()) == 0
    assert find_silent(each_chain, clock.now_ms() + EVERY_MS) == 1
    assert dead(each_chain, clock) == ["served-unhappy"]
    press(each_chain, number, clock, "served-unhappy")
    assert find_silent(each_chain, clock.now_ms()) == 1
    assert dead(each_chain, clock) == []


def test_presses_under_another_question_or_at_another_place_are_not_compared(chain: Engine, clock: FakeClock) -> None:
    number = kiosk(chain, clock)
    press(chain, number, clock, *FACES * 10)
    press(chain, number, clock, *["served-happy"] * 45)
    with writing(chain) as connection:
        other = connection.execute(select(tables.questions.c.id).where(tables.questions.c.code == "waited")).scalar_one()
        connection.execute(
            update(tables.config_buttons).where(tables.config_buttons.c.button.like("served%")).values(question_id=other)
        )
    find_silent(chain, clock.now_ms())
    assert dead(chain, clock) == []


def test_a_kiosk_without_a_configuration_has_no_dead_button(each_chain: Engine, clock: FakeClock) -> None:
    number = kiosk(each_chain, clock)
    with writing(each_chain) as connection:
        connection.execute(update(tables.kiosk_syncs).where(tables.kiosk_syncs.c.kiosk_id == number).values(config_applied=9))
    assert find_silent(each_chain, clock.now_ms()) == 1
    assert dead(each_chain, clock) == []


def test_what_employees_do_not_press_is_told_to_nobody(chain: Engine, clock: FakeClock) -> None:
    number = kiosk(chain, clock)
    with writing(chain) as connection:
        connection.execute(update(tables.questions).where(tables.questions.c.code == "served").values(dimension="EX"))
    press(chain, number, clock, *(("served-happy", "served-unhappy") * 50))
    press(chain, number, clock, *(("served-happy",) * 400))
    find_silent(chain, clock.now_ms())
    assert dead(chain, clock) == []
