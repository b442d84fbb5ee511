"""Puts each closed day's exports into a folder, once a day; a day that changed later is put there again."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from server.access.tokens import ExportToken
from server.comparison.periods import local_today
from server.database.engine import reading
from server.database.export_columns import HOURLY, KIOSKS, REACTIONS, RECOVERIES, STORES
from server.database.export_marks import day_sums
from server.database.export_revisions import revisions_end
from server.database.export_rows import ledger_end
from server.database.whole_files import flush_if_possible, take_name
from server.errors import Refusal, Unfit
from server.export.package import package_json
from server.export.producing import produce
from server.export.reactions import ReactionLines
from server.export.revisions import RevisionLines
from server.export.wanted import read_wanted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Engine

    from server.export.wanted import Wanted

log = logging.getLogger("salve.delivery")

# The job's name, by which one at a time is at it.
DELIVERY = "deliver"
# How far back the first delivery goes: as long as a kiosk keeps what the server may have lost.
FIRST_DAYS = 35
DAILY = (REACTIONS.name, HOURLY.name)
EVERYTHING = ExportToken(0, "delivery", all_stores=True)
STATE = "delivered.json"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What lies in the folder: all days (ordinals) up to `through` but for `pending`, as of these ends of both ledgers."""

    epoch: str = ""
    position: int = 0
    revision: int = 0
    through: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    pending: tuple[int, ...] = ()


class Delivery:
    """Delivers into one folder, and says when that begins to fail and when it works again."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._failing = False

    def work(self, now_ms: int) -> int:
        """Deliver what is due; returns how many days. A folder that can not be written is told once and tried again."""
        try:
            days = self.deliver(now_ms)
        except (OSError, Unfit, Refusal) as error:
            if not self._failing:
                log.warning("Delivery fails, and is tried again until it works; nothing is lost: %s", _sentence(error))
            self._failing = True
            return 0
        if self._failing:
            log.info("Delivery works again.")
        self._failing = False
        return days

    def deliver(self, now_ms: int) -> int:
        """Deliver what is due; returns how many days.

        Raises OSError or Unfit when the folder can not be used, and a Refusal, after all other days, for one that needs a file
        of the archive that is not there.
        """
        if not self._folder.is_dir():
            raise Unfit(f"SALVE_DELIVERY_DIR: there is no folder {self._folder}; it is never made, because it may be a mount.")
        with reading(self._engine) as connection:
            wanted = read_wanted(connection, EVERYTHING, [], "", "")
        if not wanted.stores:
            return 0
        last = min(local_today(zone, now_ms).toordinal() for zone in {store.timezone for store in wanted.stores}) - 1
        state = _read(self._folder / STATE)
        if last <= state.through and not state.pending:
            return 0
        state = self._due(wanted, state, last)
        days = len(state.pending)
        self._save(state)
        trouble = self._write_days(wanted, state, now_ms)
        if trouble is not None:
            raise trouble
        return days

    def _write_days(self, wanted: Wanted, state: Delivered, now_ms: int) -> Refusal | None:
        """Write each pending day and the rest; one that lacks a file of the archive stays pending and is told of at the end."""
        trouble: Refusal | None = None
        lacking: list[int] = []
        for place, day in enumerate(state.pending, 1):
            try:
                self._write_day(wanted, day, now_ms)
            except Refusal as refusal:
                trouble = trouble or refusal
                lacking.append(day)
            if place < len(state.pending):
                self._save(replace(state, pending=(*lacking, *state.pending[place:])))
        # Before the last day is noted, so that what fails here is made up for like a day.
        self._write_rest(wanted, now_ms)
        self._save(replace(state, pending=tuple(lacking)))
        return trouble

    def _due(self, wanted: Wanted, state: Delivered, last: int) -> Delivered:
        """The state with everything pending that is new or has changed since, as of now."""
        with reading(self._engine) as connection:
            epoch, position = ledger_end(connection)
            _, revision = revisions_end(connection)
            sums = {str(day): total for day, total in day_sums(connection).items()}
        if state.epoch != epoch:
            # The first time, or after a restore, which may have changed any day.
            first = last - FIRST_DAYS + 1
            fresh = range(min(first, state.through + 1) if state.through else first, last + 1)
            return Delivered(epoch, position, revision, last, sums, tuple(sorted({*fresh, *state.pending})))
        changed = {int(day) for day in sums.keys() | state.sums.keys() if sums.get(day) != state.sums.get(day)}
        arrived = ReactionLines(self._engine, wanted, dated=True)
        _exhaust(arrived.chunks(state.position, position))
        revised = RevisionLines(self._engine, wanted, dated=True)
        _exhaust(revised.chunks(state.revision, revision))
        new = range(state.through + 1, last + 1)
        due = {*state.pending, *new, *(day for day in changed | arrived.days | revised.days if day <= last)}
        return Delivered(epoch, position, revision, max(last, state.through), sums, tuple(sorted(due)))

    def _write_day(self, wanted: Wanted, day: int, now_ms: int) -> None:
        of_day = replace(wanted, from_day=day, to_day=day + 1)
        for name in DAILY:
            folder = self._folder / name
            folder.mkdir(exist_ok=True)
            _write(folder / f"{date.fromordinal(day)}.csv", produce(self._engine, now_ms, of_day, name).chunks)

    def _write_rest(self, wanted: Wanted, now_ms: int) -> None:
        paths: dict[str, list[str]] = {}
        for name in (STORES.name, KIOSKS.name, RECOVERIES.name):
            _write(self._folder / f"{name}.csv", produce(self._engine, now_ms, wanted, name).chunks)
            paths[name] = [f"{name}.csv"]
        for name in DAILY:
            paths[name] = sorted(f"{name}/{path.name}" for path in (self._folder / name).glob("????-??-??.csv"))
        with reading(self._engine) as connection:
            package = package_json(connection, wanted, paths)
        _write(self._folder / "datapackage.json", [package])

    def _save(self, state: Delivered) -> None:
        _write(self._folder / STATE, [json.dumps(asdict(state)).encode()])


def _read(path: Path) -> Delivered:
    try:
        found = json.loads(path.read_bytes())
        return Delivered(**(found | {"pending": tuple(found["pending"])}))
    except FileNotFoundError:
        return Delivered()
    except (ValueError, TypeError, KeyError) as error:
        raise Unfit(
            f"SALVE_DELIVERY_DIR: {path} can not be read; delete it to deliver the last {FIRST_DAYS} days anew."
        ) from error


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Under its name only once it is whole; what another end left behind half is written over."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.writelines(chunks)
    take_name(part, path, flush_if_possible)


def _exhaust(chunks: Iterable[bytes]) -> None:
    for _ in chunks:
        pass


def _sentence(error: OSError | Unfit | Refusal) -> str:
    return str(error) if isinstance(error, (Unfit, Refusal)) else f"{error.filename or 'the folder'}: {error.strerror or error}"
