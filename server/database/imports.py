"""Presses of other systems: the kiosks made up for them, and what of them is stored already."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, update

from server.database.archive_files import archived_units
from server.database.driver import marks, run
from server.database.kiosks import add_kiosk
from server.database.reactions import ReactionRow
from server.database.tables import config_buttons, kiosks, placements, questions, stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection


class ImportStore(NamedTuple):
    """A store that presses may be imported into."""

    id: int
    code: str
    timezone: str


class StoredPress(NamedTuple):
    """An imported press as far as it is compared: when the other system says it was, what it asked and was told."""

    stream: int
    seq: int
    wall_ms: int
    question: str
    answer_id: int


def import_stores(connection: Connection) -> dict[str, ImportStore]:
    """Every store by its code."""
    rows = connection.execute(select(stores.c.id, stores.c.code, stores.c.timezone))
    return {row.code: ImportStore(*row) for row in rows}


def question_codes(connection: Connection) -> set[str]:
    """The codes of all questions."""
    return set(connection.execute(select(questions.c.code).distinct()).scalars())


def made_up_kiosk(connection: Connection, hardware: str, software: str, now_ms: int) -> int:
    """The id of the kiosk that stands for a touchpoint of another system; named so, switched off, and without a key."""
    kiosk_id = add_kiosk(connection, hardware, software, now_ms)
    same = kiosks.c.id == kiosk_id
    connection.execute(update(kiosks).where(same).values(code=f"IMPORT-{kiosk_id:03d}", disabled_ms=now_ms))
    return kiosk_id


def kiosk_of_hardware(connection: Connection, hardware: str) -> int | None:
    """The id of the kiosk with this hardware, or None."""
    found: int | None = connection.execute(select(kiosks.c.id).where(kiosks.c.hardware == hardware)).scalar_one_or_none()
    return found


def past_placement(connection: Connection, kiosk_id: int, store_id: int, touchpoint: str, from_ms: int, until_ms: int) -> int:
    """Where such a kiosk stood; it stands nowhere now."""
    found = connection.execute(select(placements.c.id).where(placements.c.kiosk_id == kiosk_id)).scalar_one_or_none()
    if found is not None:
        earlier = (placements.c.id == found) & (placements.c.from_ms > from_ms)
        connection.execute(update(placements).where(earlier).values(from_ms=from_ms))
        return int(found)
    values = {"kiosk_id": kiosk_id, "store_id": store_id, "touchpoint": touchpoint, "from_ms": from_ms, "until_ms": until_ms}
    return int(connection.execute(placements.insert().values(values).returning(placements.c.id)).scalar_one())


def config_for(connection: Connection, kiosk_id: int, question_code: str, faces: Sequence[int]) -> int | None:
    """The version of a configuration of this kiosk that asks this question with one of these numbers of faces, or None."""
    found = (
        select(config_buttons.c.version)
        .join(questions, questions.c.id == config_buttons.c.question_id)
        .where(config_buttons.c.kiosk_id == kiosk_id, questions.c.code == question_code, config_buttons.c.faces.in_(faces))
        .order_by(config_buttons.c.faces, config_buttons.c.version)
        .limit(1)
    )
    return connection.execute(found).scalar_one_or_none()


def stored_presses(connection: Connection, kiosk_id: int, streams: Sequence[int]) -> list[StoredPress]:
    """What is stored of these streams, or archived, by stream and seq."""
    if not streams:
        return []
    rows = run(
        connection,
        "SELECT r.stream, r.seq, r.wall_ms, q.code, r.answer_id FROM reactions r"  # noqa: S608
        " JOIN questions q ON q.id = r.question_id"
        f" WHERE r.kiosk_id = ? AND r.stream IN ({marks(len(streams))}) ORDER BY r.stream, r.seq",
        (kiosk_id, *streams),
    )
    return sorted({*(StoredPress(*row) for row in rows), *_archived_presses(connection, kiosk_id, streams)})


def kiosks_of_other_sources(connection: Connection, store: str, touchpoint: str, hardware: str) -> list[int]:
    """Kiosks made up for this touchpoint by imports under other names than the one whose kiosk has this hardware."""
    found = (
        select(kiosks.c.id)
        .join(placements, placements.c.kiosk_id == kiosks.c.id)
        .join(stores, stores.c.id == placements.c.store_id)
        .where(stores.c.code == store, placements.c.touchpoint == touchpoint)
        .where(kiosks.c.hardware.startswith("import:"), kiosks.c.hardware != hardware)
    )
    return list(connection.execute(found).scalars())


def presses_of_kiosk(connection: Connection, kiosk_id: int) -> list[StoredPress]:
    """All that is stored of a kiosk, or archived."""
    streams = run(connection, "SELECT number FROM stream_tokens WHERE kiosk_id = ?", (kiosk_id,))
    return stored_presses(connection, kiosk_id, [row[0] for row in streams])


def _archived_presses(connection: Connection, kiosk_id: int, streams: Sequence[int]) -> Iterator[StoredPress]:
    codes = {row[0]: row[1] for row in run(connection, "SELECT id, code FROM questions")}
    for unit in archived_units(connection, {kiosk_id}):
        if unit.stream in streams:
            for row in (ReactionRow(*facts[1:]) for facts in unit.rows):
                yield StoredPress(row.stream, row.seq, row.wall_ms, codes[row.question_id], row.answer_id)


def streams_of_tokens(connection: Connection, tokens: Sequence[str]) -> dict[str, int]:
    """Number of each token's stream that is there."""
    rows = run(connection, f"SELECT token, number FROM stream_tokens WHERE token IN ({marks(len(tokens))})", tuple(tokens))  # noqa: S608
    return {token: number for token, number in rows}  # noqa: C416  (dict() of rows has no type)


def is_stream_known(connection: Connection, token: str) -> bool:
    """Whether presses of this stream came to this server in another way."""
    return bool(run(connection, "SELECT COUNT(*) FROM stream_tokens WHERE token = ?", (token,)).scalar_one())


def last_wall_ms(connection: Connection, kiosk_id: int, stream: int) -> int:
    """When the last press of a stream was, as the other system says; 0 for none."""
    statement = "SELECT MAX(wall_ms) FROM reactions WHERE kiosk_id = ? AND stream = ?"
    last: int | None = run(connection, statement, (kiosk_id, stream)).scalar_one()
    return last or 0
