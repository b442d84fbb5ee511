"""Runs at a day's edge are found over closed days, count until somebody decides, and come back when that is taken back."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from kiosk_shop import Shop, press
from sqlalchemy import update

from server.analysis.opening_text import read_week
from server.database import tables
from server.database.codes import ASIDE, REASONS
from server.database.engine import reading, writing
from server.database.opening import set_week
from server.database.reviews import EXCLUDED, KEPT
from server.fleet.reviewing import decide, look_for_runs, read_review

if TYPE_CHECKING:
    from wire.messages import Reaction

WARSAW = ZoneInfo("Europe/Warsaw")
DAY_MS = 86_400_000
DAYS = 30
LAST = date(2026, 11, 20)  # a Friday


def at(day: date, clock: str) -> int:
    return round(1000 * datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), WARSAW).timestamp())  # noqa: DTZ007


def weeks(edge: str, face: str, run: int = 40, *, days: int = DAYS) -> list[tuple[int, str]]:
    """A quiet kiosk for some weeks, and on the last day a run at one edge: moments and buttons."""
    chance = random.Random(8)
    found: list[tuple[int, str]] = []
    for back in range(days):
        day = LAST - timedelta(days=back)
        for _ in range(12):
            happy = "happy" if chance.random() < 0.7 else "unhappy"
            found.append((at(day, "10:00") + chance.randrange(9 * 3_600_000), f"welcome-{happy}"))
    begin = at(LAST, "19:35") if edge == "closing" else at(LAST, "08:50")
    found += [(begin + 30_000 * number, f"welcome-{face}") for number in range(run)]
    return sorted(found)


def send(shop: Shop, clock: Any, presses: list[tuple[int, str]], first_seq: int = 1, stream: str = "ab" * 16) -> None:
    begun = at(LAST - timedelta(days=DAYS + 1), "00:00")
    clock.set(at(LAST, "23:00"))
    reactions: list[Reaction] = [press(moment - begun, 1, button) for moment, button in presses]
    for start in range(0, len(reactions), 500):
        part = reactions[start : start + 500]
        shop.sync(part, first_seq + start, (1, clock.now_ms() - begun), stream=stream)


def opens(shop: Shop, week: str = "mon-sat 09:00-20:00") -> None:
    with writing(shop.engine) as connection:
        set_week(connection, 1, read_week(week))


def judge(shop: Shop, decision: str, number: int = 1) -> int:
    with writing(shop.engine) as connection:
        review = read_review(connection, number)
        assert review is not None
        return decide(connection, review, decision, "office@demo.example", 77)


def aside(shop: Shop) -> int:
    return sum(row.positive + row.negative for row in shop.rows(tables.set_aside) if row.reason == ASIDE["closing-run"])


def counted(shop: Shop) -> int:
    return sum(row.positive + row.negative for row in shop.rows(tables.days))


def day_figures(shop: Shop) -> list[dict[str, object]]:
    """Every day's figures; how often its row was written is none."""
    return [{name: value for name, value in row._mapping.items() if name != "writes"} for row in shop.rows(tables.days)]


@pytest.mark.parametrize(
    ("edge", "face", "polarity"),
    [("closing", "happy", "positive"), ("closing", "unhappy", "negative"), ("opening", "happy", "positive")],
)
def test_a_run_is_found_once_and_counts_until_somebody_decides(
    shop: Shop, clock: Any, edge: str, face: str, polarity: str
) -> None:
    opens(shop)
    send(shop, clock, weeks(edge, face))
    before = counted(shop)
    assert look_for_runs(shop.engine, at(LAST, "20:29")) == (1 if edge == "opening" else 0)
    assert look_for_runs(shop.engine, at(LAST, "20:30")) == (0 if edge == "opening" else 1)
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    (row,) = shop.rows(tables.reviews)
    assert (row.edge, row.polarity, row.local_day, row.decision) == (edge, polarity, LAST.toordinal(), "")
    assert row.presses == row.alike == 40
    assert row.positives == (40 if face == "happy" else 0)
    assert row.usual_presses < 1
    assert counted(shop) == before


def test_a_decision_moves_figures_and_ledger_and_another_one_brings_them_back(shop: Shop, clock: Any) -> None:
    opens(shop)
    send(shop, clock, weeks("closing", "happy"))
    look_for_runs(shop.engine, clock.now_ms())
    before = day_figures(shop)
    assert judge(shop, EXCLUDED) == 40
    assert shop.agrees()
    assert aside(shop) == 40
    assert {row.what for row in shop.rows(tables.revisions)} == {"counted"}
    (row,) = shop.rows(tables.reviews)
    assert (row.decision, row.decided_by, row.decided_ms, row.presses) == ("excluded", "office@demo.example", 77, 40)
    assert judge(shop, EXCLUDED) == 0
    # What a person decided is not found again.
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    assert judge(shop, KEPT) == 40
    assert shop.agrees()
    assert day_figures(shop) == before
    assert len(shop.rows(tables.revisions)) == 80
    assert shop.rows(tables.reviews)[0].decision == "kept"


def test_all_faces_of_the_time_are_set_aside_and_presses_of_other_questions_are_not(shop: Shop, clock: Any) -> None:
    opens(shop)
    others = [
        (at(LAST, "19:40") + 1, "welcome-unhappy"),
        (at(LAST, "19:41") + 1, "served-happy"),
        (at(LAST, "19:29"), "welcome-happy"),
    ]
    send(shop, clock, sorted([*weeks("closing", "happy"), *others]))
    look_for_runs(shop.engine, clock.now_ms())
    assert judge(shop, EXCLUDED) == 41
    assert shop.agrees()


def test_what_arrives_after_the_decision_belongs_to_the_run_as_much(shop: Shop, clock: Any) -> None:
    opens(shop)
    whole = weeks("closing", "happy", 60)
    send(shop, clock, whole[:-15])
    look_for_runs(shop.engine, clock.now_ms())
    assert judge(shop, EXCLUDED) == 45
    send(shop, clock, whole[-15:], 1, "cd" * 16)
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    assert aside(shop) == 60
    assert shop.agrees()
    assert judge(shop, KEPT) == 60
    assert shop.agrees()


def test_nothing_is_found_without_hours_nor_among_employees_nor_in_the_first_days(shop: Shop, clock: Any) -> None:
    send(shop, clock, weeks("closing", "happy"))
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    opens(shop, "mon-sat 00:00-24:00; sun 00:00-24:00")
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    opens(shop)
    with writing(shop.engine) as connection:
        connection.execute(update(tables.questions).values(dimension="EX"))
    assert look_for_runs(shop.engine, clock.now_ms()) == 0
    assert look_for_runs(shop.engine, clock.now_ms() + 20 * DAY_MS) == 0


def test_two_weeks_of_days_are_needed_to_know_what_is_usual(shop: Shop, clock: Any) -> None:
    opens(shop)
    send(shop, clock, weeks("closing", "happy", days=13))
    assert look_for_runs(shop.engine, clock.now_ms()) == 0


def test_an_unknown_review_is_none(shop: Shop) -> None:
    with reading(shop.engine) as connection:
        assert read_review(connection, 5) is None


def test_a_press_of_a_run_that_was_mashed_with_never_counts_again(shop: Shop, clock: Any) -> None:
    opens(shop)
    presses = weeks("closing", "happy")
    send(shop, clock, presses)
    look_for_runs(shop.engine, clock.now_ms())
    judge(shop, EXCLUDED)
    begun = at(LAST - timedelta(days=DAYS + 1), "00:00")
    mash = press(presses[-1][0] + 200 - begun, 1, "welcome-unhappy")._replace(mark="mash")
    shop.sync([mash], len(presses) + 1, (1, clock.now_ms() - begun), stream="ab" * 16)
    assert judge(shop, KEPT) == 39
    assert shop.agrees()
    last = max(shop.rows(tables.reactions), key=lambda row: row.seq if row.mark == 0 else 0)
    assert (last.seq, last.reason, last.counted) == (len(presses), REASONS["mash"], False)
