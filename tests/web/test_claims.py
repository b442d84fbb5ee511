"""The register on pages: a claim is looked at, registered, followed without figures, told, and never changed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from trials import AFTER, EXPERIENCE, NOON_MS, START, Trials, at

from server.audit import Act
from server.claims.claim import read_claims
from server.claims.judging import judge_all
from server.database.audit import newest_entries
from server.database.engine import reading
from server.i18n.translator import LANGUAGES

OURS = {"Origin": "http://localhost"}
CLAIMS = "/head-office/claims"
HELPED = [780, 770, 790, 705, 690, 700, 710, 695]
FILLED = {
    "title": "Greeting training lifts the welcome",
    "what": "A day of training.",
    "figure": "experience",
    "direction": "up",
    "matters": "۳",
    "start": str(START),
    "weeks": "4",
    "treated": ["S01", "S02", "S03"],
    "control": [],
    "do": "look",
}


@pytest.fixture
def database() -> str:
    """Their statements run on both in tests/database and tests/claims."""
    return "sqlite"


@pytest.fixture
def shops(engine) -> Trials:
    trials = Trials(engine)
    trials.before()
    return trials


@pytest.fixture
def office(sign_in):
    return sign_in("head-office")


def send(client, **change):
    return client.post(f"{CLAIMS}/register", data=FILLED | change, headers=OURS)


def registered(shops: Trials) -> list:
    with reading(shops.engine) as connection:
        return read_claims(connection)


def text(client, path: str, language: str = "en") -> str:
    page = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.get_data(as_text=True).split("<main")[1]))


def test_a_look_proposes_controls_tells_what_could_be_found_and_registers_nothing(office, shops):
    page = send(office).get_data(as_text=True)
    assert "Nothing stands against it." in page
    assert "a difference of about 5 points would be found four times in five" in page
    assert "take more stores, or more weeks" in page
    assert re.findall(r'name="control" value="(S\d+)" checked', page) == ["S04", "S05", "S06", "S07", "S08"]
    assert re.findall(r'name="treated" value="(S\d+)" checked', page) == ["S01", "S02", "S03"]
    assert registered(shops) == []


def test_registering_leads_to_the_claim_and_names_who_did_it(office, shops):
    answer = send(office, do="register")
    (claim,) = registered(shops)
    with reading(shops.engine) as connection:
        (told,) = newest_entries(connection, 1)
    assert (told.entry.act, told.entry.about, told.entry.who) == (Act.CLAIM_REGISTERED, str(claim.id), claim.made_by)
    assert answer.headers["Location"] == f"{CLAIMS}/{claim.id}?told=registered"
    assert (claim.made_by, claim.matters, claim.before.end, claim.after.first) == (
        "head-office@demo.example",
        3,
        START,
        START + timedelta(days=7),
    )
    page = text(office, answer.headers["Location"])
    assert "From now on nothing of it can be changed." in page
    assert "Waiting: the days that count begin on 30 November." in page
    assert "Registered on 21 November 2026 by head-office@demo.example." in page


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"start": ""}, "One of the days can not be read"),
        ({"start": "9999-12-31"}, "One of the days can not be read"),
        ({"after-to": "soon"}, "One of the days can not be read"),
        ({"start": "2026-11-01"}, "A claim is registered before its data"),
        ({"weeks": "3"}, "at least 4 weeks"),
        ({"weeks": "many"}, "at least 4 weeks"),
        ({"weeks": "27"}, "at most 26 weeks"),
        ({"after-to": "2026-12-28"}, "whole weeks"),
        (
            {"treated": ["S01"]},
            "This claim cannot be tested with one store: it takes 19 stores to compare with, and there are 7.",
        ),
        ({"treated": ["S01", "S99"]}, "There is no store"),
        ({"figure": "luck"}, "not one of the definition"),
        ({"figure": "question:luck"}, "not one of the definition"),
        ({"matters": "0"}, "a whole number of points from 1 to 50"),
        ({"title": ""}, "A claim needs a few words"),
        ({"repeats": "99"}, "There is no such claim to repeat"),
    ],
)
def test_what_can_not_be_registered_is_refused_with_its_sentence_and_stays_typed(office, shops, change, why):
    answer = send(office, do="register", **change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert why in re.sub(r"[\u2068\u2069]", "", page)
    assert "A day of training." in page
    assert registered(shops) == []


def test_codes_may_be_typed_in_a_row(office, shops):
    send(office, do="register", treated="S01, S02 S03", control="S04;S05،S06 S07")
    (claim,) = registered(shops)
    assert (len(claim.treated), len(claim.control)) == (3, 4)


def test_while_its_days_run_there_is_no_figure(office, shops, clock):
    number = shops.register()
    shops.after(HELPED)
    clock.set(at(AFTER.first + timedelta(days=9)))
    judge_all(shops.engine, clock.now_ms())
    page = office_again(office, clock)(f"{CLAIMS}/{number}")
    assert "Running: 9 of 28 days are in. There are no figures until all are." in page
    assert not re.search(r"\b7[0-9]\b|\b8 points|data-figure", page.split("What was registered")[0])
    assert "Store by store" not in page


def office_again(client, clock):
    """The same person, signed in again later: a session does not last for weeks."""
    credentials = {"email": "head-office@demo.example", "password": "correct horse battery"}
    assert client.post("/sign-in", data=credentials, headers=OURS).status_code == 303
    return lambda path, language="en": text(client, path, language)


def test_a_judged_claim_is_told_with_its_range_its_chance_and_its_stores(office, shops, clock):
    number = shops.register()
    shops.after(HELPED)
    clock.set(at(AFTER.end + timedelta(days=3)))
    judge_all(shops.engine, clock.now_ms())
    read = office_again(office, clock)
    page = read(f"{CLAIMS}/{number}")
    assert re.search(r"The change showed: 8 points more than in the other stores \(between [4-7] and 1[0-2]\)\.", page)
    assert "Of 100 ways to choose the stores by chance about 2 show a difference at least as large." in page
    assert "Store S01 before70after78change8 points more" in page
    assert "1,000 and 1,000" in page
    assert "All presses that these stores’ kiosks tell of had come in." in page
    assert "The change showed" in read(CLAIMS)
    shops.hear("S01", AFTER.first + timedelta(days=1), 0, 200)
    judge_all(shops.engine, clock.now_ms())
    page = read(f"{CLAIMS}/{number}")
    assert "The change showed: 8 points more" in page
    assert "Counted again on 31 December 2026" in page
    assert "We could not see that it helped." in page


def test_giving_up_needs_a_reason_and_stays_in_the_register(office, shops):
    number = shops.register()
    path = f"{CLAIMS}/{number}/give-up"
    assert office.post(path, data={"reason": " "}, headers=OURS).status_code == 400
    assert office.post(path, data={"reason": "The trainer fell ill."}, headers=OURS).status_code == 303
    assert "Given up on 21 November 2026 by head-office@demo.example: The trainer fell ill." in text(office, CLAIMS)
    with reading(shops.engine) as connection:
        (told,) = newest_entries(connection, 1)
    assert (told.entry.act, told.entry.about, told.entry.who) == (Act.CLAIM_GIVEN_UP, str(number), "head-office@demo.example")
    assert office.post(path, data={"reason": "Twice"}, headers=OURS).status_code == 400


def test_writing_anew_keeps_both_in_the_register(office, shops):
    first = shops.register()
    form = office.get(f"{CLAIMS}/register?instead={first}").get_data(as_text=True)
    assert f'name="replaces" value="{first}"' in form
    assert re.findall(r'name="treated" value="(S\d+)" checked', form) == ["S01", "S02", "S03"]
    send(office, do="register", replaces=str(first), title="Another title")
    page = text(office, CLAIMS)
    assert "Another title" in page
    assert "Written anew: another record stands in its place." in page
    assert "The record that stands in its place: Another title." in text(office, f"{CLAIMS}/{first}")


def test_a_repetition_begins_with_the_claim_and_no_stores(office, shops):
    first = shops.register(measure="question", question=EXPERIENCE)
    form = office.get(f"{CLAIMS}/register?repeats={first}").get_data(as_text=True)
    assert f'name="repeats" value="{first}"' in form
    assert f'value="question:{EXPERIENCE}" selected' in form
    assert "checked" not in form
    assert "Repeats: Greeting training" in re.sub(r"<[^>]+>", "", form)


def test_no_address_changes_a_registered_claim(office, shops, app):
    shops.register()
    before = registered(shops)
    writing = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(CLAIMS) and "POST" in (rule.methods or ())]
    assert sorted(rule.rule for rule in writing) == [
        f"{CLAIMS}/<int(max=2147483647):number>/give-up",
        f"{CLAIMS}/register",
    ]
    for method in ("put", "patch", "delete", "post"):
        assert getattr(office, method)(f"{CLAIMS}/{before[0].id}", data=FILLED, headers=OURS).status_code in {404, 405}
    send(office, do="register", id=str(before[0].id), title="Changed", treated=["S01", "S02"])
    assert before[0] in registered(shops)


def test_a_treated_stores_line_marks_the_day_and_nothing_is_compared_since(office, shops, clock):
    shops.register()
    clock.set(at(AFTER.first + timedelta(days=3)))
    read = office_again(office, clock)
    assert "A registered claim’s change begins: Greeting training lifts the welcome" in read("/stores/S01")
    assert "since 23 November" not in read("/stores/S01")
    assert "A registered claim" not in read("/stores/S04")


@pytest.mark.parametrize("language", LANGUAGES)
def test_claims_are_read_in_every_language(office, shops, language, clock):
    number = shops.register()
    shops.after(HELPED)
    send(office)
    clock.set(at(AFTER.end + timedelta(days=3)))
    judge_all(shops.engine, clock.now_ms())
    read = office_again(office, clock)
    for path in (CLAIMS, f"{CLAIMS}/{number}", f"{CLAIMS}/register"):
        assert read(path, language)
    assert office.post(f"{CLAIMS}/register?lang={language}", data=FILLED, headers=OURS).status_code == 200


def test_a_manager_and_a_region_find_no_register(sign_in, shops):
    number = shops.register(NOON_MS)
    for role in ("manager", "region"):
        client = sign_in(role, "S01")
        for path in (CLAIMS, f"{CLAIMS}/{number}", f"{CLAIMS}/register"):
            assert client.get(path).status_code == 404
