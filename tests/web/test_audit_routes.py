"""The audit log's page; and every form that changes something leaves its entry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shops import EXPERIENCE, SERVICE

from server.access.tokens import add_token, list_tokens
from server.audit import SUBJECTS, Act, By
from server.database.audit import newest_entries, note
from server.database.audit_check import check_and_keep, check_log
from server.database.driver import run
from server.database.engine import reading, writing
from server.database.kiosks import add_kiosk
from server.database.placements import place
from server.database.recoveries import open_recovery
from server.database.reviews import Found, keep_review
from server.database.watches import Place
from server.fleet.configuration import make_config
from server.i18n.translator import LANGUAGES

if TYPE_CHECKING:
    from flask import Flask

OURS = {"Origin": "http://localhost"}
PASSWORD, NEW = "correct horse battery", "seven quiet lamps in rain"
NOON_MS = 1_795_262_400_000
QUESTIONS, DEFINITIONS = "/head-office/questions", "/head-office/definitions"
QUESTION = {
    "code": "felt-heard",
    "signal": "experience",
    "dimension": "CX",
    "touchpoints": ["exit"],
    "facets": ["listening"],
    "text-en": "Did you feel heard?",
    "positive-en": "I felt heard",
    "negative-en": "I did not feel heard",
    **{f"card-{name}": f"the {name}" for name in ("origin", "purpose", "outcome", "insight", "destination")},
    "card-kind": "attitudinal",
}
PAIR = {"upper": "felt-welcome", "lower": "got-needed"}
DECLARED = {"service": [SERVICE], "experience": [EXPERIENCE], "least": "20"}
PERSON = {"email": "ewa@chain.example", "role": "manager", "stores": "S001", "password": NEW}
# Each form's route, where and what is sent, the act it leaves, and what that is about.
FORMS = {
    "POST /head-office/draft-question": ("", QUESTION, Act.QUESTION_WORDED, "felt-heard"),
    f"POST {QUESTIONS}/<code>/activate": (f"{QUESTIONS}/felt-heard/activate", {}, Act.QUESTION_ACTIVATED, "felt-heard"),
    f"POST {QUESTIONS}/<code>/wording": (
        *(f"{QUESTIONS}/felt-heard/wording", QUESTION | {"text-en": "Were you heard?"}),
        *(Act.QUESTION_WORDED, "felt-heard"),
    ),
    f"POST {QUESTIONS}/<code>/hand-out": (f"{QUESTIONS}/felt-heard/hand-out", {}, Act.QUESTION_HANDED_OUT, "felt-heard"),
    f"POST {QUESTIONS}/<code>/retire": (f"{QUESTIONS}/felt-heard/retire", {}, Act.QUESTION_RETIRED, "felt-heard"),
    "POST /head-office/ask": ("", {"kiosk": "K-001", **PAIR}, Act.KIOSK_ASKED, "K-001"),
    f"POST {DEFINITIONS}/next": ("", DECLARED, Act.DEFINITION_DECLARED, "2"),
    "POST /fleet/move": ("", {"kiosk": "K-001", "store": "S002"}, Act.KIOSK_MOVED, "K-001"),
    "POST /head-office/reviews/<int(max=2147483647):number>": (
        *("/head-office/reviews/1", {"decision": "kept"}, Act.RUN_KEPT, "K-001"),
    ),
    "POST /stores/<code>/changes": (
        *("/stores/S001/changes", {"words": "New <b>door", "day": "2026-11-12"}, Act.CHANGE_NOTED, "S001"),
    ),
    "POST /stores/<code>/changes/<int(max=2147483647):number>/remove": (
        *("/stores/S001/changes/1/remove", {}, Act.CHANGE_REMOVED, "S001"),
    ),
    "POST /recoveries/<int(max=2147483647):number>/<any(acknowledged, done):what>": (
        *("/recoveries/1/done", {}, Act.RECOVERY_DONE, "K-001"),
    ),
    "POST /people": ("", PERSON, Act.PERSON_ADDED, "ewa@chain.example"),
    "POST /people/<int:number>/<any(disable, enable, password):what>": (
        *("/people/2/disable", {}, Act.PERSON_DISABLED, "ewa@chain.example"),
    ),
    "POST /people/tokens": ("", {"name": "weekly", "days": "30"}, Act.TOKEN_MADE, "weekly"),
    "POST /people/tokens/<key_id>/revoke": ("/people/tokens/KEY/revoke", {}, Act.TOKEN_REVOKED, "weekly"),
    "POST /account/password": (
        *("", {"old-password": PASSWORD, "password": NEW}, Act.PASSWORD_CHANGED, "admin@demo.example"),
    ),
    "POST /sign-out": ("", {}, Act.SIGNED_OUT, ""),
    "POST /sign-in": ("", {"email": "admin@demo.example", "password": NEW}, Act.SIGNED_IN, ""),
}  # fmt: skip
# A language is nobody's business; a password that was given again is told when it was wrong.
# These need a chain with weeks of presses: tests/web/test_claims.py.
CLAIMS = {"POST /head-office/claims/register", "POST /head-office/claims/<int(max=2147483647):number>/give-up"}
QUIET = {"POST /account/language", "POST /people/confirm"}


def newest(shops, limit=1):
    with reading(shops.engine) as connection:
        return newest_entries(connection, limit)


def chain_of(shops) -> None:
    first = shops.store("S001", "Leeds")
    shops.store("S002", "York")
    with writing(shops.engine) as connection:
        kiosk = add_kiosk(connection, "sha256:1", "1.0.0", NOON_MS - 1)
        spot = place(connection, kiosk, first.id, "exit", NOON_MS - 1)
        make_config(connection, kiosk, spot, "two-row", ["felt-welcome", "got-needed"], NOON_MS - 1)
        run = (kiosk, spot, shops.questions["felt-welcome"], 739_900, "closing", "positive", NOON_MS - 9_000_000, NOON_MS)
        keep_review(connection, Found(*run, 40, 40, 40, 0.4, 0.78, NOON_MS))
        asked = Place(kiosk, spot, shops.questions["felt-welcome"])
        assert open_recovery(connection, asked, NOON_MS - 3_000, NOON_MS - 2_000, 0.2, (20, 14), NOON_MS - 1_000) == 1


def test_every_form_that_changes_something_leaves_one_entry(shops, sign_in, app: Flask):
    chain_of(shops)
    admin = sign_in("admin")
    posts = {f"POST {rule.rule}" for rule in app.url_map.iter_rules() if "POST" in rule.methods and rule.endpoint[:4] == "web."}
    assert posts == FORMS.keys() | QUIET | CLAIMS
    for name, (path, form, act, about) in FORMS.items():
        before = newest(shops)[0].entry.number
        with reading(shops.engine) as connection:
            keys = list_tokens(connection)
        asked = (path or name.split(" ")[1]).replace("KEY", keys[0].key_id if keys else "")
        answer = admin.post(asked, data=form, headers=OURS)
        assert answer.status_code in {200, 303}, (name, answer.get_data(as_text=True)[-900:])
        one = newest(shops)[0]
        assert (one.entry.number, one.entry.act, one.entry.about) == (before + 1, act, about), name
        assert (one.entry.who_kind, one.entry.who, one.address) == ("person", "admin@demo.example", "127.0.0.1"), name
    with reading(shops.engine) as connection:
        assert check_log(connection).whole
    told = str(newest(shops, 99))
    assert PASSWORD not in told
    assert NEW not in told
    assert "slv_x_" not in told


@pytest.mark.parametrize(
    ("name", "form"), [("/people", PERSON | {"role": "queen"}), ("/people/tokens", {"name": "", "days": "30"})]
)
def test_a_form_that_is_refused_leaves_nothing(shops, sign_in, name: str, form: dict[str, str]):
    admin = sign_in("admin")
    before = newest(shops)[0].entry.number
    assert admin.post(name, data=form, headers=OURS).status_code == 400
    assert newest(shops)[0].entry.number == before


def fill(shops, count: int, act: Act = Act.STORE_ADDED) -> None:
    by = By("person", 9, "ewa@chain.example", "203.0.113.9")
    with writing(shops.engine) as connection:
        for at in range(count):
            note(connection, NOON_MS - 1_000, by, act, f"T{at}")


def numbers(client, path: str) -> list[int]:
    page = client.get(path)
    assert page.status_code == 200
    return [int(text) for text in re.findall(r'data-entry="(\d+)"', page.get_data(as_text=True))]


def test_entries_come_newest_first_in_parts_of_twenty(shops, sign_in):
    office = sign_in("head-office")
    fill(shops, 44)
    parts = [numbers(office, f"/audit?page={part}") for part in (1, 2, 3)]
    assert parts == [list(range(45, 25, -1)), list(range(25, 5, -1)), list(range(5, 0, -1))]
    page = office.get("/audit?page=2&lang=fa").get_data(as_text=True)
    assert '?page=1&amp;lang=fa" rel="prev"' in page
    assert '?page=3&amp;lang=fa" rel="next"' in page
    assert office.get("/audit?page=4").status_code == 404
    assert office.get("/audit?page=x").status_code == 400


def test_one_may_ask_for_one_subject_and_it_stays_while_leafing(shops, sign_in):
    office = sign_in("head-office")
    fill(shops, 21)
    fill(shops, 2, Act.KIOSK_REVOKED)
    assert numbers(office, "/audit?kind=kiosks") == [24, 23]
    assert numbers(office, "/audit?kind=sign-in") == [1]
    assert len(numbers(office, "/audit?kind=stores")) == 20
    assert "kind=stores&amp;page=2" in office.get("/audit?kind=stores").get_data(as_text=True)
    assert "Nothing of this kind has happened yet." in office.get("/audit?kind=exports").get_data(as_text=True)
    assert office.get("/audit?kind=nonsense").status_code == 404


def test_network_addresses_are_for_administrators_alone(shops, sign_in):
    fill(shops, 1)
    assert "203.0.113.9" in sign_in("admin").get("/audit").get_data(as_text=True)
    assert "203.0.113.9" not in sign_in("head-office").get("/audit").get_data(as_text=True)


def test_the_page_says_what_the_last_check_found(shops, sign_in):
    office = sign_in("head-office")
    assert "The log has not been checked yet." in office.get("/audit").get_data(as_text=True)
    check_and_keep(shops.engine, NOON_MS)
    assert "every entry up to number 1 fits the one before it. Checked: 12:00 UTC." in office.get("/audit").get_data(
        as_text=True
    )
    with writing(shops.engine) as connection:
        if connection.dialect.name == "sqlite":
            run(connection, "DROP TRIGGER audit_keep_update")
        else:
            run(connection, "SET LOCAL session_replication_role = replica")
        run(connection, "UPDATE audit SET details = '[', who = 'x', act = 'danced', who_kind = 'dog' WHERE number = 1")
    check_and_keep(shops.engine, NOON_MS)
    page = office.get("/audit").get_data(as_text=True)
    assert 'data-state="broken">The log was changed from outside: entry number 1 does not fit.' in page
    assert "danced" in page


def test_every_act_is_told_in_every_language(shops, sign_in):
    office = sign_in("head-office")
    details = {
        "store": "S001",
        "questions": ["a", "b"],
        "day": "2026-11-12",
        "words": "x",
        "times": 7,
        "rows": 9,
        "role": "admin",
    }
    with writing(shops.engine) as connection:
        for act in Act:
            note(connection, NOON_MS - 90_000_000, By("command-line"), act, "<i>it", **details)
            note(connection, NOON_MS - 50_000_000_000, By("stranger"), act)
    for language in LANGUAGES:
        for kind in SUBJECTS:
            page = office.get(f"/audit?kind={kind}&lang={language}").get_data(as_text=True)
            assert "<i>it" not in page
            assert "&lt;i&gt;it" in page


def test_an_export_by_a_program_is_told_with_what_it_asked_for(shops, sign_in, app: Flask):
    shops.store("S001", "Leeds")
    with writing(shops.engine) as connection:
        token = add_token(connection, "weekly report", None, 90, NOON_MS)
    path = "/api/v1/export/hourly.csv?from=2026-11-01&to=2026-11-05&store=S001"
    assert app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}, buffered=True).status_code == 200
    page = sign_in("head-office").get("/audit?kind=exports").get_data(as_text=True)
    for part in ("hourly.csv", "1 November 2026", "5 November 2026", "S001", "weekly report"):
        assert f"<bdi>{part}</bdi>" in page
