"""The kiosk's page: its routes, its refusals, its words, and how it looks to a reader in a real browser."""

import re
import tomllib

import pytest

from kiosk import enrol
from kiosk.program import Program
from kiosk.screen import drawing
from kiosk.screen.app import create_screen
from kiosk.screen.guard import POLICY
from kiosk.screen.server import Screen
from kiosk.screen.words import FOLDER, LANGUAGES, words_of
from kiosk.settings import KioskSettings
from kiosk.upload import Uploader


@pytest.fixture
def program(tmp_path, server):
    program = Program(KioskSettings(tmp_path, tmp_path / "run", None, None, False), simulated=True)
    enrol.enrol(tmp_path, server.url, "CODE", program._hardware, "1.0.0", Uploader(server.url))
    program.power_on()
    yield program
    program.power_off(cut=False)


@pytest.fixture
def client(program):
    return create_screen(program).test_client()


def press(client, **fields):
    return client.post("/simulated/press", json={"button": "welcome-happy", "held_ms": 80, **fields})


def test_a_press_answers_its_light_and_identity(client):
    answer = press(client).json
    assert answer["light"] == "thanks"
    assert re.fullmatch("[0-9a-f]{32}", answer["stream"])
    assert answer["seq"] == 1
    assert press(client).json["light"] == "repeat"


def test_a_button_held_down_and_let_go_is_one_press(client):
    assert press(client, down=True).json["light"] == "thanks"
    assert press(client, down=False).json == {"light": "none", "stream": None, "seq": None}
    assert client.get("/status").json["thanked"] == 1


def test_without_power_nothing_lights(client):
    assert client.post("/simulated/power", json={"up": False}).json["power"] is False
    assert press(client).json["light"] == "none"
    assert "box-dark" in client.get("/").text
    assert client.post("/simulated/power", json={"up": True}).json["power"] is True
    assert press(client).json["seq"] == 1


def test_the_cable_can_be_pulled_and_plugged_in(client):
    assert client.post("/simulated/network", json={"up": False}).json["network"] is False
    assert client.get("/status").json["network"] is False
    assert client.post("/simulated/network", json={"up": True}).json["network"] is True


def test_status_has_the_published_names(client):
    names = {"thanked", "waiting", "acknowledged", "refused", "last_sync", "stream", "config_version", "faults"}
    assert names <= set(client.get("/status").json)


@pytest.mark.parametrize(
    "body",
    [
        {"button": 5},
        {},
        {"button": "neutral"},
        {"button": "welcome-happy", "held_ms": -1},
        {"button": "welcome-happy", "held_ms": "x"},
        [],
    ],
)
def test_an_unfit_press_is_refused_with_a_sentence_and_nothing_is_counted(client, body):
    answer = client.post("/simulated/press", json=body)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["code"] == "malformed"
    assert client.get("/status").json["thanked"] == 0


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"x" * 20_000])
def test_what_is_no_json_is_no_500(client, raw):
    answer = client.post("/simulated/press", data=raw, content_type="application/json")
    assert answer.status_code in {400, 413}


def test_plain_forms_work_without_a_script(client):
    answer = client.post("/simulated/press?lang=fa", data={"button": "served-happy"})
    assert (answer.status_code, answer.location) == (303, "/?lang=fa")
    assert 'data-light="thanks"' in client.get("/?lang=fa").text
    assert client.post("/simulated/network", data={"up": "false"}).status_code == 303
    assert client.get("/status").json["network"] is False


@pytest.mark.parametrize("host", ["salve.example.com", "127.0.0.1.evil.example", "10.0.0.5:8010"])
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_a_foreign_origin_is_refused(client, origin):
    assert client.post("/simulated/press", json={"button": "welcome-happy"}, headers={"Origin": origin}).status_code == 400
    assert client.get("/status").json["thanked"] == 0


def test_the_page_itself_may_press(client):
    headers = {"Host": "127.0.0.1:8010", "Origin": "http://127.0.0.1:8010", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/simulated/press", json={"button": "welcome-happy"}, headers=headers).status_code == 200
    headers = {"Host": "127.0.0.1:8010", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/simulated/press", json={"button": "welcome-happy"}, headers=headers).status_code == 400


@pytest.mark.parametrize("path", ["/", "/screen", "/status", "/none"])
def test_every_answer_has_its_headers_and_no_inline_style_or_script(client, path):
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in answer.text
    assert not re.search(r"<script(?![^>]*src=)", answer.text)
    assert len(answer.data) < 100_000


def test_the_simulated_routes_exist_only_in_simulation(tmp_path):
    program = Program(KioskSettings(tmp_path, tmp_path / "run", None, None, False), simulated=True)
    program.simulated = False
    client = create_screen(program).test_client()
    assert client.post("/simulated/press", json={}).status_code == 404
    assert client.post("/simulated/power", json={"up": False}).status_code == 404
    assert "Out of order" in client.get("/").text


def test_the_shoppers_page_asks_thanks_and_asks_the_next_question(client):
    assert "Did you feel welcome?" in client.get("/screen").text
    answer = client.post("/press", data={"button": "welcome-happy", "lang": "en", "row": "0"})
    assert answer.location == "/screen?lang=en&said=thanks&row=1"
    said = client.get(answer.location).text
    assert "Your answer is stored." in said
    assert 'data-then="/screen?lang=en&amp;row=1"' in said
    assert "Did you get it?" in client.get("/screen?lang=en&row=1").text
    assert client.post("/press", data={"button": "none"}).status_code == 400


def test_an_answer_to_a_question_that_is_no_longer_asked_is_not_recorded(client, program):
    page = client.get("/screen").get_data(as_text=True)
    assert 'name="config" value="3"' in page
    before = program.status()["thanked"]
    answer = client.post("/press", data={"button": "welcome-happy", "lang": "en", "row": "0", "config": "2"})
    assert answer.status_code == 303
    assert "said" not in answer.location
    assert program.status()["thanked"] == before
    said = client.post("/press", data={"button": "welcome-happy", "lang": "en", "row": "0", "config": "3"})
    assert "said=thanks" in said.location


def test_the_faces_keep_their_side_when_the_words_turn(client):
    page = client.get("/screen?lang=fa").text
    assert '<html lang="fa" dir="rtl">' in page
    assert re.search(r'class="ask-answers[^>]* dir="ltr"', page)
    assert "آیا به شما خوشامد گفته شد؟" in page


def test_without_a_configuration_the_page_says_that_it_is_being_set_up(tmp_path):
    program = Program(KioskSettings(tmp_path, tmp_path / "run", None, None, False), simulated=True)
    program.power_on()
    client = create_screen(program).test_client()
    assert "Being set up" in client.get("/").text
    assert "W przygotowaniu" in client.get("/screen?lang=pl").text
    program.power_off(cut=False)


# ---------- words ----------


def keys(table, path=""):
    return {
        one
        for name, value in table.items()
        for one in (keys(value, f"{path}{name}.") if isinstance(value, dict) else {path + name})
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_word_with_the_same_fields(code):
    own = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    english = tomllib.loads((FOLDER / "en.toml").read_text("utf-8"))
    assert keys(own) == keys(english)
    for group in ("after", "before", "faces", "spoken", "simulated"):
        for name, text in own[group].items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[group][name])), name
            assert text
    assert own["dir"] == ("rtl" if code in {"fa", "ar"} else "ltr")


def test_figures_are_in_the_digits_of_the_language():
    assert [words_of(code).number(419) for code in ("en", "fa", "ar")] == ["419", "۴۱۹", "٤١٩"]
    assert words_of("en").number(None) == "?"


def test_the_strip_shows_waiting_presses_last_and_never_more_than_it_has_room_for():
    assert drawing.strip(2, 1) == ["there", "here", "here"]
    assert drawing.strip(7, 500).count("here") == 7
    assert drawing.strip(900, 500) == ["here"] * drawing.STRIP
    assert drawing.strip(None, None) == []


# ---------- in a browser ----------


@pytest.fixture
def page_of(program, browser):
    screen = Screen(program, 0)
    screen.start()

    def open_page(path, width=390, scheme="light"):
        page = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, base_url=f"http://127.0.0.1:{screen.port}"
        ).new_page()
        page.goto(path)
        return page

    yield open_page
    for context in list(browser.contexts):
        context.close()
    screen.stop()


def test_a_click_in_a_browser_lights_thank_you_and_the_figures_follow(page_of):
    page = page_of("/?lang=en")
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.click("button[value=served-unhappy]")
    page.wait_for_selector("button[value=served-unhappy][data-light=thanks]", timeout=3_000)
    assert page.inner_text("#light-1") == "Light: thank you"
    page.wait_for_selector("[data-count=acknowledged]:text-is('1')", timeout=8_000)
    page.wait_for_selector("button[value=served-unhappy][data-light=ready]", timeout=5_000)
    page.click("form[data-switch=network] .switch")
    page.wait_for_selector("form[data-switch=network] .switch[aria-checked=false]", timeout=3_000)
    page.click("button[value=welcome-happy]")
    page.wait_for_selector(".backlog .here", timeout=3_000)
    assert page.inner_text("[data-say=backlog]") == "Waiting to be sent: 1"
    assert errors == []


def test_a_drawn_box_whose_program_is_away_goes_dark(page_of):
    page = page_of("/")
    page.wait_for_selector(".press[data-light=ready]")
    page.route("**/status", lambda route: route.abort())
    page.wait_for_selector(".press[data-light=off]")
    page.unroute("**/status")
    page.wait_for_selector(".press[data-light=ready]")


def test_the_shoppers_page_returns_to_the_question_by_itself(page_of):
    page = page_of("/screen?lang=en")
    page.click("button[value=welcome-happy]")
    page.wait_for_selector("text=Thank you")
    page.wait_for_selector("text=Did you get it?", timeout=5_000)


def test_the_shoppers_page_calls_home(page_of):
    page = page_of("/screen?lang=en")
    page.wait_for_function(
        "fetch('/alive').then((answer) => answer.json()).then((found) => found.page_s !== null)", timeout=5_000
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_and_a_narrow_phone_find_nothing_wrong(page_of, scheme):
    from axe import read_axe, wrong

    for path in ("/?lang=en", "/?lang=fa"):
        page = page_of(path, scheme=scheme)
        read_axe(page)
        assert wrong(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        page.context.close()
