"""Head office's questions on pages: who may read and change them, and what a form keeps and refuses."""

from __future__ import annotations

import re

import pytest

from server.database.engine import reading, writing
from server.database.kiosks import add_kiosk
from server.database.placements import place
from server.database.questions import askable, wordings
from server.fleet.configuration import make_config, newest_config, question_codes_of
from server.survey.library import starter_library

OURS = {"Origin": "http://localhost"}
QUESTIONS = "/head-office/questions"
FILLED = {
    "code": "felt-heard",
    "signal": "experience",
    "dimension": "CX",
    "touchpoints": ["exit"],
    "facets": ["listening"],
    "more-facets": "patience, calm",
    "text-en": "Did you feel heard?",
    "positive-en": "I felt heard",
    "negative-en": "I did not feel heard",
    **{f"card-{name}": f"the {name}" for name in ("origin", "purpose", "outcome", "insight", "destination")},
    "card-kind": "attitudinal",
}


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


@pytest.fixture
def office(sign_in, store):
    return sign_in("head-office")


def post(client, path, data=None):
    return client.post(path, data=data or {}, headers=OURS)


def rows(shops, code):
    with reading(shops.engine) as connection:
        return wordings(connection, code)


def test_the_list_names_every_question_once_with_its_state(office):
    page = office.get(QUESTIONS).get_data(as_text=True)
    found = re.findall(r'data-question="([^"]*)" data-state="active"', page)
    assert sorted(found) == sorted(question.code for question in starter_library().questions)
    assert page.index("Customers (CX)") < page.index("Employees (EX)")


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_questions_are_read_in_every_language(office, language):
    words = starter_library().questions[0].texts[language].question
    for path in (QUESTIONS, f"{QUESTIONS}/felt-welcome", f"{QUESTIONS}/felt-welcome/wording", "/head-office/draft-question"):
        answer = office.get(f"{path}?lang={language}")
        assert answer.status_code == 200
        if path != "/head-office/draft-question":
            assert words in answer.get_data(as_text=True).replace("&#39;", "’")


def test_one_question_shows_its_card_and_all_its_languages(office):
    page = office.get(f"{QUESTIONS}/felt-welcome").get_data(as_text=True)
    question = starter_library().questions[0]
    for part in question.card[:5]:
        assert part.replace("'", "&#39;").replace('"', "&#34;") in page
    assert all(words.question.replace("'", "&#39;") in page for words in question.texts.values())


def test_a_question_is_drafted_activated_worded_anew_and_retired(office, shops):
    drafted = post(office, "/head-office/draft-question", FILLED)
    assert drafted.headers["Location"] == f"{QUESTIONS}/felt-heard?told=drafted"
    (row,) = rows(shops, "felt-heard")
    assert (row.active_ms, row.made_by) == (None, "head-office@demo.example")
    assert row.facets == '["listening", "patience", "calm"]'
    assert "felt-heard" not in re.findall(r'<option value="([^"]*)"', office.get(QUESTIONS).get_data(as_text=True))
    assert post(office, f"{QUESTIONS}/felt-heard/activate").status_code == 303
    with reading(shops.engine) as connection:
        assert askable(connection, "felt-heard").version == 1
    changed = {**FILLED, "text-en": "Did you feel listened to?"}
    assert post(office, f"{QUESTIONS}/felt-heard/wording", changed).status_code == 303
    page = office.get(f"{QUESTIONS}/felt-heard?told=drafted").get_data(as_text=True)
    assert "The draft is saved." in page
    assert "never drawn together" in page
    post(office, f"{QUESTIONS}/felt-heard/activate")
    assert [one.version for one in rows(shops, "felt-heard") if one.retired_ms is None] == [2]
    post(office, f"{QUESTIONS}/felt-heard/retire")
    assert all(one.retired_ms for one in rows(shops, "felt-heard"))


def test_an_incomplete_draft_says_all_that_is_missing_and_is_not_activated(office, shops):
    post(office, "/head-office/draft-question", {**FILLED, "card-purpose": "", "negative-en": ""})
    page = office.get(f"{QUESTIONS}/felt-heard").get_data(as_text=True)
    assert "does not say its purpose" in page
    assert "has no negative answer in language en" in page
    assert f"{QUESTIONS}/felt-heard/activate" not in page
    refused = post(office, f"{QUESTIONS}/felt-heard/activate")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.get_data(as_text=True)
    assert rows(shops, "felt-heard")[0].active_ms is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"card-kind": "identity"}, "Salve never asks who somebody is"),
        ({"card-kind": "descriptive"}, "not what people are like"),
        ({"text-en": "What is your phone number?"}, "asks who somebody is"),
        ({"text-en": "Did you feel heard in our store this afternoon?"}, "more than 45 characters"),
    ],
)
def test_what_nobody_may_ask_is_never_activated(office, shops, change, why):
    post(office, "/head-office/draft-question", FILLED | change)
    refused = post(office, f"{QUESTIONS}/felt-heard/activate")
    assert refused.status_code == 400
    assert why in refused.get_data(as_text=True)
    assert rows(shops, "felt-heard")[0].active_ms is None


def test_a_store_that_speaks_more_asks_for_more(office, shops):
    shops.store("S002", "تهران", zone="Asia/Tehran", languages=("fa", "en"), territory="IR")
    post(office, "/head-office/draft-question", FILLED)
    assert post(office, f"{QUESTIONS}/felt-heard/activate").status_code == 400


@pytest.mark.parametrize("change", [{"code": "Felt heard"}, {"code": "felt-welcome"}, {"touchpoints": []}, {"signal": "mood"}])
def test_a_refused_form_keeps_what_was_typed(office, shops, change):
    answer = post(office, "/head-office/draft-question", FILLED | change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "This was not saved" in page
    assert 'value="Did you feel heard?"' in page
    assert "the purpose</textarea>" in page
    assert 'value="patience, calm"' in page
    assert not rows(shops, "felt-heard")


def test_a_refusal_is_said_in_the_readers_language(office):
    page = post(office, "/head-office/draft-question?lang=pl", FILLED | {"code": "felt-welcome"}).get_data(as_text=True)
    assert "Pytanie felt-welcome już istnieje" in page


def test_a_standing_kiosk_gets_other_questions_and_new_words(office, shops, store):
    with writing(shops.engine) as connection:
        kiosk = add_kiosk(connection, "sha256:1", "1.0.0", 5)
        spot = place(connection, kiosk, store.id, "exit", 5)
        make_config(connection, kiosk, spot, "two-row", ["felt-welcome", "got-needed"], 5)
    code = "K-001"
    asked = post(office, "/head-office/ask", {"kiosk": " k-001 ", "upper": "desk-listened", "lower": "desk-sorted-out"})
    assert asked.headers["Location"] == f"{QUESTIONS}?asked={code}"
    assert f"{code} asks this" in office.get(asked.headers["Location"]).get_data(as_text=True)
    with reading(shops.engine) as connection:
        assert question_codes_of(newest_config(connection, kiosk)) == ["desk-listened", "desk-sorted-out"]
    refused = post(office, "/head-office/ask", {"kiosk": code, "upper": "desk-listened", "lower": ""})
    assert refused.status_code == 400
    question = next(one for one in starter_library().questions if one.code == "desk-listened")
    form = {f"{part}-en": text for part, text in zip(("text", "positive", "negative"), question.texts["en"], strict=True)}
    changed = FILLED | form | {"text-en": "Did you feel we heard you?"}
    post(office, f"{QUESTIONS}/desk-listened/wording", changed)
    post(office, f"{QUESTIONS}/desk-listened/activate")
    assert "1 kiosk still asks with the older words." in office.get(f"{QUESTIONS}/desk-listened").get_data(as_text=True)
    assert post(office, f"{QUESTIONS}/desk-listened/hand-out").status_code == 303
    with reading(shops.engine) as connection:
        texts = newest_config(connection, kiosk).buttons["welcome-happy"].texts
    assert texts["en"].question == "Did you feel we heard you?"


def test_a_region_reads_and_does_not_change(sign_in, store):
    region = sign_in("region", "S001")
    page = region.get(f"{QUESTIONS}/felt-welcome").get_data(as_text=True)
    assert "<form" not in page.split("<main")[1]
    assert region.get(QUESTIONS).status_code == 200
    for path in ("/head-office/draft-question", f"{QUESTIONS}/felt-welcome/wording"):
        assert region.get(path).status_code == 404
        assert post(region, path, FILLED).status_code == 404
    for what in ("activate", "retire", "hand-out"):
        assert post(region, f"{QUESTIONS}/felt-welcome/{what}").status_code == 404
    assert post(region, "/head-office/ask", {"kiosk": "K-001", "upper": "felt-welcome"}).status_code == 404


def test_a_region_reads_of_its_own_stores_kiosks_alone(sign_in, store, shops):
    for place_of, hardware in ((store, "sha256:1"), (shops.store("S002", "York"), "sha256:2")):
        with writing(shops.engine) as connection:
            kiosk = add_kiosk(connection, hardware, "1.0.0", 1)
            spot = place(connection, kiosk, place_of.id, "exit", 1)
            make_config(connection, kiosk, spot, "two-row", ["felt-welcome", "got-needed"], 1)
    region, office = sign_in("region", "S001"), sign_in("head-office")
    asked = region.get(f"{QUESTIONS}/felt-welcome").get_data(as_text=True)
    assert ("S001" in asked, "S002" in asked) == (True, False)
    assert "S002" in office.get(f"{QUESTIONS}/felt-welcome").get_data(as_text=True)
    assert "1 kiosk<" in region.get(QUESTIONS).get_data(as_text=True)
    assert "2 kiosks" in office.get(QUESTIONS).get_data(as_text=True)


def test_a_question_that_there_is_not_is_not_found(office):
    for path in (f"{QUESTIONS}/nothing", f"{QUESTIONS}/nothing/wording"):
        assert office.get(path).status_code == 404
    for what in ("activate", "retire", "hand-out", "wording"):
        assert post(office, f"{QUESTIONS}/nothing/{what}", FILLED).status_code == 404
