"""The made-up presses are the same for the same seed, and hold the stories they should."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from demo.chain import HISTORY_DAYS, STORES, MadeUpKiosk, MadeUpStore
from demo.history import CHILD_PRESSES, Press, last_saturday, presses
from server.analysis.edge_runs import is_too_alike
from server.analysis.opening import Opening, OutOfHours
from server.analysis.opening_text import read_week
from server.analysis.tallies import NEGATIVE, POSITIVE
from server.database.reviews import Judged
from server.fleet.edges import find_runs

BASE = date(2026, 11, 22)


def kiosk_where(**story: object) -> tuple[MadeUpStore, MadeUpKiosk]:
    name = next(iter(story))
    return next((store, kiosk) for store in STORES for kiosk in store.kiosks if getattr(kiosk, name))


def opening_of(store: MadeUpStore) -> Opening:
    week = read_week(f"mon-sun {store.opens:02d}:00-{store.closes:02d}:00")
    closed = {} if store.holiday is None else {(BASE - timedelta(store.holiday)).toordinal(): ()}
    return Opening(ZoneInfo(store.timezone), week, closed)


def share(found: list[Press], row: str) -> float:
    answers = [press.button.endswith("-happy") for press in found if press.button.startswith(row)]
    return sum(answers) / len(answers)


def weeks(store: MadeUpStore, kiosk: MadeUpKiosk) -> list[Press]:
    days = [BASE - timedelta(back) for back in range(1, HISTORY_DAYS + 1)]
    return [press for day in days for press in presses("seed", store, kiosk, day, BASE)]


def test_a_day_is_the_same_whenever_it_is_asked_and_another_with_another_seed() -> None:
    store = STORES[0]
    day = BASE - timedelta(5)
    first = presses("seed", store, store.kiosks[0], day, BASE)
    assert first == presses("seed", store, store.kiosks[0], day, BASE)
    assert first != presses("other", store, store.kiosks[0], day, BASE)
    assert first == sorted(first)


def test_presses_fall_into_opening_hours_of_the_store() -> None:
    for store in STORES:
        for press in presses("seed", store, store.kiosks[0], BASE - timedelta(9), BASE):
            hour = datetime.fromtimestamp(press.at_ms / 1000, ZoneInfo(store.timezone)).hour
            assert store.opens <= hour <= store.closes


def test_the_first_store_serves_well_and_does_not_welcome() -> None:
    found = weeks(STORES[0], STORES[0].kiosks[0])
    assert share(found, "served") > share(found, "welcome") + 0.12


def test_the_reverse_store_welcomes_and_serves_slowly() -> None:
    store = next(store for store in STORES if "serves slowly" in store.story)
    found = weeks(store, store.kiosks[0])
    assert share(found, "welcome") > share(found, "served") + 0.15


def test_a_child_hammers_on_its_day_only() -> None:
    store, kiosk = kiosk_where(child_day=True)
    assert kiosk.child_day is not None
    plain = MadeUpKiosk(**{name: getattr(kiosk, name) for name in MadeUpKiosk.__slots__} | {"child_day": None})
    for back in (kiosk.child_day, kiosk.child_day + 1):
        day = BASE - timedelta(back)
        more = len(presses("seed", store, kiosk, day, BASE)) - len(presses("seed", store, plain, day, BASE))
        assert more == (CHILD_PRESSES if back == kiosk.child_day else 0)


def test_the_bad_saturday_is_cold_in_the_afternoon() -> None:
    store, kiosk = kiosk_where(bad_saturday=True)
    saturday = last_saturday(BASE)
    assert saturday.weekday() == 5
    assert saturday < BASE
    zone = ZoneInfo(store.timezone)
    found = [
        press
        for press in presses("seed", store, kiosk, saturday, BASE)
        if 13 <= datetime.fromtimestamp(press.at_ms / 1000, zone).hour < 17
    ]
    assert share(found, "welcome") < 0.6


def test_the_quiet_store_has_too_few_presses_in_a_week() -> None:
    store = next(store for store in STORES if "quiet" in store.story)
    found = weeks(store, store.kiosks[0])
    assert len(found) / (HISTORY_DAYS / 7) < 40


def test_no_made_up_press_is_out_of_hours_and_none_falls_on_a_holiday() -> None:
    for store in STORES:
        outside = OutOfHours(opening_of(store), 0)
        assert not any(outside(press.at_ms) for kiosk in store.kiosks for press in weeks(store, kiosk)), store.code
    assert any(store.holiday for store in STORES)


def runs_of(store: MadeUpStore, kiosk: MadeUpKiosk, row: str) -> list[tuple[date, str, str, bool]]:
    """The runs that the server's rule finds among a row's presses in the last two weeks."""
    votes = [
        Judged(1, POSITIVE if press.button.endswith("-happy") else NEGATIVE, press.at_ms)
        for press in sorted(weeks(store, kiosk))
        if press.button.startswith(row)
    ]
    now_ms = round(1000 * datetime.combine(BASE, datetime.min.time(), ZoneInfo(store.timezone)).timestamp())
    found = find_runs(votes, opening_of(store), (BASE - timedelta(14)).toordinal(), now_ms)
    return [
        (date.fromordinal(run.local_day), run.edge, run.polarity, is_too_alike(run.presses, run.alike, run.usual_share))
        for run in found
    ]


def test_closing_runs_are_found_and_nothing_else_is() -> None:
    _, told = kiosk_where(closing_run_days=True)
    for store in STORES:
        for kiosk in store.kiosks:
            wanted = [(BASE - timedelta(back), "closing", "positive", True) for back in sorted(kiosk.closing_run_days)[::-1]]
            assert runs_of(store, kiosk, "welcome") == wanted, store.code
            assert runs_of(store, kiosk, "served") == [], store.code
    assert len(told.closing_run_days) == 3


def test_closing_runs_are_all_happy() -> None:
    store, kiosk = kiosk_where(closing_run_days=True)
    day = BASE - timedelta(kiosk.closing_run_days[0])
    closing = datetime.combine(day, datetime.min.time(), ZoneInfo(store.timezone)) + timedelta(hours=store.closes)
    last = [press for press in presses("seed", store, kiosk, day, BASE) if press.at_ms > (closing.timestamp() - 900) * 1000]
    assert sum(press.button == "welcome-happy" for press in last) >= 15
