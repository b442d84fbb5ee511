"""After a damaged buffer the kiosk counts at once, and brings home in the background what the old one held."""

import sqlite3

import pytest

from kiosk import quarantine
from kiosk.errors import Stopped
from kiosk.homebringing import Homebringer
from wire.messages import Span

PAGE = 4096


def damage(kit, *pages):
    kit.recorder.stop()
    with (kit.folder / "buffer.db").open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(b"\xff" * PAGE)
    kit.restart()


def settle(kit):
    assert kit.recorder._homebringer.wait(20)


@pytest.fixture
def pressed(kit):
    """Five presses of which three are with the server."""
    for _ in range(3):
        kit.press()
    kit.sync.run()
    for _ in range(2):
        kit.press()
    return kit


def test_presses_before_and_after_the_damage_arrive_once(pressed, server):
    damage(pressed, 0)
    pressed.press()
    settle(pressed)
    pressed.sync.run()
    assert set(server.stored()) == pressed.thanked()
    assert len(server.order) == 6
    assert pressed.waiting() == 0


def test_the_server_hears_how_many_the_old_buffer_had_thanked_for(pressed, server):
    old = server.requests[-1].buffer
    damage(pressed, 0)
    settle(pressed)
    pressed.sync.run()
    said = {request.buffer: request.totals.thanked for request in server.requests}
    assert said[old] == 5
    assert sum(said.values()) == 5


def test_the_damage_is_told_with_counts(pressed):
    damage(pressed, 0)
    settle(pressed)
    pressed.recorder.ask(lambda _: pressed.recorder._writer.idle())
    told = {fault["code"]: fault["detail"] for fault in pressed.recorder.fault_log()}
    assert set(told) == {"buffer-damaged", "buffer-salvaged"}
    assert "5 presses of 1 streams brought home, 0 missing, 0 streams unreadable" in told["buffer-salvaged"]
    assert pressed.recorder.faults() == ["buffer-damaged"]


def test_presses_that_can_not_be_read_are_reported_as_lost_to_the_server(pressed, server):
    stream = pressed.outcomes[-1].stream
    conn = sqlite3.connect(":memory:")
    pressed.recorder.stop()
    conn = sqlite3.connect(pressed.folder / "buffer.db")
    conn.execute("UPDATE reactions SET mark = 'x' WHERE seq = 4")
    conn.execute("UPDATE card SET thanked = 99")
    conn.commit()
    conn.close()
    pressed.restart()
    settle(pressed)
    pressed.sync.run()
    assert [request.lost for request in server.requests if request.stream == stream and request.lost] == [[Span(4, 4)]]
    assert (stream, 5) in server.stored()


def test_a_salvage_that_was_interrupted_begins_again_at_the_next_start(pressed, server):
    bring = Homebringer._bring_home

    def interrupted(self, case):
        raise Stopped("The kiosk is ending.")

    Homebringer._bring_home = interrupted
    try:
        damage(pressed, 0)
        assert not pressed.recorder._homebringer.wait(20)
    finally:
        Homebringer._bring_home = bring
    pressed.restart()
    settle(pressed)
    pressed.sync.run()
    assert set(server.stored()) == pressed.thanked()


def test_a_boot_that_can_not_be_read_gets_a_name_of_its_own(pressed, server):
    pressed.recorder.stop()
    conn = sqlite3.connect(pressed.folder / "buffer.db")
    conn.execute("UPDATE reactions SET boot = 77 WHERE seq = 5")
    conn.commit()
    conn.close()
    pressed.restart()
    settle(pressed)
    pressed.sync.run()
    assert set(server.stored()) == pressed.thanked()
    names = {boot.boot_id for request in server.requests for boot in request.boots}
    assert any(name.startswith("unreadable-") for name in names)


def test_a_second_damage_does_not_disturb_what_came_home_from_the_first(pressed, server):
    damage(pressed, 0)
    settle(pressed)
    pressed.press()
    damage(pressed, 0)
    settle(pressed)
    pressed.press()
    pressed.sync.run()
    assert set(server.stored()) == pressed.thanked()
    assert [case.generation for case in quarantine.cases(pressed.folder)] == [1, 2]
    assert len(server.order) == 7


def test_one_that_can_not_be_read_is_told_and_keeps_no_other_from_coming_home(pressed, server):
    damage(pressed, 0)
    settle(pressed)
    [case] = quarantine.cases(pressed.folder)
    (case.folder / "note.json").write_text('{"generation": 1}')
    (case.folder / "buffer.db").unlink()
    (case.folder / "buffer.db").mkdir()
    pressed.press()
    damage(pressed, 0)
    assert not pressed.recorder._homebringer.wait(2)
    assert [case.is_salvaged for case in quarantine.cases(pressed.folder)] == [False, True]
    pressed.sync.run()
    assert set(server.stored()) == pressed.thanked()
    pressed.recorder.ask(lambda _: pressed.recorder._writer.idle())
    # Once for the one that failed, once for the other.
    assert [fault["times"] for fault in pressed.recorder.fault_log() if fault["code"] == "buffer-salvaged"] == [2]
