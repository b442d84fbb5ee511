"""What went wrong, kept on the card across boots and bounded: the system's own logs are gone after a power cut."""

from __future__ import annotations

from typing import NamedTuple

from kiosk.buffer.file import BufferFile

# Rows of at most about 700 bytes: together under 1 MiB.
MOST_FAULTS = 1_000
MOST_DETAIL = 500
COLUMNS = "code, detail, times, boot, first_elapsed_ms, first_wall_ms, last_elapsed_ms, last_wall_ms"


class Moment(NamedTuple):
    """When something happened, as the kiosk believed."""

    elapsed_ms: int
    wall_ms: int


class Fault(NamedTuple):
    """One kind of trouble in one boot: how often, first and last."""

    code: str
    detail: str
    times: int
    boot: int
    first: Moment
    last: Moment


class FaultLog(BufferFile):
    """The part of the buffer that remembers faults."""

    def note_fault(self, code: str, boot: int, first: Moment, last: Moment, times: int = 1, detail: str = "") -> None:
        """Add to the fault of this code and boot, or begin it; the oldest ones give way."""

        def note() -> None:
            with self._transaction():
                self._conn.execute(
                    f"INSERT INTO faults ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
                    " ON CONFLICT (code, boot) DO UPDATE SET times = times + excluded.times, detail = excluded.detail,"
                    " last_elapsed_ms = excluded.last_elapsed_ms, last_wall_ms = excluded.last_wall_ms",
                    (code, detail[:MOST_DETAIL], times, boot, *first, *last),
                )
                self._conn.execute(
                    "DELETE FROM faults WHERE number <= (SELECT number FROM faults ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    (MOST_FAULTS,),
                )

        self._surely(note)

    def faults(self, most: int = MOST_FAULTS) -> list[Fault]:
        """The faults that began last, newest first."""
        rows = self._conn.execute(f"SELECT {COLUMNS} FROM faults ORDER BY number DESC LIMIT ?", (most,))  # noqa: S608
        return [Fault(row[0], row[1], row[2], row[3], Moment(*row[4:6]), Moment(*row[6:])) for row in rows]
