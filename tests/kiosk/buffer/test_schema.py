"""A buffer of the first release is brought up to date whole, and the first release could still work with a new one."""

import sqlite3
import subprocess
import sys

import pytest

from kiosk.buffer.migrations import apply
from kiosk.buffer.schema import APPLICATION_ID, STEPS
from kiosk.buffer.whole import Buffer

# Every statement with which the first release worked, as it was released.
FIRST_RELEASE = (
    "SELECT number FROM boots WHERE boot_id = 'boot-2'",
    "INSERT INTO boots (boot_id, last_elapsed_ms) VALUES ('boot-2', 5)",
    "SELECT token FROM streams ORDER BY number DESC LIMIT 1",
    f"INSERT INTO streams (token, parent) VALUES ('{'e' * 32}', '{'d' * 32}')",
    "SELECT high FROM streams WHERE number = 2",
    (
        "INSERT INTO reactions (stream, seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark)"
        " VALUES (2, 1, 7, 8, 1, 1, 'happy', 1, NULL, 'vote')"
    ),
    "UPDATE streams SET high = 1 WHERE number = 2",
    "UPDATE card SET thanked = thanked + 1",
    "UPDATE boots SET last_elapsed_ms = max(last_elapsed_ms, 9) WHERE number = 1",
    "UPDATE card SET refused = refused + 0",
    "SELECT thanked, refused, (SELECT coalesce(sum(high - acknowledged), 0) FROM streams WHERE acknowledged < high) FROM card",
    (
        "SELECT seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque FROM reactions"
        " WHERE stream = 2 AND seq > 0 ORDER BY seq LIMIT 500"
    ),
    "SELECT buffer, thanked, refused, epoch FROM card",
    "SELECT number, token, parent, acknowledged, high FROM streams WHERE acknowledged < high ORDER BY number = 2 DESC, number",
    "SELECT boot, elapsed_ms, server_ms, uncertainty_ms FROM anchors WHERE delivered = 0 ORDER BY boot, elapsed_ms LIMIT 200",
    "SELECT boot_id, number, last_elapsed_ms FROM boots WHERE number IN (1, 2) ORDER BY number",
    "UPDATE streams SET acknowledged = max(acknowledged, 1) WHERE number = 2",
    "UPDATE anchors SET delivered = 1 WHERE boot = 1 AND elapsed_ms = 5",
    "INSERT OR IGNORE INTO anchors VALUES (1, 5, 6, 7, 0)",
    "UPDATE streams SET acknowledged = 0 WHERE token = 'x' AND acknowledged > 0",
    "UPDATE reactions SET opaque = 1 WHERE stream = 2 AND seq = 1 AND opaque = 0",
    "SELECT token FROM streams WHERE high > 0 ORDER BY number",
    "UPDATE streams SET acknowledged = min(acknowledged, 1), safe = 1 WHERE token = 'x'",
    "UPDATE anchors SET delivered = 0",
    "UPDATE card SET epoch = 'epoch'",
)


def first_release(folder):
    """A buffer as the first release made it, with one press in it."""
    conn = sqlite3.connect(folder / "buffer.db", isolation_level=None)
    conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    conn.execute("PRAGMA journal_mode=WAL")
    apply(conn, stop_before=STEPS[1][0])
    conn.execute(f"INSERT INTO card (only, buffer, thanked) VALUES (1, '{'a' * 32}', 1)")
    conn.execute("INSERT INTO boots VALUES (1, 'boot-1', 5)")
    conn.execute(f"INSERT INTO streams (token, high) VALUES ('{'c' * 32}', 1)")
    conn.execute("INSERT INTO reactions VALUES (1, 1, 5, 6, 1, 1, 'happy', 1, NULL, 'vote', 0)")
    conn.close()


def test_a_buffer_of_the_first_release_keeps_its_presses_and_gains_the_new_tables(tmp_path):
    first_release(tmp_path)
    buffer = Buffer(tmp_path)
    assert buffer.counts() == (1, 0, 1, 0)
    assert buffer.new_stream().parent == "c" * 32
    assert buffer.faults() == []
    buffer.close()


def test_the_first_release_works_with_a_new_buffer(buffer, tmp_path):
    buffer.new_stream()
    buffer.close()
    conn = sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)
    for statement in FIRST_RELEASE:
        conn.execute(statement).fetchall()
    conn.close()
    buffer.open(examine=True)
    assert buffer.counts() == (1, 0, 0, 1)


@pytest.mark.parametrize("statements", [statements for _, statements in STEPS[1:]])
def test_later_steps_only_add(statements):
    for statement in statements.split(";"):
        words = statement.split()
        assert words[:2] == ["CREATE", "TABLE"] or (words[:2] == ["ALTER", "TABLE"] and words[3:5] == ["ADD", "COLUMN"])


def test_a_start_without_a_step_to_take_does_not_load_sqlite_utils(buffer, tmp_path):
    buffer.close()
    program = (
        "import sys, pathlib; from kiosk.buffer.whole import Buffer;"
        "Buffer(pathlib.Path(sys.argv[1])).close(); sys.exit('sqlite_utils' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)
    buffer.open()


def test_the_boots_of_a_later_buffer_are_numbered_above_all_of_an_earlier_one(tmp_path):
    buffer = Buffer(tmp_path, generation=2)
    assert buffer.boot_number("boot", 1) == 200_001
    buffer.close()
