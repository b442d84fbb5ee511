"""Runs to review: head office decides, a region sees them, a manager finds no page; a change needs our own form."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import event, select

from server.database import tables
from server.database.engine import reading, writing
from server.database.reviews import Found, keep_review

OURS = {"Origin": "http://localhost"}
CLOSED_MS = 1_795_204_800_000  # Friday, 20 November 2026, 20:00 UTC
HALF_MS = 1_800_000
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def kiosk(shops):
    return shops.kiosk(shops.store("S001", "Leeds <b>"), "K-001")


def found(kiosk, shops, **facts):
    values = {
        "kiosk_id": kiosk.id,
        "placement_id": kiosk.placement_id,
        "question_id": shops.questions[EXPERIENCE],
        "local_day": YESTERDAY.toordinal(),
        "edge": "closing",
        "polarity": "positive",
        "from_ms": CLOSED_MS - HALF_MS,
        "until_ms": CLOSED_MS + HALF_MS,
        "presses": 40,
        "alike": 40,
        "positives": 40,
        "usual_presses": 0.4,
        "usual_share": 0.78,
        "found_ms": CLOSED_MS,
    }
    return Found(**(values | facts))


@pytest.fixture
def runs(shops, kiosk):
    """Forty real presses of a run, and a shorter one that can not be told from chance."""
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 40 + 30, 30, clusters=60, sum_xx=140, sum_xn=160, sum_nn=200)
    fixed = {
        **dict.fromkeys(("stream", "boot", "config_version"), 1),
        **dict.fromkeys(("wall_ms", "mark", "reason", "uncertainty_ms", "time_quality"), 0),
        "synced": False,
        "button": "welcome-happy",
        "answer_id": 2,
        "faces": 2,
        "counted": True,
        "kiosk_id": kiosk.id,
        "placement_id": kiosk.placement_id,
        "question_id": shops.questions[EXPERIENCE],
    }
    moments = [CLOSED_MS - HALF_MS + 40_000 * number for number in range(40)]
    with writing(shops.engine) as connection:
        connection.execute(
            tables.streams.insert().values(kiosk_id=kiosk.id, number=1, token="ab" * 16, high=40, first_ms=CLOSED_MS)
        )
        connection.execute(
            tables.reactions.insert(),
            [fixed | {"seq": seq, "elapsed_ms": at - moments[0], "pressed_ms": at} for seq, at in enumerate(moments, 1)],
        )
        keep_review(connection, found(kiosk, shops))
        few = {"local_day": YESTERDAY.toordinal() - 1, "presses": 12, "alike": 12, "positives": 12}
        keep_review(connection, found(kiosk, shops, **few))
    return kiosk


def text(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.get_data(as_text=True)))


def decision(shops, number=1):
    with reading(shops.engine) as connection:
        row = connection.execute(select(tables.reviews).where(tables.reviews.c.id == number)).one()
    return row.decision, row.decided_by


def marked(shops):
    with reading(shops.engine) as connection:
        return sum(row.marked for row in connection.execute(select(tables.days)))


def test_a_stranger_signs_in_first_and_a_manager_finds_nothing(client, sign_in, shops, runs):
    assert client.get("/head-office/reviews").headers["Location"] == "/sign-in?next=%2Fhead-office%2Freviews"
    assert client.post("/head-office/reviews/1", data={"decision": "excluded"}, headers=OURS).status_code == 303
    manager = sign_in("manager", "S001")
    assert manager.get("/head-office/reviews").status_code == 404
    assert manager.post("/head-office/reviews/1", data={"decision": "kept"}, headers=OURS).status_code == 404
    assert decision(shops) == ("", "")


def test_a_region_sees_its_own_runs_and_decides_about_none(sign_in, shops, runs):
    shops.store("S002", "York")
    own, other = sign_in("region", "S001", email="a@demo.example"), sign_in("region", "S002", email="b@demo.example")
    page = own.get("/head-office/reviews")
    assert 'data-review="1"' in page.get_data(as_text=True)
    assert "Head office decides." in text(page)
    assert "<button" not in page.get_data(as_text=True).split('id="main"')[1].split("</main>")[0]
    assert "data-review" not in other.get("/head-office/reviews").get_data(as_text=True)
    for somebody in (own, other):
        assert somebody.post("/head-office/reviews/1", data={"decision": "excluded"}, headers=OURS).status_code == 404
    assert decision(shops) == ("", "")


def test_the_page_says_what_was_pressed_what_is_usual_and_what_it_changes(sign_in, shops, runs):
    told = text(sign_in("head-office").get("/head-office/reviews"))
    assert "1 run of presses waits for a decision." in told
    assert "Leeds &lt;b&gt;, Exit: before closing, 20 November" in told
    assert "40 presses between 19:30 and 20:30. 40 of them were happy." in told
    assert "Usual number of presses at this time: 0.4. At other times 78 of 100 are happy here." in told
    assert "Experience, 14 to 20 November: 70 of 100 with these presses, 50 without them." in told
    assert "Too few to tell" in told
    assert "it takes at least 28 in a row to rule out chance" in told


def test_setting_aside_moves_the_figures_and_letting_count_brings_them_back(sign_in, shops, runs):
    office = sign_in("head-office")
    done = office.post("/head-office/reviews/1", data={"decision": "excluded"}, headers=OURS)
    assert (done.status_code, done.headers["Location"]) == (303, "/head-office/reviews#r1")
    assert decision(shops) == ("excluded", "head-office@demo.example")
    assert marked(shops) == 40
    told = text(office.get("/head-office/reviews"))
    assert "No run of presses waits for a decision." in told
    assert "Set aside. head-office@demo.example, 12:00." in told
    assert "70 of 100 with these presses, 50 without them." in told
    assert office.post("/head-office/reviews/1", data={"decision": "kept"}, headers=OURS).status_code == 303
    assert decision(shops)[0] == "kept"
    assert marked(shops) == 0


def test_only_our_own_form_decides_and_only_what_can_be_decided(sign_in, shops, runs):
    admin = sign_in("admin")
    path = "/head-office/reviews/1"
    assert admin.post(path, data={"decision": "excluded"}, headers={"Origin": "https://evil.example"}).status_code == 400
    assert admin.post(path, data={"decision": "excluded"}).status_code == 400
    assert admin.post(path, data={"decision": "deleted"}, headers=OURS).status_code == 400
    # Too few to tell is nothing to decide about, and what there is not neither.
    for number in (2, 99, 10**30):
        answer = admin.post(f"/head-office/reviews/{number}", data={"decision": "excluded"}, headers=OURS)
        assert answer.status_code == 404
    assert decision(shops) == decision(shops, 2) == ("", "")


def test_a_chain_without_runs_says_so_and_the_list_of_stores_leads_there(sign_in, shops, kiosk):
    office = sign_in("head-office")
    assert "No run of presses waits for a decision." in text(office.get("/head-office/reviews"))
    assert 'href="/head-office/reviews"' in office.get("/head-office").get_data(as_text=True)
    shops.store("S002", "York")
    assert "/reviews" not in sign_in("manager", "S001", "S002").get("/stores").get_data(as_text=True)


def test_a_question_in_neither_index_changes_none(sign_in, shops, kiosk):
    with writing(shops.engine) as connection:
        keep_review(connection, found(kiosk, shops, question_id=shops.questions["staff-mattered"], edge="opening"))
        keep_review(connection, found(kiosk, shops, question_id=shops.questions[SERVICE], polarity="negative"))
    told = text(sign_in("head-office").get("/head-office/reviews"))
    assert "This question is part of neither index" in told
    assert "after opening" in told
    assert "40 of them were unhappy" in told
    assert "Too few presses to say what they change." in told


def test_a_manager_hears_on_the_stores_page_that_a_run_waits(sign_in, shops, runs):
    page = sign_in("manager", "S001").get("/stores/S001")
    assert "1 time at opening or closing, many more pressed than usual and nearly all alike. Head office decides" in text(page)
    sign_in("head-office").post("/head-office/reviews/1", data={"decision": "kept"}, headers=OURS)
    shops.store("S002", "York")
    other = sign_in("manager", "S002", email="other@demo.example")
    assert "Head office decides whether" not in text(other.get("/stores/S002"))


def many_runs(shops, runs, how_many: int) -> None:
    with writing(shops.engine) as connection:
        for back in range(2, 2 + how_many):
            keep_review(connection, found(runs, shops, local_day=YESTERDAY.toordinal() - back))


def queries(shops, client, at: str) -> int:
    """How many questions a page asks the database."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(shops.engine, "before_cursor_execute", note)
    try:
        assert client.get(at).status_code == 200
    finally:
        event.remove(shops.engine, "before_cursor_execute", note)
    return len(asked)


def test_many_runs_stand_in_parts_of_twenty_those_to_decide_about_first(sign_in, shops, runs):
    many_runs(shops, runs, 24)
    office = sign_in("head-office")
    first, second = (office.get(f"/head-office/reviews?lang=en&page={part}").get_data(as_text=True) for part in (1, 2))
    assert first.count("data-review=") == 20
    assert second.count("data-review=") == 6
    assert "25 runs of presses wait for a decision." in first
    assert "25 runs of presses wait for a decision." in second
    assert "Too few to tell" not in first
    assert "Too few to tell" in second
    assert "1 to 20 of 26" in first
    assert 'lang=en&amp;page=2" rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    for beyond in ("3", "0", "x"):
        assert office.get(f"/head-office/reviews?page={beyond}").status_code == 400


def test_the_page_asks_as_little_for_many_runs_as_for_few(sign_in, shops, runs):
    office = sign_in("head-office")
    office.get("/head-office/reviews")
    few = queries(shops, office, "/head-office/reviews")
    many_runs(shops, runs, 18)
    assert queries(shops, office, "/head-office/reviews") == few


def test_nobody_decides_about_what_is_archived(sign_in, shops, runs):
    with writing(shops.engine) as connection:
        day = YESTERDAY.toordinal()
        spans = {"first_position": 1, "last_position": 9, "first_day": day - 9, "last_day": day - 3}
        made = {"run": 1, "rows": 9, "digest": "0" * 64, "definition_version": 1, "made_ms": 1, "moved_ms": 1}
        connection.execute(tables.archives.insert().values(path="reactions/month=2026-11/x.parquet", **spans, **made))
    office = sign_in("head-office")
    page = office.get("/head-office/reviews").text
    assert "<button" not in page[page.index('id="r1"') :]
    assert "The presses of this month are archived and stay as they were." in text(office.get("/head-office/reviews"))
    refused = office.post("/head-office/reviews/1", data={"decision": "excluded"}, headers=OURS)
    assert refused.status_code == 409
    assert "The presses of this month are archived and stay as they were." in text(refused)
    assert decision(shops) == ("", "")
