"""What a command works with: the settings, the database, the clock; and how it says in one sentence that it can not."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import NoArgsIsHelpError

from server.clock import Clock, SystemClock
from server.database.engine import make_engine
from server.database.failures import SQLAlchemyError, first_line
from server.database.migrate import TooNew, is_current
from server.errors import Refusal, Unfit
from server.settings import Settings, WrongSetting, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Workplace:
    """An open database with its settings and a clock."""

    settings: Settings
    engine: Engine
    clock: Clock


class Sentence(click.ClickException):
    """A failure told in one sentence; the status is 1."""


class Commands(click.Group):
    """A group whose failures are one sentence on standard error and a status that is not 0, never a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            asked = error.ctx.command_path if error.ctx else ctx.command_path
            raise Sentence(f"{error.format_message()} `{asked} --help` shows an example.") from error
        except (Refusal, Unfit, WrongSetting, TooNew) as error:
            raise Sentence(str(error)) from error
        except SQLAlchemyError as error:
            raise Sentence(f"The database did not do that: {first_line(error)}.") from error
        except OSError as error:
            raise Sentence(f"{error.filename or 'The system'}: {error.strerror or error}.") from error


@contextmanager
def at_work(*, current: bool = True) -> Iterator[Workplace]:
    """The workplace that the environment describes; with `current` the database must be there, with this release's tables."""
    settings = read_settings(begins=not current)
    engine = make_engine(settings.database_url, settings.archive)
    try:
        if current and not is_current(engine):
            raise Unfit("The database has not this release's tables yet; run `salve-server upgrade` first.")
        yield Workplace(settings, engine, SystemClock())
    finally:
        engine.dispose()


def show_json(value: object) -> None:
    """Print what a program reads."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
