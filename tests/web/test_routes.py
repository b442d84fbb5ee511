"""Who gets which page: strangers sign in, neighbours learn nothing, forms of other sites change nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

PASSWORD = "correct horse battery"
OURS = {"Origin": "http://localhost"}
FIGURES = ["counted", "experience-index", "gap", "reactions", "service-index"]


@pytest.fixture
def stores(shops):
    found = [shops.store("S001", "Leeds"), shops.store("S002", "York <b>")]
    kiosk = shops.kiosk(found[0], "K-001")
    shops.press(kiosk, TODAY - timedelta(days=1), SERVICE, 90, 10, marked=3)
    shops.press(kiosk, TODAY - timedelta(days=1), EXPERIENCE, 60, 40)
    shops.press(kiosk, TODAY, SERVICE, 4, 1)
    return found


def figures(page: str) -> dict[str, dict[str, str]]:
    found = re.findall(
        r'data-figure="([^"]*)" data-value="([^"]*)" data-low="([^"]*)" data-high="([^"]*)" data-count="([^"]*)"', page
    )
    assert len(found) == len(set(re.findall(r'data-figure="([^"]*)"', page))) == page.count("data-figure=")
    return {name: {"value": value, "low": low, "high": high, "count": count} for name, value, low, high, count in found}


@pytest.mark.parametrize("path", ["/", "/stores", "/stores/S001", "/head-office", "/pulse", "/stores/S001/pulse"])
def test_a_stranger_is_sent_to_sign_in(client, stores, path):
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_a_stranger_comes_back_to_the_page_they_wanted(client, stores):
    assert client.get("/stores/S001?period=4w").headers["Location"] == "/sign-in?next=%2Fstores%2FS001%3Fperiod%3D4w"


def test_another_stores_page_is_answered_like_one_that_does_not_exist(sign_in, stores):
    manager = sign_in("manager", "S001")
    assert manager.get("/stores/S001").status_code == 200
    for path in ("/stores/{}", "/stores/{}/pulse"):
        neighbour, nobody = manager.get(path.format("S002")), manager.get(path.format("S999"))
        assert neighbour.status_code == nobody.status_code == 404
        assert neighbour.get_data() == nobody.get_data().replace(b"S999", b"S002")


def test_a_manager_has_no_head_office(sign_in, stores):
    assert sign_in("manager", "S001").get("/head-office").status_code == 404


@pytest.mark.parametrize("role", ["head-office", "admin"])
def test_head_office_sees_every_store(sign_in, stores, role):
    office = sign_in(role)
    page = office.get("/head-office").get_data(as_text=True)
    assert re.findall(r'data-store="([^"]*)"', page) == ["S001", "S002"]
    assert "York &lt;b&gt;" in page
    assert office.get("/stores/S002").status_code == 200


def test_a_region_sees_its_own_stores_alone(sign_in, stores):
    page = sign_in("region", "S002").get("/head-office").get_data(as_text=True)
    assert re.findall(r'data-store="([^"]*)"', page) == ["S002"]


def test_the_start_page_leads_to_where_one_belongs(sign_in, stores):
    assert sign_in("manager", "S001").get("/").headers["Location"] == "/stores/S001"
    assert sign_in("manager", "S001", "S002", email="both@demo.example").get("/").headers["Location"] == "/stores"
    assert sign_in("head-office").get("/").headers["Location"] == "/head-office"


def test_a_page_carries_each_figure_once(sign_in, stores):
    found = figures(sign_in("manager", "S001").get("/stores/S001").get_data(as_text=True))
    assert sorted(found) == FIGURES
    assert found["service-index"] == {"value": "90.0", "low": "82.6", "high": "94.5", "count": "100"}
    assert found["experience-index"]["value"] == "60.0"
    assert found["gap"]["value"] == "-30.0"
    assert (found["reactions"]["value"], found["counted"]["value"]) == ("203", "200")


def test_withheld_figures_are_there_and_empty(sign_in, stores):
    found = figures(sign_in("manager", "S002").get("/stores/S002").get_data(as_text=True))
    assert sorted(found) == FIGURES
    assert found["service-index"] == {"value": "", "low": "", "high": "", "count": "0"}
    assert found["gap"]["value"] == ""
    assert found["reactions"]["value"] == "0"


def test_todays_presses_are_in_today_and_in_now_and_not_in_the_week(sign_in, stores):
    manager = sign_in("manager", "S001")
    today = figures(manager.get("/stores/S001?period=today").get_data(as_text=True))
    assert (today["reactions"]["value"], today["service-index"]["count"]) == ("5", "5")
    assert 'data-today="5"' in manager.get("/stores/S001").get_data(as_text=True)


def test_a_new_press_moves_pulse_and_page(sign_in, stores, shops):
    manager = sign_in("manager", "S001")
    before = manager.get("/stores/S001/pulse").get_data()
    kiosk = shops.kiosk(stores[0], "K-009")
    shops.totals(kiosk, thanked=1, known=1)
    shops.press(kiosk, TODAY, EXPERIENCE, 1, 0)
    assert manager.get("/stores/S001/pulse").get_data() != before
    assert 'data-today="6"' in manager.get("/stores/S001").get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("period=8d", "There is no such period."),
        ("period=2026-11-02..2026-11-01", "The first day lies after the last one."),
        ("from=x&to=y", "One of the two days is not a day of the calendar."),
        ("from=2026-11-01&to=9999-12-31", "One of the two days is not a day of the calendar."),
        ("from=2026-11-10&to=2026-11-01", "The first day lies after the last one."),
        ("from=2020-01-01&to=2026-11-01", "A period has 800 days at most."),
        ("from=1980-01-01&to=1980-01-02", "These days are too far from today."),
    ],
)
@pytest.mark.parametrize("path", ["/stores/S001", "/stores"])
def test_a_period_that_does_not_fit_is_a_400_page_that_says_why(sign_in, stores, path, query, why):
    answer = sign_in("manager", "S001").get(f"{path}?{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert "This could not be read" in page
    assert why in page


def test_days_that_do_not_fit_are_put_right_where_they_were_typed(sign_in, stores):
    page = sign_in("manager", "S001").get("/stores/S001?from=2026-11-10&to=2026-11-01&lang=en").get_data(as_text=True)
    assert 'name="from" type="date" required value="2026-11-10"' in page
    assert 'name="to" type="date" required value="2026-11-01"' in page
    assert 'type="hidden" name="lang" value="en"' in page
    assert 'class="button" href="/?lang=en"' in page  # the way on leaves the wrong days behind


def test_the_start_page_keeps_language_and_period(sign_in, stores):
    office = sign_in("head-office")
    assert office.get("/?lang=fa&period=4w&evil=1").headers["Location"] == "/head-office?period=4w&lang=fa"
    days = "from=2026-11-01&to=2026-11-02"
    assert sign_in("manager", "S001").get(f"/?{days}").headers["Location"] == f"/stores/S001?{days}"


def test_links_between_pages_keep_language_and_period(sign_in, stores):
    page = sign_in("head-office").get("/stores/S001?lang=fa&period=4w").get_data(as_text=True)
    assert page.count('href="/?period=4w&amp;lang=fa"') == 2  # the brand and the list of stores
    assert 'action="/sign-out?lang=fa"' in page


def test_signing_in_and_out_keeps_the_language(app, sign_in, stores):
    manager = sign_in("manager", "S001")
    assert manager.post("/sign-out?lang=fa", headers=OURS).headers["Location"] == "/sign-in?lang=fa"
    stranger = app.test_client()
    assert stranger.get("/stores/S001?lang=fa").headers["Location"] == "/sign-in?next=%2Fstores%2FS001%3Flang%3Dfa&lang=fa"
    form = {"email": "manager@demo.example", "password": PASSWORD, "next": "/stores/S001?period=4w&lang=fa"}
    answer = stranger.post("/sign-in?lang=pl", data=form, headers=OURS)
    assert answer.headers["Location"] == "/stores/S001?period=4w&lang=pl"


@pytest.mark.parametrize("wanted", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
def test_no_language_leads_to_another_host(app, sign_in, stores, wanted):
    sign_in("manager", "S001")
    form = {"email": "manager@demo.example", "password": PASSWORD, "next": wanted}
    answer = app.test_client().post("/sign-in?lang=pl", data=form, headers=OURS)
    assert answer.headers["Location"] == "/?lang=pl"


def test_a_language_chosen_on_our_page_is_remembered(sign_in, stores):
    manager = sign_in("manager", "S001")
    answer = manager.get("/stores/S001?lang=fa", headers={"Sec-Fetch-Site": "same-origin"})
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("salve-language=fa;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert '<html lang="fa"' in manager.get("/stores/S001", headers={"Accept-Language": "pl"}).get_data(as_text=True)
    assert '<html lang="it"' in manager.get("/stores/S001?lang=it").get_data(as_text=True)
    other = manager.get("/stores/S001?lang=tr", headers={"Referer": "http://localhost/stores/S001?lang=fa"})
    assert other.headers["Set-Cookie"].startswith("salve-language=tr;")


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}, {"Referer": "https://mail.example/"}]
)
def test_a_colleagues_link_changes_nobodys_language(sign_in, stores, headers):
    answer = sign_in("manager", "S001").get("/stores/S001?lang=fa", headers=headers)
    assert '<html lang="fa"' in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers


def test_dates_from_the_form_hold_both_days(sign_in, stores):
    page = sign_in("manager", "S001").get("/stores/S001?from=2026-11-20&to=2026-11-20").get_data(as_text=True)
    assert figures(page)["reactions"]["value"] == "203"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(client, stores, path, headers):
    answer = client.post(path, data={"email": "a@b.example", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", [OURS, {"Sec-Fetch-Site": "same-origin"}])
def test_our_own_form_signs_out(sign_in, stores, headers):
    manager = sign_in("manager", "S001")
    assert manager.post("/sign-out", headers=headers).headers["Location"] == "/sign-in"
    assert manager.get("/stores/S001").status_code == 303


def test_a_wrong_password_keeps_the_address_and_never_the_password(client, stores):
    answer = client.post("/sign-in", data={"email": "a@b.example", "password": "let me in please"}, headers=OURS)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert 'value="a@b.example"' in page
    assert "let me in please" not in page
    assert 'role="alert"' in page


def test_many_wrong_passwords_have_to_wait(client, stores):
    answers = [
        client.post("/sign-in", data={"email": "a@b.example", "password": str(number) * 20}, headers=OURS)
        for number in range(9)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_signing_in_leads_to_our_own_pages_alone(app, sign_in, stores):
    sign_in("manager", "S001")
    form = {"email": "manager@demo.example", "password": PASSWORD}
    for wanted, leads in (
        ("/stores/S001?lang=fa", "/stores/S001?lang=fa"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        answer = app.test_client().post("/sign-in", data=form | {"next": wanted}, headers=OURS)
        assert answer.headers["Location"] == leads


def test_the_session_cookie_is_out_of_scripts_reach(app, sign_in, stores):
    sign_in("manager", "S001")
    form = {"email": "manager@demo.example", "password": PASSWORD}
    cookie = app.test_client().post("/sign-in", data=form, headers=OURS).headers["Set-Cookie"]
    assert cookie.startswith("salve=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_who_is_signed_in_need_not_sign_in(sign_in, stores):
    assert sign_in("manager", "S001").get("/sign-in").headers["Location"] == "/"


def test_pages_with_figures_are_kept_nowhere_and_run_nothing_foreign(sign_in, stores):
    answer = sign_in("manager", "S001").get("/stores/S001")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert not re.search(r"<style|style=|onclick|<script(?! type=\"module\" src=)", page)


@pytest.mark.parametrize("path", ["/nothing", "/stores/", "/static/nothing.css", "/static/../routes.py"])
def test_what_is_not_there_is_a_page_with_a_way_on(client, stores, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'class="button" href="/"' in answer.get_data(as_text=True)


def test_made_up_chains_say_so_on_every_page(client, sign_in, stores, shops):
    shops.made_up()
    office = sign_in("head-office")
    for page in (client.get("/sign-in"), client.get("/nothing"), office.get("/head-office"), office.get("/stores/S001")):
        assert "These figures are made up, for trying Salve." in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [("", "", "tr"), ("", "pl;q=0.9, en;q=0.1", "pl"), ("?lang=fa", "pl", "fa"), ("?lang=xx", "pl-PL", "pl"), ("", "de", "tr")],
)
def test_the_language_is_asked_for_or_preferred_or_the_stores_own(sign_in, shops, query, accept, language):
    shops.store("S003", "Ankara", zone="Europe/Istanbul", languages=("tr", "en"), territory="TR")
    headers = {"Accept-Language": accept} if accept else {}
    page = sign_in("manager", "S003").get(f"/stores/S003{query}", headers=headers).get_data(as_text=True)
    assert f'<html lang="{language}"' in page
    assert ('dir="rtl"' in page.split("<head>", maxsplit=1)[0]) == (language == "fa")
