"""A clock that is set by hand, a small server that can misbehave, and a card with an enrolled kiosk on it."""

import contextlib
import gzip
import hashlib
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kiosk import configuration, enrol
from kiosk.press import Press, Recorder
from kiosk.sync import Sync
from kiosk.upload import Uploader
from wire.encoding import decode, encode
from wire.limits import check_sync, reaction_numbers
from wire.messages import ButtonMeaning, ButtonText, Config, ReconcileRequest, SyncRequest

START_WALL_MS = 1_790_000_000_000


class FakeClock:
    """Time moves only by `forward`."""

    def __init__(self):
        self.elapsed = 1_000_000
        self.wall = START_WALL_MS
        self.boot = "boot-1"
        self.is_synced = True

    def elapsed_ms(self):
        return self.elapsed

    def wall_ms(self):
        return self.wall

    def synced(self):
        return self.is_synced

    def boot_id(self):
        return self.boot

    def forward(self, ms):
        self.elapsed += ms
        self.wall += ms


def make_config(version=3, layout="two-row", languages=("en", "fa"), **kwargs):
    def meaning(question, answer, signal):
        texts = {
            "en": ButtonText(f"Did you {question}?", answer.title()),
            "fa": ButtonText("آیا به شما خوشامد گفته شد؟", "بله" if answer == "yes" else "نه"),
        }
        return ButtonMeaning(question, answer, 2, texts, signal)

    buttons = {
        "welcome-happy": meaning("feel welcome", "yes", "experience"),
        "welcome-unhappy": meaning("feel welcome", "no", "experience"),
        "served-happy": meaning("get it", "yes", "service"),
        "served-unhappy": meaning("get it", "no", "service"),
    }
    if layout == "two":
        buttons = {name: meaning("feel welcome", name, "experience") for name in ("happy", "unhappy")}
    return Config(version, 1, "S001", list(languages), layout, buttons, **kwargs)


class FakeServer:
    """The server's rules in memory. `trouble` holds functions that answer the next requests in its place."""

    def __init__(self):
        self.streams = {}
        self.order = []
        self.requests = []
        self.paths = []
        self.headers = []
        self.trouble = []
        self.lose_replies = 0
        self.epoch = "epoch-1"
        self.config = None
        self.key = None
        self.wait_s = 60
        self.refuse_more_than = 500
        self.poison = set()
        self.opaque = []
        self.server_ms = START_WALL_MS + 5_000
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                with server.lock:
                    answer = server.answer(self.path, raw, self.headers)
                if answer is None:
                    self.close_connection = True
                    return
                status, content_type, body, more = answer
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in more.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *values):
                pass

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    def stored(self):
        """Every reaction that the server has, by (stream, seq)."""
        return {(token, seq): row for token, rows in self.streams.items() for seq, row in rows.items()}

    def answer(self, path, raw, headers):
        self.paths.append(path)
        self.headers.append(dict(headers))
        body = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw
        if self.trouble:
            found = self.trouble.pop(0)(self, path, raw)
            if found != "go on":
                return found
        if path == "/api/v1/reconcile":
            request = decode(ReconcileRequest, body)
            streams = [[max(self.streams.get(token, {}), default=0), 0] for token in request.streams]
            return self.json(200, {"epoch": self.epoch, "streams": streams})
        if path == "/api/v1/enrol":
            return self.enrol(body)
        return self.sync(raw, decode(SyncRequest, body))

    def enrol(self, body):
        reply = {"kiosk": "k1", "key": "slv_k_one", "store": "S001", "server_ms": self.server_ms}
        reply["config"] = json.loads(encode(make_config()))
        return self.json(201, reply)

    def sync(self, raw, request):
        check_sync(request)
        self.requests.append(request)
        size = len(request.reactions) + len(request.opaque)
        if size > self.refuse_more_than:
            return self.problem(413, "too-large", max_reactions=self.refuse_more_than)
        seqs = reaction_numbers(request)
        if self.poison & {reaction.elapsed_ms for reaction in request.reactions}:
            return self.problem(400, "malformed")
        rows = self.streams.setdefault(request.stream, {})
        high = max(rows, default=0)
        lost = {seq for span in request.lost for seq in range(span.first, span.last + 1)}
        if set(range(high + 1, request.first_seq)) - lost:
            return self.problem(409, "gap", high=high)
        new = [(seq, reaction) for seq, reaction in zip(seqs, request.reactions, strict=True) if seq not in rows]
        for seq, reaction in new:
            rows[seq] = reaction
            self.order.append((request.stream, seq))
        for entry in request.opaque:
            rows[entry.seq] = entry
            self.opaque.append(entry)
        if self.lose_replies:
            self.lose_replies -= 1
            return None
        self.server_ms += 1_000
        return self.json(
            200,
            {
                "received": hashlib.sha256(raw).hexdigest(),
                "stored": len(new),
                "duplicate": len(seqs) - len(new),
                "held": [],
                "high": max(rows, default=0),
                "epoch": self.epoch,
                "server_ms": self.server_ms,
                "wait_s": self.wait_s,
                "config": json.loads(encode(self.config)) if self.config else None,
                "key": self.key,
            },
        )

    @staticmethod
    def json(status, value, **more):
        return status, "application/json", json.dumps(value).encode(), more

    @staticmethod
    def problem(status, code, headers=None, **fields):
        body = {"type": "about:blank", "title": "Refused.", "status": status, "code": code, **fields}
        return status, "application/problem+json", json.dumps(body).encode(), headers or {}

    def refuse(self, status, code, times=1, **fields):
        """Refuse the next requests."""
        self.trouble += [lambda *_: self.problem(status, code, **fields)] * times


class Kit:
    """An enrolled card with its recorder, its clock and its sync."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.clock = FakeClock()
        self.config = make_config()
        self.outcomes = []
        self.told = threading.Condition()
        self.applied = []
        configuration.save(folder, self.config)
        enrol.save_key(folder, "slv_k_one")
        identity = {"server": server.url, "kiosk": "k1", "store": "S001", "hardware": "sha256:this"}
        (folder / enrol.NAME).write_text(json.dumps(identity))
        self.hardware = "sha256:this"
        self.recorder = None
        self.restart()

    def restart(self):
        if self.recorder is not None:
            self.recorder.stop()
        self.recorder = Recorder(self.folder, self.clock, self.config, self._tell)
        self.recorder.start()
        self.sync = self.new_sync()

    def new_sync(self):
        return Sync(
            self.folder,
            self.recorder,
            self.clock,
            lambda url: Uploader(url, read_s=5, total_s=10),
            hardware=self.hardware,
            software="1.0.0",
            health=dict,
            apply=self.applied.append,
            config_version=lambda: self.config.version,
            chance=random.Random(1),
        )

    def _tell(self, outcome):
        with self.told:
            self.outcomes.append(outcome)
            self.told.notify_all()

    def press(self, button="welcome-happy", pause_ms=30_000):
        """One press, `pause_ms` after the one before; answers its outcome."""
        self.clock.forward(pause_ms)
        before = len(self.outcomes)
        self.recorder.put(Press(self.clock.elapsed_ms(), button))
        with self.told:
            assert self.told.wait_for(lambda: len(self.outcomes) > before, 20)
        return self.outcomes[-1]

    def thanked(self):
        return {(one.stream, one.seq) for one in self.outcomes if one.seq is not None}

    def waiting(self):
        return self.recorder.counts()[0].waiting


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def config_of():
    return make_config


@pytest.fixture
def server():
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def kit(tmp_path, server):
    kit = Kit(tmp_path, server)
    yield kit
    with contextlib.suppress(Exception):
        kit.recorder.stop()
