"""Keys that begin with the kiosk, so that tables can be spread over hosts; on PostgreSQL reactions in partitions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONTH_MS = 2_592_000_000


def upgrade() -> None:
    """Go forward; there is no way back."""
    _tokens()
    if op.get_bind().dialect.name == "postgresql":
        _keys()
        _partitions()
    else:
        _tables_anew()


def _tokens() -> None:
    op.create_table(
        "stream_tokens",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_stream_tokens_kiosk_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_stream_tokens")),
    )
    op.create_index("ix_stream_tokens_parent", "stream_tokens", ["parent"], unique=False)
    op.execute("INSERT INTO stream_tokens SELECT token, kiosk_id, number, parent FROM streams")


def _keys() -> None:
    """PostgreSQL changes keys in place."""
    op.drop_index("ix_streams_parent", "streams")
    op.drop_constraint("uq_streams_token", "streams")
    op.drop_column("streams", "parent")
    op.drop_constraint("pk_arrivals", "arrivals")
    op.drop_index("ix_arrivals_of_stream", "arrivals")
    op.create_primary_key("pk_arrivals", "arrivals", ["kiosk_id", "stream", "first_seq", "position"])
    op.create_index("ix_arrivals_position", "arrivals", ["position"], unique=False)
    op.drop_constraint("pk_revisions", "revisions")
    op.create_primary_key("pk_revisions", "revisions", ["kiosk_id", "position"])
    op.create_index("ix_revisions_position", "revisions", ["position"], unique=False)


def _partitions() -> None:
    """A table for the streams of each thirty days, one for those that no table was made for yet, and their numbers."""
    bind = op.get_bind()
    op.execute("CREATE SEQUENCE stream_numbers")
    op.execute("SELECT setval('stream_numbers', value) FROM counters WHERE name = 'stream' AND value > 0")
    op.execute("ALTER TABLE reactions RENAME TO reactions_before")
    op.execute("ALTER TABLE reactions_before RENAME CONSTRAINT pk_reactions TO pk_reactions_before")
    op.execute("CREATE TABLE reactions (LIKE reactions_before INCLUDING DEFAULTS) PARTITION BY RANGE (stream)")
    op.execute("CREATE TABLE reactions_rest PARTITION OF reactions DEFAULT")
    months = sa.text(f"SELECT MAX(number) + 1 FROM streams GROUP BY first_ms / {MONTH_MS} ORDER BY first_ms / {MONTH_MS}")  # noqa: S608
    first = 1
    for end in bind.execute(months).scalars():
        if end > first:
            op.execute(f"CREATE TABLE reactions_{first}_{end} PARTITION OF reactions FOR VALUES FROM ({first}) TO ({end})")
            first = end
    op.execute("INSERT INTO reactions SELECT * FROM reactions_before")
    op.create_primary_key("pk_reactions", "reactions", ["kiosk_id", "stream", "seq"])
    op.drop_table("reactions_before")


def _tables_anew() -> None:
    """SQLite can not change a key: the table is made anew, under the name that it had."""
    what = sa.CheckConstraint("what IN ('time', 'counted', 'released')", name=op.f("ck_revisions_what"))
    _anew(
        "streams",
        ("ix_streams_parent", "ix_streams_buffer"),
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("buffer", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_streams_kiosk_id")),
        sa.PrimaryKeyConstraint("kiosk_id", "number", name=op.f("pk_streams")),
    )
    op.create_index("ix_streams_buffer", "streams", ["buffer"], unique=False)
    _anew(
        "arrivals",
        ("ix_arrivals_of_stream", "ix_arrivals_recent"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kiosk_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("apart", sa.String(length=100), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("kiosk_id", "stream", "first_seq", "position", name=op.f("pk_arrivals")),
    )
    op.create_index("ix_arrivals_position", "arrivals", ["position"], unique=False)
    op.create_index("ix_arrivals_recent", "arrivals", ["kiosk_id", "received_ms"], unique=False)
    _anew(
        "revisions",
        (),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kiosk_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=10), what, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk_id", "position", name=op.f("pk_revisions")),
    )
    op.create_index("ix_revisions_position", "revisions", ["position"], unique=False)


def _anew(name: str, indexes: tuple[str, ...], *columns: sa.schema.SchemaItem) -> None:
    for index in indexes:
        op.drop_index(index, name)
    op.rename_table(name, f"{name}_before")
    op.create_table(name, *columns)
    kept = ", ".join(column.name for column in columns if isinstance(column, sa.Column))
    op.execute(f"INSERT INTO {name} ({kept}) SELECT {kept} FROM {name}_before")  # noqa: S608
    op.drop_table(f"{name}_before")
