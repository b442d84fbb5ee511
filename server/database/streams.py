"""Streams, how far each is known, what of it is lost, and the ledger of what arrived when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import for_update, marks, run, run_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


NEXT_NUMBER = "SELECT nextval('stream_numbers')"
COUNT_ON = "UPDATE counters SET value = value + 1 WHERE name = 'stream' RETURNING value"


class Stream(NamedTuple):
    """A stream, its owner, its growing number, and the seq up to which everything is stored, held or known lost."""

    kiosk_id: int
    number: int
    high: int


class Arrival(NamedTuple):
    """A run of newly stored seq numbers, first and last included; `apart` names what is held beside, by held.name_of."""

    kiosk_id: int
    stream: int
    first_seq: int
    last_seq: int
    received_ms: int
    apart: str = ""


def lock_kiosks(connection: Connection, kiosk_ids: Sequence[int], tokens: Sequence[str] = ()) -> None:
    """Let nobody else store anything of these kiosks and of the owners of these streams until the transaction ends.

    Whoever stores or moves presses takes these locks first, and takes them in the order of their ids: two servers on one
    PostgreSQL, or a server and a worker, then wait for each other in a line and never in a ring. SQLite has one writer.
    """
    if connection.dialect.name != "postgresql":
        return
    run(
        connection,
        "SELECT id FROM kiosks WHERE id = ANY(?) OR id IN (SELECT kiosk_id FROM stream_tokens WHERE token = ANY(?))"
        " ORDER BY id FOR NO KEY UPDATE",
        (list(kiosk_ids), list(tokens)),
    )


def lock_own_stream(connection: Connection, kiosk_id: int, token: str) -> Stream | None:
    """The stream of that token where it is this kiosk's, locked as below; None when nobody or another sent it."""
    row = run(
        connection,
        "SELECT s.number, s.high FROM stream_tokens t JOIN streams s ON s.kiosk_id = t.kiosk_id AND s.number = t.number"  # noqa: S608
        " WHERE t.token = ? AND s.kiosk_id = ?" + for_update(connection, "s"),
        (token, kiosk_id),
    ).first()
    return None if row is None else Stream(kiosk_id, *row)


def lock_stream(connection: Connection, token: str) -> Stream | None:
    """The stream of that token, locked until the transaction ends; None when nobody sent it yet."""
    place = run(connection, "SELECT kiosk_id, number FROM stream_tokens WHERE token = ?", (token,)).first()
    return None if place is None else _locked(connection, *place)


def lock_stream_number(connection: Connection, kiosk_id: int, number: int) -> Stream:
    """A stream by its number, which nobody else writes until the transaction ends."""
    lock_kiosks(connection, [kiosk_id])
    return _locked(connection, kiosk_id, number)


def streams_of_parent(connection: Connection, parent: str) -> list[int]:
    """Whose streams go on from this one, a kiosk's id for each of them."""
    return [row[0] for row in run(connection, "SELECT kiosk_id FROM stream_tokens WHERE parent = ?", (parent,))]


def add_stream(connection: Connection, kiosk_id: int, token: str, parent: str | None, now_ms: int, buffer: str = "") -> Stream:
    """Make the stream this kiosk's for ever, unless another was quicker; returns it locked, whoever owns it."""
    postgresql = connection.dialect.name == "postgresql"
    number = run(connection, NEXT_NUMBER if postgresql else COUNT_ON).scalar_one()
    made = run(
        connection,
        "INSERT INTO stream_tokens (token, kiosk_id, number, parent) VALUES (?, ?, ?, ?) ON CONFLICT (token) DO NOTHING",
        (token, kiosk_id, number, parent),
    )
    if made.rowcount:
        run(
            connection,
            "INSERT INTO streams (kiosk_id, number, token, high, first_ms, buffer) VALUES (?, ?, ?, 0, ?, ?)",
            (kiosk_id, number, token, now_ms, buffer),
        )
    stream = lock_stream(connection, token)
    if stream is None:
        raise LookupError(f"stream {token} vanished while it was locked")
    return stream


def _locked(connection: Connection, kiosk_id: int, number: int) -> Stream:
    statement = "SELECT high FROM streams WHERE kiosk_id = ? AND number = ?" + for_update(connection)  # noqa: S608
    return Stream(kiosk_id, number, run(connection, statement, (kiosk_id, number)).scalar_one())


def set_high(connection: Connection, stream: Stream, high: int) -> None:
    """Note how far the stream is known."""
    run(
        connection,
        "UPDATE streams SET high = ? WHERE kiosk_id = ? AND number = ?",
        (high, stream.kiosk_id, stream.number),
    )


def lost_spans(connection: Connection, stream: Stream) -> list[tuple[int, int]]:
    """The ranges of this stream that its kiosk said it no longer has, by first seq."""
    rows = run(
        connection,
        "SELECT first_seq, last_seq FROM lost WHERE kiosk_id = ? AND stream = ? ORDER BY first_seq",
        (stream.kiosk_id, stream.number),
    )
    return [(first, last) for first, last in rows]


def add_lost(connection: Connection, stream: Stream, first: int, last: int, now_ms: int) -> None:
    """Record a range as lost."""
    run(
        connection,
        "INSERT INTO lost (kiosk_id, stream, first_seq, last_seq, heard_ms) VALUES (?, ?, ?, ?, ?)",
        (stream.kiosk_id, stream.number, first, last, now_ms),
    )


def close_lost(connection: Connection, stream: Stream, found: Sequence[int], now_ms: int) -> None:
    """Take seq numbers that arrived after all out of the lost ranges."""
    for first, last in lost_spans(connection, stream):
        back = {seq for seq in found if first <= seq <= last}
        if not back:
            continue
        run(
            connection,
            "DELETE FROM lost WHERE kiosk_id = ? AND stream = ? AND first_seq = ?",
            (stream.kiosk_id, stream.number, first),
        )
        for start, end in runs([seq for seq in range(first, last + 1) if seq not in back]):
            add_lost(connection, stream, start, end, now_ms)


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Growing numbers as ranges without holes, ends included."""
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        return [(numbers[0], numbers[-1])]
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def add_arrivals(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Enter runs in the ledger, in this order; must be the last statement before COMMIT.

    The positions come from one counter row that stays locked until then, so their order is commit order.
    """
    if not arrivals:
        return
    last = run(
        connection, "UPDATE counters SET value = value + ? WHERE name = 'position' RETURNING value", (len(arrivals),)
    ).scalar_one()
    first = last - len(arrivals) + 1
    run_many(
        connection,
        "INSERT INTO arrivals (position, kiosk_id, stream, first_seq, last_seq, received_ms, apart)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(first + place, *arrival) for place, arrival in enumerate(arrivals)],
    )


def arrivals_of_stream(connection: Connection, kiosk_id: int, number: int) -> list[tuple[int, int, int]]:
    """First seq, last seq and receipt of every run of a stream, by first seq."""
    rows = run(
        connection,
        "SELECT first_seq, last_seq, received_ms FROM arrivals WHERE kiosk_id = ? AND stream = ? AND apart = ''"
        " ORDER BY first_seq",
        (kiosk_id, number),
    )
    return [(first, last, received) for first, last, received in rows]


def progress(
    connection: Connection, tokens: Sequence[str], owners: Sequence[int], sender_id: int, safe_position: int
) -> dict[str, tuple[int, int]]:
    """High and safe high of each token's stream that was ever sent.

    Streams of `owners` answer with both. In anyone else's stream a sender's own presses were compared with the owner's or held
    apart; it is told the higher of the two, and nothing is safe to delete.
    """
    found: dict[str, tuple[int, int]] = {}
    if not tokens:
        return found
    rows = run(
        connection,
        f"SELECT token, kiosk_id, number FROM stream_tokens WHERE token IN ({marks(len(tokens))})",  # noqa: S608
        tuple(tokens),
    )
    for token, kiosk_id, number in rows.all():
        high = run(connection, "SELECT high FROM streams WHERE kiosk_id = ? AND number = ?", (kiosk_id, number)).scalar_one()
        if kiosk_id in owners:
            found[token] = (high, min(high, _safe(connection, kiosk_id, number, high, safe_position)))
        else:
            found[token] = (max(high, _held_high(connection, kiosk_id, number, sender_id)), 0)
    return found


def _safe(connection: Connection, kiosk_id: int, number: int, high: int, safe_position: int) -> int:
    unsafe: int | None = run(
        connection,
        "SELECT MIN(first_seq) FROM arrivals WHERE kiosk_id = ? AND stream = ? AND position > ? AND apart = ''",
        (kiosk_id, number, safe_position),
    ).scalar_one()
    return high if unsafe is None else unsafe - 1


def _held_high(connection: Connection, kiosk_id: int, number: int, sender_id: int) -> int:
    highest: int | None = run(
        connection,
        "SELECT MAX(seq) FROM held WHERE kiosk_id = ? AND stream = ? AND sender_id = ?",
        (kiosk_id, number, sender_id),
    ).scalar_one()
    return highest or 0
