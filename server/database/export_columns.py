"""Every column of every export: its type, its unit and what it means; documentation and data package are held to this."""

from __future__ import annotations

from typing import NamedTuple

from server.database.standing_columns import STANDING_COLUMNS, StandingColumn


class Column(NamedTuple):
    """One column.

    `type` is a Frictionless one: string, integer, number, date or datetime. An empty field is "" in a string column and
    "not known" or "withheld" in every other one.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    choices: tuple[str | int, ...] = ()


class Table(NamedTuple):
    """One export: what a line of it is, its columns, and which of them point into which other export."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


SIGNALS = ("service", "experience")
POLARITIES = ("positive", "neutral", "negative")
QUALITIES = ("exact", "estimated", "bounded", "unknown")
MARKS = ("vote", "repeat", "mash", "rate")

STORE = Column("store", "string", "code of the store where it was pressed")
TOUCHPOINT = Column("touchpoint", "string", "where in the store the kiosk stood")
QUESTION = Column("question", "string", "code of the question; the data package has its words and its data card")
SIGNAL = Column("signal", "string", "what the question is about", choices=SIGNALS)

REACTIONS = Table(
    "reactions",
    "one press, in the order in which presses arrived",
    (
        Column("position", "integer", "place in the order of arrival; several reactions that arrived together share it"),
        STORE,
        Column("region", "string", "the store's region"),
        Column("kiosk", "string", "code of the kiosk"),
        TOUCHPOINT,
        QUESTION,
        SIGNAL,
        Column("dimension", "string", "whose experience it is; CX is the customer's, EX the employee's"),
        Column(
            "answer",
            "string",
            "what was pressed; empty for a held reaction, whose button is not known",
            choices=("very-happy", "happy", "neutral", "unhappy", "very-unhappy"),
        ),
        Column("polarity", "string", "how the answer counts", choices=POLARITIES),
        Column("pressed_at", "datetime", "when it was pressed, in UTC, as well as it is known"),
        Column("local_time", "datetime", "the same moment on the store's clock, with its offset"),
        Column("time_quality", "string", "how the time is known", choices=QUALITIES),
        Column("uncertainty_ms", "integer", "how far off pressed_at may be", unit="ms"),
        Column("received_at", "datetime", "when the server stored it, in UTC"),
        Column("stream", "string", "run of the kiosk's program; with kiosk and seq the reaction's identity for ever"),
        Column("seq", "integer", "number in the stream, from 1"),
        Column("visit", "integer", "the seq of the same passer-by's first press; empty when alone or unknown"),
        Column("mark", "string", "the kiosk's judgement; only a vote can count", choices=MARKS),
        Column(
            "reason",
            "string",
            "the server's: why it does not count (mash, burst, out-of-hours, closing-run), or why it is held",
        ),
        Column("counted", "integer", "1 when it counts in the figures, else 0", choices=(0, 1)),
        Column("config_version", "integer", "what the kiosk's buttons meant when it was pressed"),
    ),
    links=(("store", "stores"),),
)

REVISIONS = Table(
    "revisions",
    "one reaction that changed after it was stored, as it is now, in the order of the changes",
    (
        Column("revision", "integer", "place in the order of changes"),
        Column(
            "what", "string", "what changed: its time, whether it counts, or that it is held no more",
            choices=("time", "counted", "released"),
        ),
        Column("revised_at", "datetime", "when it changed, in UTC"),
        *REACTIONS.columns,
    ),
    key=("revision",),
    links=(("store", "stores"),),
)  # fmt: skip

HOURLY = Table(
    "hourly",
    "one question at one touchpoint in one hour of the store's clock that had presses",
    (
        STORE,
        TOUCHPOINT,
        QUESTION,
        SIGNAL,
        Column("local_day", "date", "day on the store's clock"),
        Column("hour", "integer", "hour on the store's clock, 0 to 23", unit="h"),
        Column("positive", "integer", "counted presses with a positive answer", unit="presses"),
        Column("neutral", "integer", "counted presses with a neutral answer", unit="presses"),
        Column("negative", "integer", "counted presses with a negative answer", unit="presses"),
        Column("marked", "integer", "presses that were set aside and do not count", unit="presses"),
    ),
    key=("store", "touchpoint", "question", "local_day", "hour"),
    links=(("store", "stores"),),
)


def _index(signal: str) -> tuple[Column, ...]:
    return (
        Column(f"{signal}_positive", "integer", f"positive answers about {signal}", unit="presses"),
        Column(f"{signal}_total", "integer", f"counted answers about {signal}", unit="presses"),
        Column(f"{signal}_index", "number", f"positive answers of 100 about {signal}; empty while withheld", unit="points"),
        Column(f"{signal}_low", "number", f"lower end of its 95 % range, {signal}", unit="points"),
        Column(f"{signal}_high", "number", f"upper end of its 95 % range, {signal}", unit="points"),
    )


def _standing(column: StandingColumn) -> Column:
    kind, choices = ("integer", (0, 1)) if column.kind == "boolean" else (column.kind, ())
    return Column(column.name, kind, column.meaning, column.unit, choices)


STORES = Table(
    "stores",
    "one store with its figures over a period, stores without reactions too",
    (
        Column("store", "string", "code of the store"),
        Column("store_name", "string", "its name"),
        Column("region", "string", "its region"),
        Column("from", "date", "first day of the period on the store's clock"),
        Column("to", "date", "first day after the period"),
        *_index("service"),
        *_index("experience"),
        Column("gap", "number", "experience minus service; empty while withheld", unit="points"),
        Column("gap_low", "number", "lower end of the gap's 95 % range", unit="points"),
        Column("gap_high", "number", "upper end of the gap's 95 % range", unit="points"),
        Column("gap_method", "string", "how the gap's range was computed"),
        Column("relative_gap", "number", "the gap minus that of the other stores", unit="points"),
        Column("verdict", "string", "what the figures say together; empty while withheld"),
        Column("raw_total", "integer", "all accepted presses, set aside ones too", unit="presses"),
        Column("counted_total", "integer", "presses that count", unit="presses"),
        Column("definition_version", "integer", "the statement of what is service and experience that was valid"),
        *(_standing(column) for column in STANDING_COLUMNS),
    ),
    key=("store",),
)

KIOSKS = Table(
    "kiosks",
    "one kiosk that stands in a store now",
    (
        Column("kiosk", "string", "code of the kiosk"),
        Column("store", "string", "code of the store where it stands"),
        TOUCHPOINT,
        Column("state", "string", "well, off, or the name of what is most wrong"),
        Column("enrolled_at", "datetime", "when it was enrolled, in UTC"),
        Column("heard_at", "datetime", "when it was heard last, in UTC; empty for never"),
        Column("software", "string", "version of its program"),
        Column("config_version", "integer", "the configuration that it said it runs"),
        Column("thanked", "integer", "presses that its card says it thanked for", unit="presses"),
        Column("received", "integer", "presses of its card that are known here, lost ones too", unit="presses"),
        Column("lost", "integer", "presses it thanked for and no longer has", unit="presses"),
        Column("held", "integer", "presses stored raw and not counted yet", unit="presses"),
        Column("refused", "integer", "presses it could not store, and said so by its light", unit="presses"),
    ),
    key=("kiosk",),
    links=(("store", "stores"),),
)

RECOVERIES = Table(
    "recoveries",
    "one burst of negative presses, from when it was noticed until its place was back to normal, in the order of noticing",
    (
        Column("recovery", "integer", "its number"),
        Column("store", "string", "code of the store where it was"),
        Column("kiosk", "string", "code of the kiosk"),
        TOUCHPOINT,
        QUESTION,
        SIGNAL,
        Column("outcome", "string", "open, back to normal, or not decided before the day ended",
            choices=("open", "normal", "undecided")),
        Column("began_at", "datetime", "when it began, in UTC; an estimate, from the run of presses that it was noticed by"),
        Column("noticed_at", "datetime", "when it was noticed, in UTC"),
        Column("acknowledged_at", "datetime", "when somebody said that they are on it, in UTC; empty for nobody"),
        Column("done_at", "datetime", "when somebody called it done, in UTC; empty for nobody"),
        Column("ended_at", "datetime", "when it was normal again or its day ended, in UTC; empty while open"),
        Column("to_notice", "integer", "from began_at to noticed_at, rounded up", unit="min"),
        Column("to_acknowledge", "integer", "from noticed_at to acknowledged_at, rounded up", unit="min"),
        Column("to_normal", "integer", "from noticed_at until it was normal again, rounded up; empty where it was not",
            unit="min"),
        Column("presses", "integer", "counted presses of the question there since it began", unit="presses"),
        Column("negative", "integer", "negative ones of them", unit="presses"),
        Column("usual", "number", "negative ones of 100 that are usual there", unit="of 100"),
    ),
    key=("recovery",),
    links=(("store", "stores"),),
)  # fmt: skip

# Parquet files carry it in front: which day a reaction counts on is a rule, not a look at local_time.
LOCAL_DAY = Column("local_day", "date", "day on the store's clock on which it counts")
DATED = Table("reactions", REACTIONS.meaning, (LOCAL_DAY, *REACTIONS.columns))

TABLES = {table.name: table for table in (REACTIONS, REVISIONS, HOURLY, STORES, KIOSKS, RECOVERIES)}
# What may be asked of each export; `bom` and `raw` concern CSV alone.
PARAMETERS = {
    REACTIONS.name: ("from", "to", "store", "after"),
    REVISIONS.name: ("store", "after"),
    HOURLY.name: ("from", "to", "store"),
    STORES.name: ("period", "from", "to", "store"),
    KIOSKS.name: ("store",),
    RECOVERIES.name: ("from", "to", "store"),
}
