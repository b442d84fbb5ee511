"""Head office's definitions: all versions, and the form that declares the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import make_response, redirect, render_template, request

from server.access.people import CHAIN_ROLES, OFFICE_ROLES
from server.audit import Act
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.database.questions import wordings
from server.survey.definition import LEAST_COUNT
from server.survey.definitions import current, declare, history
from server.survey.refusals import Refused, refused
from server.web.definition_page import may_be_named, shown_definition, texts_of
from server.web.page import Page
from server.web.question_form import DIMENSIONS
from server.web.visitor import allowed, by, reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint, Response
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.i18n.translator import Translator
    from server.settings import Settings
    from server.survey.definition import Definition

DEFINITIONS = "/head-office/definitions"
# What these two mean is not the chain's to choose.
MEANT = ("CX", "EX")


class Typed(NamedTuple):
    """What stands in the form, as it was typed."""

    service: Sequence[str]
    experience: Sequence[str]
    target_service: str
    target_experience: str
    least: str
    weights: dict[str, str]
    labels: dict[str, str]


def add_definitions(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the pages: head office and regions read them, head office declares."""

    @web.get(DEFINITIONS)
    def definitions() -> str:
        with reading(engine) as connection:
            person = allowed(connection, settings, clock.now_ms(), OFFICE_ROLES)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
            texts = texts_of(wordings(connection), page.t)
            shown = [shown_definition(one, texts, page.t) for one in history(connection)]
        told = page.t.say("told.declared", version=shown[0].version) if request.args.get("told") == "declared" else ""
        return render_template(
            "definitions.html", page=page, t=page.t, shown=shown, told=told, may_change=person.role in CHAIN_ROLES
        )

    def form(typed: Typed | None = None, status: int = 200, failed: Sequence[str] = ()) -> Response:
        with reading(engine) as connection:
            person = allowed(connection, settings, clock.now_ms(), CHAIN_ROLES)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
            before, rows = current(connection), wordings(connection)
        texts = texts_of(rows, page.t)
        kept = {"service": before.service, "experience": before.experience}
        body = render_template(
            "definition_form.html",
            page=page,
            t=page.t,
            typed=typed or _typed_of(before),
            choices={signal: [texts[code] for code in may_be_named(rows, signal, codes)] for signal, codes in kept.items()},
            dimensions=DIMENSIONS,
            meant=MEANT,
            least=LEAST_COUNT,
            failed=failed,
        )
        return make_response(body, status)

    @web.get(f"{DEFINITIONS}/next")
    def next_form() -> Response:
        return form()

    @web.post(f"{DEFINITIONS}/next")
    def declare_next() -> Any:
        typed = _typed()
        try:
            with writing(engine) as connection:
                now_ms = clock.now_ms()
                person = allowed(connection, settings, now_ms, CHAIN_ROLES)
                new = declare(
                    connection,
                    now_ms,
                    person.email,
                    service=typed.service,
                    experience=typed.experience,
                    target_service=_share(typed.target_service),
                    target_experience=_share(typed.target_experience),
                    least_count=_whole(typed.least),
                    weights={name: _weight(text) for name, text in typed.weights.items() if text},
                    labels=typed.labels,
                )
                note(connection, now_ms, by(person), Act.DEFINITION_DECLARED, str(new.version))
        except Refused as error:
            return form(typed, 400, _said(error, reader()))
        return redirect(Page(reader(), made_up=False).to(DEFINITIONS, told="declared"), 303)


def _typed() -> Typed:
    form = request.form
    return Typed(
        service=form.getlist("service"),
        experience=form.getlist("experience"),
        target_service=form.get("target-service", "").strip(),
        target_experience=form.get("target-experience", "").strip(),
        least=form.get("least", "").strip(),
        weights={name: form.get(f"weight-{name}", "").strip() for name in DIMENSIONS},
        labels={name: form.get(f"label-{name}", "").strip() for name in DIMENSIONS if name not in MEANT},
    )


def _typed_of(before: Definition) -> Typed:
    return Typed(
        service=before.service,
        experience=before.experience,
        target_service=_hundred(before.target_service),
        target_experience=_hundred(before.target_experience),
        least=str(before.least_count),
        weights={name: _hundred(weight) for name, weight in before.weights},
        labels=dict(before.labels),
    )


def _hundred(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}".rstrip("0").rstrip(".")


def _share(text: str) -> float | None:
    """A number of 100, in the digits of any language, as a share; nothing typed is None."""
    if not text:
        return None
    try:
        return float(text.replace(",", ".").replace("٫", ".")) / 100
    except ValueError as error:
        raise refused("definition.target") from error


def _weight(text: str) -> float:
    try:
        return _share(text) or 0.0
    except Refused as error:
        raise refused("definition.weights") from error


def _whole(text: str) -> int:
    # What is no number is below every least count, and refused with its sentence.
    return int(text) if text.isdecimal() and len(text) <= 6 else 0


def _said(error: Refused, t: Translator) -> list[str]:
    return [t.tell(one) for one in error.why]
