"""A chain with seven months of presses, as ingest stores them: streams, arrivals in order, visits and roll-ups."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from server.analysis.tallies import POSITIVE, Meaning, Tally
from server.database.driver import run
from server.database.engine import writing
from server.database.kiosks import add_kiosk
from server.database.placements import place
from server.database.presses import presses_of_stream
from server.database.reactions import ReactionRow, insert_reactions
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.rollups import add_tally, save_clusters
from server.database.stores import add_store, store_ids
from server.database.streams import Arrival, Stream, add_arrivals, add_stream, set_high
from server.database.tables import config_buttons, config_versions, placements, questions
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FIRST, LAST = date(2026, 4, 20), date(2026, 11, 20)
MINUTE_MS = 60_000
ZONES = {"S001": "Europe/Warsaw", "S002": "Asia/Kolkata"}
# Kiosk, store, question of the first button, how many days its presses are late every fifth day.
KIOSKS = ((1, "S001", "felt-welcome", 0), (2, "S002", "felt-welcome", 3), (3, "S002", "staff-mattered", 0))


class LongHistory:
    """Two stores with three kiosks, the last one the employees'; `positions` are in the order of arrival."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with writing(engine) as connection:
            install_starter(connection, 0)
            for code, zone in ZONES.items():
                add_store(connection, code, f"Store {code}", zone, "North", ["en"], "", 0)
            ids = {row.code: int(row.id) for row in connection.execute(select(questions.c.code, questions.c.id))}
            self._placements = {number: self._kiosk(connection, number, store, ids) for number, store, _, _ in KIOSKS}
            arrivals: list[Arrival] = []
            for number, store, question, late in KIOSKS:
                pair = (ids[question], ids["got-needed"] if number < 3 else ids[question])
                arrivals += self._history(connection, number, ZONES[store], pair, late)
            add_arrivals(connection, sorted(arrivals, key=lambda one: one.received_ms))
            for kiosk, stream in {one[:2] for one in arrivals}:
                tally = Tally()
                tally.add(presses_of_stream(connection, kiosk, stream, 0))
                add_tally(connection, kiosk, tally)
                save_clusters(connection, kiosk, stream, tally.open_clusters)
            first = min(arrivals, key=lambda one: one.received_ms)
            add_revisions(connection, [Revision(*first[:2], first.first_seq, COUNTED)], first.received_ms)

    def _kiosk(self, connection: Connection, number: int, store: str, ids: dict[str, int]) -> int:
        assert add_kiosk(connection, f"sha256:{number}", "1.0.0", 0) == number
        (store_id,) = store_ids(connection, [store])
        placed = place(connection, number, store_id, "exit", 0)
        version = {"kiosk_id": number, "version": 3, "placement_id": placed, "body": "{}", "made_ms": 0}
        connection.execute(insert(config_versions), version)
        question = ids[KIOSKS[number - 1][2]]
        button = {"kiosk_id": number, "version": 3, "button": "happy", "question_id": question, "answer_id": 2, "faces": 2}
        connection.execute(insert(config_buttons), button)
        return placed

    def _history(self, connection: Connection, kiosk: int, zone: str, pair: tuple[int, int], late: int) -> list[Arrival]:
        arrivals, day = [], FIRST
        rows: list[ReactionRow] = []
        highs: dict[Stream, int] = {}
        while day <= LAST:
            if not rows or day.weekday() == 2:
                start_ms = _at(day, zone, 8)
                stream = add_stream(connection, kiosk, f"{kiosk:08x}{day.toordinal():024x}", None, start_ms)
                seq = 0
            pressed = [_at(day, zone, hour) + minute * MINUTE_MS for hour, minute in ((9, 5), (13, 30), (18, 12))]
            if day == date(2026, 7, 31):
                # Over the end of the month: a cluster and a visit that no cut may tear.
                pressed.append(_at(day, zone, 23) + 59 * MINUTE_MS + 57_000)
            first = seq + 1
            for at, moment_ms in enumerate(pressed):
                for question, after_ms in zip(pair, (0, 6_000), strict=True):
                    seq += 1
                    row = self._row(kiosk, stream.number, seq, moment_ms + after_ms, start_ms, question, after_ms)
                    rows.append(row._replace(answer_id=(2, 2, 4)[(seq + at) % 3]))
            received_ms = _at(day + timedelta(days=late if day.day % 5 == 0 else 0), zone, 21) + 4 * 60 * MINUTE_MS
            arrivals.append(Arrival(kiosk, stream.number, first, seq, received_ms))
            highs[stream] = seq
            day += timedelta(days=1)
        for stream, high in highs.items():
            set_high(connection, stream, high)
        insert_reactions(connection, list(zip(*rows, strict=True)))
        return arrivals

    def _row(self, kiosk: int, stream: int, seq: int, at_ms: int, start_ms: int, question: int, after_ms: int) -> ReactionRow:
        mashed = seq % 17 == 0
        return ReactionRow(
            *(kiosk, stream, seq, 1, at_ms - start_ms, at_ms + 7, True, 3, "happy", seq - 1 if after_ms else None),
            *(0, self._placements[kiosk], question, 2, 2, 3 if mashed else 0, not mashed, at_ms, 40, 0),
        )

    def press(self, kiosk: int, stream: int, seq: int, at_ms: int, received_ms: int, question: str = "felt-welcome") -> None:
        """Let one more press arrive in a stream, between others or behind them, as ingest does."""
        from server.database.streams import lock_stream_number
        from server.ingest.fresh import Fresh
        from server.ingest.judging import Judged
        from server.ingest.taking import store_out_of_order

        with writing(self.engine) as connection:
            ids = {row.code: int(row.id) for row in connection.execute(select(questions.c.code, questions.c.id))}
            row = self._row(kiosk, stream, seq, at_ms, at_ms - 5, ids[question], 0)._replace(counted=True, reason=0)
            place_of = lock_stream_number(connection, kiosk, stream)
            said = Meaning(row.placement_id, row.question_id, "", row.faces, POSITIVE)
            facts = (*row[2:11], said, row.answer_id, *row[17:], None, None, 0, row.reason)
            store_out_of_order(connection, place_of, Judged(Fresh._make([fact] for fact in facts), [], {}, []), received_ms)
            add_arrivals(connection, [Arrival(kiosk, stream, seq, seq, received_ms)])

    def stored(self) -> int:
        """How many reactions are in the database."""
        with self.engine.connect() as connection:
            return int(run(connection, "SELECT COUNT(*) FROM reactions").scalar_one())

    def stood_until(self, until_ms: int) -> None:
        """Let no kiosk stand anywhere any more."""
        with writing(self.engine) as connection:
            connection.execute(placements.update().values(until_ms=until_ms))


def _at(day: date, zone: str, hour: int) -> int:
    return round(1000 * datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp())
