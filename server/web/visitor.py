"""Who asks for a page, in which language they read, and whether a form really came from our own page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import g, redirect, request

from server.access import sessions
from server.audit import PERSON, By
from server.errors import Refusal, not_found
from server.i18n.translator import LANGUAGES, translator
from server.recovery.recoveries import waiting_for
from server.web.page import address, language_asked

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection
    from werkzeug.wrappers import Response

    from server.access.people import Person
    from server.i18n.translator import Translator
    from server.settings import Settings

LANGUAGE_COOKIE = "salve-language"
A_YEAR_S = 365 * 24 * 3600


class Stranger(Exception):
    """A page for signed-in people was asked for by somebody who is not."""


def cookie_name(settings: Settings) -> str:
    """The session cookie's name."""
    return settings.session_cookie


def secure(settings: Settings) -> bool:
    """Whether people reach this server by https."""
    return settings.public_url.startswith("https:")


def signed_in(connection: Connection, settings: Settings, now_ms: int) -> Person:
    """The person who asks; raises Stranger."""
    person = sessions.who(connection, request.cookies.get(cookie_name(settings)), now_ms)
    if person is None:
        raise Stranger
    g.person_language = person.language
    g.waiting = waiting_for(connection, person)
    return person


def allowed(connection: Connection, settings: Settings, now_ms: int, roles: Collection[str]) -> Person:
    """The person who asks, if their role is one of these; raises Stranger, or the 404 of a page that does not exist."""
    person = signed_in(connection, settings, now_ms)
    if person.role not in roles:
        raise not_found()
    return person


def by(person: Person) -> By:
    """Who acts with this request, for the audit log."""
    return By(PERSON, person.id, person.email, request.remote_addr or "")


def to_sign_in() -> Response:
    """Send a stranger to sign in, and back to where they wanted to go afterwards."""
    wanted = request.full_path.rstrip("?") if request.query_string else request.path
    again = {} if wanted == "/" or request.method != "GET" else {"next": wanted}
    return redirect(address("/sign-in", again | language_asked()), 303)


def reader(store_languages: Sequence[str] = (), territory: str = "") -> Translator:
    """The reader's translator: what the address says, what they chose, what their browser asks for, what the store speaks."""
    asked = request.args.get("lang", "")
    chosen = request.cookies.get(LANGUAGE_COOKIE, "") or g.get("person_language", "")
    preferred = request.accept_languages.best_match(list(LANGUAGES)) or ""
    for language in (asked, chosen, preferred, *store_languages):
        if language in LANGUAGES:
            return translator(language, territory)
    return translator("en", territory)


def remember_language(response: Response, settings: Settings) -> Response:
    """Keep the language that somebody chose on one of our pages; a colleague's link shows it once and changes nothing."""
    asked = language_asked().get("lang", "")
    if asked and asked != request.cookies.get(LANGUAGE_COOKIE) and _from_our_page():
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=A_YEAR_S, path="/", secure=secure(settings), httponly=True, samesite="Lax"
        )
    return response


def _from_our_page() -> bool:
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return urlsplit(request.referrer or "").netloc == request.host


def safe_next(text: str | None) -> str:
    """A path of our own to go to after signing in; anything else is the start page."""
    path = text or "/"
    # Browsers read a backslash as a slash and drop control characters, so neither may hide a second slash: another host.
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if ours else "/"


def check_origin() -> None:
    """Refuse (400) a change of state that another site may have sent, or that does not say where it comes from."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site is not None:
        ours = fetch_site == "same-origin"
    else:
        ours = origin in {f"http://{request.host}", f"https://{request.host}"}
    if not ours:
        raise Refusal(400, "foreign-form", "This form did not come from a page of this server. Open the page again.")
