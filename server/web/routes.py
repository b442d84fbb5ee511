"""The pages' addresses: signing in and out, a store's summary, all stores, and pages for what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request

from server.access import sessions
from server.access.people import OFFICE_ROLES
from server.access.scope import visible_store, visible_stores
from server.audit import Act
from server.comparison.live import pulse_of
from server.comparison.periods import LONGEST_DAYS, local_today, parse_period
from server.comparison.summary import store_summary
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.figures import is_made_up
from server.errors import Refusal
from server.web import store_page
from server.web.account_routes import add_account
from server.web.audit_routes import add_audit
from server.web.change_routes import CHAIN_ROLES, add_changes
from server.web.claim_form_routes import add_claim_form
from server.web.claims_routes import add_claims
from server.web.definition_routes import add_definitions
from server.web.employee_routes import add_employees
from server.web.exports_routes import add_exports
from server.web.fleet_routes import add_fleet
from server.web.human_routes import add_human
from server.web.office_routes import add_office
from server.web.page import Page, in_language, kept_address, lens_asked, period_asked
from server.web.people_routes import add_people
from server.web.question_routes import add_questions
from server.web.recoveries_routes import add_recoveries
from server.web.reviews_routes import add_reviews
from server.web.visitor import (
    Stranger,
    by,
    check_origin,
    cookie_name,
    reader,
    remember_language,
    safe_next,
    secure,
    signed_in,
    to_sign_in,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.i18n.translator import Translator
    from server.settings import Settings

# Which words an error page says; other statuses say those of 400 or 500.
ERRORS = {400: "wrong", 401: "forbidden", 403: "forbidden", 404: "not-found", 429: "busy", 503: "busy"}


def blueprint(settings: Settings, clock: Clock, engine: Engine) -> Blueprint:
    """All pages; each that shows figures asks who is there and what they may see in the transaction it reads in."""
    web = Blueprint("web", __name__, static_folder="static", static_url_path="/static", template_folder="templates")
    web.record(lambda state: state.app.extensions.setdefault("salve_engine", engine))
    web.before_request(check_origin)
    web.after_request(lambda response: remember_language(response, settings))
    web.register_error_handler(Refusal, refused)
    web.register_error_handler(Stranger, lambda _: to_sign_in())
    _add_sign_in(web, settings, clock, engine)
    _add_pages(web, settings, clock, engine)
    add_changes(web, settings, clock, engine)
    add_office(web, settings, clock, engine)
    add_fleet(web, settings, clock, engine)
    add_employees(web, settings, clock, engine)
    add_questions(web, settings, clock, engine)
    add_definitions(web, settings, clock, engine)
    add_claims(web, settings, clock, engine)
    add_claim_form(web, settings, clock, engine)
    add_exports(web, settings, clock, engine)
    add_human(web, settings, clock, engine)
    add_people(web, settings, clock, engine)
    add_account(web, settings, clock, engine)
    add_reviews(web, settings, clock, engine)
    add_audit(web, settings, clock, engine)
    add_recoveries(web, settings, clock, engine)
    return web


def error_page(status: int, retry_after_s: int | None = None, refusal: Refusal | None = None) -> Response:
    """A page that says in a sentence what went wrong and offers a way on; a refused period keeps the days that were typed."""
    words = ERRORS.get(status, "failed" if status >= 500 else "wrong")
    page = Page(reader(), made_up=_made_up())
    why, typed = ("", None) if refusal is None else (why_refused(refusal, page.t), typed_days(refusal))
    body = render_template("error.html", page=page, t=page.t, words=words, why=why, typed=typed)
    response = make_response(body, status)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def refused(refusal: Refusal) -> Response:
    """The page of a refusal."""
    return error_page(refusal.status, refusal.retry_after_s, refusal)


def why_refused(refusal: Refusal, t: Translator) -> str:
    """Which part of an address did not fit, in a sentence; "" where it is not about one."""
    name = f"wrong.{refusal.facts.get('reason') or refusal.facts.get('parameter')}"
    if name == "wrong.long":
        return t.say(name, LONGEST_DAYS)
    return t.say(name) if t.known(name) else ""


def typed_days(refusal: Refusal) -> tuple[str, str] | None:
    """What stood in the form for dates, to be put right there; None where it was not the period that was wrong."""
    if "reason" not in refusal.facts:
        return None
    return request.args.get("from", ""), request.args.get("to", "")


def _add_sign_in(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    def form(status: int, wait_s: int = 0, *, wrong: bool = False) -> Response:
        page = Page(reader(), made_up=_made_up())
        onward = safe_next(request.values.get("next"))
        email = request.form.get("email", "")
        body = render_template("sign_in.html", page=page, t=page.t, onward=onward, email=email, wrong=wrong, wait_s=wait_s)
        return make_response(body, status)

    @web.get("/sign-in")
    def sign_in_form() -> Any:
        with reading(engine) as connection:
            person = sessions.who(connection, request.cookies.get(cookie_name(settings)), clock.now_ms())
        return form(200) if person is None else redirect(in_language(safe_next(request.args.get("next"))), 303)

    @web.post("/sign-in")
    def sign_in() -> Any:
        done = sessions.sign_in(
            engine,
            clock.now_ms(),
            request.form.get("email", ""),
            request.form.get("password", ""),
            request.remote_addr or "",
            previous=request.cookies.get(cookie_name(settings)),
        )
        if done.token is None:
            response = form(429 if done.wait_s else 401, done.wait_s, wrong=True)
            if done.wait_s:
                response.headers["Retry-After"] = str(done.wait_s)
            return response
        response = make_response(redirect(in_language(safe_next(request.form.get("next"))), 303))
        response.set_cookie(cookie_name(settings), done.token, path="/", secure=secure(settings), httponly=True, samesite="Lax")
        return response

    @web.post("/sign-out")
    def sign_out() -> Any:
        token, now_ms = request.cookies.get(cookie_name(settings)), clock.now_ms()
        with writing(engine) as connection:
            person = sessions.who(connection, token, now_ms)
            sessions.sign_out(connection, token)
            if person is not None:
                note(connection, now_ms, by(person), Act.SIGNED_OUT)
        response = make_response(redirect(in_language("/sign-in"), 303))
        response.delete_cookie(cookie_name(settings), path="/", secure=secure(settings), httponly=True, samesite="Lax")
        return response


def _add_pages(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    @web.get("/")
    def home() -> Any:
        with reading(engine) as connection:
            person = signed_in(connection, settings, clock.now_ms())
            stores = visible_stores(connection, person)
        if person.role in OFFICE_ROLES:
            return redirect(kept_address("/head-office"), 303)
        return redirect(kept_address(f"/stores/{stores[0].code}" if len(stores) == 1 else "/stores"), 303)

    @web.get("/stores/<code>")
    def store(code: str) -> str:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            place = visible_store(connection, person, code)
            period = parse_period(period_asked(), local_today(place.timezone, now_ms))
            summary = store_summary(connection, place, period, now_ms, lens_asked())
            several = person.role in OFFICE_ROLES or len(visible_stores(connection, person)) > 1
        page = Page(
            reader(place.languages, place.territory), made_up=summary.made_up, person=person, several=several, store=code
        )
        shown = store_page.ShownSummary(summary, page.t, now_ms, person.email)
        return render_template("store.html", page=page, t=page.t, s=shown, for_all=person.role in CHAIN_ROLES)

    @web.get("/stores/<code>/pulse")
    def store_pulse(code: str) -> Response:
        with reading(engine) as connection:
            place = visible_store(connection, signed_in(connection, settings, clock.now_ms()), code)
            return Response(str(pulse_of(connection, [place])), mimetype="text/plain")


def _made_up() -> bool:
    return is_made_up(current_app.extensions["salve_engine"])
