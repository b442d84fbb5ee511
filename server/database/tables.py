"""All tables, for SQLite and PostgreSQL alike.

Times are Unix milliseconds in UTC (`*_ms`). `local_day` is a day in the store's zone as a proleptic ordinal
(`date.toordinal()`).

Each table says in its `info` where its rows would lie on several PostgreSQL hosts: BY_KIOSK beside the other rows of the kiosk,
EVERYWHERE as a small table that those refer to, CENTRAL on one host alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.schema import SchemaItem  # noqa: TC002  (the only name here used for types alone)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only for a column declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


LAYOUT = "layout"
BY_KIOSK, EVERYWHERE, CENTRAL = "by kiosk", "everywhere", "central"


def _central(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, *columns, info={LAYOUT: CENTRAL})


def _small(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, *columns, info={LAYOUT: EVERYWHERE})


def _of_kiosk(name: str, *columns: SchemaItem) -> Table:
    return Table(name, metadata, *columns, info={LAYOUT: BY_KIOSK})


def _big(name: str, *columns: SchemaItem, **options: Any) -> Table:
    # The key is the row's place: half the pages and no second index on SQLite.
    return Table(name, metadata, *columns, info={LAYOUT: BY_KIOSK}, sqlite_with_rowid=False, **options)


def _writes() -> Column[int]:
    # How often a row was written. It never falls, so a sum over rows tells whether any of them changed (fingerprints.py).
    return Column("writes", Integer, nullable=False, server_default="1")


# ---------- this database itself ----------

life = _central(
    "life",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="one_row"),
    Column("epoch", String(36), nullable=False),  # names this life of the database; a restore changes it
    Column("chain", Text, nullable=False),
    Column("made_up", Boolean, nullable=False),  # demonstration data: every page says so
    Column("safe_position", BigInteger, nullable=False),  # arrivals up to here are in a verified backup
)

# "position" of arrivals, "revision" (both taken last: their order is commit order), "stream" numbers, "config" versions, and
# "watched": the position up to which the watch for recoveries has read arrivals.
counters = _central(
    "counters",
    Column("name", String(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

leases = _central(  # who runs a background job now: of several workers one at a time, and none for ever
    "leases",
    Column("name", String(20), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

job_runs = _central(  # each background job's last run
    "job_runs",
    Column("name", String(20), primary_key=True),
    Column("ended_ms", BigInteger, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("failed", Boolean, nullable=False),
)

# ---------- reference: stores, questions, definitions ----------

stores = _small(
    "stores",
    Column("id", RowId, primary_key=True),
    Column("code", String(20), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("languages", Text, nullable=False),  # JSON list, first is the store's own
    Column("territory", String(2), nullable=False),  # ISO 3166; decides Arabic digits; "" is not known
    Column("opening", Text, nullable=False, server_default=""),  # JSON of analysis.opening's week; "" is not known
    Column("made_ms", BigInteger, nullable=False),
)

special_days = _small(  # holidays and days with other hours
    "special_days",
    Column("store_id", ForeignKey("stores.id"), primary_key=True),
    Column("local_day", Integer, primary_key=True, autoincrement=False),
    Column("opening", Text, nullable=False),  # JSON list of [opens, closes] in minutes of the day; empty is closed
    Column("name", Text, nullable=False),
)

changes = _small(  # what a store or the chain did on a day, to be marked on the lines
    "changes",
    Column("id", RowId, primary_key=True),
    Column("store_id", ForeignKey("stores.id"), index=True),  # None is the whole chain
    Column("local_day", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
)

questions = _small(  # one row per wording: a changed word is a new version and a new series
    "questions",
    Column("id", RowId, primary_key=True),
    Column("code", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("signal", String(10), nullable=False),
    CheckConstraint("signal IN ('service', 'experience')", name="signal"),
    Column("dimension", String(4), nullable=False),
    Column("facets", Text, nullable=False),  # JSON list
    Column("touchpoints", Text, nullable=False),  # JSON list
    Column("texts", Text, nullable=False),  # JSON {language: {"question", "positive", "negative"}}
    Column("card", Text, nullable=False),  # JSON data card; "{}" is none yet
    Column("made_ms", BigInteger, nullable=False, server_default="0"),
    Column("made_by", Text, nullable=False, server_default="starter"),
    Column("active_ms", BigInteger),  # since when a kiosk may ask it; None is a draft
    Column("retired_ms", BigInteger),  # since when no kiosk may be given it any more
    UniqueConstraint("code", "version"),
)

answers = _small(
    "answers",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("code", String(20), nullable=False, unique=True),
    Column("polarity", String(8), nullable=False),
    CheckConstraint("polarity IN ('positive', 'neutral', 'negative')", name="polarity"),
)

definitions = _small(
    "definitions",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # JSON: question codes of service and of experience, targets, least counts
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
)

mixes = _small(  # when the chain's presses come, frozen for a quarter, so that stores are compared alike all along
    "mixes",
    Column("quarter_day", Integer, primary_key=True, autoincrement=False),  # the quarter's first day as a proleptic ordinal
    Column("body", Text, nullable=False),  # JSON: counted presses of the eight weeks before, by stratum
    Column("made_ms", BigInteger, nullable=False),
)

# ---------- kiosks ----------

kiosks = _small(
    "kiosks",
    Column("id", RowId, primary_key=True),
    Column("code", String(20), nullable=False, unique=True),  # K-001
    Column("hardware", String(200), nullable=False, unique=True),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("disabled_ms", BigInteger),
    Column("rotate_ms", BigInteger),  # a new key was asked for: each sync hands one out until one of them is used
    Column(
        "live_boot", Integer, nullable=False, server_default="0"
    ),  # newest boot that spoke; an older one later is a second machine
)

kiosk_syncs = _of_kiosk(  # what every sync changes of its kiosk, apart from what seldom changes; made with the kiosk
    "kiosk_syncs",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("software", Text, nullable=False),
    Column("heard_ms", BigInteger),  # last authenticated request
    Column("config_seen", Integer, nullable=False),  # highest config version seen in any sync or made: never reused
    Column("config_applied", Integer, nullable=False),  # the version the kiosk last said it runs
    Column("health", Text, nullable=False),  # JSON as sent
)

incidents = _of_kiosk(  # what should never happen to a kiosk: a copied card, a key on other hardware
    "incidents",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("what", String(20), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
)

kiosk_buttons = _of_kiosk(  # the buttons that look dead, told from the presses of the others
    "kiosk_buttons",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("silent", Text, nullable=False),  # their names as a JSON array
    Column("known_ms", BigInteger, nullable=False),
)

kiosk_states = _of_kiosk(  # what the worker last found a kiosk to be, and since when
    "kiosk_states",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("usual_pause_ms", BigInteger),  # 999 of 1,000 of its pauses between presses are shorter; not known with too few
    Column("pause_known_ms", BigInteger, nullable=False),
)

heard_days = _of_kiosk(  # of how many looks at a UTC day the kiosk had been heard shortly before
    "heard_days",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("looks", Integer, nullable=False),
    Column("heard", Integer, nullable=False),
)

kiosk_keys = _small(
    "kiosk_keys",
    Column("id", RowId, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False, index=True),
    Column("key_id", String(16), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),  # SHA-256 of a 190-bit secret, hex
    Column("made_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)

enrolment_codes = _small(
    "enrolment_codes",
    Column("id", RowId, primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("store_id", ForeignKey("stores.id"), nullable=False),
    Column("touchpoint", Text, nullable=False),
    Column("layout", String(20), nullable=False),
    Column("questions", Text, nullable=False),  # JSON list of question codes, one per row of the layout
    Column("replaces_id", ForeignKey("kiosks.id")),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("used_hardware", String(200)),
    Column("wrong", Integer, nullable=False, server_default="0"),  # tries with this very code by whom it is not for
)

enrolment_failures = _small(
    "enrolment_failures",
    Column("id", RowId, primary_key=True),
    Column("address", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_enrolment_failures_recent", "address", "at_ms"),  # how many wrong codes came from here lately
)

placements = _small(  # where a kiosk stands, since when: its history is never rewritten
    "placements",
    Column("id", RowId, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False, index=True),
    Column("store_id", ForeignKey("stores.id"), nullable=False, index=True),
    Column("touchpoint", Text, nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),
)

config_versions = _of_kiosk(  # what each button of a kiosk meant under each version; later changes never relabel old presses
    "config_versions",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("placement_id", ForeignKey("placements.id"), nullable=False),
    Column("body", Text, nullable=False),  # JSON of wire.messages.Config
    Column("made_ms", BigInteger, nullable=False),
)

config_buttons = _of_kiosk(
    "config_buttons",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("button", String(40), primary_key=True),
    Column("question_id", ForeignKey("questions.id"), nullable=False),
    Column("answer_id", ForeignKey("answers.id"), nullable=False),
    Column("faces", SmallInteger, nullable=False),
    ForeignKeyConstraint(["kiosk_id", "version"], ["config_versions.kiosk_id", "config_versions.version"]),
)

buffers = _of_kiosk(  # what each buffer file says it thanked for and refused, so "received n of m" can be said
    "buffers",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("buffer", String(200), primary_key=True),
    Column("thanked", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
)

# ---------- reactions and what arrives with them ----------

# Of PostgreSQL alone: a counter's row would keep other servers waiting until COMMIT. A number that is left out harms nobody.
stream_numbers = Sequence("stream_numbers", metadata=metadata)

stream_tokens = _small(  # whose a stream is, for ever; written once, so that a sync finds its kiosk's rows by a small table
    "stream_tokens",
    Column("token", String(32), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("parent", String(32), index=True),  # two streams of one parent: a cloned or re-imaged card
)

streams = _of_kiosk(
    "streams",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("token", String(32), nullable=False),  # as in stream_tokens
    Column("high", Integer, nullable=False),  # every seq up to here is stored, held or known lost
    Column("first_ms", BigInteger, nullable=False),
    Column("buffer", String(200), nullable=False, server_default="", index=True),  # the file it came from; "received n of m"
)

lost = _of_kiosk(
    "lost",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, primary_key=True, autoincrement=False),
    Column("first_seq", Integer, primary_key=True, autoincrement=False),
    Column("last_seq", Integer, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
)

boots = _of_kiosk(
    "boots",
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # the server's own count per kiosk
    Column("boot_id", String(200), nullable=False),
    Column("buffer", String(200), nullable=False),
    Column("buffer_number", Integer, nullable=False),  # the kiosk's number of it in that buffer: the boots' order
    Column("last_elapsed_ms", BigInteger),
    Column("offset_ms", BigInteger),  # smallest (arrival - sent elapsed): server time of elapsed 0, never too early
    Column("offset_elapsed_ms", BigInteger),  # the sent elapsed of that arrival: clocks drift apart from there
    UniqueConstraint("kiosk_id", "boot_id"),
)

anchors = _of_kiosk(
    "anchors",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("boot", Integer, primary_key=True, autoincrement=False),
    Column("elapsed_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("server_ms", BigInteger, nullable=False),
    Column("uncertainty_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["kiosk_id", "boot"], ["boots.kiosk_id", "boots.number"]),
)

reactions = _big(
    "reactions",
    Column("kiosk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    # raw facts, as sent
    Column("boot", Integer, nullable=False),
    Column("elapsed_ms", BigInteger, nullable=False),
    Column("wall_ms", BigInteger, nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("button", String(40), nullable=False),
    Column("visit", Integer),
    Column("mark", SmallInteger, nullable=False),  # database.codes.MARKS
    # what they meant under that config version
    Column("placement_id", BigInteger, nullable=False),
    Column("question_id", BigInteger, nullable=False),
    Column("answer_id", SmallInteger, nullable=False),
    Column("faces", SmallInteger, nullable=False),
    # the server's judgement; may improve
    Column("reason", SmallInteger, nullable=False),  # database.codes.REASONS
    Column("counted", Boolean, nullable=False),
    Column("pressed_ms", BigInteger, nullable=False),
    Column("uncertainty_ms", BigInteger, nullable=False),
    Column("time_quality", SmallInteger, nullable=False),  # database.codes.TIME_QUALITIES
    postgresql_partition_by="RANGE (stream)",  # streams are renewed weekly, so their numbers follow time
)
# What no partition was made for yet (database.partitions).
event.listen(
    reactions,
    "after_create",
    DDL("CREATE TABLE reactions_rest PARTITION OF reactions DEFAULT").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
)

unsettled = _of_kiosk(  # reactions whose time may still become surer; `looked` is what was known of their boot at the last look
    "unsettled",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, primary_key=True, autoincrement=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("looked", String(120), nullable=False),
)

revisions = _of_kiosk(  # reactions that changed after they were stored, in commit order
    "revisions",
    Column("position", BigInteger, nullable=False, index=True),  # the feed's order
    Column("kiosk_id", BigInteger, nullable=False),
    Column("stream", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("what", String(10), CheckConstraint("what IN ('time', 'counted', 'released')", name="what"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("kiosk_id", "position"),
)

held = _of_kiosk(  # stored raw, not counted yet, re-processable
    "held",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("code", String(20), primary_key=True),
    # SHA-256 (first 16 hex digits) of sender and content: the same again changes nothing, another content is kept beside it
    Column("digest", String(16), primary_key=True),
    Column("sender_id", BigInteger, nullable=False),  # differs from kiosk_id for a foreign stream
    Column("content", LargeBinary, nullable=False),  # the reaction's JSON array (boot as boot id), or opaque bytes
    Column("received_ms", BigInteger, nullable=False),
)

arrivals = _of_kiosk(  # the ledger: which run of a stream was stored when; its order is commit order
    "arrivals",
    Column("position", BigInteger, nullable=False, index=True),  # the cursor's order
    Column("kiosk_id", BigInteger, nullable=False),
    Column("stream", BigInteger, nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    # "" for what stands at its seq; for what is held beside it, the held row's code:digest.
    Column("apart", String(100), nullable=False, server_default=""),
    PrimaryKeyConstraint("kiosk_id", "stream", "first_seq", "position"),  # a stream's safe seq; when a reaction came
    Index("ix_arrivals_recent", "kiosk_id", "received_ms"),  # what came in lately, of which some was pressed long before
)

reviews = _small(  # runs of presses at a day's edge that only a person can judge; they count until one has
    "reviews",
    Column("id", RowId, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("placement_id", ForeignKey("placements.id"), nullable=False),
    Column("question_id", ForeignKey("questions.id"), nullable=False),
    Column("local_day", Integer, nullable=False),
    Column("edge", String(8), CheckConstraint("edge IN ('opening', 'closing')", name="edge"), nullable=False),
    Column("polarity", String(8), CheckConstraint("polarity IN ('positive', 'negative')", name="polarity"), nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("presses", Integer, nullable=False),  # counted presses of the question between these two moments
    Column("alike", Integer, nullable=False),  # of them, with the polarity
    Column("positives", Integer, nullable=False),  # of them, positive ones
    Column("usual_presses", Float, nullable=False),  # mean of the same slot over the weeks before
    Column("usual_share", Float, nullable=False),  # share of that polarity in the kiosk's other hours
    Column("found_ms", BigInteger, nullable=False),
    Column("decision", String(10), CheckConstraint("decision IN ('', 'excluded', 'kept')", name="decision"), nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_ms", BigInteger),
    UniqueConstraint("kiosk_id", "question_id", "local_day", "edge", "polarity"),
)

# ---------- recoveries ----------

watches = (
    _of_kiosk(  # one question of one kiosk at its place: what is usual there, and where its CUSUM stands (analysis.detection)
        "watches",
        Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
        Column("placement_id", ForeignKey("placements.id"), primary_key=True),
        Column("question_id", ForeignKey("questions.id"), primary_key=True),
        Column("faces", SmallInteger, nullable=False),
        Column("designed_ms", BigInteger, nullable=False),  # when what follows was worked out
        Column("usual_share", Float),  # of negative presses, 0 to 1; None is not known, and then nothing is watched
        Column("presses_a_day", Float, nullable=False),
        Column("up", Integer, nullable=False),  # points for a negative press
        Column("down", Integer, nullable=False),  # points taken off for another
        Column("threshold", Integer, nullable=False),  # 0 is that nothing is left to notice
        Column("between_false_alarms", Float, nullable=False),  # mean presses
        Column("to_notice", Float, nullable=False),  # mean presses until the change that is watched for is noticed
        Column("points", Integer, nullable=False),
        Column("since_ms", BigInteger),  # the press with which the points last left 0
        Column("last_ms", BigInteger),  # the newest press that was counted
    )
)

recoveries = _small(  # bursts of negative presses, from when they are noticed until the place is back to its normal
    "recoveries",
    Column("id", RowId, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("placement_id", ForeignKey("placements.id"), nullable=False),
    Column("question_id", ForeignKey("questions.id"), nullable=False),
    Column("began_ms", BigInteger, nullable=False),  # estimated: the press with which the points last left 0
    Column("alarm_ms", BigInteger, nullable=False),  # the press that reached the threshold
    Column("usual_share", Float, nullable=False),
    Column("presses", Integer, nullable=False),  # counted ones since it began
    Column("negatives", Integer, nullable=False),  # of them, negative ones
    Column("test_presses", Integer, nullable=False, server_default="0"),  # of the test "is it normal again?" that runs
    Column("test_negatives", Integer, nullable=False, server_default="0"),
    Column("last_ms", BigInteger, nullable=False),  # the newest press that was counted
    Column("still_ms", BigInteger),  # when such a test last said that it is not
    Column("ended_ms", BigInteger),
    _writes(),
    CheckConstraint("negatives BETWEEN 0 AND presses", name="counts"),
    # One is open of a question at a place, whoever opens it; pages ask for the open ones.
    Index(
        "uq_recoveries_open",
        *("kiosk_id", "placement_id", "question_id"),
        unique=True,
        sqlite_where=text("ended_ms IS NULL"),
        postgresql_where=text("ended_ms IS NULL"),
    ),
    Index("ix_recoveries_placement", "placement_id", "id"),  # those of a store, the newest first
)

recovery_steps = _small(  # what happened to a recovery, when and through whom; each step once, for ever
    "recovery_steps",
    Column("recovery_id", ForeignKey("recoveries.id"), primary_key=True),
    Column(
        "what",
        String(12),
        CheckConstraint("what IN ('noticed', 'acknowledged', 'done', 'normal', 'undecided')", name="what"),
        primary_key=True,
    ),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", Text, nullable=False, server_default=""),  # an address; "" is the watch itself
)

# ---------- roll-ups ----------

hours = _big(
    "hours",
    Column("kiosk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("placement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("local_day", Integer, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("faces", SmallInteger, primary_key=True, autoincrement=False),
    Column("hour", SmallInteger, primary_key=True, autoincrement=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in ("positive", "neutral", "negative", "marked")),
)

days = _big(
    "days",
    Column("kiosk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("placement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("local_day", Integer, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("faces", SmallInteger, primary_key=True, autoincrement=False),
    *(
        Column(name, Integer, nullable=False, server_default="0")
        for name in (
            *("positive", "neutral", "negative", "marked"),
            "uncertain",  # time too uncertain for a day; stands at the day it arrived
            # clusters: runs of counted presses of one stream and question less than 20 s apart, at their first press's day:
            # how many, and the sums over them of x^2, x n and n^2 (x positives of n)
            *("clusters", "sum_xx", "sum_xn", "sum_nn"),
            # counted presses whose hour is known, by part of the day (from 00, 12 and 17 hours), and the positive ones of them
            *("morning_counted", "morning_positive", "afternoon_counted", "afternoon_positive"),
            *("evening_counted", "evening_positive"),
        )
    ),
    _writes(),
)

visit_days = _big(  # both answers of one passer-by, at the local day of the first press
    "visit_days",
    Column("kiosk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("placement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("local_day", Integer, primary_key=True, autoincrement=False),
    Column("service_id", BigInteger, primary_key=True, autoincrement=False),
    Column("experience_id", BigInteger, primary_key=True, autoincrement=False),
    Column("faces", SmallInteger, primary_key=True, autoincrement=False),
    *(
        Column(name, Integer, nullable=False, server_default="0")
        for name in ("both", "service_only", "experience_only", "neither")
    ),
    _writes(),
)

set_aside = _big(  # the marked presses of `days` by the reason that they do not count for
    "set_aside",
    Column("kiosk_id", BigInteger, primary_key=True, autoincrement=False),
    Column("placement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("local_day", Integer, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", SmallInteger, primary_key=True, autoincrement=False),  # database.codes.ASIDE
    *(Column(name, Integer, nullable=False, server_default="0") for name in ("positive", "neutral", "negative")),
    _writes(),
)

open_clusters = _of_kiosk(  # each stream's last cluster per question, so that the next press can join it
    "open_clusters",
    Column("kiosk_id", RowId, primary_key=True, autoincrement=False),
    Column("stream", BigInteger, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("elapsed_ms", BigInteger, nullable=False),
    Column("placement_id", BigInteger, nullable=False),
    Column("faces", SmallInteger, nullable=False),
    Column("local_day", Integer, nullable=False),
    Column("positives", Integer, nullable=False),
    Column("presses", Integer, nullable=False),
)

# ---------- people and programs ----------

users = _small(
    "users",
    Column("id", RowId, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("password_hash", Text, nullable=False),
    Column("role", String(20), nullable=False),
    CheckConstraint("role IN ('manager', 'region', 'head-office', 'admin')", name="role"),
    Column("language", String(5), nullable=False),  # "" is not chosen
    Column("made_ms", BigInteger, nullable=False),
    Column("disabled_ms", BigInteger),
)

user_stores = _small(
    "user_stores",
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("store_id", ForeignKey("stores.id"), primary_key=True),
)

sessions = _small(
    "sessions",
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("confirmed_ms", BigInteger, nullable=False, server_default="0"),  # when the password was last given in it
)

sign_in_delays = _small(  # per account and per address; a delay, never a lock
    "sign_in_delays",
    Column("subject", String(300), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

export_tokens = _small(
    "export_tokens",
    Column("id", RowId, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key_id", String(16), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False),
    Column("all_stores", Boolean, nullable=False),
    Column("employees", Boolean, nullable=False, server_default=false()),  # also what employees' kiosks say (dimension EX)
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)

export_token_stores = _small(
    "export_token_stores",
    Column("token_id", ForeignKey("export_tokens.id"), primary_key=True),
    Column("store_id", ForeignKey("stores.id"), primary_key=True),
)

# ---------- the audit log ----------

audit = _central(  # who did what; each entry's hash covers the one before, so none can be changed or taken out unseen
    "audit",
    Column("number", RowId, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without a gap
    Column("at_ms", BigInteger, nullable=False),
    Column("who_kind", String(12), nullable=False),  # audit.KINDS_OF_ACTOR
    Column("who_id", BigInteger),
    Column("who", Text, nullable=False),  # e-mail, token's name or kiosk's code, as it was then
    Column("origin", String(64), nullable=False),  # stands for the address in audit_origins; "" is none
    Column("act", String(30), nullable=False),  # audit.Act
    Column("about", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
    Column("hash", String(64), nullable=False),
    Index("ix_audit_act", "act", "number"),  # the page of one subject
)
# Nobody changes or removes an entry through this database, not even by REPLACE, which SQLite runs no DELETE trigger for.
for _name, _when in (
    ("audit_keep_update", "UPDATE ON audit"),
    ("audit_keep_delete", "DELETE ON audit"),
    ("audit_keep_insert", "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)"),
):
    event.listen(
        audit,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {_name} BEFORE {_when} BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
        ).execute_if(dialect="sqlite"),
    )
for _statement in (
    """CREATE OR REPLACE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$""",
    "CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()",
):
    event.listen(audit, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]

audit_origins = _central(  # the addresses of entries, deleted after 90 days; a salt each, so that the log's own hash tells none
    "audit_origins",
    Column("number", RowId, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False, index=True),  # which are old enough to be deleted
    Column("address", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
)

audit_tallies = _central(  # acts too frequent for an entry each, counted until they get one together
    "audit_tallies",
    Column("subject", String(300), primary_key=True),
    Column("who_kind", String(12), nullable=False),
    Column("who_id", BigInteger),
    Column("who", Text, nullable=False),
    Column("act", String(30), nullable=False),
    Column("about", Text, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("told", Integer, nullable=False),  # of them, those that have an entry of their own
    Column("rows_read", BigInteger, nullable=False),
)

audit_checks = _central(  # the last check of the log, and the newest head that passed one
    "audit_checks",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    CheckConstraint("id = 1", name="one_row"),
    Column("at_ms", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("fault", BigInteger, nullable=False),  # the first entry that does not fit; 0 is none
)
# ---------- claims: written down before their data, and never changed ----------

claims = _small(
    "claims",
    Column("id", RowId, primary_key=True),
    Column("title", Text, nullable=False),
    Column("what", Text, nullable=False),  # what is changed
    Column("plan", Text, nullable=False),  # how it will be repeated; "" is not said
    Column("measure", String(10), nullable=False),
    CheckConstraint("measure IN ('service', 'experience', 'gap', 'question')", name="measure"),
    Column("definition_version", ForeignKey("definitions.version"), nullable=False),
    Column("questions", Text, nullable=False),  # JSON {"service": [codes], "experience": [codes]} of what is counted
    Column("faces", SmallInteger, nullable=False),
    Column("filter_version", Integer, nullable=False),
    Column("start_day", Integer, nullable=False),
    # both windows, [first, end) in each store's own days
    *(Column(name, Integer, nullable=False) for name in ("before_first", "before_end", "after_first", "after_end")),
    Column("matters", Integer, nullable=False),  # the effect that matters, in points
    Column("direction", String(4), nullable=False),
    CheckConstraint("direction IN ('up', 'down')", name="direction"),
    Column("replaces_id", ForeignKey("claims.id"), unique=True),  # the record that this one was written in place of
    Column("repeats_id", ForeignKey("claims.id")),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    CheckConstraint("before_end <= start_day AND start_day < after_first", name="order"),
)

claim_stores = _small(
    "claim_stores",
    Column("claim_id", ForeignKey("claims.id"), primary_key=True),
    Column("store_id", ForeignKey("stores.id"), primary_key=True, index=True),  # a store is treated or control, never both
    Column("treated", Boolean, nullable=False),
)

claim_endings = _small(  # claims that were given up
    "claim_endings",
    Column("claim_id", ForeignKey("claims.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
)

claim_results = _small(  # the first is the claim's; a later one stands beside it, where a recount differs
    "claim_results",
    Column("claim_id", ForeignKey("claims.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # JSON of claims.result.Result
    Column("made_ms", BigInteger, nullable=False),
)

# What was registered or found stays: the database itself refuses to change it.
FROZEN = (claims, claim_stores, claim_endings, claim_results)
_REFUSE = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RAISE EXCEPTION ''a registered claim is frozen''; END'"
)
event.listen(claims, "after_create", DDL(_REFUSE).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
for _frozen in FROZEN:
    for _change in ("update", "delete"):
        _on = f"CREATE TRIGGER {_frozen.name}_no_{_change} BEFORE {_change.upper()} ON {_frozen.name}"
        for _dialect, _refuses in (
            ("sqlite", "BEGIN SELECT RAISE(ABORT, 'a registered claim is frozen'); END"),
            ("postgresql", "FOR EACH ROW EXECUTE FUNCTION refuse_change()"),
        ):
            event.listen(_frozen, "after_create", DDL(f"{_on} {_refuses}").execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
# Nor does REPLACE, which SQLite runs no DELETE trigger for, nor TRUNCATE, which PostgreSQL runs no row's trigger for.
for _frozen, _same in (
    (claims, "id = NEW.id OR replaces_id = NEW.replaces_id"),
    (claim_stores, "claim_id = NEW.claim_id AND store_id = NEW.store_id"),
    (claim_endings, "claim_id = NEW.claim_id"),
    (claim_results, "claim_id = NEW.claim_id AND number = NEW.number"),
):
    _there = f"EXISTS (SELECT 1 FROM {_frozen.name} WHERE {_same})"  # noqa: S608
    _on_sqlite = f"CREATE TRIGGER {_frozen.name}_no_replace BEFORE INSERT ON {_frozen.name} WHEN {_there}"
    _on_postgresql = f"CREATE TRIGGER {_frozen.name}_no_truncate BEFORE TRUNCATE ON {_frozen.name} FOR EACH STATEMENT"
    for _dialect, _guard in (
        ("sqlite", f"{_on_sqlite} BEGIN SELECT RAISE(ABORT, 'a registered claim is frozen'); END"),
        ("postgresql", f"{_on_postgresql} EXECUTE FUNCTION refuse_change()"),
    ):
        event.listen(_frozen, "after_create", DDL(_guard).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]


# ---------- the archive ----------

archives = _central(  # Parquet files with reactions that left the database; those of one run were made and entered together
    "archives",
    Column("id", RowId, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("path", Text, nullable=False, unique=True),  # in the archive's folder
    Column("rows", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the file
    Column("first_position", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False, index=True),  # which files may hold what arrived after a position
    Column("first_day", Integer, nullable=False),  # local days of its reactions, the last one among them
    Column("last_day", Integer, nullable=False),
    Column("definition_version", Integer, nullable=False),  # the definition that was valid when it was made
    Column("made_ms", BigInteger, nullable=False),
    Column("moved_ms", BigInteger),  # since when none of its reactions is in the database any more; None while some are
)
