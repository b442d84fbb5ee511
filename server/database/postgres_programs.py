"""PostgreSQL's own programs: pg_dump, pg_restore and psql, on the database that an engine is for."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine


@contextmanager
def running(engine: Engine, words: Sequence[str], reads: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """A program at work on the engine's database, from whose standard output to read.

    Raises Unfit with the first thing it complained of, when it fails or is not installed.
    """
    program = shutil.which(words[0])
    if program is None:
        raise Unfit(f"{words[0]} is not installed here; on Debian: apt install postgresql-client.")
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603  (one of three programs, and no shell)
            [program, *words[1:]], env=_environment(engine), stdin=reads, stdout=subprocess.PIPE, stderr=complaints
        ) as process,
    ):
        if process.stdout is None:
            raise Unfit(f"{words[0]} says nothing.")
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines() or [f"status {process.returncode}"]
            raise Unfit(f"{words[0]} did not do that: {said[0]}.")


def run_program(engine: Engine, words: Sequence[str], reads: IO[bytes] | None = None) -> None:
    """Run a program to its end; raises as `running`."""
    with running(engine, words, reads) as said:
        said.read()


def _environment(engine: Engine) -> dict[str, str]:
    """The process's environment with the way to the database: a password on a command line is for all to see."""
    _, words = engine.dialect.create_connect_args(engine.url)
    names = {"dbname": "DATABASE", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {names.get(word, word.upper()): str(value) for word, value in words.items() if isinstance(value, (str, int))}
    return dict(os.environ) | {f"PG{name}": value for name, value in given.items()}
