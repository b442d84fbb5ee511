"""Watches of single questions at their places, recoveries, and the steps of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STEPS = "what IN ('noticed', 'acknowledged', 'done', 'normal', 'undecided')"


def upgrade() -> None:
    """Go forward; there is no way back."""
    _watches()
    _recoveries()
    op.create_table(
        "recovery_steps",
        sa.Column("recovery_id", ROW_ID, nullable=False),
        sa.Column("what", sa.String(length=12), sa.CheckConstraint(STEPS, name=op.f("ck_recovery_steps_what")), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["recovery_id"], ["recoveries.id"], name=op.f("fk_recovery_steps_recovery_id")),
        sa.PrimaryKeyConstraint("recovery_id", "what", name=op.f("pk_recovery_steps")),
    )


def _watches() -> None:
    op.create_table(
        "watches",
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("placement_id", ROW_ID, nullable=False),
        sa.Column("question_id", ROW_ID, nullable=False),
        sa.Column("faces", sa.SmallInteger(), nullable=False),
        sa.Column("designed_ms", sa.BigInteger(), nullable=False),
        sa.Column("usual_share", sa.Float(), nullable=True),
        sa.Column("presses_a_day", sa.Float(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("between_false_alarms", sa.Float(), nullable=False),
        sa.Column("to_notice", sa.Float(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_ms", sa.BigInteger(), nullable=True),
        *_references("watches"),
        sa.PrimaryKeyConstraint("kiosk_id", "placement_id", "question_id", name=op.f("pk_watches")),
    )


def _recoveries() -> None:
    op.create_table(
        "recoveries",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("placement_id", ROW_ID, nullable=False),
        sa.Column("question_id", ROW_ID, nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("alarm_ms", sa.BigInteger(), nullable=False),
        sa.Column("usual_share", sa.Float(), nullable=False),
        sa.Column("presses", sa.Integer(), nullable=False),
        sa.Column("negatives", sa.Integer(), nullable=False),
        sa.Column("test_presses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("test_negatives", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("still_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("writes", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("negatives BETWEEN 0 AND presses", name=op.f("ck_recoveries_counts")),
        *_references("recoveries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
    )
    op.create_index("ix_recoveries_placement", "recoveries", ["placement_id", "id"], unique=False)
    op.create_index(
        "uq_recoveries_open",
        "recoveries",
        ["kiosk_id", "placement_id", "question_id"],
        unique=True,
        sqlite_where=sa.text("ended_ms IS NULL"),
        postgresql_where=sa.text("ended_ms IS NULL"),
    )


def _references(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}s.id"], name=op.f(f"fk_{table}_{one}_id"))
        for one in ("kiosk", "placement", "question")
    ]
