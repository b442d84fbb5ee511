"""A damaged buffer is told from a sound one, and from another program's file."""

import sqlite3

import pytest

from kiosk.buffer.check import Damaged
from kiosk.buffer.whole import Buffer
from kiosk.errors import BufferUnsafe
from wire.messages import Anchor


def test_another_programs_file_is_refused_and_left_alone(tmp_path):
    other = sqlite3.connect(tmp_path / "buffer.db")
    other.execute("CREATE TABLE letters (text)")
    other.close()
    before = (tmp_path / "buffer.db").read_bytes()
    with pytest.raises(BufferUnsafe, match="no buffer of this program"):
        Buffer(tmp_path)
    assert (tmp_path / "buffer.db").read_bytes() == before


def spoil(tmp_path, statement):
    conn = sqlite3.connect(tmp_path / "buffer.db", isolation_level=None)
    conn.execute(statement)
    conn.close()


def damage(tmp_path):
    with pytest.raises(Damaged) as raised:
        Buffer(tmp_path)
    raised.value.let_go()
    return str(raised.value)


@pytest.fixture
def pressed(buffer, reaction):
    """A closed buffer with three presses in it."""
    buffer.append(buffer.new_stream(), 1, [reaction(1), reaction(2), reaction(3)])
    buffer.close()


def test_a_sound_buffer_is_sound(pressed, tmp_path):
    Buffer(tmp_path).close()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"\0" * 8192, b"not a database at all, but long enough" * 99])
def test_a_file_that_is_no_database_is_damaged_also_an_empty_one(tmp_path, content):
    (tmp_path / "buffer.db").write_bytes(content)
    assert damage(tmp_path) == "no database"


def test_an_impossible_header_is_damaged(pressed, tmp_path):
    raw = bytearray((tmp_path / "buffer.db").read_bytes())
    raw[18] = 9
    (tmp_path / "buffer.db").write_bytes(raw)
    assert damage(tmp_path) == "a wrong header"


def test_a_zeroed_page_is_damaged(pressed, tmp_path):
    raw = (tmp_path / "buffer.db").read_bytes()
    (tmp_path / "buffer.db").write_bytes(raw[: len(raw) // 2] + bytes(4096) + raw[len(raw) // 2 + 4096 :])
    assert damage(tmp_path)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("PRAGMA application_id=1", "not the tables of a buffer"),
        ("DROP TABLE anchors", "not the tables of a buffer"),
        ("UPDATE streams SET token = upper(token) || 'x'", "a stream without a token"),
        ("UPDATE streams SET acknowledged = 4", "confirmed more than pressed"),
        ("UPDATE reactions SET seq = 9 WHERE seq = 3", "a press above its stream"),
        ("UPDATE reactions SET stream = 9", "presses of no stream"),
        ("UPDATE reactions SET boot = 9", "presses of no boot"),
        ("UPDATE streams SET high = 4", "a stream without its last press"),
        ("DELETE FROM card", "no card"),
        ("UPDATE card SET thanked = 7", "more presses thanked for than stored"),
    ],
)
def test_content_that_can_not_be_is_damaged(pressed, tmp_path, statement, reason):
    spoil(tmp_path, statement)
    assert damage(tmp_path) == reason


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE card SET buffer = 'Z' || substr(buffer, 2)", "no card"),
        ("UPDATE card SET epoch = 'life' || char(7)", "a card that can not be"),
        ("UPDATE streams SET parent = 'Z' || substr(token, 2)", "a parent without a token"),
        ("UPDATE anchors SET server_ms = -7", "an anchor that can not be"),
        ("UPDATE anchors SET uncertainty_ms = 9000000000000000", "an anchor that can not be"),
        ("UPDATE anchors SET boot = 77", "an anchor that can not be"),
        ("UPDATE boots SET last_elapsed_ms = -1", "a boot that can not be"),
        ("UPDATE boots SET boot_id = char(7) || 'x'", "a boot that can not be"),
    ],
)
def test_what_the_server_would_refuse_with_every_request_is_damage(buffer, reaction, tmp_path, statement, reason):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    buffer.acknowledge(buffer.next_batch(stream, 1, 9, 1), Anchor(1, 3, 4, 5))
    buffer.close()
    Buffer(tmp_path).close()
    spoil(tmp_path, statement)
    assert damage(tmp_path) == reason


def test_a_token_that_differs_from_its_index_is_damaged(pressed, tmp_path):
    path = tmp_path / "buffer.db"
    conn = sqlite3.connect(path)
    [[token]] = conn.execute("SELECT token FROM streams")
    conn.close()
    raw = path.read_bytes()
    other = token[:-1] + ("0" if token[-1] != "0" else "1")
    path.write_bytes(raw.replace(token.encode(), other.encode(), 1))
    assert "missing from index" in damage(tmp_path)


def test_a_buffer_in_use_is_locked_and_not_damaged(buffer, tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Buffer(tmp_path)
