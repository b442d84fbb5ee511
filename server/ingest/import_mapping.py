"""Reads how another system's file says what ours says: its columns, its words, its times."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What a row must tell, and what it may.
NEEDED = ("store", "touchpoint", "question", "answer", "pressed_at")
MAY = ("stream", "seq", "visit", "mark", "reason", "uncertainty_ms", "time_quality", "count")


@dataclass(frozen=True, slots=True)
class RowMapping:
    """How a file's columns and words become ours; by default the file has our export's columns and words.

    `time` is a strptime pattern, "" for ISO 8601; `zone` "store" or a zone's name, for times without an offset. With
    `every_column` a file without one of the columns is refused: a count that is not found must not silently become 1.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in (*NEEDED, *MAY)})
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    time: str = ""
    zone: str = "store"
    resolution_s: int = 1
    defused: bool = True
    every_column: bool = False


def read_mapping(path: Path) -> RowMapping:
    """A mapping file; raises Unfit with a sentence for the first thing in it that does not fit."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unfit(f"{path} is no mapping: {error}.") from error
    columns, fixed = _part(path, raw, "columns"), _part(path, raw, "fixed")
    words = {part.removesuffix("s"): _part(path, raw, part) for part in ("stores", "touchpoints", "questions", "answers")}
    form = raw.pop("format", {})
    if not isinstance(form, dict):
        raise Unfit(f"{path}: [format] is a table; see docs/exports.md.")
    for name in (*raw, *(set(form) - {"delimiter", "encoding", "time", "zone", "resolution_s"})):
        raise Unfit(f"{path}: {name} is no part of a mapping; see docs/exports.md.")
    for name in {*columns, *fixed} - {*NEEDED, *MAY}:
        raise Unfit(f"{path}: there is no column {name}; there are {', '.join((*NEEDED, *MAY))}.")
    for name in NEEDED:
        if name not in {*columns, *fixed}:
            raise Unfit(f"{path}: says neither in [columns] nor in [fixed] what {name} is.")
    return RowMapping(columns=columns, fixed=fixed, words=words, **_form(path, form), defused=False, every_column=True)


def _part(path: Path, raw: dict[str, Any], name: str) -> dict[str, str]:
    """A table of texts; a plain number or a date stands for what it looks like."""
    part = raw.pop(name, {})
    if not isinstance(part, dict):
        raise Unfit(f"{path}: [{name}] is a table; see docs/exports.md.")
    for key, value in part.items():
        if isinstance(value, (bool, list, dict)):
            raise Unfit(f"{path}: {key} in [{name}] must be a text in quotes.")
    return {key: str(value) for key, value in part.items()}


def _form(path: Path, form: dict[str, Any]) -> dict[str, Any]:
    """How the file is written, by the names that RowMapping has for it."""
    resolution_s = form.get("resolution_s", 1)
    if type(resolution_s) is not int or not 1 <= resolution_s <= 86_400:
        raise Unfit(f"{path}: resolution_s is a whole number of seconds, 1 to 86400.")
    texts = {"delimiter": ",", "encoding": "utf-8-sig", "time": "", "zone": "store"} | form
    for name in set(texts) - {"resolution_s"}:
        if not isinstance(texts[name], str):
            raise Unfit(f"{path}: {name} must be a text in quotes.")
    if len(texts["delimiter"]) != 1 or texts["delimiter"] in '"\r\n':
        raise Unfit(f'{path}: delimiter is one character, like ; or a tab ("\\t").')
    try:
        "".encode(texts["encoding"])
    except (LookupError, ValueError) as error:
        raise Unfit(f"{path}: there is no encoding {texts['encoding']}; most files are utf-8 or cp1252.") from error
    try:
        if texts["zone"] != "store":
            ZoneInfo(texts["zone"])
    except (KeyError, ValueError, OSError) as error:
        raise Unfit(f"{path}: there is no time zone {texts['zone']}.") from error
    return texts | {"resolution_s": resolution_s}
