"""Kill -9 at random moments while somebody presses: what was thanked for is there, once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from stand import Stand

BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")
KIOSK_KILLS = 50
SERVER_KILLS = 10


class Presser(threading.Thread):
    """Somebody who presses all the time, and remembers what the light said."""

    def __init__(self, box: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.box = box
        self.chance = random.Random(seed)
        self.accepted: list[tuple[str, int]] = []
        self.unanswered = 0
        self.other: list[dict[str, Any]] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            body = {"button": self.chance.choice(BUTTONS), "held_ms": self.chance.choice((30, 40, 60))}
            try:
                answer = requests.post(f"{self.box}/simulated/press", json=body, timeout=5)
            except requests.RequestException:
                self.unanswered += 1
                time.sleep(0.02)
                continue
            if answer.status_code != 200:
                # The box is there and not ready yet; nothing was thanked for.
                time.sleep(0.02)
                continue
            said = answer.json()
            if said["light"] in ("thanks", "repeat"):
                self.accepted.append((said["stream"], said["seq"]))
            else:
                self.other.append(said)


def assert_the_csv_holds_what_was_thanked_for(stand: Stand, presser: Presser) -> None:
    stand.wait_until_sent()
    found = Counter((row["stream"], int(row["seq"])) for row in stand.csv())
    assert presser.accepted, "nothing was pressed; the story shows nothing"
    assert [identity for identity, times in found.items() if times > 1] == []
    assert set(presser.accepted) - set(found) == set()
    assert len(set(presser.accepted)) == len(presser.accepted)
    # Stored and then killed before the light could be seen: at most the one press in flight, at each kill.
    assert len(set(found) - set(presser.accepted)) <= presser.unanswered
    assert presser.other == []


@pytest.mark.timeout(400)
def test_a_kiosk_killed_fifty_times_has_lost_and_doubled_nothing(stand: Stand) -> None:
    presser = Presser(stand.box, 1)
    presser.start()
    chance = random.Random(2)
    for _ in range(KIOSK_KILLS):
        time.sleep(chance.uniform(0.0, 0.4))
        stand.kiosk.kill()
        stand.kiosk.start()
    presser.done.set()
    presser.join()
    assert_the_csv_holds_what_was_thanked_for(stand, presser)


@pytest.mark.timeout(200)
def test_a_server_killed_ten_times_has_lost_and_doubled_nothing(stand: Stand) -> None:
    presser = Presser(stand.box, 3)
    presser.start()
    chance = random.Random(4)
    for _ in range(SERVER_KILLS):
        time.sleep(chance.uniform(0.2, 1.2))
        stand.server.kill()
        stand.server.start()
    presser.done.set()
    presser.join()
    assert_the_csv_holds_what_was_thanked_for(stand, presser)
    assert stand.run("rollup", "check") != ""
