"""The package that reads and writes Parquet, loaded when somebody wants it: it is large."""

from __future__ import annotations

from typing import Any

from server.errors import not_installed


def arrow() -> tuple[Any, Any, Any]:
    """The package and its two modules. Raises 501 where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq
    except ImportError as error:
        raise not_installed("Parquet", "archive") from error
    return pa, pq, pc
