"""Brings a database to this release's tables, forward only, and gives a new one its epoch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.database.engine import reading, writing
from server.database.life import begin_life
from server.database.partitions import make_partitions

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class TooNew(RuntimeError):
    """The database was written by a later release; this one would not understand it."""


def upgrade(engine: Engine) -> None:
    """Create or migrate the database in one transaction; safe to run twice.

    Raises:
        TooNew: a later release has migrated this database.
    """
    with writing(engine) as connection:
        config = _config()
        scripts = ScriptDirectory.from_config(config)
        now = _revision(connection)
        if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
            raise TooNew(f"this database was migrated by a later release ({now}); install that release")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        begin_life(connection)
        make_partitions(connection)


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly this release's tables."""
    with reading(engine) as connection:
        return _revision(connection) == ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # A percent sign in a folder's name would be read as an interpolation.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
