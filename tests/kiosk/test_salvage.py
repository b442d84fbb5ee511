"""What can still be read of a damaged buffer is read, with its identities, and never made up."""

import sqlite3

import pytest

from kiosk.buffer.whole import Buffer
from kiosk.salvage import Wreck
from wire.messages import Anchor, Reaction

PAGE = 4096
ROWS = 1_200


@pytest.fixture
def old(tmp_path):
    """A folder with a closed buffer of two streams, 1,200 presses in the first, all but 200 confirmed, and 30 in the second."""
    folder = tmp_path / "old"
    folder.mkdir()
    buffer = Buffer(folder)
    boot = buffer.boot_number("boot-1", 5)
    for size in (ROWS, 30):
        stream = buffer.new_stream()
        buffer.append(stream, 1, [Reaction(at, at, True, boot, "happy", 1, None, "vote") for at in range(1, size + 1)])
    first = buffer.next_batch(buffer.new_stream(), boot, 9, ROWS - 200)
    buffer.acknowledge(first, Anchor(boot, 3, 4, 5))
    buffer.close()
    return folder


@pytest.fixture
def wreck_of(tmp_path):
    made = []

    def wreck_of(folder):
        made.append(Wreck(folder, tmp_path))
        return made[-1]

    yield wreck_of
    for wreck in made:
        wreck.close()


def seqs(wreck):
    """What was read, by the streams' acknowledged seqs (1000 and 0 here)."""
    found = {}
    for portion in wreck.portions():
        found.setdefault(portion.stream.acknowledged, []).extend(row[0] for row in portion.rows)
    return found


def root_page(folder, name):
    conn = sqlite3.connect(folder / "buffer.db")
    [[page]] = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,))
    conn.close()
    return page


def overwrite(folder, at, content):
    with (folder / "buffer.db").open("r+b") as file:
        file.seek(at)
        file.write(content)


def test_a_sound_buffer_is_read_whole(old, wreck_of):
    wreck = wreck_of(old)
    assert seqs(wreck) == {ROWS - 200: list(range(1, ROWS + 1)), 0: list(range(1, 31))}
    assert (wreck.past().thanked, wreck.missing, wreck.nameless) == (ROWS + 30, 0, 0)
    assert [(boot.boot_id, boot.number) for boot in wreck.boots()] == [("boot-1", 1)]
    assert wreck.anchors() == [Anchor(1, 3, 4, 5)]


def test_the_original_is_never_changed(old, wreck_of):
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    seqs(wreck_of(old))
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before


@pytest.mark.parametrize("size", [16, 100, PAGE])
def test_a_lost_header_or_first_page_loses_no_press(old, wreck_of, size):
    overwrite(old, 0, b"\xff" * size)
    wreck = wreck_of(old)
    assert sum(map(len, seqs(wreck).values())) == ROWS + 30
    assert wreck.missing == 0


def test_presses_still_in_the_wal_are_read_too(old, wreck_of):
    buffer = Buffer(old)
    stream = buffer.new_stream()
    buffer.append(stream, 1, [Reaction(1, 1, True, 1, "happy", 1, None, "vote")])
    buffer.cut_power()
    overwrite(old, 0, b"\xff" * 100)
    assert sum(map(len, seqs(wreck_of(old)).values())) == ROWS + 31


@pytest.mark.parametrize("lost", ["streams", "sqlite_autoindex_streams_1"])
def test_tokens_live_in_the_table_and_in_its_index(old, wreck_of, lost):
    overwrite(old, (root_page(old, lost) - 1) * PAGE, bytes(PAGE))
    wreck = wreck_of(old)
    assert sum(map(len, seqs(wreck).values())) == ROWS + 30
    assert wreck.nameless == 0


def test_a_boots_name_is_read_from_its_index(old, wreck_of):
    overwrite(old, (root_page(old, "boots") - 1) * PAGE, bytes(PAGE))
    assert [boot.boot_id for boot in wreck_of(old).boots()] == ["boot-1"]


def test_lost_pages_in_the_middle_cost_their_own_presses_only(old, wreck_of):
    size = (old / "buffer.db").stat().st_size
    overwrite(old, size - 3 * PAGE, b"\xff" * PAGE)
    wreck = wreck_of(old)
    found = sum(map(len, seqs(wreck).values()))
    assert ROWS + 30 - 150 < found < ROWS + 30
    assert wreck.missing == ROWS + 30 - found


def test_a_changed_key_costs_one_press_and_leads_no_search_astray(old, wreck_of):
    raw = (old / "buffer.db").read_bytes()
    # Row 600: header, then stream 1 (no bytes), seq 600, elapsed 600, wall 600.
    at = raw.index(b"\x02\x58\x02\x58\x02\x58")
    overwrite(old, at, b"\x7f")
    wreck = wreck_of(old)
    assert set(range(1, ROWS + 1)) - set(seqs(wreck)[ROWS - 200]) == {600}
    assert wreck.missing == 1


@pytest.mark.parametrize(
    "change",
    ["mark = 'vot\x01'", "button = ''", "wall_ms = -5", "config_version = 'x'", "elapsed_ms = 1e300", "button = x'ff00'"],
)
def test_a_press_that_can_not_be_is_not_brought_home(old, wreck_of, change):
    conn = sqlite3.connect(old / "buffer.db")
    conn.execute(f"UPDATE reactions SET {change} WHERE stream = 2 AND seq = 7")
    conn.commit()
    conn.close()
    wreck = wreck_of(old)
    assert 7 not in seqs(wreck)[0]
    assert wreck.missing == 1


def test_a_token_that_contradicts_its_index_is_settled_by_the_next_streams_parent(old, wreck_of):
    raw = (old / "buffer.db").read_bytes()
    [token] = {portion.stream.token for portion in wreck_of(old).portions() if portion.stream.acknowledged}
    spoilt = raw.replace(token.encode(), b"0" * 32, 1)
    (old / "buffer.db").write_bytes(spoilt)
    assert token in {portion.stream.token for portion in wreck_of(old).portions()}


def test_a_token_that_nothing_settles_is_said_to_be_unreadable(old, wreck_of):
    conn = sqlite3.connect(old / "buffer.db")
    conn.execute("DELETE FROM streams WHERE number = 3")
    [[token]] = conn.execute("SELECT token FROM streams WHERE number = 2")
    conn.commit()
    conn.close()
    raw = (old / "buffer.db").read_bytes()
    place = (root_page(old, "streams") - 1) * PAGE
    page = raw[place : place + PAGE].replace(token.encode(), b"0" * 32)
    overwrite(old, place, page)
    wreck = wreck_of(old)
    assert 0 not in seqs(wreck)
    assert wreck.nameless == 1


def test_a_file_of_noise_gives_nothing_and_no_error(tmp_path, wreck_of):
    folder = tmp_path / "noise"
    folder.mkdir()
    (folder / "buffer.db").write_bytes(bytes(range(256)) * 64)
    wreck = wreck_of(folder)
    assert (seqs(wreck), wreck.past(), wreck.boots(), wreck.anchors()) == ({}, None, [], [])


def test_a_case_without_a_file_gives_nothing(tmp_path, wreck_of):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert seqs(wreck_of(folder)) == {}


def test_presses_above_the_high_mark_of_the_running_stream_come_home_too(old, wreck_of):
    buffer = Buffer(old)
    stream = buffer.new_stream()
    for seq in (1, 2, 3):
        buffer.append(stream, seq, [Reaction(seq, seq, True, 1, "happy", 1, None, "vote")])
    buffer.cut_power()
    wreck = wreck_of(old)
    assert [len(portion.rows) for portion in wreck.portions()][-1] == 3
    assert (wreck.past().thanked, wreck.missing) == (ROWS + 33, 0)
    wreck.close()


def test_a_seq_that_the_damage_made_up_is_no_end_of_a_stream(old, wreck_of):
    conn = sqlite3.connect(old / "buffer.db")
    conn.execute("DELETE FROM streams WHERE number > 2")
    conn.execute("UPDATE streams SET high = 28 WHERE number = 2")
    conn.execute("UPDATE reactions SET seq = 60000 WHERE stream = 2 AND seq = 30")
    conn.commit()
    conn.close()
    wreck = wreck_of(old)
    assert seqs(wreck)[0] == list(range(1, 30))
    assert (wreck.past().thanked, wreck.missing) == (ROWS + 30, 0)


def change(folder, *statements):
    """Change the content of a closed buffer behind the program's back, as flipped bits would."""
    conn = sqlite3.connect(folder / "buffer.db")
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()


def test_presses_above_a_streams_changed_end_come_home_too(old, wreck_of):
    change(
        old, "UPDATE streams SET high = 24, acknowledged = 3 WHERE number = 1", "UPDATE streams SET high = 2 WHERE number = 2"
    )
    wreck = wreck_of(old)
    assert seqs(wreck) == {3: list(range(1, ROWS + 1)), 0: list(range(1, 31))}
    assert wreck.missing == 0


def test_a_trim_mark_that_was_changed_hides_no_press_that_the_server_may_not_have(old, wreck_of):
    change(
        old, f"UPDATE streams SET trimmed = {ROWS - 50} WHERE number = 1", "UPDATE streams SET trimmed = 20 WHERE number = 2"
    )
    assert seqs(wreck_of(old)) == {ROWS - 200: list(range(1, ROWS + 1)), 0: list(range(1, 31))}


def test_no_text_comes_home_that_would_make_every_later_request_malformed(old, wreck_of):
    # One request with such a text is refused whole, with whatever presses it carries, and so is the next, for ever.
    change(
        old,
        "UPDATE boots SET boot_id = 'bo' || char(15) || 't-1'",
        "UPDATE card SET buffer = char(2) || substr(buffer, 2)",
    )
    wreck = wreck_of(old)
    assert wreck.past() is None
    assert wreck.boots() == []


def test_a_stream_without_presses_claims_none_lost(old, wreck_of):
    # Every start begins a stream, and often nobody has pressed yet when the buffer turns out to be damaged.
    wreck = wreck_of(old)
    ends = {}
    for portion in wreck.portions():
        ends[portion.stream.token] = portion.upto
    assert sorted(ends.values()) == [30, ROWS]
