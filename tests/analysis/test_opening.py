"""A store is open by its own clock: on days that are special, past midnight, and when clocks are set back or forward."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.analysis.opening import Doors, Opening, OpenTime, OutOfHours, Span, Window, merged
from server.analysis.opening_text import read_spans, read_week

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
LONDON, WARSAW, TEHRAN = (ZoneInfo(name) for name in ("Europe/London", "Europe/Warsaw", "Asia/Tehran"))
CHRISTMAS = date(2026, 12, 25).toordinal()


def store(text: str, zone=WARSAW, **special) -> Opening:
    return Opening(
        zone, read_week(text), {date.fromisoformat(day).toordinal(): read_spans(hours) for day, hours in special.items()}
    )


def at(text: str, zone=WARSAW) -> int:
    return round(1000 * datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%m-%d %H:%M")


def test_a_week_begins_on_monday_whatever_the_year() -> None:
    shop = store("mon 09:00-10:00; sun 11:00-12:00")
    assert shop.spans(date(2026, 11, 23).toordinal()) == (Span(540, 600),)
    assert shop.spans(date(2026, 11, 22).toordinal()) == (Span(660, 720),)
    assert shop.spans(date(2026, 11, 24).toordinal()) == ()


def test_doors_say_since_when_and_until_when() -> None:
    shop = store("mon-sat 09:00-13:00,15:00-20:00")
    saturday = "2026-11-21T"
    assert shop.doors(at(saturday + "12:59")) == Doors(True, at(saturday + "09:00"), at(saturday + "13:00"))
    assert shop.doors(at(saturday + "13:00")) == Doors(False, at(saturday + "13:00"), at(saturday + "15:00"))
    assert shop.doors(at("2026-11-22T12:00")) == Doors(False, at(saturday + "20:00"), at("2026-11-23T09:00"))


def test_special_days_have_their_own_hours_or_none() -> None:
    shop = store("mon-sun 09:00-20:00", **{"2026-12-24": "09:00-14:00", "2026-12-25": "closed", "2026-12-26": "closed"})
    assert shop.doors(at("2026-12-24T15:00")) == Doors(False, at("2026-12-24T14:00"), at("2026-12-27T09:00"))
    assert shop.windows_of(CHRISTMAS) == []


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    shop = store("fri-sat 18:00-02:00", **{"2026-11-21": "closed"})
    assert shop.doors(at("2026-11-21T01:59")).open
    assert not shop.doors(at("2026-11-21T23:00")).open
    assert not shop.doors(at("2026-11-22T01:00")).open


def test_a_store_that_never_closes_is_one_window() -> None:
    shop = store("mon-sun 00:00-24:00")
    assert len(shop.windows(739_000, 739_006)) == 1
    assert shop.doors(at("2026-11-21T00:00")).open


def test_who_stays_closed_for_weeks_does_not_say_until_when() -> None:
    days = {date.fromordinal(CHRISTMAS + more).isoformat(): "closed" for more in range(-30, 30)}
    assert store("mon-sun 09:00-20:00", **days).doors(at("2026-12-25T12:00")) == Doors(False, None, None)


def test_nine_is_nine_before_and_after_the_clock_is_set() -> None:
    shop = store("mon-sun 09:00-20:00", LONDON)
    opened = [
        utc(shop.windows_of(date(2026, month, day).toordinal())[0].from_ms) for month, day in ((10, 24), (10, 25), (10, 26))
    ]
    assert opened == ["10-24 08:00", "10-25 09:00", "10-26 09:00"]


def test_at_a_clock_that_is_set_the_store_is_open_for_as_long_as_either_reading_allows() -> None:
    autumn = store("sun 01:30-02:30", WARSAW)
    # 02:30 comes twice on 25 October 2026: the later one closes.
    assert [utc(ms) for ms in autumn.windows_of(date(2026, 10, 25).toordinal())[0]] == ["10-24 23:30", "10-25 01:30"]
    reopened = store("sun 02:30-04:00", WARSAW)
    assert utc(reopened.windows_of(date(2026, 10, 25).toordinal())[0].from_ms) == "10-25 00:30"
    # 02:30 never comes on 29 March 2026.
    spring = store("sun 02:30-04:00", WARSAW)
    assert [utc(ms) for ms in spring.windows_of(date(2026, 3, 29).toordinal())[0]] == ["03-29 00:30", "03-29 02:00"]


def test_zones_with_half_hours_are_kept() -> None:
    assert [utc(ms) for ms in store("mon-sun 10:00-21:00", TEHRAN).windows_of(739_000)[0]] == ["04-24 06:30", "04-24 17:30"]


def test_open_time_leaves_nights_and_closed_days_out() -> None:
    shop = store("mon-sat 09:00-20:00")
    first = date(2026, 11, 16).toordinal()
    open_time = OpenTime(shop.windows(first, first + 13))
    assert open_time.between(at("2026-11-21T19:00"), at("2026-11-23T10:00")) == 2 * HOUR_MS
    assert open_time.between(at("2026-11-21T20:00"), at("2026-11-23T09:00")) == 0
    assert open_time.between(at("2026-11-17T00:00"), at("2026-11-18T00:00")) == 11 * HOUR_MS
    assert open_time.until(at("2026-11-01T12:00")) == 0


def test_what_is_out_of_hours_is_so_by_more_than_the_margin() -> None:
    out = OutOfHours(store("mon-sat 09:00-20:00"), 30 * MINUTE_MS)
    assert [out(at(f"2026-11-21T{clock}")) for clock in ("08:29", "08:30", "12:00", "20:29", "20:30", "23:59")] == [
        *(True, False, False, False),
        *(True, True),
    ]
    assert out(at("2026-11-22T12:00"))


def test_a_margin_reaches_over_midnight_both_ways() -> None:
    late = OutOfHours(store("mon-sun 12:00-24:00"), 30 * MINUTE_MS)
    assert not late(at("2026-11-21T00:29"))
    assert late(at("2026-11-21T00:30"))
    early = OutOfHours(store("mon-sun 00:00-12:00"), 30 * MINUTE_MS)
    assert not early(at("2026-11-21T23:31"))
    assert early(at("2026-11-21T23:29"))


def test_windows_that_touch_or_overlap_are_one_and_empty_ones_none() -> None:
    assert merged([Window(5, 9), Window(0, 5), Window(8, 12), Window(20, 20), Window(30, 31)]) == [
        Window(0, 12),
        Window(30, 31),
    ]


@given(
    st.integers(0, 1_439),
    st.integers(1, 1_440),
    st.sampled_from(["Europe/London", "Asia/Tehran", "America/St_Johns", "Africa/Casablanca", "Australia/Lord_Howe"]),
    st.lists(st.integers(1_790_000_000, 1_830_000_000), min_size=1, max_size=12),
)
def test_judging_one_after_another_and_each_alone_says_the_same(
    opens: int, minutes: int, zone: str, moments: list[int]
) -> None:
    week = ((Span(opens, opens + minutes),),) * 7
    shop = Opening(ZoneInfo(zone), week, {})
    together = OutOfHours(shop, 0)
    for moment in moments:
        at_ms = moment * 1000
        day = shop.day_of(at_ms)
        inside = any(one.from_ms <= at_ms < one.until_ms for one in shop.windows(day - 3, day + 3))
        assert together(at_ms) is not inside
        assert shop.doors(at_ms).open is inside
