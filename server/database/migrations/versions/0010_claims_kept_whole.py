"""Neither TRUNCATE nor REPLACE goes around what keeps the register of claims from being changed."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

SAME = {
    "claims": "id = NEW.id OR replaces_id = NEW.replaces_id",
    "claim_stores": "claim_id = NEW.claim_id AND store_id = NEW.store_id",
    "claim_endings": "claim_id = NEW.claim_id",
    "claim_results": "claim_id = NEW.claim_id AND number = NEW.number",
}


def upgrade() -> None:
    """Go forward; there is no way back."""
    for table, same in SAME.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        else:
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  (our own names)
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there}"
                " BEGIN SELECT RAISE(ABORT, 'a registered claim is frozen'); END"
            )
