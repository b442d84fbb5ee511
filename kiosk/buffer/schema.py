"""The buffer's tables, step by step. Steps are only ever added, and only add: older code must still read a newer buffer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x53414C56  # "SALV"
NAME = "buffer.db"
# Names beside the file that SQLite gives to what belongs to it.
COMPANIONS = (f"{NAME}-wal", f"{NAME}-journal", f"{NAME}-shm")
# The boots of each further buffer on this card are numbered from the next multiple on, so that those salvaged from an older
# buffer keep their numbers, and with them their place before all later boots.
BOOTS_A_BUFFER = 100_000
MIGRATION_SET = "buffer"

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

# `streams.buffer` names the damaged buffer that a salvaged stream came from, `trimmed` is the seq up to which retention has
# deleted. `confirmed` says since which server time a stream has been confirmed up to a seq: the kiosk's own clock may be months
# wrong, so the age of a press is the time since then. A fault is one row per code and boot.
KEEPING_TABLES = """
ALTER TABLE streams ADD COLUMN buffer TEXT;
ALTER TABLE streams ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE confirmed (
    stream INTEGER NOT NULL, seq INTEGER NOT NULL, server_ms INTEGER NOT NULL, PRIMARY KEY (stream, seq)
) WITHOUT ROWID;
CREATE TABLE past_buffers (
    buffer TEXT PRIMARY KEY, thanked INTEGER NOT NULL, refused INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE faults (
    number INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL, detail TEXT NOT NULL, times INTEGER NOT NULL,
    boot INTEGER NOT NULL, first_elapsed_ms INTEGER NOT NULL, first_wall_ms INTEGER NOT NULL,
    last_elapsed_ms INTEGER NOT NULL, last_wall_ms INTEGER NOT NULL, UNIQUE (code, boot)
)
"""

STEPS = (("first_tables", FIRST_TABLES), ("keeping_tables", KEEPING_TABLES))
TABLES = frozenset({"card", "boots", "streams", "reactions", "anchors"})


def fill_in(conn: sqlite3.Connection, generation: int) -> None:
    """Give a new buffer its identity; `generation` counts the buffers that this card had before."""
    conn.execute("INSERT INTO card (only, buffer) VALUES (1, ?)", (os.urandom(16).hex(),))
    if generation:
        conn.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('boots', ?)", (generation * BOOTS_A_BUFFER,))
