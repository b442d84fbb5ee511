"""`salve-server questions` and `kiosk ask` as an operator types them."""

from __future__ import annotations

import json

from server.survey.library import starter_library


def test_questions_go_out_and_come_back_unchanged(ready, tmp_path):
    file = tmp_path / "questions.toml"
    assert ready("questions", "export", str(file)).exit_code == 0
    text = file.read_text(encoding="utf-8")
    done = ready("questions", "import", str(file), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {one["what"] for one in found} == {"unchanged"}
    assert {one["code"] for one in found} == {question.code for question in starter_library().questions}
    assert ready("questions", "export", "-").stdout == text


def test_a_refused_question_is_told_with_its_reason_and_fails_the_command(ready, tmp_path):
    file = tmp_path / "questions.toml"
    ready("questions", "export", str(file))
    first, second = file.read_text(encoding="utf-8").split("[[question]]")[1:3]
    named = "[[question]]" + first.replace("code = ", 'code = "x-" # ', 1).replace('kind = "', 'kind = "identity" # ')
    good = "[[question]]" + second.replace('code = "', 'code = "x-', 1)
    file.write_text('languages = ["en"]\n' + named + good, encoding="utf-8")
    done = ready("questions", "import", str(file))
    assert done.exit_code == 1
    assert "x-: refused. Question x- asks for identity data; Salve never asks who somebody is." in done.stdout
    assert ": added" in done.stdout
    assert "1 of 2 questions were refused" in done.stderr
    assert "Traceback" not in done.output


def test_drafts_are_not_put_on_a_kiosk(ready, tmp_path):
    file = tmp_path / "questions.toml"
    ready("questions", "export", str(file))
    one = "[[question]]" + file.read_text(encoding="utf-8").split("[[question]]")[1].replace('code = "', 'code = "x-', 1)
    file.write_text(one, encoding="utf-8")
    assert ready("questions", "import", "--draft", str(file)).exit_code == 0
    code = one.split('code = "')[1].split('"')[0]
    refused = ready("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", "two", "--question", code)
    assert refused.exit_code == 1
    assert "is a draft" in refused.stderr


def test_a_file_that_is_no_text_is_refused_in_a_sentence(ready, tmp_path):
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    done = ready("questions", "import", str(tmp_path / "bytes"))
    assert (done.exit_code, "not UTF-8" in done.stderr) == (1, True)


def test_a_kiosk_that_there_is_not_asks_nothing(ready):
    done = ready("kiosk", "ask", "K-009", "--question", "felt-welcome")
    assert done.exit_code == 1
    assert "There is no kiosk K-009" in done.stderr
