"""The planted stories of the made-up weeks are each found by the pages' own words, and nothing else is claimed anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from made_weeks import made_weeks, words

from demo.chain import HISTORY_DAYS, STORES
from server.commands.working import jobs
from server.i18n.translator import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOON_MS = 1_795_262_400_000
PERIODS = ("7d", "4w", "13w")
COLD, WARM, QUIET, SATURDAY, CHILD, CLOSING, OFFLINE, CLOCK = (
    *("S001", "S003", "S012", "S007", "S002", "S006", "S005", "S010"),
)
# One index is strong and the other open: then the first words of a split claim none.
HALF = ("verdict.welcome-strong-too", "verdict.service-strong-too")
# Everything that a store's page can claim of its store beside what it says of every one: entries of the catalogue.
CLAIMS = {
    "wider": ("gap.wider-than-chain", "gap.wider-than-chain-by-hours"),
    "narrower": ("gap.narrower-than-chain", "gap.narrower-than-chain-by-hours"),
    "other way": ("gap.chain-below", "gap.chain-above"),
    "below": ("chain.below", "chain.below-by-hours"),
    "above": ("chain.above", "chain.above-by-hours"),
    "furthest": ("where.below", "where.above"),
    "better": ("change.better",),
    "worse": ("change.worse",),
    "since": ("since.lower", "since.higher"),
    "split": ("verdict.serves-not-welcomes", "verdict.welcomes-not-serves"),
    "weak": ("verdict.both-weak", "verdict.service-weak", "verdict.welcome-weak"),
    "hours": ("hours.spell", "hours.spell-weeks"),
    "frame": ("hours.key-sure",),
    "rushes": ("sure.rule-rush",),
    "look": ("data.check-kiosk",),
    "runs": ("reviews.of-store",),
    "late": ("data.late",),
    "too few": ("presses.not-enough",),
    "turned round": ("mix.reversed",),
    "not by hours": ("mix.thin",),
    "uncertain": ("data.time-uncertain",),
    "silent": ("data.silent", "kiosk.never"),
    "not whole": ("sure.waiting-text",),
    "recovery": ("recovery.open", "recovery.normal", "recovery.undecided"),
    "unwatched": ("recovery.unwatched",),
}
COLD_SAYS = {"split", "wider", "below", "above", "furthest", "worse", "since"}
WARM_SAYS = {"split", "other way", "below", "above", "furthest"}
STORIES = {
    COLD: COLD_SAYS,
    WARM: WARM_SAYS,
    QUIET: {"too few"},
    SATURDAY: {"hours"},
    CHILD: {"rushes", "look"},
    CLOSING: {"runs"},
    OFFLINE: {"late"},
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """The words of an address in English, as head office reads them after every job of the worker was done once."""
    with made_weeks(tmp_path_factory.mktemp("stories"), NOON_MS, HISTORY_DAYS) as weeks:
        for job in jobs(weeks.engine):
            job.work(NOON_MS)
        known: dict[tuple[str, str], str] = {}

        def said(address: str, period: str = "7d") -> str:
            if (address, period) not in known:
                answer = weeks.office.get(address, query_string={"period": period, "lang": "en"})
                assert answer.status_code == 200
                known[address, period] = words(answer.get_data(as_text=True))
            return known[address, period]

        yield said


def claimed(text: str) -> set[str]:
    """The names of the claims that stand in a page's words, whatever the numbers in them."""
    found = {name for name, entries in CLAIMS.items() if says(text, entries)}
    return found - {"split"} if says(text, HALF) else found


def says(text: str, entries: tuple[str, ...]) -> bool:
    """Whether one of these entries stands in the words, with any numbers."""
    forms = [form for entry in entries for form in source()[entry] if form]
    patterns = [re.sub(r"\\\{\w+\\\}", "[^.]{1,60}?", re.escape(form)) for form in forms]
    return any(re.search(pattern, text) for pattern in patterns)


def store(code: str) -> str:
    return f"/stores/{code}"


@pytest.mark.parametrize("period", PERIODS)
def test_the_cold_store_serves_well_and_does_not_welcome(read, period):
    found = read(store(COLD), period)
    assert re.search(r"Service is strong: 8\d of 100 were helped\. Fewer felt welcome: [56]\d of 100, \d\d points less", found)
    assert re.search(r"Experience:(?: compared at the same hours)? \d\d points below our other stores", found)


def test_the_cold_store_is_colder_since_its_new_rota(read):
    found = read(store(COLD))
    assert re.search(r"Experience: lower since 2 November, \d+ points less \(between \d+ and \d+\)", found)
    assert "New rota" in found
    assert "Service: no sure change since 2 November." in found
    assert re.search(r"Experience: lower than in the 4 weeks before, \d+ points down", read(store(COLD), "4w"))


@pytest.mark.parametrize("period", PERIODS)
def test_the_warm_store_welcomes_and_serves_slowly(read, period):
    found = read(store(WARM), period)
    assert re.search(r"The welcome is strong: [89]\d of 100 felt welcome\. Fewer were helped: 6\d of 100, \d\d points", found)
    assert re.search(r"Service:(?: compared at the same hours)? \d\d points below our other stores", found)


def test_of_the_quiet_store_it_says_that_there_are_too_few_presses_and_how_many_would_do(read):
    found = read(store(QUIET))
    assert re.search(
        r"Service and experience together: only \d+ presses in the last 7 days\. "
        r"That is not enough to tell good from bad\.",
        found,
    )
    assert re.search(r"With about \d+ more presses we would know it to within 11 points either way\.", found)
    assert "With so few presses we cannot say how wide the gap is." in found


def test_the_bad_saturday_is_named_with_its_hours(read):
    assert re.search(
        r"Saturday 14 November, 1[2-4]:00 to 1[67]:00: \d\d of 100 answers were unhappy, more than usual", read(store(SATURDAY))
    )


def test_the_childs_presses_are_set_aside_as_a_rush(read):
    assert re.search(r"More presses in a row than shoppers could make: [23]\d\.", read(store(CHILD)))
    assert "Please check this kiosk" in read(store(CHILD))


def test_the_closing_runs_wait_for_a_decision_and_the_page_says_what_they_change(read):
    told = re.search(
        r"3 times at opening or closing, many more pressed than usual and nearly all alike\."
        r" Head office decides whether that counts; until then it is included\."
        r" Experience, 14 to 20 November: (\d\d) of 100 with these presses, (\d\d) without them\.",
        read(store(CLOSING)),
    )
    assert told
    assert int(told[1]) > int(told[2])
    assert "Experience: not compared with the period before" in read(store(CLOSING))
    reviews = read("/head-office/reviews")
    assert "3 runs of presses wait for a decision." in reviews
    names = {made.name for made in STORES if re.search(re.escape(made.name) + r" , \w+ : (?:before|after)", reviews)}
    assert names == {"Kraków Floriańska"}


def test_what_came_in_late_from_the_offline_kiosk_is_said_with_the_days_it_changed(read):
    assert re.search(
        r"\d\d\d presses from K-\d+ came in late; the figures from 9 November to 16 November now include them\.",
        read(store(OFFLINE)),
    )


def test_the_wrong_clock_is_said_on_the_fleet_page_and_its_times_are_right(read):
    fleet = read("/fleet")
    assert fleet.count("Clock wrong, press times corrected") == 1
    assert re.search(r"عمّان جبل الحسين Exit Working well Clock wrong, press times corrected", fleet)
    assert "All kiosks are working well." in fleet
    # By its own clock it would have told of presses from one in the afternoon until one in the morning.
    table = read(store(CLOCK), "4w").split("Eight weeks, ")[1].split("Too few presses")[0]
    assert re.findall(r"\b(\d\d):00\b", table) == [str(hour) for hour in range(10, 22)]


def test_an_opening_says_what_is_clear_of_one_index_alone_and_what_is_open(read):
    assert re.search(
        r"Service is strong: 8\d of 100 were helped\. There are enough presses to say this\. "
        r"Whether the welcome is strong too is not clear yet: it lies between [56]\d and [78]\d of 100\.",
        read(store(SATURDAY)),
    )
    assert re.search(r"“Between [56]\d and [78]\d” means: with far more presses", read(store(SATURDAY)))
    assert "“Strong” means above the chain’s targets: 75 for service, 70 for experience." in read(store(SATURDAY))
    assert "Service strong, welcome not clear yet" in read("/head-office")


def test_employees_and_hx_have_figures_to_look_at(read):
    assert re.search(r"Service [78]\d of 100 between .* Experience [56]\d of 100 between", read("/stores/S001/employees"))
    assert re.search(r"Service [67]\d of 100 between .* Experience [78]\d of 100 between", read("/stores/S004/employees"))
    assert re.search(r"HX 7\d of 100 between 7\d and [78]\d 100 of 100 of the weight is measured", read("/head-office/hx"))


def test_the_planted_bursts_were_noticed_by_the_watch_and_nothing_else_was(read):
    found = read("/recoveries")
    ended = found.split(" Ended ")[1]
    places = re.findall(r"(Exit|Fitting room) (Leeds Briggate|Gdańsk Długa) (\w+ \d+ November) Did you", ended)
    saturday = "Saturday 14 November"
    assert sorted(places) == [
        ("Exit", "Gdańsk Długa", saturday),
        ("Exit", "Leeds Briggate", "Friday 13 November"),
        ("Fitting room", "Gdańsk Długa", saturday),
    ]
    assert len(re.findall(r"It began at about", ended)) == len(places)
    assert "Nothing unusual noticed right now." in found
    # The tills went down at eleven.
    burst = ended.split("Leeds Briggate")[1]
    told = re.match(
        r" Friday 13 November Did you get what you needed\? It began at about 11:\d\d and was noticed (\d+) min", burst
    )
    assert told
    assert 10 <= int(told[1]) <= 30
    assert "was on it after 10 minutes" in burst


@pytest.mark.parametrize("period", PERIODS)
def test_of_every_store_its_story_is_claimed_and_nothing_else(read, period):
    for made in STORES:
        assert claimed(read(store(made.code), period)) <= STORIES.get(made.code, set()), (made.code, period)
    assert period != "7d" or all(claimed(read(store(code))) for code in STORIES)


@pytest.mark.parametrize("period", PERIODS)
def test_head_office_names_the_cold_store_and_the_warm_one_alone(read, period):
    found = read("/head-office", period)
    assert "In 1 store the gap is clearly wider: Leeds Briggate ." in found
    assert "In 1 store it is clearly the other way round: Bologna Portici ." in found
    assert "Outside the outer ones: Leeds Briggate , Bologna Portici ." in found
    assert set(re.findall(r"(\w+ \w+) : in the lowest tenth", found)) <= {"Leeds Briggate", "Bologna Portici"}
    assert not claimed(found) & {"better", "worse"}


def test_of_the_two_claims_one_honestly_showed_nothing_and_one_still_runs(read):
    register = read("/head-office/claims")
    assert re.search(r"Greeting training lifts the welcome .* We could not see that it helped\.", register)
    assert re.search(r"A second helper at noon lifts the service .* Running: 10 of 28 days are in\.", register)
    assert "A registered claim’s change begins: Greeting training lifts the welcome" in read(store("S004"))
