"""Send one request and bring back what answered; the only importer of requests."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import queue
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from kiosk.cable import Cable
from kiosk.errors import Unreachable

if TYPE_CHECKING:
    import ssl

    from kiosk.trust import Trust

CONNECT_S = 5.0
READ_S = 20.0
# requests' time-outs are per socket operation, and the look-up of a name has none at all.
TOTAL_S = 60.0
# Given up, it is not sent either: by the hands that may still hold it, and by the kernel, where nobody takes it off the wire.
UNTAKEN_MS = 20_000
MAX_ANSWER_BYTES = 1024 * 1024
GZIP_FROM_BYTES = 1024
# Of a full batch the highest level saves 1.6 % of the bytes more than this one, for four times its work (bench.drain).
GZIP_LEVEL = 5
PROBLEM_TYPE = "application/problem+json"
# What a technician can do something about, in words.
REASONS = {
    urllib3.exceptions.NameResolutionError: "its name is not known here; is the network up?",
    urllib3.exceptions.SSLError: "its certificate is not accepted; is this machine's date right?",
    urllib3.exceptions.NewConnectionError: "nothing answers at its address and port",
    urllib3.exceptions.ConnectTimeoutError: "no answer; is a firewall between?",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, from whomever; `sent_hash` is the SHA-256 (hex) of the bytes that were sent."""

    status: int
    content_type: str
    body: bytes
    retry_after_s: float | None
    sent_hash: str

    @property
    def is_problem(self) -> bool:
        """Whether this is a refusal in the server's own format; a captive portal's page is not."""
        return self.status >= 400 and self.content_type == PROBLEM_TYPE and "code" in self.problem()

    def problem(self) -> dict[str, Any]:
        """The fields of a problem+json body, empty for anything else."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def problem_sentence(self) -> str:
        """The server's own words about the refusal."""
        fields = self.problem()
        return str(fields.get("detail") or fields.get("title") or f"The server refused with {self.status}.")


class Uploader:
    """Posts JSON to one server: no proxy, cookie or password file of the environment, and no redirect followed with a key."""

    def __init__(
        self,
        server: str,
        cable: Cable | None = None,
        *,
        software: str = "",
        read_s: float = READ_S,
        total_s: float = TOTAL_S,
        trust: Trust | None = None,
    ) -> None:
        self.server = server
        self._cable = cable or Cable()
        self._agent = f"salve-kiosk/{software}"
        self._read_s = read_s
        self._total_s = total_s
        self._trust = trust
        self._with_dates: bool | None = None
        self._session = self._new_session()

    def post(self, path: str, body: bytes, key: str | None) -> Answer:
        """Post a JSON body, gzipped when that helps; raises Unreachable when no whole answer came back in time."""
        if not self._cable.plugged:
            raise Unreachable("The network cable is out.", sent=False)
        headers = {"Content-Type": "application/json", "Accept": f"application/json, {PROBLEM_TYPE}", "User-Agent": self._agent}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if self._trust is not None and self._with_dates != self._trust.looks_at_dates():
            # The clock was set, or lost: connections that were made under the other rule are not used any more.
            self._session = self._new_session()
        if len(body) >= GZIP_FROM_BYTES:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        answer = self._in_time(path, body, headers)
        if not self._cable.plugged:
            raise Unreachable("The network cable was pulled before the answer came.", sent=True)
        return answer

    def close(self) -> None:
        """Close idle connections."""
        self._session.close()

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", _Adapter())
        if self._trust is None:
            session.mount("https://", _Adapter())
        else:
            self._with_dates = self._trust.looks_at_dates()
            session.verify = str(self._trust.ca_file)
            session.mount("https://", _Adapter(self._trust.context()))
        return session

    def _in_time(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Run the request in a thread that may be left behind: nothing else bounds slow names and trickled headers."""
        results: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()
        session, sending = self._session, _Body(body)
        arguments = (session, path, sending, hashlib.sha256(body).hexdigest(), headers, results)
        threading.Thread(target=self._run, args=arguments, daemon=True, name="request").start()
        try:
            result = results.get(timeout=self._total_s)
        except queue.Empty:
            sending.give_up()
            self._session = self._new_session()
            raise Unreachable(f"No whole answer within {self._total_s:.0f} seconds.", sent=True) from None
        if isinstance(result, Exception):
            raise _as_unreachable(result) from result
        return result

    def _run(
        self,
        session: requests.Session,
        path: str,
        body: _Body,
        sent_hash: str,
        headers: dict[str, str],
        results: queue.SimpleQueue[Answer | Exception],
    ) -> None:
        try:
            with session.post(
                self.server + path,
                data=body,
                headers=headers,
                timeout=(CONNECT_S, self._read_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                results.put(_answer(response, sent_hash))
        except Exception as error:  # noqa: BLE001  # whatever it was, the waiting side must hear of it
            results.put(error)


class _Body(io.BytesIO):
    """A request's body that is not sent any more once nobody waits for the answer.

    The server takes what it hears of the kiosk's clock for news; a name that is found after minutes must not bring old news.
    """

    _is_given_up = False

    def __len__(self) -> int:
        return self.getbuffer().nbytes

    def give_up(self) -> None:
        """Let no further part of it be sent."""
        self._is_given_up = True

    def read(self, size: int | None = -1) -> bytes:
        """The next part, when whoever sends it asks; raises OSError when it was given up."""
        if self._is_given_up:
            raise TimeoutError("nobody waits for the answer any more")
        return super().read(size)


class _Adapter(HTTPAdapter):
    """Connections that give up what is not taken off the wire, and whose certificates a context of ours may judge."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Called by requests when it makes its pools."""
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*arguments, **options, socket_options=_socket_options())


def _socket_options() -> list[tuple[int, int, int]]:
    found = list(HTTPConnection.default_socket_options)
    # Linux alone has it, and every kiosk is one.
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        found.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MS))
    return found


def _answer(response: requests.Response, sent_hash: str) -> Answer:
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise requests.exceptions.ContentDecodingError("the answer is longer than any of the server's")
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, content_type, bytes(body), _retry_after(response), sent_hash)


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    # The other form is a date, which a kiosk with a wrong clock can not use.
    return float(text) if text.isascii() and text.isdigit() else None


def _as_unreachable(error: Exception) -> Unreachable:
    reason = error.args[0] if error.args else None
    cause = getattr(reason, "reason", reason)
    before = isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        cause, urllib3.exceptions.NewConnectionError | urllib3.exceptions.SSLError
    )
    kind = type(cause or error)
    why = next((words for known, words in REASONS.items() if issubclass(kind, known)), kind.__name__)
    return Unreachable(f"The server can not be reached ({why}).", sent=not before)
