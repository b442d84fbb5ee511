"""A spreadsheet opens the CSV: names are right cell by cell, nothing runs, and figures and days are figures and days."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from server.database.engine import writing
from server.database.placements import place
from server.database.stores import add_store, store_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

SPREADSHEET = shutil.which("soffice")
PERSIAN = ("فروشگاه می‌خواهم", "تهران ولیعصر، خیابان بزرگ", "شعبهٔ ۱۲", "عمّان جبل الحسين", "Łódź «Manufaktura», parter")
FORMULAS = ("=1+2", "@SUM(1;2)", "+3", "-4+5", "＝6+7", '=HYPERLINK("http://127.0.0.1/";"x")', "'quoted", '="a"&"b"')
NAMES = (*PERSIAN, *FORMULAS)
# To a spreadsheet that takes ";" for the end of a field this is three, of which the second would be 17.
SPLIT = ("x;=8+9;y", 'x;"=8+9&";y')
COMMA, SEMICOLON = 44, 59
# 34 quotes, 76 UTF-8; the last words find dates and let formulas run, as a careless reader's settings would.
AS_CSV = "CSV:{end},34,76,1,,0,false,true,,,,true"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

pytestmark = pytest.mark.skipif(SPREADSHEET is None, reason="LibreOffice is not installed: apt install libreoffice-calc-nogui")


class Cell(NamedTuple):
    """`kind` is string, float, date or nothing; `value` is what a sum would use."""

    kind: str
    shown: str
    value: str
    formula: str | None


@pytest.fixture
def database() -> str:
    """What a spreadsheet shows does not depend on it."""
    return "sqlite"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where LibreOffice keeps what it makes at its first start."""
    return f"-env:UserInstallation=file://{tmp_path_factory.mktemp('profile')}"


@pytest.fixture
def sheet(chain: Any, client: FlaskClient, tmp_path: Path, profile: str) -> Callable[..., list[list[Cell]]]:
    """The rows that LibreOffice has of an export, the names of its columns first."""

    def rows(name: str, end: int = COMMA, **wishes: str) -> list[list[Cell]]:
        answer = client.get(f"/api/v1/export/{name}.csv", query_string=wishes, headers=chain.token())
        assert answer.status_code == 200
        (tmp_path / "sheet.csv").write_bytes(answer.data)
        words = [str(SPREADSHEET), profile, "--headless", f"--infilter={AS_CSV.format(end=end)}"]
        words += ["--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / "sheet.csv")]
        subprocess.run(words, check=True, capture_output=True, timeout=150)
        return [cells(row) for row in ET.parse(tmp_path / "sheet.fods").iter(f"{TABLE}table-row")]

    return rows


@pytest.fixture
def opened(sheet: Callable[..., list[list[Cell]]]) -> Callable[..., list[dict[str, Cell]]]:
    """The same rows by the names of their columns."""

    def rows(name: str, **wishes: str) -> list[dict[str, Cell]]:
        names, *others = sheet(name, **wishes)
        return [dict(zip([cell.shown for cell in names], row, strict=False)) for row in others]

    return rows


def cells(row: ET.Element) -> list[Cell]:
    found = []
    for cell in row.iter(f"{TABLE}table-cell"):
        kind = cell.get(f"{OFFICE}value-type", "")
        shown = "\n".join("".join(text.itertext()) for text in cell.iter(f"{TEXT}p"))
        value = cell.get(f"{OFFICE}date-value" if kind == "date" else f"{OFFICE}value", shown)
        times = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        found += [Cell(kind, shown, value, cell.get(f"{TABLE}formula"))] * times
    return found


def called(chain: Any, names: Sequence[str]) -> None:
    """A store for each name, which is also its region's."""
    with writing(chain.engine) as connection:
        for number, name in enumerate(names, 1):
            code = f"T{number:03d}"
            add_store(connection, code, name, "Asia/Tehran", name, ["fa"], "IR", 0)
            place(connection, 1, store_ids(connection, [code])[0], "exit", number)


@pytest.fixture
def named(chain: Any) -> None:
    called(chain, NAMES)


@pytest.mark.parametrize("bom", ["0", "1"])
def test_persian_names_are_right_and_what_looks_like_a_formula_stays_text(named: None, opened: Any, bom: str) -> None:
    rows = [row for row in opened("stores", bom=bom) if row["store"].shown.startswith("T")]
    for column in ("store_name", "region"):
        assert [row[column].shown for row in rows[: len(PERSIAN)]] == list(PERSIAN)
        # An apostrophe in front is what keeps a spreadsheet from computing; a name that has one already gets a second.
        assert [row[column].shown.removeprefix("'") for row in rows] == list(NAMES)
        assert {row[column].kind for row in rows} == {"string"}
    assert [cell for row in rows for cell in row.values() if cell.formula is not None] == []


def test_without_the_apostrophes_the_same_names_do_run(named: None, opened: Any) -> None:
    rows = [row for row in opened("stores", raw="1") if row["store"].shown.startswith("T")]
    ran = [(cell.formula, cell.value) for row in rows if (cell := row["store_name"]).formula is not None]
    assert ("of:=1+2", "3") in ran, "nothing runs here at all, so that nothing ran above says nothing"


def test_where_a_semicolon_ends_a_field_nothing_runs_either(chain: Any, sheet: Any) -> None:
    called(chain, SPLIT)
    safe, raw = (
        {cell.value for row in sheet("stores", SEMICOLON, raw=raw) for cell in row if cell.formula is not None}
        for raw in ("0", "1")
    )
    assert safe == set()
    assert "17" in raw, "nothing runs here at all, so that nothing ran above says nothing"


@pytest.mark.parametrize("bom", ["0", "1"])
def test_figures_are_figures_and_days_are_days(chain: Any, opened: Any, bom: str) -> None:
    chain.press(1, 12)
    chain.press(2, 3)
    reactions = opened("reactions", bom=bom)
    assert next(iter(reactions[0])) == "position"
    assert [(row["seq"].kind, row["seq"].value) for row in reactions] == [
        ("float", str(seq)) for seq in (*range(1, 13), *range(1, 4))
    ]
    assert {(row["kiosk"].shown, row["store"].shown) for row in reactions} == {("K-001", "S001"), ("K-002", "S002")}
    # Instants stay text to the millisecond: their zone would be lost in a spreadsheet's own dates.
    assert {(row["pressed_at"].kind, row["pressed_at"].shown) for row in reactions} == {("string", "2026-11-21T11:59:58.500Z")}
    assert {row["local_time"].shown for row in reactions} == {"2026-11-21T12:59:58.500+01:00", "2026-11-21T17:29:58.500+05:30"}
    (store, _) = opened("stores", bom=bom)
    assert (store["from"].kind, store["from"].value, store["to"].value) == ("date", "2026-11-14", "2026-11-21")
    assert (store["service_total"].kind, store["service_total"].value) == ("float", "0")
    assert store["service_index"] == Cell("", "", "", None), "what is not known is an empty cell and no zero"
