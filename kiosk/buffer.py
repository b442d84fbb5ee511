"""The durable buffer: every press on the card before its thank-you, and how far the server has them; the kiosk's only SQL.

One connection, owned by one thread, in exclusive locking: SQLite before 3.51.3 can damage a WAL that two connections share, and
nothing else has any business in this file. WAL with synchronous=FULL lost nothing in simulated power cuts; NORMAL lost in each.
"""

from __future__ import annotations

import base64
import itertools
import json
import secrets
import shutil
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from sqlite_utils import Database, Migrations

from kiosk.errors import BufferUnsafe
from wire.messages import Anchor, Boot, Opaque, Reaction, Span, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# The names by which the rest of the kiosk may catch what goes wrong here.
StorageError = sqlite3.Error
CanNotOpen = sqlite3.OperationalError

APPLICATION_ID = 0x53414C56  # "SALV"
NAME = "buffer.db"
# Anchors of one boot that lie closer together than this tell the server nothing new.
ANCHOR_SPACING_MS = 600_000
ANCHORS_A_REQUEST = 200

# `acknowledged` is the seq up to which the server has confirmed a stream, `safe` the one up to which a backup of it has.
# The index finds the streams that still have something to send among years of finished ones.
FIRST_TABLES = """
CREATE TABLE card (
    only INTEGER PRIMARY KEY CHECK (only = 1), buffer TEXT NOT NULL, epoch TEXT,
    thanked INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE boots (
    number INTEGER PRIMARY KEY AUTOINCREMENT, boot_id TEXT NOT NULL UNIQUE, last_elapsed_ms INTEGER NOT NULL
);
CREATE TABLE streams (
    number INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL UNIQUE, parent TEXT, high INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0, safe INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX streams_waiting ON streams (number) WHERE acknowledged < high;
CREATE TABLE reactions (
    stream INTEGER NOT NULL REFERENCES streams (number), seq INTEGER NOT NULL CHECK (seq > 0),
    elapsed_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, synced INTEGER NOT NULL,
    boot INTEGER NOT NULL REFERENCES boots (number), button TEXT NOT NULL, config_version INTEGER NOT NULL,
    visit INTEGER, mark TEXT NOT NULL, opaque INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (stream, seq)
) WITHOUT ROWID;
CREATE TABLE anchors (
    boot INTEGER NOT NULL REFERENCES boots (number), elapsed_ms INTEGER NOT NULL, server_ms INTEGER NOT NULL,
    uncertainty_ms INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (boot, elapsed_ms)
) WITHOUT ROWID
"""

migrations = Migrations("buffer")


@migrations()
def first_tables(db: Database) -> None:
    """The tables of the first release, and the card's own row."""
    for statement in FIRST_TABLES.split(";"):
        db.execute(statement)
    db.execute("INSERT INTO card (only, buffer) VALUES (1, ?)", [secrets.token_hex(16)])


class Stream(NamedTuple):
    """One start of the program: its token, the stream before it, and the highest seq in it."""

    number: int
    token: str
    parent: str | None


class Batch(NamedTuple):
    """What the next request carries of one stream; `last` is the seq up to which an answer of 200 acknowledges."""

    stream: Stream
    first_seq: int
    last: int
    reactions: list[Reaction]
    opaque: list[Opaque]
    boots: list[Boot]
    anchors: list[Anchor]
    lost: list[Span]
    buffer: str
    totals: Totals
    epoch: str | None
    boot: int


class Counts(NamedTuple):
    """The whole buffer in numbers."""

    thanked: int
    refused: int
    waiting: int
    acknowledged: int


class Buffer:
    """The buffer file, open; every method is for the thread that opened it, and each is one transaction."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._commits = 0
        self.open()

    def open(self) -> None:
        """Open or create the file and read back what safety rests on; raises BufferUnsafe or sqlite3.Error."""
        # isolation_level=None: transactions begin and end where this file says so, never behind its back.
        self._conn = sqlite3.connect(self.path, isolation_level=None, timeout=0)
        try:
            # Before WAL, so that no shared-memory file is made and a second program finds the file locked.
            self._conn.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._identify()
            self._set_and_check("journal_mode", "WAL", "wal")
            self._set_and_check("synchronous", "FULL", 2)
            self._set_and_check("locking_mode", "EXCLUSIVE", "exclusive")
            # Checkpoints happen when nobody waits for a light, see `tidy`.
            self._set_and_check("wal_autocheckpoint", "0", 0)
            self._set_and_check("foreign_keys", "ON", 1)
            self._conn.execute("BEGIN IMMEDIATE")
            self._conn.execute("COMMIT")
            migrations.apply(Database(self._conn, execute_plugins=False))
        except BaseException:
            self._conn.close()
            raise

    def reopen(self) -> None:
        """Open the file afresh after a failed transaction."""
        self._conn.close()
        self.open()

    def close(self) -> None:
        """Fold the WAL into the file and let go of it."""
        self._conn.close()

    def cut_power(self) -> None:
        """Leave on the disk exactly what a power cut at this moment would leave: nothing is folded, nothing closed."""
        wal = self.path.with_name(f"{NAME}-wal")
        files = [path for path in (self.path, wal) if path.exists()]
        for path in files:
            shutil.copyfile(path, path.with_name(f"{path.name}.cut"))
        self._conn.close()
        wal.unlink(missing_ok=True)
        for path in files:
            path.with_name(f"{path.name}.cut").replace(path)

    # ---------- presses ----------

    def boot_number(self, boot_id: str, elapsed_ms: int) -> int:
        """This buffer's number of a boot, given on first sight; numbers grow."""
        row = self._conn.execute("SELECT number FROM boots WHERE boot_id = ?", (boot_id,)).fetchone()
        if row is not None:
            return int(row[0])
        with self._transaction():
            cursor = self._conn.execute("INSERT INTO boots (boot_id, last_elapsed_ms) VALUES (?, ?)", (boot_id, elapsed_ms))
        return int(cursor.lastrowid or 0)

    def new_stream(self) -> Stream:
        """Begin a stream: a random token, because a counter would repeat itself on an old image of this card."""
        token = secrets.token_hex(16)
        row = self._conn.execute("SELECT token FROM streams ORDER BY number DESC LIMIT 1").fetchone()
        parent = row[0] if row else None
        with self._transaction():
            cursor = self._conn.execute("INSERT INTO streams (token, parent) VALUES (?, ?)", (token, parent))
        return Stream(int(cursor.lastrowid or 0), token, parent)

    def append(self, stream: Stream, first_seq: int, reactions: Sequence[Reaction]) -> None:
        """Store consecutive presses in one transaction; when this returns they are on the card.

        After any sqlite3.Error it is not known whether they are; calling again after `reopen` with the same seqs settles it.
        """
        known = self._number("SELECT high FROM streams WHERE number = ?", (stream.number,))
        fresh = list(enumerate(reactions, first_seq))[max(0, known + 1 - first_seq) :]
        if not fresh:
            return
        with self._transaction():
            self._conn.executemany(
                "INSERT INTO reactions (stream, seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(stream.number, seq, *reaction) for seq, reaction in fresh],
            )
            self._conn.execute("UPDATE streams SET high = ? WHERE number = ?", (fresh[-1][0], stream.number))
            self._conn.execute("UPDATE card SET thanked = thanked + ?", (len(fresh),))
            self._raise_boot(reactions[-1].boot, reactions[-1].elapsed_ms)

    def add_refused(self, count: int) -> None:
        """Add presses that were answered with sorry."""
        with self._transaction():
            self._conn.execute("UPDATE card SET refused = refused + ?", (count,))

    def alive(self, boot: int, elapsed_ms: int) -> None:
        """Note that this boot has run at least so far, which bounds the times of boots that never met the server."""
        with self._transaction():
            self._raise_boot(boot, elapsed_ms)

    def probe(self) -> None:
        """Take the write lock and give it back, which writes nothing; raises sqlite3.Error when that is not possible."""
        self._conn.execute("BEGIN IMMEDIATE")
        self._conn.execute("COMMIT")

    def counts(self) -> Counts:
        """How many presses were thanked for, refused, wait, and are with the server."""
        row = self._conn.execute(
            "SELECT thanked, refused,"
            " (SELECT coalesce(sum(high - acknowledged), 0) FROM streams WHERE acknowledged < high) FROM card"
        ).fetchone()
        return Counts(row[0], row[1], row[2], row[0] - row[2])

    def tidy(self, *, at_least: int) -> None:
        """Fold the WAL into the file once `at_least` transactions wait in it."""
        if self._commits >= at_least:
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._commits = 0

    # ---------- the server's side ----------

    def next_batch(self, running: Stream, boot: int, elapsed_ms: int, limit: int) -> Batch:
        """What to send next: the running stream first, so that now is seen now, then the oldest; else an empty heartbeat."""
        stream, acknowledged, high = self._next_stream(running)
        rows = self._conn.execute(
            "SELECT seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque FROM reactions"
            " WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?",
            (stream.number, acknowledged, limit),
        ).fetchall()
        first = rows[0][0] if rows else high + 1
        run = [row for place, row in enumerate(rows) if row[0] == first + place]
        reactions = [Reaction._make((*row[1:3], bool(row[3]), *row[4:9])) for row in run if not row[9]]
        opaque = [Opaque(row[0], _as_opaque(row)) for row in run if row[9]]
        anchors = self._anchors_to_deliver()
        numbers = {boot, *(reaction.boot for reaction in reactions), *(anchor.boot for anchor in anchors)}
        card = self._conn.execute("SELECT buffer, thanked, refused, epoch FROM card").fetchone()
        return Batch(
            stream=stream,
            first_seq=first,
            last=first + len(run) - 1,
            reactions=reactions,
            opaque=opaque,
            boots=self._boots(numbers, boot, elapsed_ms),
            anchors=anchors,
            lost=[Span(acknowledged + 1, first - 1)] if first > acknowledged + 1 else [],
            buffer=card[0],
            totals=Totals(card[1], card[2]),
            epoch=card[3],
            boot=boot,
        )

    def acknowledge(self, batch: Batch, anchor: Anchor | None) -> int:
        """Mark exactly what was sent as confirmed, its anchors as delivered, and keep the anchor that this exchange gave.

        Answers how many presses still wait. A heartbeat that brought nothing new writes nothing, to spare the card.
        """
        if batch.reactions or batch.opaque or batch.lost or batch.anchors or self._is_news(anchor):
            self._confirm(batch, anchor)
        return self.counts().waiting

    def unacknowledge(self, token: str, high: int) -> bool:
        """Take back confirmations above `high`; answers whether there were any."""
        with self._transaction():
            cursor = self._conn.execute(
                "UPDATE streams SET acknowledged = ? WHERE token = ? AND acknowledged > ?", (high, token, high)
            )
        return cursor.rowcount > 0

    def mark_opaque(self, stream: Stream, seq: int) -> bool:
        """Let one reaction travel as bytes from now on; answers False when it already did."""
        with self._transaction():
            cursor = self._conn.execute(
                "UPDATE reactions SET opaque = 1 WHERE stream = ? AND seq = ? AND opaque = 0", (stream.number, seq)
            )
        return cursor.rowcount > 0

    def stream_tokens(self) -> list[str]:
        """Every stream that holds presses, oldest first."""
        return [row[0] for row in self._conn.execute("SELECT token FROM streams WHERE high > 0 ORDER BY number")]

    def reconcile(self, progress: Iterable[tuple[str, int, int]], epoch: str, *, resend_anchors: bool) -> None:
        """Lower confirmations to what the server really has (token, high, safe high) and keep its epoch; never raise them."""
        with self._transaction():
            self._conn.executemany(
                "UPDATE streams SET acknowledged = min(acknowledged, ?), safe = ? WHERE token = ?",
                [(high, safe, token) for token, high, safe in progress],
            )
            if resend_anchors:
                self._conn.execute("UPDATE anchors SET delivered = 0")
            self._conn.execute("UPDATE card SET epoch = ?", (epoch,))

    def epoch(self) -> str | None:
        """The life of the server's database that this buffer was last reconciled with, None before the first time."""
        row = self._conn.execute("SELECT epoch FROM card").fetchone()
        return None if row[0] is None else str(row[0])

    # ---------- inside ----------

    def _transaction(self) -> _Transaction:
        self._commits += 1
        return _Transaction(self._conn)

    def _identify(self) -> None:
        found = self._number("PRAGMA application_id")
        tables = self._number("SELECT count(*) FROM sqlite_master")
        if found == 0 and tables == 0:
            self._conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
        elif found != APPLICATION_ID:
            raise BufferUnsafe(f"{self.path} is no buffer of this program. Move it away, or set another data_dir.")

    def _set_and_check(self, name: str, value: str, expected: str | int) -> None:
        self._conn.execute(f"PRAGMA {name}={value}")
        found = self._conn.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            raise BufferUnsafe(f"The buffer can not be made safe: {name} is {found!r} instead of {expected!r}.")

    def _number(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(self._conn.execute(sql, values).fetchone()[0])

    def _raise_boot(self, boot: int, elapsed_ms: int) -> None:
        self._conn.execute("UPDATE boots SET last_elapsed_ms = max(last_elapsed_ms, ?) WHERE number = ?", (elapsed_ms, boot))

    def _next_stream(self, running: Stream) -> tuple[Stream, int, int]:
        row = self._conn.execute(
            "SELECT number, token, parent, acknowledged, high FROM streams WHERE acknowledged < high"
            " ORDER BY number = ? DESC, number LIMIT 1",
            (running.number,),
        ).fetchone()
        if row is None:
            row = self._conn.execute(
                "SELECT number, token, parent, acknowledged, high FROM streams WHERE number = ?", (running.number,)
            ).fetchone()
        return Stream(*row[:3]), row[3], row[4]

    def _anchors_to_deliver(self) -> list[Anchor]:
        rows = self._conn.execute(
            "SELECT boot, elapsed_ms, server_ms, uncertainty_ms FROM anchors WHERE delivered = 0"
            " ORDER BY boot, elapsed_ms LIMIT ?",
            (ANCHORS_A_REQUEST,),
        )
        return [Anchor(*row) for row in rows]

    def _boots(self, numbers: set[int], boot: int, elapsed_ms: int) -> list[Boot]:
        marks = ",".join(itertools.repeat("?", len(numbers)))
        rows = self._conn.execute(
            f"SELECT boot_id, number, last_elapsed_ms FROM boots WHERE number IN ({marks}) ORDER BY number",  # noqa: S608
            sorted(numbers),
        )
        return [Boot(boot_id, number, max(last, elapsed_ms) if number == boot else last) for boot_id, number, last in rows]

    def _confirm(self, batch: Batch, anchor: Anchor | None) -> None:
        with self._transaction():
            self._conn.execute(
                "UPDATE streams SET acknowledged = max(acknowledged, ?) WHERE number = ?", (batch.last, batch.stream.number)
            )
            self._conn.executemany(
                "UPDATE anchors SET delivered = 1 WHERE boot = ? AND elapsed_ms = ?",
                [(sent.boot, sent.elapsed_ms) for sent in batch.anchors],
            )
            if anchor is not None and self._is_news(anchor):
                self._conn.execute("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?, 0)", anchor)

    def _is_news(self, anchor: Anchor | None) -> bool:
        if anchor is None:
            return False
        row = self._conn.execute(
            "SELECT min(uncertainty_ms) FROM anchors WHERE boot = ? AND elapsed_ms > ?",
            (anchor.boot, anchor.elapsed_ms - ANCHOR_SPACING_MS),
        ).fetchone()
        # A much tighter one is worth sending even soon after.
        return row[0] is None or anchor.uncertainty_ms * 2 < row[0]


class _Transaction:
    """BEGIN IMMEDIATE ... COMMIT; anything raised inside or by COMMIT leaves nothing open."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def __enter__(self) -> None:
        self._conn.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._conn.execute("COMMIT")
            except BaseException:
                self._undo()
                raise
        else:
            self._undo()

    def _undo(self) -> None:
        # A full disk ends the transaction by itself.
        if self._conn.in_transaction:
            self._conn.rollback()


def _as_opaque(row: Sequence[object]) -> str:
    return base64.b64encode(json.dumps(row[1:9], separators=(",", ":")).encode()).decode()
