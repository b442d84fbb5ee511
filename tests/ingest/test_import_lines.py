"""A CSV file to import: what its quotation marks hold, and what can not be told for certain is not read on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.errors import Unfit
from server.ingest.import_lines import rows_of

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "a;b;c;d;e\n"
ROW = "1;2;3;4;5\n"


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[tuple[int, dict[str, str]]]:
    file = folder / "rows.csv"
    file.write_bytes(text.encode(encoding))
    return list(rows_of(file, "utf-8", ";", lambda _names: None))


def test_a_comment_over_several_lines_is_one_row_and_each_row_knows_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + '1;2;3;4;"so\nnice; really\n"\n\n' + ROW + "1;2\n")
    assert [line for line, _ in found] == [2, 6, 7]
    assert found[0][1]["e"] == "so\nnice; really\n"
    assert found[2][1] == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (ROW + '1;2;3;4;"nice\n' + 1000 * ROW, 3),
        (1000 * ROW + '1;2;3;"ni', 1002),
        (ROW + '1;2;3;4;"nice\n' + ROW + '1;2;3;4;"good\n', 3),
        (ROW + '1;2;3;4;"nice\n' + 9 * ROW + '1;2;3;4;good"\n' + ROW, 3),
        (ROW + '1;2;"nice;4;5\n' + 9 * ROW + '1;2;good";4;5\n' + ROW, 3),
        ('1;2;3;4;"nice" one\n' + ROW, 2),
    ],
    ids=["never closed", "cut off", "closed by the next one's opening", "closed much later", "in the middle", "text behind it"],
)
def test_a_stray_quotation_mark_is_said_with_the_line_it_stands_in(tmp_path: Path, rows: str, line: int) -> None:
    with pytest.raises(Unfit, match=rf"the row that begins in line {line} can not be read"):
        read(tmp_path, HEADER + rows)


def test_what_is_in_another_encoding_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="can not be read as utf-8 in line 502"):
        read(tmp_path, HEADER + 500 * ROW + "1;2;3;4;schön\n" + 500 * ROW, "cp1252")
