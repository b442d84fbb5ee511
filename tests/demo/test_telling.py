"""The made-up weeks enter whole, also when they were interrupted, and people are made once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from demo.feeding import Life
from demo.sign_ins import ADMIN, MANAGER, OFFICE, sign_ins
from demo.telling import add_stores, tell
from server.database.engine import reading, writing
from server.database.rollup_check import check

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FakeClock
    from sqlalchemy import Engine

    from server.settings import Settings

DAYS = 13
COUNTS = "SELECT (SELECT count(*) FROM kiosks), (SELECT count(*) FROM reactions), (SELECT max(seq) FROM reactions)"


def counts(engine: Engine) -> tuple[int, ...]:
    with reading(engine) as connection:
        assert not any(check(connection))
        return tuple(connection.execute(text(COUNTS)).one())


class Interrupted(Exception):
    pass


def test_interrupted_weeks_end_as_if_they_had_not_been(
    settings: Settings, engine: Engine, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now_ms()
    add_stores(engine, now)
    whole = Life.sync
    calls = 0

    def fails_in_the_middle(*arguments: object) -> int:
        nonlocal calls
        calls += 1
        if calls == 150:
            raise Interrupted
        return whole(*arguments)  # type: ignore[arg-type]

    # The one place where a plug is pulled: nothing else can stop the telling at a chosen moment.
    monkeypatch.setattr(Life, "sync", fails_in_the_middle)
    with pytest.raises(Interrupted):
        tell(settings, engine, tmp_path / "history.json", now, DAYS)
    half = counts(engine)
    tell(settings, engine, tmp_path / "history.json", now, DAYS)
    done = counts(engine)
    assert half[0] == done[0] == 24
    assert half[1] < done[1]
    tell(settings, engine, tmp_path / "history.json", now, DAYS)
    assert counts(engine) == done
    # The next week: it goes on from where it was.
    clock.advance(2 * 86_400_000)
    tell(settings, engine, tmp_path / "history.json", clock.now_ms(), DAYS)
    assert counts(engine)[1] > done[1]
    with reading(engine) as connection:
        gaps = "SELECT count(*) FROM streams s WHERE high <> (SELECT count(*) FROM reactions r WHERE r.stream = s.number)"
        assert connection.execute(text(gaps)).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM held")).scalar_one() == 0


def test_started_again_and_again_each_kiosk_stays_one_machine(
    settings: Settings, engine: Engine, clock: FakeClock, tmp_path: Path
) -> None:
    add_stores(engine, clock.now_ms())
    # As in the demonstration, today begins a week of the history, and with it another boot of each kiosk.
    for _ in range(4):
        tell(settings, engine, tmp_path / "history.json", clock.now_ms(), 7)
        clock.advance(60_000)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT kiosk_id, what, times FROM incidents")).all() == []


def test_sign_ins_are_made_once_also_after_an_interrupted_start(engine: Engine, clock: FakeClock, tmp_path: Path) -> None:
    add_stores(engine, clock.now_ms())
    path = tmp_path / "sign-ins.json"
    first = sign_ins(engine, path, clock.now_ms())
    # Killed between the people and the token: the file has no token yet.
    path.write_text(json.dumps(first._replace(token="", token_ends_ms=0)._asdict()))
    again = sign_ins(engine, path, clock.now_ms())
    assert (again.manager, again.office) == (first.manager, first.office)
    assert again.token.startswith("slv_x_")
    assert sign_ins(engine, path, clock.now_ms()) == again
    with writing(engine) as connection:
        people = connection.execute(text("SELECT email FROM users ORDER BY email")).scalars().all()
        assert people == [ADMIN, MANAGER, OFFICE]


def test_a_demonstration_begun_without_an_administrator_gets_one_and_keeps_its_passwords(
    engine: Engine, clock: FakeClock, tmp_path: Path
) -> None:
    add_stores(engine, clock.now_ms())
    path = tmp_path / "sign-ins.json"
    path.write_text(
        json.dumps({"manager": "aaaa-bbbb-cccc-dddd", "office": "dddd-eeee-ffff-gggg", "token": "", "token_ends_ms": 0})
    )
    kept = sign_ins(engine, path, clock.now_ms())
    assert (kept.manager, kept.office) == ("aaaa-bbbb-cccc-dddd", "dddd-eeee-ffff-gggg")
    assert kept.admin
    assert json.loads(path.read_text())["admin"] == kept.admin
    with reading(engine) as connection:
        roles = dict(connection.execute(text("SELECT email, role FROM users")).all())
    assert roles == {ADMIN: "admin", MANAGER: "manager", OFFICE: "head-office"}


def test_a_history_begun_without_a_kiosk_goes_on_without_it(
    settings: Settings, engine: Engine, clock: FakeClock, tmp_path: Path
) -> None:
    add_stores(engine, clock.now_ms())
    notes = tmp_path / "history.json"
    assert len(tell(settings, engine, notes, clock.now_ms(), 2)) == 24
    told = json.loads(notes.read_text())
    del told["kiosks"]["S001/staff-room"]
    notes.write_text(json.dumps(told))
    clock.advance(86_400_000)
    assert len(tell(settings, engine, notes, clock.now_ms(), 2)) == 23


def test_a_token_about_to_end_is_replaced(engine: Engine, clock: FakeClock, tmp_path: Path) -> None:
    add_stores(engine, clock.now_ms())
    first = sign_ins(engine, tmp_path / "sign-ins.json", clock.now_ms())
    clock.set(first.token_ends_ms - 1_000)
    assert sign_ins(engine, tmp_path / "sign-ins.json", clock.now_ms()).token != first.token
