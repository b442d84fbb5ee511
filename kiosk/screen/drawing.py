"""What the pages show, made from configuration and status: questions in rows, words, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hardware.lights import CYCLE_MS, LIT_MS, Light
from kiosk.screen.words import LANGUAGES, Words, words_of
from wire.layouts import rows

if TYPE_CHECKING:
    from wire.messages import ButtonMeaning, Config

# As many presses as the drawn strip has room for.
STRIP = 24


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the configuration with the language it is really in."""

    text: str
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class Face:
    """One button: its name, its face's drawing, its word, and the light it shows."""

    button: str
    face: str
    answer: Text
    spoken: str
    light: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question with its buttons."""

    number: int
    question: Text
    spoken: str
    signal: str
    faces: list[Face]


def language_of(wanted: str | None, config: Config | None) -> Words:
    """The words to show: the wanted language, else the store's first that has words, else English."""
    offered = [wanted] if wanted else []
    if config is not None:
        offered += config.languages
    return words_of(next((code for code in offered if code in LANGUAGES), "en"))


def choices(config: Config | None) -> list[Words]:
    """The languages to choose from: the store's own in its order, or all before there is a configuration."""
    codes = [code for code in config.languages if code in LANGUAGES] if config is not None else list(LANGUAGES)
    return [words_of(code) for code in codes or ["en"]]


def draw_rows(config: Config | None, words: Words, lights: dict[str, str]) -> list[Row]:
    """The box's rows in the order of its layout, empty before there is a configuration."""
    if config is None:
        return []
    drawn: list[Row] = []
    every = rows(config.layout)
    for number, buttons in enumerate(every):
        known = [(button, config.buttons[button.name]) for button in buttons if button.name in config.buttons]
        if not known:
            continue
        first = known[0][1]
        faces = [
            _face(button.name, button.answer, meaning, words, config, lights.get(button.name, "off"))
            for button, meaning in known
        ]
        question = _question(first, words, config)
        drawn.append(Row(number, question, _spoken(question, number, len(every), words), first.signal or "experience", faces))
    return drawn


def happy_first(config: Config | None, happy_side: str | None) -> str:
    """The direction in which faces stand, "ltr" where the happy one is on the left.

    It is the store's and not the language's that is shown: a hand already on its way must not find the other face.
    """
    if happy_side is not None:
        return "rtl" if happy_side == "right" else "ltr"
    return choices(config)[0].dir


def strip(waiting: int | None, acknowledged: int | None) -> list[str]:
    """The last presses as "there" and "here", oldest first, as many as the strip has room for."""
    here = min(waiting or 0, STRIP)
    there = min(acknowledged or 0, STRIP - here)
    return ["there"] * there + ["here"] * here


def local_clock(utc: str | None, words: Words) -> str | None:
    """A moment as this machine's clock on the wall shows it, None for None."""
    if utc is None:
        return None
    return words.digits(datetime.fromisoformat(utc).astimezone().strftime("%H:%M:%S"))


def light_words(words: Words) -> dict[str, str]:
    """The name of each light, for the page and its script."""
    return {light: words.simulated[f"light_{light}"] for light in LIT_MS}


def light_path(light: Light) -> str:
    """A light's four seconds as a line: 200 wide, 6 where it is lit and 26 where it is dark."""
    scale = CYCLE_MS / 200
    edges = "".join(f"H{start / scale:g}V6H{end / scale:g}V26" for start, end in LIT_MS[light])
    return f"M0 26{edges}H200"


def row_light(row: Row) -> str:
    """The light that speaks for a row: what one of its buttons answers, else how they rest."""
    telling: list[Any] = [face.light for face in row.faces if face.light not in {"ready", "off"}]
    return str(telling[0]) if telling else row.faces[0].light


def _question(meaning: ButtonMeaning, words: Words, config: Config) -> Text:
    code = _known_language(meaning, words, config)
    return _text(meaning.texts[code].question, code) if code else Text(meaning.question, "en", "ltr")


def _spoken(question: Text, number: int, rows_in_all: int, words: Words) -> str:
    name = "one_row" if rows_in_all == 1 else "row_of_several"
    return words.spoken[name].format(question=question.text, i=words.number(number + 1), all=words.number(rows_in_all))


def _face(button: str, face: str, meaning: ButtonMeaning, words: Words, config: Config, light: str) -> Face:
    code = _known_language(meaning, words, config)
    answer = _text(meaning.texts[code].answer, code) if code else Text(words.faces[face], words.code, words.dir)
    return Face(button, face, answer, words.spoken[face].format(answer=answer.text), light)


def _known_language(meaning: ButtonMeaning, words: Words, config: Config) -> str | None:
    return next((code for code in (words.code, *config.languages) if code in meaning.texts), None)


def _text(text: str, code: str) -> Text:
    return Text(text, code, words_of(code).dir if code in LANGUAGES else "auto")
