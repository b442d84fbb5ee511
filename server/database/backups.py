"""Backups: copies of one moment that are read back before they count, and what makes a database out of one again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from server.audit import COMMAND_LINE, Act
from server.database import postgres_copies, sqlite_copies
from server.database.audit import head, note
from server.database.engine import writing
from server.database.life import move_safe_position, read_life
from server.database.whole_files import check_sum
from server.errors import Unfit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from server.database.holdings import Holding, Mark, Tell


class _Copies(Protocol):
    """What both databases' files of copies have."""

    def write_copy(self, engine: Engine, file: Path, tell: Tell) -> Holding: ...

    def put_back(self, engine: Engine, file: Path, kept: Path | None, tell: Tell, mark: Mark) -> Holding: ...

    def try_out(self, engine: Engine, file: Path, folder: Path, tell: Tell) -> tuple[Holding, int]: ...


def back_up(engine: Engine, file: Path, tell: Tell, now_ms: int) -> Holding:
    """Copy the database into a file while others write, check the copy, and only then say that it is safe.

    Kiosks keep what no verified backup holds, so the safe position moves when the file is whole and on the disk.

    Raises Unfit when the copy is not what the database held, or would take the database's own place.
    """
    own = engine.url.database if engine.dialect.name == "sqlite" else None
    if own and file.exists() and file.samefile(own):
        # Who has the database open would go on writing into a file that has lost its name, and all of that would be lost.
        raise Unfit(f"{file} is the database itself; name another file.")
    held = _copies(engine).write_copy(engine, file, tell)
    with writing(engine) as connection:
        move_safe_position(connection, held.epoch, held.position)
        note(connection, now_ms, COMMAND_LINE, Act.BACKED_UP, file.name, reactions=held.reactions, position=held.position)
    return held


def restore(engine: Engine, file: Path, kept: Path | None, tell: Tell, now_ms: int) -> Holding:
    """Put a backup in the place of the database, all of it or nothing; `kept` is where to keep what is there now.

    The restored database has a new epoch, so every kiosk asks what is held and sends the rest again, and cursors of exports
    begin anew. An older release's backup is brought to this release. The audit log is the backup's, and says that it was
    restored.

    Raises Unfit for a file that is no whole backup, and while somebody else uses the database.
    """

    def mark(connection: Connection) -> None:
        last = head(connection).number
        note(connection, now_ms, COMMAND_LINE, Act.RESTORED, file.name, entries=last, epoch=read_life(connection).epoch)

    check_sum(file)
    return _copies(engine).put_back(engine, file, kept, tell, mark)


def check_backup(engine: Engine, file: Path, folder: Path, tell: Tell) -> tuple[Holding, int]:
    """Restore a backup beside the database (on SQLite in that folder), and count the figures that its reactions contradict.

    Raises Unfit for a file that is no whole backup.
    """
    check_sum(file)
    return _copies(engine).try_out(engine, file, folder, tell)


def _copies(engine: Engine) -> _Copies:
    return sqlite_copies if engine.dialect.name == "sqlite" else postgres_copies
