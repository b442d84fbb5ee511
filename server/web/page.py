"""What every page's frame needs: the reader's language, addresses that keep it, who is signed in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import g, request

from server.comparison.parts import Lens, read_lens
from server.comparison.periods import DEFAULT
from server.errors import wrong_parameter
from server.i18n.translator import LANGUAGES
from server.web.navigation import links_for

if TYPE_CHECKING:
    from server.access.people import Person
    from server.i18n.translator import Translator
    from server.web.navigation import Link


KEPT = frozenset(
    {"period", "from", "to", "sort", "page", "lang", "next", "store", "region", "funnel", "touchpoint", "question", "kind"}
)
PERIOD = ("period", "from", "to")
LENS = ("touchpoint", "question")


class Page:
    """The frame of one answer; `several` says that the person may see more than one store, `store` which it is about."""

    def __init__(
        self, t: Translator, *, made_up: bool, person: Person | None = None, several: bool = False, store: str = ""
    ) -> None:
        self.t = t
        self.made_up = made_up
        self.person = person
        self.several = several
        self.store = store

    @property
    def links(self) -> list[Link]:
        """What the bar at the top leads to."""
        if self.person is None:
            return []
        waiting = g.get("waiting", 0)
        return links_for(self.person, request.path, store=self.store, several=self.several, waiting=waiting)

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """The other languages: code, own name, and this page's address in it."""
        return [(code, name, self.here(lang=code)) for code, name in LANGUAGES.items() if code != self.t.language]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that a form of this page sends along."""
        return [(key, value) for key, value in request.args.items() if key in {"sort", "lang", "region", "funnel", *LENS}]

    def kept_beside(self, *fields: str) -> list[tuple[str, str]]:
        """Parameters that a form with these fields sends along; a new choice begins at the list's first part."""
        return [(key, value) for key, value in request.args.items() if key in KEPT - {"page", *fields}]

    def here(self, **changes: str) -> str:
        """This page's address with some parameters changed."""
        wanted = {key: value for key, value in request.args.items() if key in KEPT}
        if "period" in changes:
            wanted = {key: value for key, value in wanted.items() if key not in {"from", "to"}}
        if "sort" in changes or "region" in changes:
            wanted.pop("page", None)
        wanted |= changes
        return f"?{urlencode(wanted)}" if wanted else request.path

    def without(self, *names: str) -> str:
        """This page's address without some parameters."""
        return address(request.path, {key: value for key, value in request.args.items() if key in KEPT and key not in names})

    def to(self, path: str, **parameters: str) -> str:
        """Another page's address, in the language that this one's address asks for."""
        return address(path, parameters | language_asked())

    def along(self, path: str) -> str:
        """Another page's address, in this one's language and over the same days."""
        return kept_address(path)


def language_asked() -> dict[str, str]:
    """The language that the address asks for, as a parameter; empty where it asks for none that there is."""
    asked = request.args.get("lang", "")
    return {"lang": asked} if asked in LANGUAGES else {}


def kept_address(path: str) -> str:
    """A page's address with the language and the period that were asked for, fit or not: that page says so itself."""
    period = {key: request.args[key] for key in PERIOD if key in request.args}
    return address(path, period | language_asked())


def in_language(path: str) -> str:
    """One of our addresses, in the language that this one asks for."""
    asked = language_asked()
    if not asked:
        return path
    parts = urlsplit(path)
    return address(parts.path, {key: value for key, value in parse_qsl(parts.query) if key != "lang"} | asked)


def address(path: str, parameters: dict[str, str]) -> str:
    """A path with its parameters."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


def period_asked() -> str:
    """The period that the address asks for; `from` and `to` of the form for dates, both days included, make one too."""
    if "from" not in request.args or "to" not in request.args:
        return request.args.get("period", DEFAULT)
    try:
        first, last = (date.fromisoformat(request.args[name]) for name in ("from", "to"))
        return f"{first}..{last + timedelta(days=1)}"
    except (ValueError, OverflowError) as error:
        refusal = wrong_parameter("from", "and to must be days like 2026-11-14")
        refusal.facts["reason"] = "day"
        raise refusal from error


def lens_asked() -> Lens:
    """The touchpoint and the question that the address asks to see alone; raises a Refusal (400) for what is no name."""
    return read_lens(*(request.args.get(name) for name in LENS))


def page_asked() -> int:
    """Which part of a long list the address asks for, from 1; raises a Refusal (400) for what is no such number."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) >= 1):
        raise wrong_parameter("page", "must be a number from 1")
    return int(text)
