"""Runs the migrations inside the transaction that the caller opened."""

from __future__ import annotations

from alembic import context

from server.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
