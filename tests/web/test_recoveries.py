"""The page of recoveries and the store's "Now": what is open, saying "on it" and "done", what became of it."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from shops import EXPERIENCE, SERVICE

from server.database.engine import reading, writing
from server.database.recoveries import NORMAL, UNDECIDED, count_presses, end_recovery, open_recovery, recovery_of_id, steps_of
from server.database.watches import Place, Watch, save_watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

NOON_MS = 1_795_262_400_000
MINUTE_MS = 60_000
OURS = {"Origin": "http://localhost"}


class Town:
    """Store S001 with a kiosk at its exit, S002 with one at its checkout."""

    def __init__(self, shops: Any) -> None:
        self.shops = shops
        self.stores = [shops.store(code, name) for code, name in (("S001", "Leeds"), ("S002", "York"))]
        self.kiosks = [
            shops.kiosk(self.stores[0], "K-001", heard_ms=NOON_MS),
            shops.kiosk(self.stores[1], "K-002", "checkout", heard_ms=NOON_MS),
        ]

    def place(self, store: int = 0, question: str = EXPERIENCE) -> Place:
        kiosk = self.kiosks[store]
        return Place(kiosk.id, kiosk.placement_id, self.shops.questions[question])

    def open(self, store: int = 0, question: str = EXPERIENCE, before_ms: int = 0) -> int:
        """A recovery noticed ten minutes before noon, or earlier; begun twenty minutes before that."""
        at_ms = NOON_MS - 10 * MINUTE_MS - before_ms
        with writing(self.shops.engine) as connection:
            began_ms = at_ms - 20 * MINUTE_MS
            number = open_recovery(connection, self.place(store, question), began_ms, at_ms, 0.21, (13, 9), at_ms)
        assert number is not None
        return number

    def end(self, number: int, what: str, at_ms: int) -> None:
        with writing(self.shops.engine) as connection:
            assert end_recovery(connection, number, what, at_ms)

    def steps(self, number: int) -> dict[str, Any]:
        with reading(self.shops.engine) as connection:
            return steps_of(connection, [number])[number]

    def watched(self, to_notice: float, share: float | None = 0.2, store: int = 0) -> None:
        """A watch whose place has 24 presses a day: two an hour."""
        with writing(self.shops.engine) as connection:
            save_watch(connection, Watch(*self.place(store), 2, NOON_MS, share, 24.0, 2, 1, 14, 4_000.0, to_notice))


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite, where a test does not ask for another: the statements are tried on both in tests/database and tests/recovery."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def town(shops: Any) -> Town:
    return Town(shops)


def read(client: FlaskClient, address: str, **query: str) -> str:
    answer = client.get(address, query_string={"lang": "en", **query})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("</head>")[1]).replace("&#34;", '"').split())


def say(client: FlaskClient, number: int, what: str, **form: str) -> Any:
    return client.post(f"/recoveries/{number}/{what}?lang=en", data=form, headers=OURS)


def states(page: str) -> list[tuple[str, str]]:
    return re.findall(r'data-recovery="(\d+)" data-state="([a-z]+)"', page)


def test_the_stores_page_says_what_is_open_since_when_and_that_nobody_is_on_it(town: Town, sign_in: Callable[..., Any]) -> None:
    number = town.open()
    client = sign_in("manager", "S001")
    for period in ("7d", "today"):
        page = read(client, "/stores/S001", period=period)
        found = words(page)
        assert states(page) == [(str(number), "waiting")]
        assert "Exit : more unhappy presses than usual since about 11:30." in found
        assert "Unhappy: 9 of the last 13 presses. Usually about 21 of 100 are unhappy here." in found
        assert "Did you feel welcome?" in found
        assert "Waiting for someone to say “on it”." in found
        assert "Nothing unusual" not in found
        assert "Recoveries: 1" in found


def test_two_places_that_wait_are_counted_first(town: Town, sign_in: Callable[..., Any]) -> None:
    town.open()
    town.open(question=SERVICE)
    found = words(read(sign_in("manager", "S001"), "/stores/S001"))
    assert "2 places need a look now." in found
    assert "Recoveries: 2" in found


def test_on_it_and_done_are_kept_with_person_and_time_and_lead_back_to_the_page(
    town: Town, sign_in: Callable[..., Any], clock: Any
) -> None:
    number = town.open()
    client = sign_in("manager", "S001")
    answer = say(client, number, "acknowledged", back="store")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/stores/S001?lang=en#now")
    page = read(client, "/stores/S001")
    assert states(page) == [(str(number), "acknowledged")]
    assert "manager@demo.example has been on it since 12:00." in words(page)
    clock.advance(5 * MINUTE_MS)
    assert say(client, number, "done").headers["Location"] == f"/recoveries?lang=en#r{number}"
    page = read(client, "/stores/S001")
    assert states(page) == [(str(number), "done")]
    assert "manager@demo.example called it done at 12:05. The next presses tell whether" in words(page).replace(" . ", ". ")
    assert "<button" not in page.split(f'data-recovery="{number}"')[1].split("</li>")[0]
    assert "Recoveries: " not in words(page)
    steps = town.steps(number)
    assert {what: (step.at_ms - NOON_MS, step.person) for what, step in steps.items()} == {
        "noticed": (-10 * MINUTE_MS, ""),
        "acknowledged": (0, "manager@demo.example"),
        "done": (5 * MINUTE_MS, "manager@demo.example"),
    }


def test_said_again_or_by_another_the_first_one_stays(town: Town, sign_in: Callable[..., Any], clock: Any) -> None:
    number = town.open()
    ada, bob = sign_in("manager", "S001", email="ada@demo.example"), sign_in("manager", "S001", email="bob@demo.example")
    for client in (ada, ada, bob):
        assert say(client, number, "acknowledged").status_code == 303
        clock.advance(MINUTE_MS)
    assert town.steps(number)["acknowledged"][1:] == (NOON_MS, "ada@demo.example")
    assert "ada@demo.example has been on it since 12:00." in words(read(bob, "/stores/S001"))
    # Whoever calls it done may be another.
    assert say(bob, number, "done").status_code == 303
    assert town.steps(number)["done"].person == "bob@demo.example"
    assert town.steps(number)["acknowledged"].person == "ada@demo.example"


def test_done_at_once_is_also_on_it(town: Town, sign_in: Callable[..., Any]) -> None:
    number = town.open()
    say(sign_in("manager", "S001"), number, "done")
    assert {what: step.at_ms for what, step in town.steps(number).items() if what != "noticed"} == {
        "acknowledged": NOON_MS,
        "done": NOON_MS,
    }


@pytest.mark.parametrize("what", ["acknowledged", "done"])
def test_what_has_ended_is_not_changed_any_more(town: Town, sign_in: Callable[..., Any], what: str) -> None:
    number = town.open()
    town.end(number, NORMAL, NOON_MS - MINUTE_MS)
    client = sign_in("manager", "S001")
    assert say(client, number, what).status_code == 303
    assert set(town.steps(number)) == {"noticed", "normal"}
    assert "Nobody said “on it”." in words(read(client, "/recoveries"))


@pytest.mark.parametrize("database", DATABASES, indirect=True)
def test_two_people_at_once_are_one_who_is_on_it(town: Town, sign_in: Callable[..., Any]) -> None:
    number = town.open()
    clients = [sign_in("manager", "S001", email=f"m{at}@demo.example") for at in range(4)]
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda client=client: codes.append(say(client, number, "acknowledged").status_code))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert codes == [303] * 4
    assert re.fullmatch(r"m\d@demo\.example", town.steps(number)["acknowledged"].person)


def test_what_became_of_todays_stays_on_the_stores_page_until_midnight(
    town: Town, sign_in: Callable[..., Any], clock: Any
) -> None:
    normal, undecided = town.open(before_ms=60 * MINUTE_MS), town.open(question=SERVICE)
    town.end(normal, NORMAL, NOON_MS - 30 * MINUTE_MS)
    town.end(undecided, UNDECIDED, NOON_MS - MINUTE_MS)
    client = sign_in("manager", "S001")
    page = read(client, "/stores/S001")
    assert states(page) == [(str(undecided), "undecided"), (str(normal), "normal")]
    assert "Back to normal at 11:30, 40 minutes after it was noticed." in words(page)
    assert "The day ended before the presses said whether it was normal again." in words(page)
    clock.advance(12 * 60 * MINUTE_MS)
    client = sign_in("manager", "S001", email="evening@demo.example")
    assert states(read(client, "/stores/S001")) == []
    assert states(read(client, "/recoveries")) == [(str(undecided), "undecided"), (str(normal), "normal")]


def test_where_nothing_is_open_the_page_says_how_soon_a_drop_would_show(town: Town, sign_in: Callable[..., Any]) -> None:
    client = sign_in("manager", "S001")
    assert "Nothing unusual" not in words(read(client, "/stores/S001"))
    town.watched(to_notice=7.0)
    assert "Nothing unusual noticed right now. At this store’s pace a marked drop usually shows within about 4 hours." in words(
        read(client, "/stores/S001")
    )
    town.watched(to_notice=30.0)
    found = words(read(client, "/stores/S001"))
    assert "Exit : too few presses a day for a drop to show before closing." in found
    assert "a marked drop usually" not in found
    town.watched(to_notice=30.0, share=None)
    found = words(read(client, "/stores/S001"))
    assert "Exit : not watched for sudden bursts yet, because too few presses tell what is usual." in found
    assert "Nothing unusual" not in found


def test_what_is_still_not_normal_says_so(town: Town, sign_in: Callable[..., Any]) -> None:
    number = town.open()
    with writing(town.shops.engine) as connection:
        row = recovery_of_id(connection, number)
        assert row is not None
        count_presses(connection, row._replace(presses=25, negatives=18, still_ms=NOON_MS - 2 * MINUTE_MS))
    found = words(read(sign_in("manager", "S001"), "/stores/S001"))
    assert "Unhappy: 18 of the last 25 presses." in found
    assert "At 11:58 there were still more unhappy presses than usual." in found


def test_each_sees_and_answers_for_their_own_stores(town: Town, sign_in: Callable[..., Any]) -> None:
    here, there = town.open(), town.open(store=1)
    near, office = sign_in("manager", "S001"), sign_in("head-office")
    assert states(read(near, "/recoveries")) == [(str(here), "waiting")]
    assert sorted(states(read(office, "/recoveries"))) == [(str(here), "waiting"), (str(there), "waiting")]
    assert "2 places need a look now." in words(read(office, "/recoveries"))
    theirs, nobodys = (say(near, number, "done") for number in (there, 999))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert set(town.steps(there)) == {"noticed"}
    assert say(office, there, "acknowledged").status_code == 303
    assert town.steps(there)["acknowledged"].person == "head-office@demo.example"


def test_a_form_of_another_site_changes_nothing(town: Town, sign_in: Callable[..., Any]) -> None:
    number = town.open()
    client = sign_in("manager", "S001")
    answer = client.post(f"/recoveries/{number}/done", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 400
    assert set(town.steps(number)) == {"noticed"}


def test_ended_ones_come_in_parts_of_twenty_the_newest_first(town: Town, sign_in: Callable[..., Any]) -> None:
    numbers = []
    for at in range(23):
        numbers.append(town.open(before_ms=(30 - at) * 60 * MINUTE_MS))
        town.end(numbers[-1], NORMAL, NOON_MS - (30 - at) * 60 * MINUTE_MS)
    client = sign_in("manager", "S001")
    first, second = read(client, "/recoveries"), read(client, "/recoveries", page="2")
    assert [int(number) for number, _ in states(first)] == numbers[:2:-1]
    assert [int(number) for number, _ in states(second)] == numbers[2::-1]
    assert "21 to 23 of 23" in words(second)
    assert client.get("/recoveries?page=3").status_code == 400


def test_the_page_looks_again_when_something_happens_to_a_recovery(town: Town, sign_in: Callable[..., Any]) -> None:
    client = sign_in("manager", "S001")

    def pulse() -> int:
        return int(client.get("/stores/S001/pulse").get_data(as_text=True))

    seen = [pulse()]
    number = town.open()
    seen.append(pulse())
    say(client, number, "acknowledged")
    seen.append(pulse())
    town.end(number, NORMAL, NOON_MS)
    seen.append(pulse())
    assert seen == sorted(set(seen))
    assert client.get("/pulse").get_data(as_text=True) == str(seen[-1])


@pytest.mark.parametrize("language", ["pl", "it", "fa", "ar", "tr"])
def test_every_language_says_all_of_it(town: Town, sign_in: Callable[..., Any], language: str) -> None:
    ended, open_one = town.open(before_ms=60 * MINUTE_MS), town.open(question=SERVICE)
    client = sign_in("manager", "S001")
    say(client, ended, "done")
    town.end(ended, NORMAL, NOON_MS - 30 * MINUTE_MS)
    page = read(client, "/recoveries", lang=language)
    assert states(page) == [(str(open_one), "waiting"), (str(ended), "normal")]
    assert "manager@demo.example" in page
    assert "unhappy" not in page
