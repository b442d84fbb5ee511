"""The register of claims: what was registered, given up and found, frozen by the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROZEN = ("claims", "claim_stores", "claim_endings", "claim_results")


def upgrade() -> None:
    """Go forward; there is no way back."""
    _claims()
    _stores()
    op.create_table(
        "claim_endings",
        sa.Column("claim_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_endings_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_endings")),
    )
    op.create_table(
        "claim_results",
        sa.Column("claim_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_results_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "number", name=op.f("pk_claim_results")),
    )
    _freeze()


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(length=10), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("faces", sa.SmallInteger(), nullable=False),
        sa.Column("filter_version", sa.Integer(), nullable=False),
        sa.Column("start_day", sa.Integer(), nullable=False),
        sa.Column("before_first", sa.Integer(), nullable=False),
        sa.Column("before_end", sa.Integer(), nullable=False),
        sa.Column("after_first", sa.Integer(), nullable=False),
        sa.Column("after_end", sa.Integer(), nullable=False),
        sa.Column("matters", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("replaces_id", ROW_ID, nullable=True),
        sa.Column("repeats_id", ROW_ID, nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.CheckConstraint("measure IN ('service', 'experience', 'gap', 'question')", name=op.f("ck_claims_measure")),
        sa.CheckConstraint("direction IN ('up', 'down')", name=op.f("ck_claims_direction")),
        sa.CheckConstraint("before_end <= start_day AND start_day < after_first", name=op.f("ck_claims_order")),
        sa.ForeignKeyConstraint(["definition_version"], ["definitions.version"], name=op.f("fk_claims_definition_version")),
        sa.ForeignKeyConstraint(["replaces_id"], ["claims.id"], name=op.f("fk_claims_replaces_id")),
        sa.ForeignKeyConstraint(["repeats_id"], ["claims.id"], name=op.f("fk_claims_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_claims_replaces_id")),
    )


def _stores() -> None:
    op.create_table(
        "claim_stores",
        sa.Column("claim_id", ROW_ID, nullable=False),
        sa.Column("store_id", ROW_ID, nullable=False),
        sa.Column("treated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_stores_claim_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_claim_stores_store_id")),
        sa.PrimaryKeyConstraint("claim_id", "store_id", name=op.f("pk_claim_stores")),
    )
    op.create_index("ix_claim_stores_store_id", "claim_stores", ["store_id"], unique=False)


def _freeze() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    refuses = "BEGIN SELECT RAISE(ABORT, 'a registered claim is frozen'); END"
    if postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION ''a registered claim is frozen''; END'"
        )
        refuses = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    for table in FROZEN:
        for change in ("update", "delete"):
            op.execute(f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table} {refuses}")
