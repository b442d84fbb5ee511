"""The programs beside which storing over HTTP is measured: Datasette's JSON write API, and InfluxDB with its line protocol."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.served import cpu_s_of, free_port, wait_for
from server.database.reactions import ReactionRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Rows = list[tuple[Any, ...]]
# By what figures are grouped: few different values each, which InfluxDB keeps an index of. All else is a field.
TAGS = ("kiosk_id", "placement_id", "question_id", "answer_id")
TIME, SEQ = "pressed_ms", "seq"
# Each write is synced before it is answered, as by default; its log, its reports and its own monitoring are off.
CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{inner}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
[monitor]
store-enabled = false
[logging]
level = "error"
"""


class Peer(NamedTuple):
    """CPU seconds of a peer's process for the batches after those that warm it up, and its version."""

    cpu_s: float
    version: str


def datasette(command: str, folder: Path, batches: Sequence[Rows], warm: int) -> Peer:
    """Datasette with the same rows through its JSON write API, a batch a request."""
    path = folder / "peer.db"
    key = "PRIMARY KEY (kiosk_id, stream, seq)"
    conn = sqlite3.connect(path)
    conn.executescript(f"PRAGMA journal_mode = WAL; CREATE TABLE reactions ({', '.join(ReactionRow._fields)}, {key})")
    conn.close()
    port, secret = free_port(), "s" * 32
    environment = os.environ | {"DATASETTE_SECRET": secret}
    token = subprocess.run(  # noqa: S603  (the command that was given)
        [command, "create-token", "root", "--secret", secret], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
    words = [command, "serve", str(path), "--root", "-p", str(port), "--setting", "max_insert_rows", str(len(batches[0]))]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    bodies = [json.dumps({"rows": [dict(zip(ReactionRow._fields, row, strict=True)) for row in rows]}) for rows in batches]
    with _running(words, port, "/-/versions.json", environment) as server:
        said = json.loads(_ask(port, "GET", "/-/versions.json", {})[0])
        cpu_s = _stored(server, port, "/peer/reactions/-/insert", headers, bodies, warm)
    return Peer(cpu_s, said["datasette"]["version"])


def influxdb(command: str, folder: Path, batches: Sequence[Rows], warm: int) -> Peer:
    """InfluxDB with the same reactions as packed lines, a batch a request, each synced before it is answered.

    What it does later with what it stored (its compaction) is not counted. Raises unless it has all of them afterwards.
    """
    port, home = free_port(), folder / "influxdb"
    home.mkdir()
    (home / "influxdb.conf").write_text(CONFIG.format(folder=home, port=port, inner=free_port()))
    bodies = [gzip.compress("\n".join(map(line_of, rows)).encode(), mtime=0) for rows in batches]
    with _running([command, "-config", str(home / "influxdb.conf")], port, "/query?q=SHOW+DATABASES") as server:
        _, version = _ask(port, "POST", "/query?q=CREATE+DATABASE+salve", {})
        cpu_s = _stored(server, port, "/write?db=salve", {"Content-Encoding": "gzip"}, bodies, warm)
        found = json.loads(_ask(port, "GET", f"/query?db=salve&q=SELECT+count({SEQ})+FROM+reactions", {})[0])
    count = found["results"][0]["series"][0]["values"][0][1]
    if count != sum(map(len, batches)):
        raise AssertionError(f"InfluxDB has {count} reactions of {sum(map(len, batches))}")
    return Peer(cpu_s, version)


def line_of(row: tuple[Any, ...]) -> str:
    """A reaction in line protocol.

    InfluxDB knows points by tags and time alone: the seq stands in the nanoseconds, so that none takes another's place.
    """
    said = dict(zip(ReactionRow._fields, row, strict=True))
    tags = ",".join(f"{name}={said[name]}" for name in TAGS)
    fields = {name: value for name, value in said.items() if name not in (*TAGS, TIME) and value is not None}
    texts = (f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}i" for name, value in fields.items())
    return f"reactions,{tags} {','.join(texts)} {said[TIME] * 1_000_000 + said[SEQ] % 1_000_000}"


@contextmanager
def _running(words: list[str], port: int, path: str, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """A process that answers at its port; its number."""
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(words, env=environment, stdout=quiet, stderr=quiet)  # noqa: S603  (the command that was given)
    try:
        wait_for(port, path, server)
        yield server.pid
    finally:
        server.kill()
        server.wait()


def _stored(pid: int, port: int, path: str, headers: Mapping[str, str], bodies: Sequence[str | bytes], warm: int) -> float:
    """CPU seconds of the process for these requests on one connection, without the first ones."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    before = 0.0
    for number, body in enumerate(bodies):
        if number == warm:
            before = cpu_s_of(pid)
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in {201, 204}:
            raise AssertionError(f"{path} answered {answer.status}: {said[:300]!r}")
    connection.close()
    return cpu_s_of(pid) - before


def _ask(port: int, method: str, path: str, headers: Mapping[str, str]) -> tuple[bytes, str]:
    """An answer's body, and the version of InfluxDB in its header."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    found = answer.read(), answer.headers.get("X-Influxdb-Version", "")
    connection.close()
    return found
