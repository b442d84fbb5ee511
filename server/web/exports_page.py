"""The page of exports in the reader's words: what there is, by which address, with which parameters and columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from server.database.export_columns import PARAMETERS, TABLES
from server.errors import wrong_parameter
from server.i18n.sentence import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.database.export_columns import Column
    from server.i18n.translator import Translator

ADDRESS = "/api/v1/export/"
# What a link here hands on of the days and the store that were chosen; the rest is for programs.
CHOSEN = ("from", "to", "store")
OF_CSV = ("bom", "raw", "gzip")
MONTHS = 3
# Their answers say in a header where the next one begins.
FEEDS = {"reactions.csv", "revisions.csv"}


class Link(NamedTuple):
    """One file to download: what is written on it, and its address."""

    words: str
    address: str


class ShownExport(NamedTuple):
    """One export: its files, the line a program fetches it with, and what may be asked of it."""

    name: str
    says: str
    links: list[Link]
    curl: str
    parameters: list[tuple[str, str]]
    columns: tuple[Column, ...]


class Choice(NamedTuple):
    """The days and the store that the page is set to, as they stand in the address; "" is not chosen."""

    first: str
    end: str
    store: str

    def parameters(self, known: Iterable[str]) -> dict[str, str]:
        """Those of them that are chosen and that an export knows."""
        chosen = dict(zip(CHOSEN, self, strict=True))
        return {name: text for name, text in chosen.items() if text and name in known}


def read_choice(asked: Mapping[str, str], codes: Iterable[str]) -> Choice:
    """What the page's form was set to. Raises a Refusal (400) for what is no day, or no store of the reader's."""
    choice = Choice(*(asked.get(name, "") for name in CHOSEN))
    try:
        days = [date.fromisoformat(text) for text in choice[:2] if text]
    except ValueError as error:
        raise _wrong_days() from error
    if days != sorted(days):
        raise _wrong_days()
    if choice.store and choice.store not in codes:
        raise wrong_parameter("store", "is none that there is")
    return choice


def shown_exports(choice: Choice, t: Translator, public_url: str, today: date) -> list[ShownExport]:
    """Everything there is to fetch, with the choice in every address that knows it."""
    return [*(_lines(name, choice, t, public_url) for name in TABLES), *_files(choice, t, public_url, today)]


def _lines(name: str, choice: Choice, t: Translator, public_url: str) -> ShownExport:
    known = choice.parameters(PARAMETERS[name])
    if name == "stores" and not {"from", "to"} <= known.keys():
        # Figures need both days or none.
        known = {key: text for key, text in known.items() if key == "store"}
    links = [
        Link("CSV", _address(f"{name}.csv", known)),
        Link("Excel", _address(f"{name}.csv", known | {"bom": "1"})),
        Link("NDJSON", _address(f"{name}.ndjson", known)),
    ]
    curl = _curl(public_url, links[0].address, f"{name}.csv")
    parameters = _parameters((*PARAMETERS[name], *OF_CSV), t)
    return ShownExport(name, t.say(f"exports.{name}"), links, curl, parameters, TABLES[name].columns)


def _files(choice: Choice, t: Translator, public_url: str, today: date) -> list[ShownExport]:
    known = choice.parameters(CHOSEN)
    if len({"from", "to"} & known.keys()) == 1:
        known = {key: text for key, text in known.items() if key == "store"}
    months = [_month(today, back) for back in range(MONTHS)]
    parquet = [
        Link(f"{month:%Y-%m}", _address(f"reactions/{month:%Y-%m}.parquet", choice.parameters(["store"]))) for month in months
    ]
    sqlite, package = _address("salve.sqlite", known), _address("datapackage.json", {})
    return [
        ShownExport(
            *("parquet", t.say("exports.parquet"), parquet),
            *(_curl(public_url, parquet[0].address, f"{months[0]:%Y-%m}.parquet"), _parameters(["store"], t), ()),
        ),
        ShownExport(
            *("sqlite", t.say("exports.sqlite"), [Link("SQLite", sqlite)]),
            *(_curl(public_url, sqlite, "salve.sqlite"), _parameters(("from", "to", "store", "period"), t), ()),
        ),
        ShownExport(
            *("package", t.say("exports.package"), [Link("JSON", package)]),
            *(_curl(public_url, package, "datapackage.json"), [], ()),
        ),
    ]


def _parameters(names: Iterable[str], t: Translator) -> list[tuple[str, str]]:
    """What may be asked, each with its words."""
    one, periods = Name("1"), Name("today, 7d, 4w, 13w")
    return [(name, t.say(f"exports.may-{name}", one=one, names=periods)) for name in names]


def _month(today: date, back: int) -> date:
    first = today.replace(day=1)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _address(name: str, parameters: dict[str, str]) -> str:
    return f"{ADDRESS}{name}" + (f"?{urlencode(parameters)}" if parameters else "")


def _curl(public_url: str, address: str, file: str) -> str:
    # A refusal is no data: with --fail it leaves the file alone, and the command says that it failed.
    where = f"-D {file.removesuffix('.csv')}.headers -o {file}" if file in FEEDS else f"-o {file}"
    return f"curl --fail -H 'Authorization: Bearer TOKEN' '{public_url}{address}' {where}"


def _wrong_days() -> Exception:
    refusal = wrong_parameter("from", "and to must be days like 2026-11-14, the first one first")
    refusal.facts["reason"] = "day"
    return refusal
