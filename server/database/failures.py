"""The database's own failures, under the names by which the rest of the server may catch them."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError, SQLAlchemyError

__all__ = ["OperationalError", "SQLAlchemyError", "first_line"]


def first_line(error: SQLAlchemyError) -> str:
    """What the driver said, in one line and without the statement or its values."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
