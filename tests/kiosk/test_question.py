"""The shopper's page in a real browser: languages in turn, touch, keys, the box's own buttons, and the times without any."""

import dataclasses

import pytest
from axe import read_axe, wrong
from playwright.sync_api import expect

from kiosk import configuration, enrol
from kiosk.program import Program
from kiosk.screen.app import create_screen
from kiosk.screen.hand import Hand
from kiosk.screen.question import TURN_MS
from kiosk.screen.server import Screen
from kiosk.screen.words import words_of
from kiosk.settings import KioskSettings
from kiosk.upload import Uploader
from wire.layouts import LAYOUTS
from wire.messages import ButtonMeaning, ButtonText

LANGUAGES = ["en", "fa", "ar", "pl", "it", "tr"]
VISIT_MS = 20_000
SIZES = {"panel": (800, 480), "phone": (390, 844), "desktop": (1280, 800), "wide": (1920, 1080)}
# The longest words that the starter questions have in each language.
LONG = {
    "en": ("Did you get what you needed?", "I did not feel welcome"),
    "fa": ("احساس کردید خوش آمده‌اید؟", "احساس نکردم"),
    "ar": ("هل حصلت على ما تحتاج إليه؟", "لم أشعر بالترحيب"),
    "pl": ("Czy poczuli się Państwo mile widziani?", "Zdecydowanie nie"),
    "it": ("Hai provato un senso di accoglienza?", "No, per niente"),
    "tr": ("Hoş karşılandığınızı hissettiniz mi?", "Hoş karşılanmadım"),
}


def long_config(config, layout):
    def meaning(button):
        many = layout in {"three", "four"}
        texts = {
            code: ButtonText(question, words_of(code).faces[button.answer] if many else answer)
            for code, (question, answer) in LONG.items()
        }
        return ButtonMeaning(f"q{button.row}", button.answer, 2, texts, "service" if button.row else "experience")

    buttons = {button.name: meaning(button) for button in LAYOUTS[layout]}
    return dataclasses.replace(config, layout=layout, languages=LANGUAGES, buttons=buttons)


class Stage:
    """A simulated kiosk with its screen; pages have a clock that is moved by hand."""

    def __init__(self, folder, url, browser):
        self.browser = browser
        self.program = Program(KioskSettings(folder, folder / "run", None, None, False), simulated=True)
        enrol.enrol(folder, url, "CODE", self.program._hardware, "1.0.0", Uploader(url))
        self.program.power_on()
        self.screen = Screen(self.program, 0)
        self.screen.start()

    def page(self, path="/screen", size=SIZES["panel"], scheme="light", touch=False):
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            has_touch=touch,
            base_url=f"http://127.0.0.1:{self.screen.port}",
        )
        page = context.new_page()
        page.clock.install()
        page.goto(path)
        return page

    def press_on_the_box(self, button):
        return Hand().press(self.program.box, self.program.box.panel, button, 80)

    def use(self, config):
        config = dataclasses.replace(config, version=self.program.box.config.version + 1)
        configuration.check(config)
        self.program.box._apply(config)

    def close(self):
        self.screen.stop()
        self.program.power_off(cut=False)


@pytest.fixture
def stage(tmp_path, server, browser):
    stage = Stage(tmp_path, server.url, browser)
    yield stage
    for context in list(browser.contexts):
        context.close()
    stage.close()


def language(page):
    return page.evaluate("document.documentElement.lang")


def let(page, ms):
    """Let time go by in the page, in steps that its questions to the program can keep up with."""
    for _ in range(ms // 500):
        page.clock.run_for(500)
        page.wait_for_timeout(15)


# ---------- languages in turn ----------


def test_languages_take_turns_of_at_least_six_seconds_and_faces_keep_their_places(stage):
    assert TURN_MS >= 6_000
    page = stage.page()
    before = page.locator(".plate").evaluate_all("all => all.map(one => [one.value, one.getBoundingClientRect().x])")
    names = page.locator("[hreflang]").evaluate_all("all => all.map(one => one.getBoundingClientRect().x)")
    let(page, TURN_MS - 1_000)
    assert language(page) == "en"
    let(page, 1_500)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert language(page) == "fa"
    assert page.locator("#question").inner_text() == "آیا به شما خوشامد گفته شد؟"
    after = page.locator(".plate").evaluate_all("all => all.map(one => [one.value, one.getBoundingClientRect().x])")
    assert after == before
    moved = page.locator("[hreflang]").evaluate_all("all => all.map(one => one.getBoundingClientRect().x)")
    assert all(abs(new - old) < 12 for new, old in zip(moved, names, strict=True))
    # A turn by itself interrupts nobody who listens.
    assert page.locator("#said").inner_text() == ""
    let(page, TURN_MS + 500)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_no_turn_while_a_finger_or_a_key_is_down(stage):
    page = stage.page()
    page.mouse.move(5, 5)
    page.mouse.down()
    let(page, VISIT_MS + TURN_MS)
    assert language(page) == "en"
    page.mouse.up()
    page.keyboard.down("Shift")
    let(page, VISIT_MS + TURN_MS)
    assert language(page) == "en"
    page.keyboard.up("Shift")
    let(page, VISIT_MS + 1_000)
    expect(page.locator("html")).to_have_attribute("lang", "fa")


def test_a_finger_on_the_boxs_own_button_holds_the_language_too(stage):
    hand = Hand()
    page = stage.page()
    hand.push(stage.program.box, stage.program.box.panel, "welcome-happy")
    let(page, 1_000)
    expect(page.locator("main")).to_have_attribute("data-page", "said")
    let(page, VISIT_MS + TURN_MS)
    assert language(page) == "en"
    hand.let_go("welcome-happy")


def test_a_touch_on_a_language_holds_it_until_the_visit_is_over_and_is_told(stage):
    page = stage.page(touch=True)
    page.tap("[hreflang=fa]")
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    expect(page.locator("#said")).to_have_text("پرسش اکنون به فارسی است.")
    let(page, VISIT_MS - 2_000)
    assert language(page) == "fa"
    let(page, 3_000)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_between_the_two_presses_of_a_visit_the_language_stays(stage):
    page = stage.page("/screen?lang=fa", touch=True)
    page.tap(".plate[value=welcome-happy]")
    expect(page.locator("#answer")).to_have_text("سپاسگزاریم")
    let(page, 2_200)
    expect(page.locator(".plate").first).to_have_attribute("value", "served-happy")
    let(page, VISIT_MS - 4_000)
    assert language(page) == "fa"
    assert page.locator(".plate").first.get_attribute("value") == "served-happy"
    # Nobody followed: the next visitor begins with the first question.
    let(page, 6_000)
    expect(page.locator(".plate").first).to_have_attribute("value", "welcome-happy")


# ---------- presses ----------


def test_a_touch_presses_when_it_comes_down_and_once(stage):
    page = stage.page(touch=True)
    plate = page.locator(".plate[value=welcome-unhappy]")
    plate.dispatch_event("pointerdown", {"isPrimary": True, "button": 0, "pointerId": 1})
    expect(page.locator("#answer")).to_have_text("Thank you")
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is stored.")
    let(page, 2_200)
    expect(page.locator("#question")).to_have_text("Did you get it?")
    assert page.locator("#said").inner_text() == ""
    page.tap(".plate[value=served-happy]")
    expect(page.locator("#answer")).to_have_text("Thank you")
    assert stage.program.status()["thanked"] == 2


def test_a_second_finger_is_nobody(stage):
    page = stage.page(touch=True)
    page.locator(".plate").first.dispatch_event("pointerdown", {"isPrimary": False, "button": 0, "pointerId": 7})
    let(page, 1_000)
    assert stage.program.status()["thanked"] == 0
    assert page.locator("#question").inner_text() == "Did you feel welcome?"


def test_keys_alone_choose_press_and_hear(stage):
    page = stage.page()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "welcome-happy"
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Thank you. Your answer is stored.")
    let(page, 2_200)
    expect(page.locator("#question")).to_have_text("Did you get it?")
    assert stage.program.status()["thanked"] == 1


def test_a_press_on_the_box_itself_is_thanked_for_on_the_screen(stage):
    page = stage.page()
    assert stage.press_on_the_box("served-happy").light == "thanks"
    page.clock.resume()
    expect(page.locator("#answer")).to_have_text("Thank you")
    # The other question comes next.
    expect(page.locator("#question")).to_have_text("Did you feel welcome?", timeout=6_000)


def test_what_could_not_be_stored_is_told_at_once_and_never_as_a_thank_you(stage):
    stage.program.box.recorder.ask(
        lambda work: setattr(work.buffer, "append", lambda *_: (_ for _ in ()).throw(OSError("full")))
    )
    page = stage.page(touch=True)
    page.tap(".plate[value=welcome-happy]")
    expect(page.locator("#answer")).to_have_text("Sorry, not stored")
    expect(page.locator("#said-urgently")).to_contain_text("could not be stored")
    assert page.locator("#said").inner_text() == ""
    let(page, 2_200)
    expect(page.locator("#question")).to_have_text("Did you feel welcome?")


# ---------- when nothing can be pressed ----------


def test_without_power_it_is_out_of_order_and_comes_back_by_itself(stage):
    page = stage.page()
    stage.program.power_off(cut=True)
    page.clock.resume()
    expect(page.locator("h1")).to_have_text("Out of order", timeout=6_000)
    expect(page.locator(".ask-after")).to_have_text("Please tell one of us.")
    stage.program.power_on()
    expect(page.locator("#question")).to_have_text("Did you feel welcome?", timeout=6_000)


def test_in_a_self_test_it_is_being_set_up(stage):
    page = stage.page()
    stage.program.box.front.begin_self_test()
    page.clock.resume()
    expect(page.locator("h1")).to_have_text("Being set up", timeout=6_000)
    stage.program.box.front.self_test().end()
    expect(page.locator("#question")).to_be_visible(timeout=6_000)


def test_where_the_program_is_away_it_says_one_moment_then_out_of_order_and_comes_back(stage):
    page = stage.page()
    port = stage.screen.port
    stage.screen.stop()
    let(page, 5_000)
    page.wait_for_timeout(300)
    let(page, 1_000)
    expect(page.locator("h1")).to_have_text("One moment")
    for _ in range(8):
        let(page, 2_000)
        page.wait_for_timeout(50)
    expect(page.locator("h1")).to_have_text("Out of order")
    stage.screen = Screen(stage.program, port)
    stage.screen.start()
    page.clock.resume()
    expect(page.locator("#question")).to_have_text("Did you feel welcome?", timeout=6_000)


def test_another_configuration_shows_its_question_without_a_hand(stage, config_of):
    page = stage.page()
    stage.use(config_of(layout="two"))
    page.clock.resume()
    expect(page.locator(".plate").first).to_have_attribute("value", "happy", timeout=6_000)


# ---------- looks ----------


LOOK = """() => {
  const box = (one) => one.getBoundingClientRect();
  const over = [...document.querySelectorAll('.plate, .plate span, .ask > *')].filter((one) =>
    (one.scrollWidth > one.clientWidth + 1 && one.matches('.plate, span')) ||
    box(one).left < -1 || box(one).top < -1 || box(one).right > innerWidth + 1 || box(one).bottom > innerHeight + 1);
  // The drawing is as large as the smaller side of its place.
  const faces = [...document.querySelectorAll('.plate .face')].map((one) => Math.min(box(one).width, box(one).height));
  const page = document.documentElement;
  return [page.scrollWidth, page.scrollHeight, over.map((one) => one.className), Math.min(...faces), Math.max(...faces)];
}"""


@pytest.mark.parametrize("layout", ["three", "four", "two-row"])
def test_everything_fits_without_a_scroll_in_every_language_and_faces_are_equal(stage, config_of, layout):
    stage.use(long_config(config_of(), layout))
    page = stage.page()
    for code in LANGUAGES:
        page.goto(f"/screen?lang={code}")
        for size in SIZES.values():
            page.set_viewport_size({"width": size[0], "height": size[1]})
            where = (layout, code, size)
            width, height, over, least, most = page.evaluate(LOOK)
            assert (width, height) == size, where
            assert over == [], where
            # Neither answer may look larger than the other.
            assert most - least < 1, where
            assert least >= 60, where


def test_nothing_can_be_selected_and_a_real_kiosk_shows_no_cursor(stage):
    page = stage.page()
    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"[{style}.userSelect, {style}.overflow, {style}.touchAction]") == ["none", "hidden", "none"]
    assert page.evaluate(f"{style}.cursor") == "default"
    page.evaluate("document.body.classList.remove('asking-simulated')")
    assert page.evaluate(f"[{style}.cursor, getComputedStyle(document.querySelector('.plate')).cursor]") == ["none", "none"]


def test_words_can_be_read_from_two_metres_on_a_ten_inch_panel(stage):
    # A 10 inch panel of 1280 x 800 is 217 mm wide; capitals of 1/200 of two metres are 10 mm, and 0.71 of the letters' size.
    page = stage.page(size=SIZES["desktop"])
    for where, share in (("#question", 1.0), (".plate span", 0.7)):
        size_px = float(page.locator(where).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))
        assert size_px * 0.71 * 217 / 1280 >= 10 * share * 0.9


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/screen?lang=en", "light"),
        ("/screen?lang=fa", "dark"),
        ("/screen?lang=ar&said=thanks", "light"),
        ("/screen?lang=tr&said=sorry", "dark"),
        ("/screen?lang=pl&said=repeat&row=1", "dark"),
    ],
)
def test_axe_finds_nothing(stage, config_of, path, scheme):
    stage.use(long_config(config_of(), "two-row"))
    page = stage.page(path, scheme=scheme)
    read_axe(page)
    assert wrong(page) == []


def test_the_names_for_a_screen_reader_begin_with_the_words_that_are_seen(stage):
    page = stage.page()
    names = page.locator(".plate").evaluate_all("all => all.map(one => [one.getAttribute('aria-label'), one.innerText.trim()])")
    assert names == [["Yes, happy face", "Yes"], ["No, unhappy face", "No"]]
    assert page.locator("form").get_attribute("aria-label") == "Did you feel welcome? (question 1 of 2)"
    page.goto("/screen?lang=fa&row=1")
    assert page.locator("form").get_attribute("aria-label").endswith("(پرسش ۲ از ۲)")


def test_faces_of_the_drawn_boxs_rows_stand_in_the_same_columns(stage, config_of):
    stage.use(long_config(config_of(), "two-row"))
    for code in ("en", "fa", "pl"):
        page = stage.page(f"/?lang={code}", size=SIZES["desktop"])
        lamps = page.locator(".press .lamp").evaluate_all("all => all.map(one => one.getBoundingClientRect().x)")
        assert lamps[:2] == lamps[2:], code
        page.context.close()


@pytest.mark.parametrize(("side", "direction"), [(None, "ltr"), ("left", "ltr"), ("right", "rtl")])
def test_the_happy_side_is_the_stores_or_the_settings(stage, side, direction):
    stage.program.settings = dataclasses.replace(stage.program.settings, happy_side=side)
    client = create_screen(stage.program).test_client()
    assert f'dir="{direction}" aria-label="Did you feel welcome?' in client.get("/screen").text
    assert f'class="box-buttons" dir="{direction}"' in client.get("/").text


def test_a_store_that_reads_from_the_right_has_its_happy_side_there(stage, config_of):
    stage.use(config_of(languages=("fa", "en")))
    client = create_screen(stage.program).test_client()
    assert 'class="ask-answers ask-answers-2" method="post" action="/press" dir="rtl"' in client.get("/screen?lang=en").text
