"""The database's own failures, under the names by which the rest of the server may catch them."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError, SQLAlchemyError

__all__ = ["OperationalError", "SQLAlchemyError", "first_line", "is_worth_another_try"]


# Two waited for each other in a ring, or one read what another was just changing: PostgreSQL let one of them go on.
TOLD_TO_TRY_AGAIN = {"40P01", "40001"}


def is_worth_another_try(error: Exception) -> bool:
    """Whether the same transaction, begun anew, may well succeed at once."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in TOLD_TO_TRY_AGAIN


def first_line(error: SQLAlchemyError) -> str:
    """What the driver said, in one line and without the statement or its values."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
