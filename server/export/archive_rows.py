"""Which reactions are old enough for the archive, and what its files say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from server.access.scope import visible_stores
from server.access.tokens import ExportToken
from server.analysis.cuts import Place, cut_before
from server.analysis.tallies import DAY_UNCERTAINTY_MS
from server.database.archive_files import NAMES, OWN
from server.database.arrow import arrow
from server.database.engine import reading
from server.database.export_columns import DATED
from server.database.export_facts import pack
from server.database.export_rows import next_arrivals
from server.database.leaving import candidates, old_streams, whole_reactions, zones_of_placements
from server.database.local_time import local_day_and_hour
from server.database.reactions import ReactionRow
from server.export.archive_parts import UNIX_EPOCH_DAY, archive_schema
from server.export.parquet import table_of
from server.export.reaction_text import ReactionText
from server.export.reactions import CHUNK_ARRIVALS, DAY_MS, few
from server.export.shapes import Csv
from server.export.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine

    from server.database.leaving import Candidate

EVERY_STORE = ExportToken(0, "archive", all_stores=True)
# What came so soon after the last day goes with it; what came later waits until it has been here for long, too.
ARRIVED_DAYS = 31
CHUNK_ROWS = 6_000


@dataclass(slots=True)
class Selection:
    """Reactions of local days before `end_day`: of each stream those up to a seq, over which no figure reaches."""

    end_day: int
    upto: dict[tuple[int, int], int] = field(default_factory=dict)
    rows: int = 0
    first_position: int = 0
    last_position: int = 0

    def add(self, kiosk_id: int, stream: int, chosen: list[Candidate]) -> None:
        """Choose the first reactions of a stream."""
        positions = [one.position for one in chosen]
        self.first_position = min(*positions, self.first_position or positions[0], positions[0])
        self.last_position = max(self.last_position, *positions)
        self.upto[kiosk_id, stream] = chosen[-1].seq
        self.rows += len(chosen)


def select_before(engine: Engine, end_day: int) -> Selection:
    """The reactions that were pressed before a local day and did not arrive long after it, kiosk by kiosk."""
    found = Selection(end_day)
    before_ms = (end_day - UNIX_EPOCH_DAY + ARRIVED_DAYS) * DAY_MS
    with reading(engine) as connection:
        streams = old_streams(connection, before_ms)
        zones = zones_of_placements(connection)
    for kiosk_id, of_kiosk in groupby(streams, key=lambda one: one[0]):
        with reading(engine) as connection:
            for _, stream in of_kiosk:
                # Most streams are all kept, which the first press tells.
                if _old(candidates(connection, kiosk_id, stream, 1), zones, end_day, before_ms):
                    presses = candidates(connection, kiosk_id, stream)
                    count = _old(presses, zones, end_day, before_ms)
                    if count:
                        found.add(kiosk_id, stream, presses[:count])
    return found


def _old(presses: list[Candidate], zones: Mapping[int, str], end_day: int, before_ms: int) -> int:
    """How many of a stream's first presses are old enough."""

    def is_old(press: Candidate) -> bool:
        at_ms = press.pressed_ms if press.uncertainty_ms < DAY_UNCERTAINTY_MS else press.received_ms
        return press.received_ms < before_ms and local_day_and_hour(zones[press.placement_id], at_ms)[0] < end_day

    at = next((at for at, press in enumerate(presses) if not is_old(press)), len(presses))
    return cut_before([Place(*press[:4]) for press in presses], at) if at else 0


class ArchiveRows:
    """Makes tables of the selected reactions, in the order of their positions."""

    def __init__(self, engine: Engine, selection: Selection) -> None:
        self._engine = engine
        self._selection = selection
        with reading(engine) as connection:
            stores = visible_stores(connection, EVERY_STORE)
        # Nobody's are left out: every reaction that leaves the database is in a file.
        wanted = Wanted(stores, every=True, raw=True, hidden=frozenset())
        self._text = ReactionText(wanted, Csv(DATED, raw=True), dated=True)

    def tables(self) -> Iterator[Any]:
        """Some thousand reactions each, with the columns of `archive_schema`."""
        after, end = self._selection.first_position - 1, self._selection.last_position
        while after < end:
            with reading(self._engine) as connection:
                asked = few(next_arrivals(connection, after, end, CHUNK_ARRIVALS, None, 0), CHUNK_ROWS)
                after = asked[-1].position
                upto = self._selection.upto
                arrivals = {one.position: one for one in asked if one.first_seq <= upto.get((one.kiosk_id, one.stream), 0)}
                rows = whole_reactions(connection, list(arrivals)) if arrivals else []
                chosen = [(at, ReactionRow(*row)) for at, *row in rows if row[2] <= upto[row[0], row[1]]]
                if chosen:
                    yield self._table(connection, arrivals, chosen)

    def _table(self, connection: Connection, arrivals: dict[int, Any], chosen: list[tuple[int, ReactionRow]]) -> Any:
        pa, _, _ = arrow()
        texts = self._text.presses(connection, arrivals, [(at, *_packed(row)) for at, row in chosen])
        table = table_of("".join(texts).encode())
        if len(table) != len(chosen):
            raise LookupError(f"{len(chosen)} reactions became {len(table)} lines")
        schema = archive_schema()
        for name in OWN:
            kind = schema.field(name)
            column = [getattr(row, _FIELDS.get(name, name)) for _, row in chosen]
            values = [bool(value) for value in column] if pa.types.is_boolean(kind.type) else column
            table = table.append_column(kind, pa.array(values, kind.type))
        return table


_FIELDS = {own: name for name, own in NAMES.items()}


def _packed(row: ReactionRow) -> tuple[int | None, ...]:
    return pack(
        *(row.seq, row.placement_id, row.question_id, row.answer_id, row.pressed_ms, row.uncertainty_ms),
        *(row.config_version, row.time_quality, row.mark, row.reason, row.counted, row.visit),
    )
