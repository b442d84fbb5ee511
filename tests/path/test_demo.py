"""The demonstration as a newcomer meets it: start, press in a browser, see page and CSV move, stop, start again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from stand import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

FIRST_START_S = 150
SECOND_START_S = 15


class Demo:
    def __init__(self, folder: Path) -> None:
        self.port, self.screen_port = free_port(), free_port()
        self.environment = os.environ | {
            "SALVE_DEMO_DIR": str(folder / "demo"),
            "SALVE_DEMO_PORT": str(self.port),
            "SALVE_DEMO_SCREEN_PORT": str(self.screen_port),
        }
        self.words = folder / "words.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, within_s: float) -> str:
        self.words.write_text("")
        with self.words.open("ab") as words:
            self.process = subprocess.Popen([sys.executable, "-m", "demo"], env=self.environment, stdout=words, stderr=words)
        return wait_for(self._printed, "the demonstration says that it runs", within_s)

    def _printed(self) -> str:
        assert self.process is not None
        assert self.process.poll() is None, self.words.read_text()
        said = self.words.read_text()
        return said if "Ctrl-C stops it" in said else ""

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    if demo.process is not None:
        demo.stop()


def figure(page: Page, name: str) -> str:
    return page.locator(f'[data-figure="{name}"]').get_attribute("data-value") or ""


@pytest.mark.timeout(400)
def test_a_newcomer_presses_and_sees_the_page_and_the_csv_move(demo: Demo, browser: Browser) -> None:
    said = demo.start(FIRST_START_S)
    password = re.search(r"^manager@demo\.example  (\S+)$", said, re.MULTILINE)
    curl = re.search(r"Bearer (slv_x_\S+)' (\S+/reactions\.csv)", said)
    assert password
    assert curl
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{demo.port}/stores/S001?period=today")
    assert "/sign-in" in page.url
    page.fill("[name=email]", "manager@demo.example")
    page.fill("[name=password]", password[1])
    page.click("main button")
    page.wait_for_url("**/stores/S001?period=today")
    before = int(figure(page, "reactions"))
    box = browser.new_page()
    box.goto(f"http://127.0.0.1:{demo.screen_port}/")
    box.locator('[name=button][value="welcome-happy"]').click()
    pressed = time.monotonic()
    wait_for(lambda: "thank you" in box.content().lower(), "the lamp says thank you", 5)
    # No reload: the page refreshes itself.
    wait_for(lambda: page.wait_for_timeout(50) or int(figure(page, "reactions")) == before + 1, "the page shows the press", 5)
    assert time.monotonic() - pressed < 5
    page.close()
    box.close()
    rows = list(
        csv.DictReader(io.StringIO(requests.get(curl[2], headers={"Authorization": f"Bearer {curl[1]}"}, timeout=60).text))
    )
    assert len(rows) > 40_000
    assert [row["answer"] for row in rows if row["store"] == "S001" and row["touchpoint"] == "exit"][-1] == "happy"
    stream = requests.get(f"http://127.0.0.1:{demo.screen_port}/status", timeout=5).json()["stream"]
    assert [row["seq"] for row in rows if row["stream"] == stream] == ["1"]
    assert demo.stop() == 0

    began = time.monotonic()
    again = demo.start(SECOND_START_S)
    assert time.monotonic() - began < SECOND_START_S
    assert password[1] in again
    assert json.loads(Path(demo.environment["SALVE_DEMO_DIR"], "history.json").read_text())["kiosks"]
