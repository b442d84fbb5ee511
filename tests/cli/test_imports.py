"""`salve-server import reactions`: history of another Salve and of another system, once however often it comes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, event

from server.database.export_columns import REACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

STREAM = "ab" * 16
HAPPY = """
[columns]
store = "Location"
touchpoint = "Survey point"
answer = "Feedback"
pressed_at = "Time"
count = "Count"

[fixed]
question = "felt-welcome"

[stores]
"Warsaw Centrum" = "S001"

[answers]
"Very positive" = "very-happy"
"Positive" = "happy"
"Negative" = "unhappy"
"Very negative" = "very-unhappy"

[format]
delimiter = ";"
time = "%d.%m.%Y %H:%M"
resolution_s = 60
"""


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., str]:
    """A file as another Salve exports it, with these presses; says its path."""

    def write(*presses: dict[str, Any], name: str = "history.csv") -> str:
        usual = {
            "position": 1, "store": "S001", "region": "'-20% Outlet", "kiosk": "K-009", "touchpoint": "'=exit;'+1",
            "question": "felt-welcome", "signal": "experience", "dimension": "CX", "answer": "happy", "polarity": "positive",
            "pressed_at": "2026-05-04T10:00:00.000Z", "local_time": "2026-05-04T12:00:00.000+02:00", "time_quality": "exact",
            "uncertainty_ms": 40, "received_at": "2026-05-04T10:00:01.000Z", "stream": STREAM, "seq": 1, "visit": "",
            "mark": "vote", "reason": "", "counted": 1, "config_version": 3,
        }  # fmt: skip
        path = tmp_path / name
        with path.open("w", newline="") as file:
            lines = csv.DictWriter(file, REACTIONS.names)
            lines.writeheader()
            lines.writerows(usual | press for press in presses)
        return str(path)

    return write


@pytest.fixture
def stored(ready: Callable[..., Result]) -> Callable[[], list[dict[str, str]]]:
    """What the export gives."""

    def rows() -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(ready("export", "reactions", "--raw").stdout_bytes.decode(), newline="")))

    return rows


def told(done: Result) -> tuple[int, int, int]:
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    return found["new"], found["known"], found["refused"]


def hours(ready: Callable[..., Result]) -> list[list[str]]:
    return [line.split(",") for line in ready("export", "hourly").stdout.splitlines()[1:]]


def test_history_of_another_salve_comes_in_once_with_its_visits_and_its_judgements(
    ready: Callable[..., Result], exported: Callable[..., str], stored: Callable[[], list[dict[str, str]]]
) -> None:
    file = exported(
        {"seq": 1},
        {"seq": 2, "visit": 1, "question": "got-needed", "answer": "unhappy", "pressed_at": "2026-05-04T10:00:05.000Z"},
        {"seq": 3, "mark": "repeat", "counted": 0, "pressed_at": "2026-05-04T10:00:09.000Z"},
        {"seq": 4, "reason": "closing-run", "counted": 0, "pressed_at": "2026-05-04T18:00:00.000Z"},
        {"seq": 5, "answer": "", "question": "", "reason": "unknown-button", "counted": 0, "pressed_at": ""},
    )
    assert told(ready("import", "reactions", file, "--json")) == (4, 0, 1)
    first, second, third, fourth = stored()
    assert (first["store"], first["touchpoint"], first["question"]) == ("S001", "=exit;+1", "felt-welcome")
    assert (first["pressed_at"], first["time_quality"], first["uncertainty_ms"]) == (
        "2026-05-04T10:00:00.000Z",
        "estimated",
        "40",
    )
    assert first["kiosk"].startswith("IMPORT-")
    assert first["stream"] != STREAM
    assert (second["visit"], second["seq"], second["answer"]) == ("1", "2", "unhappy")
    assert (third["mark"], third["counted"], fourth["reason"], fourth["counted"]) == ("repeat", "0", "closing-run", "0")
    assert [(row[2], row[5:]) for row in hours(ready)] == [
        ("felt-welcome", ["12", "1", "0", "0", "1"]),
        ("felt-welcome", ["20", "0", "0", "0", "1"]),
        ("got-needed", ["12", "0", "0", "1", "0"]),
    ]
    assert told(ready("import", "reactions", file, "--json")) == (0, 4, 1)
    assert ready("rollup", "check").exit_code == 0
    assert len(stored()) == 4


def test_files_that_overlap_bring_each_press_once_in_whatever_order(
    ready: Callable[..., Result], exported: Callable[..., str], stored: Callable[[], list[dict[str, str]]]
) -> None:
    presses = [{"seq": seq, "pressed_at": f"2026-05-04T10:{seq:02d}:00.000Z"} for seq in range(1, 31)]
    later, earlier = exported(*presses[10:], name="later.csv"), exported(*presses[:20], name="earlier.csv")
    assert told(ready("import", "reactions", later, "--json")) == (20, 0, 0)
    # A time that the other server corrected in between does not make it another press.
    presses[12]["pressed_at"] = "2026-05-04T11:12:12.000Z"
    assert told(ready("import", "reactions", exported(*presses[:20], name="earlier.csv"), "--json")) == (10, 10, 0)
    assert told(ready("import", "reactions", earlier, "--json")) == (0, 20, 0)
    assert sorted(int(row["seq"]) for row in stored()) == list(range(1, 31))
    assert ready("rollup", "check").exit_code == 0


def test_a_servers_own_export_brings_nothing(
    ready: Callable[..., Result], exported: Callable[..., str], tmp_path: Path
) -> None:
    ready("import", "reactions", exported({"seq": 1}, {"seq": 2}))
    ready("export", "reactions", "-o", str(tmp_path / "own.csv"))
    assert told(ready("import", "reactions", str(tmp_path / "own.csv"), "--json")) == (0, 2, 0)


def test_presses_without_an_identity_are_told_apart_by_what_they_say(
    ready: Callable[..., Result], tmp_path: Path, stored: Callable[[], list[dict[str, str]]]
) -> None:
    (tmp_path / "happy.toml").write_text(HAPPY)

    def bring(*rows: str) -> tuple[int, int, int]:
        text = "Time;Location;Survey point;Feedback;Count\n" + "".join(f"{row}\n" for row in rows)
        (tmp_path / "rows.csv").write_text(text)
        words = ("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "happy.toml"), "--json")
        return told(ready(*words))

    monday = "04.05.2026 10:15;Warsaw Centrum;Exit;Very positive;2"
    tuesday = "05.05.2026 09:00;Warsaw Centrum;Exit;Negative;1"
    assert bring(monday, tuesday) == (3, 0, 0)
    assert bring(monday, tuesday) == (0, 3, 0)
    # One more of the same minute, a day between those that are there, and a month before.
    april = "30.04.2026 20:00;Warsaw Centrum;Exit;Positive;1"
    assert bring(monday, monday, "04.05.2026 12:00;Warsaw Centrum;Exit;Positive;1", tuesday, april) == (4, 3, 0)
    assert bring(tuesday, april) == (0, 2, 0)
    rows = stored()
    assert len(rows) == 7
    assert {(row["time_quality"], row["uncertainty_ms"]) for row in rows} == {("bounded", "60000")}
    assert rows[0]["local_time"] == "2026-05-04T10:15:00.000+02:00"
    assert sorted((row[4], row[5], row[6], row[8]) for row in hours(ready)) == [
        ("2026-04-30", "20", "1", "0"),
        ("2026-05-04", "10", "4", "0"),
        ("2026-05-04", "12", "1", "0"),
        ("2026-05-05", "9", "0", "1"),
    ]
    assert ready("rollup", "check").exit_code == 0
    kiosks = json.loads(ready("kiosk", "list", "--json").stdout)
    assert [(one["code"], one["store"], one["disabled"]) for one in kiosks] == [("IMPORT-001", None, True)]


def test_a_dry_run_says_the_same_and_changes_nothing(
    ready: Callable[..., Result], exported: Callable[..., str], stored: Callable[[], list[dict[str, str]]]
) -> None:
    file = exported({"seq": 1}, {"seq": 2}, {"seq": 3, "store": "S999"})
    assert told(ready("import", "reactions", file, "--dry-run", "--json")) == (2, 0, 1)
    assert stored() == []
    assert json.loads(ready("kiosk", "list", "--json").stdout) == []
    said = ready("import", "reactions", file, "--dry-run").stdout.splitlines()
    assert said[0] == "Would import 2 press(es); 0 were here already; 1 of 3 row(s) refused."
    assert said[1] == "Refused 1: no such store here (line 4: 'S999')."


def test_what_can_not_be_taken_is_counted_by_its_reason(ready: Callable[..., Result], exported: Callable[..., str]) -> None:
    bad: list[dict[str, Any]] = [
        {"question": "no-such-thing"}, {"answer": "splendid"}, {"pressed_at": "yesterday"},
        {"pressed_at": "2999-01-01T00:00:00Z"}, {"pressed_at": "1970-01-01T00:00:00Z"}, {"touchpoint": ""},
        {"mark": "maybe"}, {"seq": 70_000}, {"time_quality": "fine"}, {"uncertainty_ms": "-4"},
        {"reason": "of a later release", "counted": 0},
    ]  # fmt: skip
    done = json.loads(ready("import", "reactions", exported({"seq": 1}, *bad), "--json").stdout)
    assert (done["new"], done["refused"]) == (1, len(bad))
    assert {why: one["lines"] for why, one in done["reasons"].items()}["no such question here"] == [3]
    assert len(done["reasons"]) == len(bad) - 1  # the two impossible times are of one kind


def test_neutral_beside_very_happy_is_a_fifth_face(ready: Callable[..., Result], exported: Callable[..., str]) -> None:
    file = exported({"seq": 1, "answer": "very-happy"}, {"seq": 2, "answer": "neutral"}, {"seq": 3, "answer": "unhappy"})
    assert told(ready("import", "reactions", file, "--json")) == (2, 0, 1)


def test_another_source_has_kiosks_of_its_own(
    ready: Callable[..., Result], exported: Callable[..., str], stored: Callable[[], list[dict[str, str]]]
) -> None:
    file = exported({"seq": 1})
    assert told(ready("import", "reactions", file, "--json")) == (1, 0, 0)
    other = ("import", "reactions", file, "--source", "the old system")
    # Most likely they are the same presses, and no command takes them away again.
    for again in (ready(*other, "--dry-run", "--json"), ready(*other, "--json")):
        assert told(again) == (1, 0, 0)
        assert json.loads(again.stdout)["alike"] == 1
        assert again.stderr.startswith("Warning: 1 of these press(es) are here under another --source")
    assert {row["kiosk"] for row in stored()} == {"IMPORT-001", "IMPORT-002"}


def test_what_was_cut_off_in_the_middle_is_made_up_by_the_next_run(
    ready: Callable[..., Result],
    exported: Callable[..., str],
    stored: Callable[[], list[dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from server.ingest import importing

    presses = [{"seq": seq, "pressed_at": f"2026-05-04T10:{seq:02d}:00.000Z"} for seq in range(1, 31)]
    file = exported(*presses)
    calls: list[int] = []
    append = importing.append

    def failing(*arguments: Any) -> None:
        append(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "TOGETHER", 10)
        patch.setattr(importing, "append", failing)
        assert ready("import", "reactions", file).exit_code == 1
    assert len(stored()) == 10
    assert told(ready("import", "reactions", file, "--json")) == (20, 10, 0)
    assert sorted(int(row["seq"]) for row in stored()) == list(range(1, 31))
    assert ready("rollup", "check").exit_code == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[columns]\nstore = 1 2", "is no mapping"),
        ("[shops]\nstore = 'x'", "shops is no part of a mapping"),
        ("[columns]\nshop = 'x'", "there is no column shop"),
        ("[columns]\nstore = 'x'", "says neither in [columns] nor in [fixed]"),
        (HAPPY.replace("resolution_s = 60", "resolution_s = 0"), "resolution_s is a whole number"),
        (HAPPY + 'zone = "Mars/Olympus"', "there is no time zone"),
        (HAPPY, "has no column 'Location'"),
        ("columns = 3", "[columns] is a table"),
        ("format = 3\n" + HAPPY.split("[format]", maxsplit=1)[0], "[format] is a table"),
        (HAPPY.replace('"Negative" = "unhappy"', '"Negative" = ["unhappy"]'), "Negative in [answers] must be a text"),
        (HAPPY.replace('count = "Count"', "count = [1]"), "count in [columns] must be a text"),
        (HAPPY.replace('delimiter = ";"', 'delimiter = ";;"'), "delimiter is one character"),
        (HAPPY.replace('delimiter = ";"', "delimiter = 9"), "delimiter must be a text"),
        (HAPPY.replace("resolution_s = 60", 'encoding = "klingon"'), "there is no encoding klingon"),
        (HAPPY.replace("resolution_s = 60", 'encoding = "utf-16"'), "can not be read as utf-16 in line 1"),
    ],
)
def test_a_mapping_that_does_not_fit_is_a_sentence(
    ready: Callable[..., Result], tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "map.toml").write_text(text)
    (tmp_path / "rows.csv").write_text("a;b\n1;2\n")
    done = ready("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr


def test_a_number_that_the_mapping_fixes_is_read_as_its_text(ready: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(HAPPY.replace('count = "Count"\n', "").replace("[fixed]", "[fixed]\ncount = 3"))
    (tmp_path / "rows.csv").write_text("Time;Location;Survey point;Feedback\n04.05.2026 10:00;Warsaw Centrum;Exit;Positive\n")
    found = ready("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"), "--json")
    assert told(found) == (3, 0, 0)


def test_a_count_that_the_file_does_not_have_is_not_taken_for_one(ready: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(HAPPY)
    (tmp_path / "rows.csv").write_text(
        "Time;Location;Survey point;Feedback;Counts\n04.05.2026 10:00;Warsaw Centrum;Exit;Positive;7\n"
    )
    done = ready("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))
    assert (done.exit_code, "has no column 'Count', which tells the count" in done.stderr) == (1, True)


def counted(ready: Callable[..., Result], folder: Path, *rows: tuple[str, str], form: str = HAPPY) -> Result:
    """Import rows of a time and a count."""
    (folder / "map.toml").write_text(form)
    text = "".join(f"{time};Warsaw Centrum;Exit;Positive;{count}\n" for time, count in rows)
    (folder / "rows.csv").write_text("Time;Location;Survey point;Feedback;Count\n" + text)
    return ready("import", "reactions", str(folder / "rows.csv"), "--mapping", str(folder / "map.toml"), "--json")


def test_an_empty_count_is_refused_and_an_hour_without_a_press_is_nothing(ready: Callable[..., Result], tmp_path: Path) -> None:
    found = counted(ready, tmp_path, ("04.05.2026 10:00", ""), ("04.05.2026 11:00", "0"), ("04.05.2026 12:00", "2"))
    assert told(found) == (2, 0, 1)
    assert json.loads(found.stdout)["reasons"] == {"count is no number that fits": {"rows": 1, "lines": [2]}}


def test_a_file_of_which_every_row_is_refused_is_a_failure(ready: Callable[..., Result], tmp_path: Path) -> None:
    done = counted(ready, tmp_path, ("04.05.2026 10:00", ""), ("yesterday", "1"))
    assert (done.exit_code, json.loads(done.stdout)["refused"]) == (1, 2)
    assert done.stderr == "Error: Nothing of this file could be taken.\n"
    assert counted(ready, tmp_path, ("04.05.2026 10:00", "0")).exit_code == 0


def test_a_time_of_the_skipped_hour_is_refused_and_one_of_the_repeated_hour_is_unsure_by_it(
    ready: Callable[..., Result], tmp_path: Path, stored: Callable[[], list[dict[str, str]]]
) -> None:
    found = counted(ready, tmp_path, ("29.03.2026 02:30", "1"), ("25.10.2025 02:30", "1"), ("26.10.2025 02:30", "1"))
    assert told(found) == (2, 0, 1)
    assert "a time that the clock there skipped" in json.loads(found.stdout)["reasons"]
    assert [(row["pressed_at"][11:16], row["time_quality"], row["uncertainty_ms"]) for row in stored()] == [
        ("00:30", "bounded", "60000"),
        # 00:30 or 01:30 by UTC.
        ("01:00", "bounded", "1860000"),
    ]
    assert len(hours(ready)) == 1


def test_a_column_without_a_name_says_nothing(ready: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(HAPPY.replace('count = "Count"\n', ""))
    rows = ["04.05.2026 10:00;Warsaw Centrum;Exit;Positive", "04.05.2026 10:01;Warsaw Centrum;Exit;Negative"]
    numbered = [f"{number};{row}\n" for number, row in enumerate(rows)]
    (tmp_path / "rows.csv").write_text("".join([";Time;Location;Survey point;Feedback\n", *numbered]))
    found = ready("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"), "--json")
    assert told(found) == (2, 0, 0)


def test_a_file_in_another_encoding_is_a_sentence_and_comes_in_once_that_is_named(
    ready: Callable[..., Result], tmp_path: Path
) -> None:
    mapping = HAPPY.replace("Warsaw Centrum", "Zürich").replace("Count", "Größe")
    text = "Time;Location;Survey point;Feedback;Größe\n04.05.2026 10:00;Zürich;Exit;Positive;2\n"
    (tmp_path / "rows.csv").write_bytes(text.encode("cp1252"))
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    arguments = ("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"), "--json")
    done = ready(*arguments)
    assert (done.exit_code, "can not be read as utf-8-sig in line 1" in done.stderr) == (1, True)
    (tmp_path / "map.toml").write_text(mapping + 'encoding = "cp1252"\n', encoding="utf-8")
    assert told(ready(*arguments)) == (2, 0, 0)


ONE = "04.05.2026 10:00;Warsaw Centrum;Exit;Positive;1;"


@pytest.mark.parametrize("ending", ['"nice', '"nice\n' + 40 * f"{ONE}fine\n" + f'{ONE}good"'], ids=["open", "closed later"])
def test_a_stray_quotation_mark_brings_nothing_rather_than_a_part(
    ready: Callable[..., Result], tmp_path: Path, stored: Callable[[], list[dict[str, str]]], ending: str
) -> None:
    (tmp_path / "map.toml").write_text(HAPPY)
    text = f"Time;Location;Survey point;Feedback;Count;Comment\n{ONE}{ending}\n" + 100 * f"{ONE}fine\n"
    (tmp_path / "rows.csv").write_text(text)
    done = ready("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "the row that begins in line 2 can not be read" in done.stderr
    assert "Nothing was imported." in done.stderr
    assert stored() == []


def test_times_of_a_whole_hour_or_day_are_sure_of_their_hour_or_day(
    ready: Callable[..., Result], tmp_path: Path, stored: Callable[[], list[dict[str, str]]]
) -> None:
    for form, text, resolution_s in (("%Y-%m-%d %H", "2026-05-04 10", 3_600), ("%Y-%m-%d", "2026-05-05", 86_400)):
        mapping = HAPPY.replace("%d.%m.%Y %H:%M", form).replace("resolution_s = 60", f"resolution_s = {resolution_s}")
        (tmp_path / "map.toml").write_text(mapping)
        (tmp_path / "rows.csv").write_text(
            f"Time;Location;Survey point;Feedback;Count\n{text};Warsaw Centrum;Exit;Positive;1\n"
        )
        words = ("import", "reactions", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.toml"), "--json")
        assert told(ready(*words)) == (1, 0, 0)
    assert [row["local_time"][:16] for row in stored()] == ["2026-05-04T10:29", "2026-05-05T11:59"]
    assert [row[5] for row in hours(ready)] == ["10"]
    figures = list(csv.DictReader(io.StringIO(ready("export", "stores", "--from", "2026-05-04", "--to", "2026-05-06").stdout)))
    assert figures[0]["counted_total"] == "2"


def test_an_import_locks_its_kiosk_before_the_stream_like_whoever_moves_presses(
    ready: Callable[..., Result], exported: Callable[..., str], database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer")
    ready("import", "reactions", exported({"seq": 1}))
    locks: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        locks.extend(word for word in ("FOR NO KEY UPDATE", "FOR UPDATE") if statement.endswith(word))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert told(ready("import", "reactions", exported({"seq": 1}, {"seq": 2}), "--json")) == (1, 1, 0)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # Taken the other way round, two would wait for each other in a ring.
    assert locks == ["FOR NO KEY UPDATE", "FOR UPDATE"]
