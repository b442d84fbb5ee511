"""Reads the rows of a CSV file strictly: a quotation mark too many must not make rows vanish."""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING

from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# A comment over several lines may hold some delimiters; lines with fewer than this are not taken for rows.
LEAST_DELIMITERS = 3


def rows_of(
    path: Path, encoding: str, delimiter: str, check: Callable[[set[str]], None]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line that it begins in; `check` hears the columns' names first. Cells that a row lacks are left out.

    Raises Unfit with the line, for the whole file, where a text in quotes does not end as it should: the reader can not know
    then where the next row begins.
    """
    begin = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = csv.reader(file, delimiter=delimiter, strict=True)
            names = next(lines, [])
            check(set(names))
            begin = lines.line_num + 1
            for cells in lines:
                if _holds_rows(cells, len(names), delimiter):
                    raise _torn(path, begin, f"a text in quotes goes on until line {lines.line_num} and holds whole rows")
                if cells:
                    yield begin, dict(zip(names, cells, strict=False))
                begin = lines.line_num + 1
    except csv.Error as error:
        raise _torn(path, begin, str(error)) from error
    except UnicodeError as error:
        where = _undecodable(path, encoding)
        raise Unfit(f"{path} can not be read as {encoding} in line {where}: {error}. Nothing was imported.") from error


def _torn(path: Path, begin: int, why: str) -> Unfit:
    return Unfit(
        f"{path}: the row that begins in line {begin} can not be read, perhaps for a quotation mark too many ({why})."
        " Nothing was imported."
    )


def _holds_rows(cells: Sequence[str], columns: int, delimiter: str) -> bool:
    """Whether a cell swallowed rows: one stray quotation mark opened it, and another one, lines later, closed it."""
    for at, cell in enumerate(cells):
        _, *more = cell.split("\n") if "\n" in cell else (cell,)
        if not more:
            continue
        counts = [line.count(delimiter) for line in more]
        # The rest of the last line was read as cells of its own.
        whole = [*counts[:-1], counts[-1] + len(cells) - at - 1]
        if max(counts) >= LEAST_DELIMITERS and all(count == columns - 1 for count in whole):
            return True
    return False


def _undecodable(path: Path, encoding: str) -> int:
    """The first line that is not in this encoding; the file is read in large pieces, which say it only roughly."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        for piece in file:
            try:
                line += decoder.decode(piece).count("\n")
            except UnicodeError:
                break
    return line
