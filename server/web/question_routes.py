"""Head office's questions: the list, one question, drafting and wording anew, activating, retiring, giving them to kiosks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access.people import CHAIN_ROLES, OFFICE_ROLES, Person
from server.access.scope import visible_stores
from server.audit import Act
from server.comparison.periods import local_today
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.database.questions import asked_now, wordings
from server.errors import Unfit, not_found
from server.fleet.asking import ask, give_new_wording
from server.i18n.translator import LANGUAGES
from server.survey import drafting
from server.survey.definitions import current
from server.survey.judging import LIMITS
from server.survey.questions import read_row
from server.survey.refusals import Refused
from server.web import question_form as form
from server.web.page import Page
from server.web.question_page import ShownOne, groups_of
from server.web.visitor import allowed, by, reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint, Response
    from sqlalchemy import Connection, Engine, Row

    from server.clock import Clock
    from server.i18n.translator import Translator
    from server.settings import Settings
    from server.survey.question import Question

QUESTIONS = "/head-office/questions"
TOLD = {"drafted", "activated", "retired", "handed-out"}


class QuestionPages:
    """The pages' common part: who asks, in which language, over which database."""

    def __init__(self, settings: Settings, clock: Clock, engine: Engine) -> None:
        self.settings, self.clock, self.engine = settings, clock, engine

    def frame(self, connection: Connection, person: Person) -> Page:
        """The page's frame; the reader's language is known once they are."""
        return Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)

    def person(self, connection: Connection, *, may_change: bool = False) -> Person:
        """Who asks; 404 for whom these pages do not exist."""
        return allowed(connection, self.settings, self.clock.now_ms(), CHAIN_ROLES if may_change else OFFICE_ROLES)

    def listed(self, status: int = 200, *, failed: bool = False) -> Response:
        """The list of all questions."""
        with reading(self.engine) as connection:
            person = self.person(connection)
            page = self.frame(connection, person)
            rows, asked = wordings(connection), self._asked(connection, person)
            groups = groups_of(rows, asked, current(connection), page.t)
        kiosk = request.args.get("asked", "") if any(one.kiosk == request.args.get("asked") for one in asked) else ""
        askable = [one for group in groups for one in group.questions if one.state in {"active", "with-draft"}]
        body = render_template(
            "questions.html",
            page=page,
            t=page.t,
            groups=groups,
            askable=askable,
            may_change=person.role in CHAIN_ROLES,
            told=kiosk and page.t.say("ask.done", kiosk=kiosk),
            failed=failed,
        )
        return make_response(body, status)

    def one(self, code: str, status: int = 200, failed: Sequence[str] = ()) -> Response:
        """One question with everything about it."""
        now_ms = self.clock.now_ms()
        with reading(self.engine) as connection:
            person = self.person(connection)
            page = self.frame(connection, person)
            rows = wordings(connection, code)
            if not rows:
                raise not_found()
            spoken, definition = drafting.spoken_languages(connection), current(connection)
            asked = self._asked(connection, person)
            shown = ShownOne(rows, asked, spoken, definition, page.t, local_today("UTC", now_ms))
        told = request.args.get("told", "")
        body = render_template(
            "question.html",
            page=page,
            t=page.t,
            s=shown,
            may_change=person.role in CHAIN_ROLES,
            told=page.t.say(f"told.{told}") if told in TOLD else "",
            failed=failed,
        )
        return make_response(body, status)

    def form(self, question: Question, *, new: bool, status: int = 200, failed: Sequence[str] = ()) -> Response:
        """The form with a question in it."""
        with reading(self.engine) as connection:
            person = self.person(connection, may_change=True)
            page = self.frame(connection, person)
            spoken = drafting.spoken_languages(connection)
        body = render_template(
            "question_form.html",
            page=page,
            t=page.t,
            q=question,
            new=new,
            failed=failed,
            limits=LIMITS,
            languages=sorted(LANGUAGES.items(), key=lambda item: item[0] not in spoken),
            spoken=page.t.listed(*(LANGUAGES[language] for language in spoken)),
            form=form,
        )
        return make_response(body, status)

    def _asked(self, connection: Connection, person: Person) -> list[Row[Any]]:
        """What kiosks ask in the stores that this person may see: a region's head reads of their own alone."""
        seen = {store.id for store in visible_stores(connection, person)}
        return [one for one in asked_now(connection) if one.store_id in seen]


def add_questions(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the pages: head office and regions read them, head office changes."""
    pages = QuestionPages(settings, clock, engine)

    @web.get(QUESTIONS)
    def questions() -> Response:
        return pages.listed()

    @web.get(f"{QUESTIONS}/<code>")
    def question(code: str) -> Response:
        return pages.one(code)

    @web.get("/head-office/draft-question")
    def draft_form() -> Response:
        return pages.form(form.EMPTY, new=True)

    @web.post("/head-office/draft-question")
    def draft() -> Any:
        return _saved(pages, request.form.get("code", "").strip(), drafting.draft, new=True)

    @web.get(f"{QUESTIONS}/<code>/wording")
    def wording_form(code: str) -> Response:
        with reading(engine) as connection:
            pages.person(connection, may_change=True)
            rows = wordings(connection, code)
        if not rows:
            raise not_found()
        return pages.form(read_row(rows[0]), new=False)

    @web.post(f"{QUESTIONS}/<code>/wording")
    def wording(code: str) -> Any:
        return _saved(pages, code, drafting.reword, new=False)

    _add_changes(web, pages)


def _add_changes(web: Blueprint, pages: QuestionPages) -> None:
    def changed(code: str, told: str, change: Callable[[Connection, str, int], object], act: Act) -> Any:
        try:
            with writing(pages.engine) as connection:
                person, now_ms = pages.person(connection, may_change=True), pages.clock.now_ms()
                if not wordings(connection, code):
                    raise not_found()
                change(connection, code, now_ms)
                note(connection, now_ms, by(person), act, code)
        except Unfit as error:
            return pages.one(code, 400, said(error, reader()))
        return redirect(_frame().to(f"{QUESTIONS}/{code}", told=told), 303)

    @web.post(f"{QUESTIONS}/<code>/activate")
    def activate_question(code: str) -> Any:
        return changed(code, "activated", drafting.activate, Act.QUESTION_ACTIVATED)

    @web.post(f"{QUESTIONS}/<code>/retire")
    def retire_question(code: str) -> Any:
        return changed(code, "retired", drafting.retire, Act.QUESTION_RETIRED)

    @web.post(f"{QUESTIONS}/<code>/hand-out")
    def hand_out(code: str) -> Any:
        return changed(code, "handed-out", give_new_wording, Act.QUESTION_HANDED_OUT)

    @web.post("/head-office/ask")
    def ask_kiosk() -> Any:
        kiosk = request.form.get("kiosk", "").strip().upper()
        codes = [code for code in (request.form.get("upper", ""), request.form.get("lower", "")) if code]
        try:
            with writing(pages.engine) as connection:
                person, now_ms = pages.person(connection, may_change=True), pages.clock.now_ms()
                ask(connection, kiosk, codes, now_ms)
                note(connection, now_ms, by(person), Act.KIOSK_ASKED, kiosk, questions=codes)
        except Unfit:
            return pages.listed(400, failed=True)
        return redirect(_frame().to(QUESTIONS, asked=kiosk), 303)


def said(error: Unfit, t: Translator) -> list[str]:
    """A refusal's reasons in the reader's language; one that only commands know is told as not fitting."""
    return [t.tell(one) for one in error.why] if isinstance(error, Refused) else [t.say("ask.failed")]


def _saved(pages: QuestionPages, code: str, keep: Callable[[Connection, Question, int, str], object], *, new: bool) -> Any:
    try:
        with writing(pages.engine) as connection:
            person = pages.person(connection, may_change=True)
            if not new and not wordings(connection, code):
                raise not_found()
            now_ms = pages.clock.now_ms()
            keep(connection, form.read_form(code), now_ms, person.email)
            note(connection, now_ms, by(person), Act.QUESTION_WORDED, code)
    except Unfit as error:
        shown = form.typed()
        return pages.form(replace(shown, code=code), new=new, status=400, failed=said(error, reader()))
    return redirect(_frame().to(f"{QUESTIONS}/{code}", told="drafted"), 303)


def _frame() -> Page:
    return Page(reader(), made_up=False)
