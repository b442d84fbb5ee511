"""A spreadsheet opens the CSV: names are right, and nothing runs."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from server.database.engine import writing
from server.database.placements import place
from server.database.stores import add_store, store_ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

SPREADSHEET = shutil.which("soffice")
NAMES = ("=1+2", "@SUM(1;2)", "+3", "-4+5", "＝6+7", '=HYPERLINK("http://127.0.0.1/";"x")', "فروشگاه می‌خواهم", "'quoted")
# To a spreadsheet that takes ";" for the end of a field this is three, of which the second would be 17.
SPLIT = ("x;=8+9;y", 'x;"=8+9&";y')


@pytest.mark.skipif(SPREADSHEET is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_persian_names_and_computes_no_formula(chain: Any, client: FlaskClient, tmp_path: Path) -> None:
    called(chain, NAMES)
    files = []
    for raw in ("0", "1"):
        files.append(tmp_path / f"raw-{raw}.csv")
        wishes = {"bom": "1", "raw": raw}
        files[-1].write_bytes(client.get("/api/v1/export/stores.csv", query_string=wishes, headers=chain.token()).data)
    opened(tmp_path, files, 44)
    safe, raw_ones = (names_in(tmp_path / "out" / file.name) for file in files)
    assert [name.removeprefix("'") for name in safe] == [*NAMES[:-1], "'quoted"]
    assert raw_ones[0] == "3", "nothing runs here at all, so that nothing ran above says nothing"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.skipif(SPREADSHEET is None, reason="LibreOffice is not installed")
def test_where_a_semicolon_ends_a_field_nothing_runs_either(chain: Any, client: FlaskClient, tmp_path: Path) -> None:
    called(chain, SPLIT)
    files = [tmp_path / "raw-0.csv", tmp_path / "raw-1.csv"]
    for raw, file in enumerate(files):
        file.write_bytes(client.get("/api/v1/export/stores.csv", query_string={"raw": raw}, headers=chain.token()).data)
    opened(tmp_path, files, 59)
    safe, raw_one = ((tmp_path / "out" / file.name).read_text(encoding="utf-8") for file in files)
    assert "17" not in safe
    assert "17" in raw_one, "nothing runs here at all, so that nothing ran above says nothing"


def called(chain: Any, names: Sequence[str]) -> None:
    """Stores of these names."""
    with writing(chain.engine) as connection:
        for number, name in enumerate(names, 1):
            code = f"T{number:03d}"
            add_store(connection, code, name, "Asia/Tehran", name, ["fa"], "IR", 0)
            place(connection, 1, store_ids(connection, [code])[0], "exit", number)


def opened(tmp_path: Path, files: Sequence[Path], end_of_field: int) -> None:
    """What the spreadsheet makes of these files, in the folder `out`."""
    # 44 comma, 59 semicolon, 34 quotes, 76 UTF-8; the last word lets formulas run, as a careless reader's settings would.
    words = [
        *(str(SPREADSHEET), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"),
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
        f"--infilter=CSV:{end_of_field},34,76,1,,0,false,true,,,,true",
        *("--outdir", str(tmp_path / "out"), *map(str, files)),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=150)


def names_in(path: Path) -> list[str]:
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    return [row["store_name"] for row in rows if row["store"].startswith("T")]
