"""The runs' addresses: seeing what was found, and deciding about it; nobody decides about a store that they answer for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request

from server.access.people import OFFICE_ROLES
from server.access.scope import visible_stores
from server.audit import Act
from server.comparison.reviews import reviews_of, tells
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.database.reviews import EXCLUDED, KEPT
from server.errors import not_found, wrong_parameter
from server.fleet.reviewing import decide, read_review
from server.web.page import Page, page_asked
from server.web.reviews_page import ShownReviews
from server.web.visitor import by, reader, signed_in

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings

# A region's head answers for its stores as a manager does.
DECIDERS = frozenset({"head-office", "admin"})


def add_reviews(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page for head office, and for a region without the buttons."""

    @web.get("/head-office/reviews")
    def reviews() -> str:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            if person.role not in OFFICE_ROLES:
                raise not_found()
            found = reviews_of(connection, visible_stores(connection, person), page_asked())
            if found.before and found.before >= found.undecided:
                raise wrong_parameter("page", "is beyond the list's end")
            made_up = read_life(connection).made_up
        t = reader()
        page = Page(t, made_up=made_up, person=person, several=True)
        shown = ShownReviews(found, t, now_ms)
        return render_template("reviews.html", page=page, t=t, s=shown, may_decide=person.role in DECIDERS)

    @web.post("/head-office/reviews/<int(max=2147483647):number>")
    def judge(number: int) -> Any:
        now_ms = clock.now_ms()
        decision = request.form.get("decision", "")
        with writing(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            if person.role not in DECIDERS:
                raise not_found()
            review = read_review(connection, number)
            if review is None or not (review.decision or tells(review)):
                raise not_found()
            if decision not in {EXCLUDED, KEPT}:
                raise wrong_parameter("decision", f"must be {EXCLUDED} or {KEPT}")
            changed = decide(connection, review, decision, person.email, now_ms)
            act, day = Act.RUN_SET_ASIDE if decision == EXCLUDED else Act.RUN_KEPT, date.fromordinal(review.run.local_day)
            note(connection, now_ms, by(person), act, review.kiosk, day=day.isoformat(), review=number, presses=changed)
        return redirect(f"{Page(reader(), made_up=False).to('/head-office/reviews')}#r{number}", 303)
