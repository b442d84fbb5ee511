"""Every route is tried as everybody, with the ids of a store that is not theirs; a new route without a rule fails."""

from __future__ import annotations

import hashlib
import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from server.access.people import add_user
from server.access.tokens import add_token, list_tokens
from server.database.changes import note_change
from server.database.claims import ClaimRow, add_claim
from server.database.engine import reading, writing
from server.database.kiosks import add_kiosk
from server.database.placements import place
from server.database.recoveries import open_recovery
from server.database.reviews import Found, keep_review
from server.database.sessions import insert_session
from server.database.watches import Place
from server.fleet.configuration import make_config
from server.fleet.kiosks import give_key

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

OURS = {"Origin": "http://localhost"}
NOW_MS = 1_795_262_400_000
PASSWORD = "seven quiet lamps in rain"
# Everybody here; `near` have the store S001 among theirs, `far` have not. Programs and kiosks are tried beside them.
NEAR, FAR = ("manager", "region"), ("far-manager", "far-region")
OFFICE, ADMIN = ("head-office", "admin"), ("admin",)
PEOPLE = (*NEAR, *FAR, *OFFICE)


class Rule(NamedTuple):
    """Who of the people gets in, the address that is tried where it is not the route's own, and a form."""

    who: tuple[str, ...]
    path: str = ""
    form: dict[str, str] = {}  # noqa: RUF012  (never changed)


EVERYONE = Rule(("nobody", *PEOPLE))
SIGNED_IN = Rule(PEOPLE)
STORE = (*NEAR, *OFFICE)
REGIONS = ("region", "far-region", *OFFICE)
QUESTION = "/head-office/questions/felt-welcome"
RULES = {
    "GET /healthz": EVERYONE,
    "GET /readyz": EVERYONE,
    "GET /static/<path:filename>": EVERYONE._replace(path="/static/salve.css"),
    "GET /api/v1/openapi.json": EVERYONE,
    "GET /sign-in": EVERYONE,
    "POST /sign-in": EVERYONE._replace(form={"email": "guess@chain.example", "password": "x"}),
    "POST /sign-out": EVERYONE,
    "GET /": SIGNED_IN,
    "GET /pulse": SIGNED_IN,
    "GET /stores": SIGNED_IN,
    "GET /stores/<code>": Rule(STORE, "/stores/S001"),
    "GET /stores/<code>/pulse": Rule(STORE, "/stores/S001/pulse"),
    "GET /stores/<code>/employees": Rule(STORE, "/stores/S001/employees"),
    "POST /stores/<code>/changes": Rule(STORE, "/stores/S001/changes", {"words": "New door", "day": "2026-11-12"}),
    "POST /stores/<code>/changes/<int(max=2147483647):number>/remove": Rule(STORE, "/stores/S001/changes/CHANGE/remove"),
    "GET /recoveries": SIGNED_IN,
    "POST /recoveries/<int(max=2147483647):number>/<any(acknowledged, done):what>": Rule(STORE, "/recoveries/1/acknowledged"),
    "GET /fleet": Rule(STORE, "/fleet?store=S001"),
    "POST /fleet/move": Rule(OFFICE, form={"kiosk": "K-001", "store": "S001"}),
    "GET /head-office": Rule(REGIONS),
    "GET /head-office/exports": Rule(OFFICE),
    "GET /audit": Rule(OFFICE),
    "GET /head-office/reviews": Rule(REGIONS),
    "POST /head-office/reviews/<int(max=2147483647):number>": Rule(OFFICE, "/head-office/reviews/1", {"decision": "kept"}),
    "GET /head-office/questions": Rule(REGIONS),
    "GET /head-office/questions/<code>": Rule(REGIONS, QUESTION),
    "GET /head-office/questions/<code>/wording": Rule(OFFICE, f"{QUESTION}/wording"),
    "POST /head-office/questions/<code>/wording": Rule(OFFICE, f"{QUESTION}/wording"),
    "POST /head-office/questions/<code>/activate": Rule(OFFICE, f"{QUESTION}/activate"),
    "POST /head-office/questions/<code>/retire": Rule(OFFICE, f"{QUESTION}/retire"),
    "POST /head-office/questions/<code>/hand-out": Rule(OFFICE, f"{QUESTION}/hand-out"),
    "GET /head-office/draft-question": Rule(OFFICE),
    "POST /head-office/draft-question": Rule(OFFICE),
    "POST /head-office/ask": Rule(OFFICE, form={"kiosk": "K-001", "upper": "felt-welcome", "lower": "got-needed"}),
    "GET /head-office/definitions": Rule(REGIONS),
    "GET /head-office/claims": Rule(OFFICE),
    "GET /head-office/claims/<int(max=2147483647):number>": Rule(OFFICE, "/head-office/claims/CLAIM"),
    "POST /head-office/claims/<int(max=2147483647):number>/give-up": Rule(OFFICE, "/head-office/claims/CLAIM/give-up"),
    "GET /head-office/claims/register": Rule(OFFICE),
    "POST /head-office/claims/register": Rule(OFFICE),
    "GET /head-office/hx": Rule(REGIONS),
    "GET /head-office/definitions/next": Rule(OFFICE),
    "POST /head-office/definitions/next": Rule(OFFICE),
    "GET /people": Rule(ADMIN),
    "POST /people": Rule(ADMIN),
    "POST /people/confirm": Rule(ADMIN),
    "GET /people/<int:number>": Rule(ADMIN, "/people/1"),
    "POST /people/<int:number>/<any(disable, enable, password):what>": Rule(ADMIN, "/people/1/enable"),
    "POST /people/tokens": Rule(ADMIN),
    "POST /people/tokens/<key_id>/revoke": Rule(ADMIN, "/people/tokens/TOKEN/revoke"),
    "GET /account": SIGNED_IN,
    "POST /account/language": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
}
# Routes of programs and kiosks: who gets in, and the address that is tried.
NEAR_TOKENS = ("token", "employees-token")
BEARERS = (*NEAR_TOKENS, "far-token", "ended-token", "kiosk")
EXPORTS = (
    *(
        f"{name}.{kind}"
        for name in ("reactions", "revisions", "hourly", "stores", "kiosks", "recoveries")
        for kind in ("csv", "ndjson")
    ),
    "datapackage.json",
    "salve.sqlite",
)
# Head office downloads exports by its session; what they are asked of is each store that the asker may see.
READERS = (*NEAR_TOKENS, *OFFICE)
PROGRAMS = {f"GET /api/v1/export/{name}": (READERS, f"/api/v1/export/{name}?store=S001") for name in EXPORTS} | {
    "GET /api/v1/export/datapackage.json": ((*READERS, "far-token"), "/api/v1/export/datapackage.json"),
    "GET /api/v1/export/reactions/<month>.parquet": (READERS, "/api/v1/export/reactions/2026-11.parquet?store=S001"),
    "GET /api/v1/stores/<code>/summary": (READERS, "/api/v1/stores/S001/summary"),
    "GET /api/v1/stores/<code>/employees": (("employees-token",), "/api/v1/stores/S001/employees"),
    "GET /metrics": ((), "/metrics"),  # by a token of its own: tests/probes/test_routes.py
    "POST /api/v1/sync": (("kiosk",), "/api/v1/sync"),
    "POST /api/v1/reconcile": (("kiosk",), "/api/v1/reconcile"),
}
# A code, typed once, is its own key: tests/fleet/test_enrolment.py.
BY_CODE = {"POST /api/v1/enrol"}


class Town:
    """Everybody who may ask, with a fresh session or a bearer for each."""

    def __init__(self, app: Flask, shops) -> None:
        self.app, self.engine, self.numbers = app, shops.engine, itertools.count()
        stores = {code: shops.store(code, code) for code in ("S001", "S002")}
        self.store_id = stores["S001"].id
        with writing(self.engine) as connection:
            self.ids = {}
            for name in PEOPLE:
                role = name.removeprefix("far-")
                bound = [] if name in OFFICE else ["S002" if name in FAR else "S001"]
                self.ids[name] = add_user(connection, f"{name}@chain.example", PASSWORD, role, bound, NOW_MS)
            kiosk = add_kiosk(connection, "sha256:1", "1.0.0", NOW_MS)
            spot = place(connection, kiosk, stores["S001"].id, "exit", NOW_MS)
            make_config(connection, kiosk, spot, "two-row", ["felt-welcome", "got-needed"], NOW_MS)
            run = (kiosk, spot, shops.questions["felt-welcome"], 739_900, "closing", "positive", NOW_MS - 9_000_000, NOW_MS)
            keep_review(connection, Found(*run, 40, 40, 40, 0.4, 0.78, NOW_MS))
            at = Place(kiosk, spot, shops.questions["felt-welcome"])
            assert open_recovery(connection, at, NOW_MS - 900_000, NOW_MS, 0.2, (9, 8), NOW_MS) == 1
            self.bearers = {
                "token": add_token(connection, "near", ["S001"], 90, NOW_MS),
                "employees-token": add_token(connection, "employees", ["S001"], 90, NOW_MS, employees=True),
                "far-token": add_token(connection, "far", ["S002"], 90, NOW_MS, employees=True),
                "ended-token": add_token(connection, "ended", None, 1, NOW_MS - 200_000_000, employees=True),
                "kiosk": give_key(connection, kiosk, NOW_MS),
            }

    def change_of(self, who: str) -> int:
        """A note on the store S001's page, which only its author takes back."""
        with writing(self.engine) as connection:
            return note_change(connection, self.store_id, 739_900, "New door", NOW_MS, f"{who}@chain.example")

    def claim(self) -> int:
        """A registered claim about the store S001."""
        days = {"start_day": 740_000, "before_first": 739_972, "before_end": 740_000, "after_first": 740_007}
        row = ClaimRow(
            "Title",
            "What",
            "",
            "service",
            1,
            {"service": ["got-needed"], "experience": []},
            2,
            1,
            **days,
            after_end=740_035,
            matters=3,
            direction="up",
            replaces_id=None,
            repeats_id=None,
            made_ms=NOW_MS,
            made_by="office@chain.example",
        )
        with writing(self.engine) as connection:
            return add_claim(connection, row, [self.store_id], [])

    def ask(self, who: str, method: str, path: str, form=None):
        path = path.replace("CHANGE", str(self.change_of(who))) if "CHANGE" in path else path
        path = path.replace("CLAIM", str(self.claim())) if "CLAIM" in path else path
        client: FlaskClient = self.app.test_client()
        headers = dict(OURS)
        if who in self.ids:
            token = f"session {next(self.numbers)} of {who}"
            with writing(self.engine) as connection:
                hashed = hashlib.sha256(token.encode()).hexdigest()
                insert_session(connection, hashed, self.ids[who], NOW_MS)
            client.set_cookie("salve", token)
        elif who in self.bearers:
            headers["Authorization"] = f"Bearer {self.bearers[who]}"
        if path.startswith("/api/") and method == "POST":
            return client.post(path, json={}, headers=headers, buffered=True)
        return client.open(path, method=method, data=form, headers=headers, buffered=True)


@pytest.fixture
def town(app: Flask, shops) -> Town:
    return Town(app, shops)


def routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def outcome(answer) -> str:
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"):
        return "sign-in"
    return {401: "refused", 404: "nothing"}.get(answer.status_code, "in")


def test_every_route_has_a_rule_and_every_rule_a_route(app: Flask):
    assert routes(app) == RULES.keys() | PROGRAMS.keys() | BY_CODE


def test_each_page_lets_in_whom_its_rule_names_and_nobody_else(town: Town):
    with reading(town.engine) as connection:
        token = list_tokens(connection)[0].key_id
    wrong = []
    for name, rule in RULES.items():
        method, route = name.split(" ", 1)
        path = (rule.path or route).replace("TOKEN", token)
        for who in ("nobody", *PEOPLE, *BEARERS):
            answer = town.ask(who, method, path, rule.form)
            stranger = who == "nobody" or who in BEARERS
            allowed = ("nobody" if stranger else who) in rule.who
            wanted = "in" if allowed else "sign-in" if stranger else "nothing"
            # Signing out leads to signing in, and a wrong password is refused.
            found = "in" if allowed and route in {"/sign-out", "/sign-in"} else outcome(answer)
            if found != wanted or answer.status_code >= 500:
                wrong.append((who, name, answer.status_code, found, wanted))
    assert not wrong


def test_programs_and_kiosks_get_in_by_their_own_key_and_head_office_reads_exports(town: Town):
    wrong = []
    for name, (bearers, path) in PROGRAMS.items():
        method = name.split(" ", maxsplit=1)[0]
        for who in ("nobody", *PEOPLE, *BEARERS):
            answer = town.ask(who, method, path)
            if (answer.status_code not in {401, 403, 404}) != (who in bearers) or answer.status_code >= 500:
                wrong.append((who, name, answer.status_code))
    assert not wrong


def test_what_is_not_theirs_looks_like_what_does_not_exist(town: Town):
    for name, rule in RULES.items():
        method, _ = name.split(" ", 1)
        if "S001" not in rule.path:
            continue
        theirs, nobodys = (town.ask("far-manager", method, path) for path in (rule.path, rule.path.replace("S001", "S999")))
        assert theirs.status_code == nobodys.status_code == 404, name
        assert _plain(theirs) == _plain(nobodys), name


def _plain(answer) -> str:
    return re.sub(r"S001|S999", "", answer.get_data(as_text=True))
