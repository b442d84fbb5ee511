"""The door for programs: CSV of what a token may see, and a store's figures as JSON."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from server.access.scope import hidden_dimensions, visible_store
from server.access.tokens import ExportToken, authenticate_token
from server.comparison.employees import employee_figures
from server.comparison.periods import DEFAULT, local_today, parse_period
from server.comparison.summary import chain_summary, store_summary
from server.database.engine import reading
from server.database.export_rows import ledger_end
from server.errors import busy, not_found, token_unknown
from server.export.csv_text import BYTE_ORDER_MARK
from server.export.cursor import Cursor, read_cursor
from server.export.employees import employees_json
from server.export.hourly import hourly_chunks
from server.export.reactions import ReactionLines
from server.export.stores import stores_csv
from server.export.summary import summary_json
from server.export.wanted import Wanted, flag, read_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.settings import Settings

CURSOR_HEADER = "Salve-Cursor"


def blueprint(settings: Settings, clock: Clock, engine: Engine) -> Blueprint:
    """The routes under /api/v1 that take an export token."""
    door = Blueprint("export", __name__, url_prefix="/api/v1")
    # A slow reader holds a thread for as long as it reads; the other half stays for kiosks and pages.
    streams = threading.BoundedSemaphore(max(1, settings.threads // 2))

    @door.get("/export/reactions.csv")
    def reactions() -> Response:
        asker = _asker(engine, clock)
        with reading(engine) as connection:
            wanted = _wanted(connection, asker)
            epoch, end = ledger_end(connection)
        after = read_cursor(request.args.get("after", ""), epoch, end).position
        answer = _stream("reactions.csv", ReactionLines(engine, wanted).chunks(after, end), streams)
        answer.headers[CURSOR_HEADER] = str(Cursor(epoch, end))
        return answer

    @door.get("/export/hourly.csv")
    def hourly() -> Response:
        asker = _asker(engine, clock)
        with reading(engine) as connection:
            wanted = _wanted(connection, asker)
        return _stream("hourly.csv", hourly_chunks(engine, wanted), streams)

    @door.get("/export/stores.csv")
    def stores() -> Response:
        asker = _asker(engine, clock)
        with reading(engine) as connection:
            wanted = _wanted(connection, asker)
            summary = chain_summary(
                connection, wanted.stores, wanted.period(request.args.get("period", DEFAULT)), clock.now_ms()
            )
        return _stream("stores.csv", iter([stores_csv(summary, raw=wanted.raw)]), streams)

    @door.get("/stores/<code>/summary")
    def summary(code: str) -> Response:
        asker, now_ms = _asker(engine, clock), clock.now_ms()
        with reading(engine) as connection:
            store = visible_store(connection, asker, code)
            period = parse_period(request.args.get("period", DEFAULT), local_today(store.timezone, now_ms))
            return jsonify(summary_json(store_summary(connection, store, period, now_ms)))

    @door.get("/stores/<code>/employees")
    def employees(code: str) -> Response:
        asker = _asker(engine, clock)
        with reading(engine) as connection:
            store = visible_store(connection, asker, code)
            if hidden_dimensions(asker):
                raise not_found()
            return jsonify(employees_json(employee_figures(connection, store, clock.now_ms())))

    return door


def _asker(engine: Engine, clock: Clock) -> ExportToken:
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise token_unknown()
    return authenticate_token(engine, bearer.strip(), clock.now_ms())


def _wanted(connection: Connection, asker: ExportToken) -> Wanted:
    asked = request.args
    raw = flag("raw", asked.get("raw", ""))
    return read_wanted(connection, asker, asked.getlist("store"), asked.get("from", ""), asked.get("to", ""), raw=raw)


def _stream(name: str, chunks: Iterator[bytes], streams: threading.BoundedSemaphore) -> Response:
    """An answer that is made while it is sent; 503 when too many of them are on their way."""
    mark = BYTE_ORDER_MARK.encode() if flag("bom", request.args.get("bom", "")) else b""
    if not streams.acquire(blocking=False):
        raise busy(retry_after_s=30)
    # Given back after the last chunk, or when the answer is closed before that; a stack runs it once.
    held = ExitStack()
    held.callback(streams.release)
    answer = Response(_sent(mark, chunks, held.close), content_type="text/csv; charset=utf-8; header=present")
    answer.call_on_close(held.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _sent(mark: bytes, chunks: Iterator[bytes], done: Callable[[], None]) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            yield mark + chunk
            mark = b""
    finally:
        done()
