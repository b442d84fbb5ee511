"""The messages of protocol 1 as frozen types: what a kiosk may say and what the server may answer.

Times are whole milliseconds. `*_elapsed_ms` counts since the kiosk's boot (CLOCK_BOOTTIME), `wall_ms` is the Unix time that
the kiosk believed, `server_ms` the server's Unix time. Arrays travel as NamedTuples and never grow (later facts come as
sibling arrays); objects may gain fields, and a reader ignores fields it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

PROTOCOL = 1
Mark = Literal["vote", "repeat", "mash", "rate"]


class Reaction(NamedTuple):
    """One accepted press, as raw facts; its identity (kiosk, stream, seq) is given by its place in the batch."""

    elapsed_ms: int
    wall_ms: int
    synced: bool
    boot: int
    button: str
    config_version: int
    visit: int | None
    mark: Mark


class Opaque(NamedTuple):
    """One reaction that the server called malformed even when alone: its stored bytes, base64, to be held."""

    seq: int
    base64: str


class Boot(NamedTuple):
    """One boot of the kiosk's machine: the kernel's boot id, its number in this buffer, and how far it is known to have run."""

    boot_id: str
    number: int
    last_elapsed_ms: int | None = None


class Anchor(NamedTuple):
    """A completed exchange: at `elapsed_ms` of that boot the server showed `server_ms`, give or take `uncertainty_ms`."""

    boot: int
    elapsed_ms: int
    server_ms: int
    uncertainty_ms: int


class Span(NamedTuple):
    """A closed range of seq numbers, first and last included."""

    first: int
    last: int


class Held(NamedTuple):
    """A reaction that is stored raw and not counted yet, with the reason's code."""

    seq: int
    code: str


class Progress(NamedTuple):
    """How far the server has a stream: the highest seq it stores, and the highest that a verified backup holds too."""

    high: int
    safe_high: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The kiosk's clocks at the moment a request left: a one-sided anchor."""

    elapsed_ms: int
    wall_ms: int
    synced: bool
    boot: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Presses that this buffer ever thanked for, and presses it had to refuse."""

    thanked: int
    refused: int


@dataclass(frozen=True, slots=True)
class ButtonText:
    """The words of one button in one language: its question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ButtonMeaning:
    """What a button asks and says: codes of question and answer, how many faces the question has here, words by language."""

    question: str
    answer: str
    faces: int
    texts: dict[str, ButtonText]
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """How presses are judged on the kiosk; nothing is dropped by any of them.

    `rate_per_minute` is the most votes of one question in a minute. A rush is `rush_presses` more than usual within `rush_ms`
    on one question, or `rush_kiosk_presses` on the whole kiosk; of presses within the cooldown `hammer_presses` in a row tell
    of a second hand. What is usual is learned and forgotten in `usual_learn_ms`, after a guess of so many a minute; a rush
    stands out from `usual_percent` of it, and is over when the last `lull_ms` are as usual, give or take `lull_presses`.
    """

    visit_window_ms: int = 20_000
    cooldown_ms: int = 2_000
    mash_ms: int = 350
    rate_per_minute: int = 20
    rush_presses: int = 9
    rush_ms: int = 120_000
    rush_kiosk_presses: int = 16
    hammer_presses: int = 2
    usual_learn_ms: int = 1_200_000
    usual_percent: int = 120
    usual_question_per_minute: int = 5
    usual_kiosk_per_minute: int = 7
    lull_ms: int = 30_000
    lull_presses: int = 2


@dataclass(frozen=True, slots=True)
class Config:
    """What a kiosk shows and asks. Versions count per kiosk, are never reused, and name the placement they were made for."""

    version: int
    placement: int
    store: str
    languages: list[str]
    layout: str
    buttons: dict[str, ButtonMeaning]
    rules: Rules = field(default_factory=Rules)
    sync_s: int = 60


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A one-time code typed by the technician, and a hash of the hardware's serial number."""

    code: str
    hardware: str
    software: str = ""


@dataclass(frozen=True, slots=True)
class EnrolReply:
    """The kiosk's identity, its key (shown this once) and its first configuration."""

    kiosk: str
    key: str
    store: str
    config: Config
    server_ms: int


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Up to 500 consecutive reactions of one stream, from `first_seq` on; an empty batch is a heartbeat.

    `opaque` entries take their own seq inside the run; the reactions fill the other places in order.
    """

    protocol: int
    software: str
    stream: str
    parent: str | None
    first_seq: int
    reactions: list[Reaction]
    sent: Sent
    config_version: int
    hardware: str | None = None
    opaque: list[Opaque] = field(default_factory=list)
    boots: list[Boot] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    lost: list[Span] = field(default_factory=list)
    buffer: str | None = None
    totals: Totals | None = None
    seen_epoch: str | None = None
    health: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SyncReply:
    """Sent only after COMMIT; `received` is the SHA-256 (hex) of the body's bytes as they were sent."""

    received: str
    stored: int
    duplicate: int
    held: list[Held]
    high: int
    epoch: str
    server_ms: int
    wait_s: int
    config: Config | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """Asks how far the server has each of the named streams."""

    protocol: int
    streams: list[str]


@dataclass(frozen=True, slots=True)
class ReconcileReply:
    """Progress of the streams in the order asked; a stream that the server never saw answers [0, 0].

    `server_ms` makes this a completed exchange, so that a start's first presses travel with an anchor already.
    """

    epoch: str
    streams: list[Progress]
    server_ms: int | None = None
