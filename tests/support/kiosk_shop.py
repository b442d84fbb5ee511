"""One kiosk of a store in Warsaw, for tests of what the server makes of stored presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from server.database.engine import reading, writing
from server.database.questions import add_question, install_answers
from server.database.rollup_check import check
from server.database.stores import add_store
from server.fleet.enrolment import enrol, make_code
from server.fleet.kiosks import shown_key
from server.ingest.writer import Writer
from wire.messages import Anchor, Boot, Reaction, Sent, SyncRequest

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.settings import Settings

WORDS = {"question": "Well?", "positive": "Yes", "negative": "No"}
STREAM = "ab" * 16


class Shop:
    """One kiosk of a store in Warsaw, whose requests are stored as the door stores them."""

    def __init__(self, settings: Settings, clock: Any, engine: Engine) -> None:
        self.engine, self.clock = engine, clock
        with writing(engine) as connection:
            install_answers(connection)
            for code, signal in (("welcome", "experience"), ("served", "service")):
                add_question(connection, code, 1, signal, "CX", [], ["exit"], {"en": WORDS}, {"origin": "a test"})
            add_store(connection, "S014", "Old Town", "Europe/Warsaw", "South", ["en"], "PL", clock.now_ms())
            code = make_code(connection, clock.now_ms(), "S014", "exit", "two-row", ["welcome", "served"])
        self.key = enrol(engine, clock, code, "sha256:one", "1.0.0", "127.0.0.1").key
        self.writer = Writer(settings, clock, engine)
        self.writer.start()

    def sync(self, reactions: list[Reaction], first_seq: int, sent: tuple[int, int], **more: Any) -> None:
        """`sent` is boot and elapsed time; boots count from 1 and are named by their number."""
        boot, elapsed_ms = sent
        known = sorted(
            {boot, *more.get("lengths", ()), *(one.boot for one in reactions), *(one[0] for one in more.get("anchors", ()))}
        )
        boots = [Boot(f"boot-{one}", one, more.get("lengths", {}).get(one)) for one in known]
        request = SyncRequest(
            protocol=1,
            software="1.0.0",
            stream=more.get("stream", STREAM),
            parent=None,
            first_seq=first_seq,
            reactions=reactions,
            sent=Sent(elapsed_ms, 0, False, boot),
            config_version=1,
            boots=boots,
            anchors=[Anchor(*anchor) for anchor in more.get("anchors", ())],
            buffer="buffer",
        )
        self.writer.sync(request, shown_key(self.key), "")

    def rows(self, table: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def agrees(self) -> bool:
        with reading(self.engine) as connection:
            return not any(check(connection))


def press(elapsed_ms: int, boot: int = 1, button: str = "served-happy", visit: int | None = None) -> Reaction:
    return Reaction(elapsed_ms, 1_600_000_000_000 + elapsed_ms, False, boot, button, 1, visit, "vote")
