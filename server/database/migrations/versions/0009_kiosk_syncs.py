"""What every sync changes of its kiosk lies by kiosk; the kiosk's own row, which is everywhere, stays as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOVED = ("software", "heard_ms", "config_seen", "config_applied", "health")


def upgrade() -> None:
    """Go forward; there is no way back."""
    op.create_table(
        "kiosk_syncs",
        sa.Column("kiosk_id", ROW_ID, nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=True),
        sa.Column("config_seen", sa.Integer(), nullable=False),
        sa.Column("config_applied", sa.Integer(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_kiosk_syncs_kiosk_id")),
        sa.PrimaryKeyConstraint("kiosk_id", name=op.f("pk_kiosk_syncs")),
    )
    names = ", ".join(MOVED)
    op.execute(f"INSERT INTO kiosk_syncs (kiosk_id, {names}) SELECT id, {names} FROM kiosks")  # noqa: S608  (our own names)
    for name in MOVED:
        op.drop_column("kiosks", name)
