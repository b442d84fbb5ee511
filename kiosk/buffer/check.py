"""Is this file a sound buffer? SQLite opens damaged ones, writes to them, and calls an empty file sound."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from kiosk.buffer.schema import APPLICATION_ID, COMPANIONS, FIRST_TABLES, TABLES
from kiosk.errors import BufferUnsafe
from wire.limits import MAX_ELAPSED_MS, MAX_NUMBER, MAX_SEQ, MAX_TEXT, MAX_WALL_MS

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
# These say that the card or another program is in the way, and nothing about what the file holds.
NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
    }
)

NOT_HEX = "*[^0-9a-f]*"
CONTROL = "'*[' || char(1) || '-' || char(31) || ']*'"
# Sentences about the content that always hold; each statement finds one that does not.
NEVER = (
    "SELECT 'a stream without a token' FROM streams WHERE length(token) <> 32 OR token GLOB '*[^0-9a-f]*'",
    "SELECT 'confirmed more than pressed' FROM streams WHERE acknowledged > high OR acknowledged < 0",
    "SELECT 'presses of no stream' FROM reactions WHERE stream NOT IN (SELECT number FROM streams) LIMIT 1",
    "SELECT 'presses of no boot' FROM reactions WHERE boot NOT IN (SELECT number FROM boots) LIMIT 1",
    # SQLite orders numbers before texts before blobs, so that a range is a check of the type too, and a quick one.
    (
        "SELECT 'a press that can not be' FROM reactions"  # noqa: S608
        f" WHERE elapsed_ms NOT BETWEEN 0 AND {MAX_ELAPSED_MS} OR wall_ms NOT BETWEEN 0 AND {MAX_WALL_MS}"
        f" OR synced NOT BETWEEN 0 AND 1 OR config_version NOT BETWEEN 0 AND {MAX_NUMBER} OR visit NOT BETWEEN 1 AND {MAX_SEQ}"
        " OR opaque NOT BETWEEN 0 AND 1 OR button < '' OR button >= x'' OR mark NOT IN ('vote', 'repeat', 'mash', 'rate')"
        " LIMIT 1"
    ),
    (
        "SELECT 'a stream that can not be' FROM streams WHERE typeof(high) || typeof(acknowledged) || typeof(safe)"
        " <> 'integerintegerinteger'"
    ),
    # The following travel with requests, and the server refuses a request whole for one text or number that it can not take:
    # the limits are those of wire/limits.py.
    f"SELECT 'a parent without a token' FROM streams WHERE length(parent) <> 32 OR parent GLOB '{NOT_HEX}'",  # noqa: S608
    (
        "SELECT 'a card that can not be' FROM card WHERE typeof(thanked) || typeof(refused) <> 'integerinteger'"  # noqa: S608
        " OR min(thanked, refused) < 0 OR typeof(epoch) NOT IN ('null', 'text')"
        f" OR length(epoch) > {MAX_TEXT} OR epoch GLOB {CONTROL}"
    ),
    (
        "SELECT 'a boot that can not be' FROM boots WHERE typeof(last_elapsed_ms) <> 'integer'"  # noqa: S608
        f" OR last_elapsed_ms NOT BETWEEN 0 AND {MAX_ELAPSED_MS} OR number NOT BETWEEN 0 AND {MAX_NUMBER}"
        f" OR length(boot_id) NOT BETWEEN 1 AND {MAX_TEXT} OR boot_id GLOB {CONTROL}"
    ),
    (
        "SELECT 'an anchor that can not be' FROM anchors"  # noqa: S608
        " WHERE typeof(elapsed_ms) || typeof(server_ms) || typeof(uncertainty_ms) <> 'integerintegerinteger'"
        f" OR elapsed_ms NOT BETWEEN 0 AND {MAX_ELAPSED_MS} OR server_ms NOT BETWEEN 0 AND {MAX_WALL_MS}"
        f" OR uncertainty_ms NOT BETWEEN 0 AND {MAX_ELAPSED_MS} OR boot NOT IN (SELECT number FROM boots)"
    ),
    f"SELECT 'no card' WHERE (SELECT count(*) FROM card WHERE length(buffer) = 32 AND buffer NOT GLOB '{NOT_HEX}') <> 1",  # noqa: S608
)


class Damaged(Exception):
    """The buffer can not be trusted; the text says why, `connection` is open on it or None."""

    connection: sqlite3.Connection | None = None

    def let_go(self) -> None:
        """Close the connection, after its files have been moved."""
        if self.connection is not None:
            self.connection.close()


def check_header(path: Path) -> None:
    """Raise Damaged unless the file begins as every buffer does; BufferUnsafe for another program's database."""
    if path.with_name(COMPANIONS[1]).exists():
        # The first release made buffers in place; such a journal puts the header right.
        return
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except OSError as error:
        raise Damaged(f"unreadable ({error.strerror})") from error
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        raise Damaged("no database")
    # https://www.sqlite.org/fileformat.html: WAL versions, no reserved bytes, fixed fractions; format 4, UTF-8.
    if head[18:24] not in {b"\2\2\0\x40\x20\x20", b"\1\1\0\x40\x20\x20"} or head[44:48] not in {bytes(4), b"\0\0\0\4"}:
        raise Damaged("a wrong header")


def examine(conn: sqlite3.Connection, path: Path) -> None:
    """Raise Damaged when the content is; BufferUnsafe for a sound database that is no buffer."""
    try:
        _examine(conn, path)
    except ValueError as error:
        # SQLite quotes damaged names in its messages, which then are no UTF-8.
        raise Damaged("a text that is no text") from error
    except sqlite3.Error as error:
        if int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in NOT_DAMAGE:
            raise
        raise Damaged(str(error)) from error


def has_own_schema(conn: sqlite3.Connection) -> bool:
    """Whether the tables of the first step still read as they were made; a later step may have added columns at their end."""
    found = dict(conn.execute("SELECT name, sql FROM sqlite_master").fetchall())
    return all(_is_as_made(statement.strip(), found) for statement in FIRST_TABLES.split(";"))


def _is_as_made(statement: str, found: dict[str, str]) -> bool:
    text = str(found.get(statement.split()[2], "")).strip()
    if not statement.startswith("CREATE TABLE"):
        return text == statement
    end = statement.rindex(")")
    return text.startswith(statement[:end].rstrip()) and text.endswith(statement[end:])


def _examine(conn: sqlite3.Connection, path: Path) -> None:
    [[found]] = conn.execute("PRAGMA application_id")
    tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # Not quick_check, which passes a changed key that leads searches astray, and an index that says another token.
    [[verdict]] = conn.execute("PRAGMA integrity_check(1)")
    if verdict == "ok" and tables and not tables & TABLES and found != APPLICATION_ID:
        raise BufferUnsafe(f"{path} is no buffer of this program. Move it away, or set another data_dir.")
    if found != APPLICATION_ID or not tables >= TABLES:
        raise Damaged("not the tables of a buffer")
    if verdict != "ok":
        raise Damaged(str(verdict))
    if not has_own_schema(conn):
        raise Damaged("a changed schema")
    for statement in NEVER:
        row = conn.execute(statement).fetchone()
        if row is not None:
            raise Damaged(row[0])
    # Python refuses texts that are no UTF-8 when they are read, which must not be first in the middle of a sync.
    for texts in ("button FROM reactions", "boot_id FROM boots", "parent FROM streams", "epoch FROM card"):
        conn.execute(f"SELECT DISTINCT {texts}").fetchall()
    _check_totals(conn)


def _check_totals(conn: sqlite3.Connection) -> None:
    """Own streams end with their last press, and the card thanked for no more than they hold."""
    columns = {row[1] for row in conn.execute("PRAGMA table_info(streams)")}
    own, trimmed = ("buffer IS NULL", "trimmed") if "trimmed" in columns else ("true", "0")
    _check_presses_above(conn, own)
    [[cut_off]] = conn.execute(
        f"SELECT count(*) FROM streams WHERE {own} AND high > {trimmed}"  # noqa: S608
        " AND coalesce((SELECT max(seq) FROM reactions WHERE stream = number), 0) < high"
    )
    if cut_off:
        raise Damaged("a stream without its last press")
    [[thanked, high]] = conn.execute(f"SELECT thanked, (SELECT coalesce(sum(high), 0) FROM streams WHERE {own}) FROM card")  # noqa: S608
    if thanked > high:
        raise Damaged("more presses thanked for than stored")


def _check_presses_above(conn: sqlite3.Connection, own: str) -> None:
    """Only the newest own stream may have presses above its high mark, without a hole; see highs.py."""
    [[newest, high]] = conn.execute(f"SELECT max(number), high FROM streams WHERE {own}")  # noqa: S608
    above = conn.execute(
        "SELECT count(*), max(seq), sum(stream IS NOT ?) FROM reactions JOIN streams ON number = stream WHERE seq > high",
        (newest,),
    ).fetchone()
    if above[0] and (above[2] or above[1] != high + above[0]):
        raise Damaged("a press above its stream")
