"""A day's edges, and the runs at them: the same whichever way round the faces are."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.analysis.opening import Opening, Window
from server.analysis.opening_text import read_spans, read_week
from server.analysis.tallies import NEGATIVE, NEUTRAL, POSITIVE
from server.database.reviews import Judged
from server.fleet.edges import Run, edges_of, find_runs

WARSAW = ZoneInfo("Europe/Warsaw")
LAST = date(2026, 11, 20)  # a Friday
HOUR_MS = 3_600_000
TURNED = {POSITIVE: NEGATIVE, NEUTRAL: NEUTRAL, NEGATIVE: POSITIVE}
SHOP = Opening(WARSAW, read_week("mon-sat 09:00-20:00"), {})


def moment(text: str) -> int:
    return round(1000 * datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=WARSAW).timestamp())


def test_the_edges_of_a_day_are_its_first_opening_and_its_last_closing() -> None:
    shop = Opening(WARSAW, read_week("mon-sat 09:00-13:00,15:00-20:00"), {LAST.toordinal(): read_spans("closed")})
    thursday = LAST.toordinal() - 1
    assert edges_of(shop, thursday) == {
        "opening": Window(moment("19T08:30"), moment("19T09:15")),
        "closing": Window(moment("19T19:30"), moment("19T20:30")),
    }
    assert edges_of(shop, LAST.toordinal()) == {}
    assert edges_of(Opening(WARSAW, read_week("mon-sun 00:00-24:00"), {}), thursday) == {}


def test_hours_past_midnight_close_on_the_next_day() -> None:
    bar = Opening(WARSAW, read_week("fri 18:00-02:00"), {})
    assert edges_of(bar, LAST.toordinal())["closing"] == Window(moment("21T01:30"), moment("21T02:30"))


def runs(votes: list[Judged]) -> list[Run]:
    return list(find_runs(sorted(votes, key=lambda vote: vote.pressed_ms), SHOP, LAST.toordinal() - 13, moment("20T23:00")))


def history(seed: int, share: float, run: int, edge: str, face: int) -> list[Judged]:
    """Four quiet weeks, and a run on the last day."""
    chance = random.Random(seed)
    votes = []
    for back in range(28):
        begin = round(1000 * datetime.combine(LAST - timedelta(back), datetime.min.time(), WARSAW).timestamp()) + 9 * HOUR_MS
        for _ in range(chance.randrange(20)):
            polarity = POSITIVE if chance.random() < share else chance.choice((NEUTRAL, NEGATIVE))
            votes.append(Judged(1, polarity, begin + chance.randrange(11 * HOUR_MS)))
    begin = moment("20T19:32") if edge == "closing" else moment("20T08:40")
    return votes + [Judged(1, face, begin + 40_000 * number) for number in range(run)]


@given(
    st.integers(0, 10_000),
    st.sampled_from([0.2, 0.5, 0.8, 0.95]),
    st.integers(0, 60),
    st.sampled_from(["opening", "closing"]),
    st.sampled_from([POSITIVE, NEUTRAL, NEGATIVE]),
)
def test_with_every_face_turned_round_the_same_edges_are_runs(seed: int, share: float, run: int, edge: str, face: int) -> None:
    votes = history(seed, share, run, edge, face)
    found = runs(votes)
    other = runs([vote._replace(polarity=TURNED[vote.polarity]) for vote in votes])
    turned = {"positive": "negative", "negative": "positive"}
    assert [(one.local_day, one.edge, one.presses, one.alike) for one in found] == [
        (one.local_day, one.edge, one.presses, one.alike) for one in other
    ]
    assert [turned[one.polarity] for one in found] == [one.polarity for one in other]


def test_a_run_of_neutral_faces_is_none_and_one_of_unhappy_ones_is() -> None:
    assert runs(history(3, 0.8, 50, "closing", NEUTRAL)) == []
    (found,) = runs(history(3, 0.8, 50, "closing", NEGATIVE))
    assert (found.edge, found.polarity, found.alike) == ("closing", "negative", 50)


def test_a_day_that_is_not_over_is_not_judged() -> None:
    votes = sorted(history(3, 0.5, 50, "closing", POSITIVE), key=lambda vote: vote.pressed_ms)
    assert list(find_runs(votes, SHOP, LAST.toordinal() - 13, moment("20T20:29"))) == []
    assert len(list(find_runs(votes, SHOP, LAST.toordinal() - 13, moment("20T20:30")))) == 1
