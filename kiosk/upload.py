"""Send one request and bring back what answered; the only importer of requests."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from kiosk.cable import Cable
from kiosk.errors import Unreachable
from kiosk.hands import Hands, TooLong
from wire.encoding import CONTENT_TYPE

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool

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
        self._prepared: dict[str, requests.PreparedRequest] = {}
        self._begin_anew()

    def post(self, path: str, body: bytes, key: str | None) -> Answer:
        """Post a JSON body, gzipped when that helps; raises Unreachable when no whole answer came back in time."""
        if not self._cable.plugged:
            raise Unreachable("The network cable is out.", sent=False)
        if self._trust is not None and self._with_dates != self._trust.looks_at_dates():
            # The clock was set, or lost: connections that were made under the other rule are not used any more.
            self._begin_anew()
        request = self._request(path, key)
        if len(body) >= GZIP_FROM_BYTES:
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            request.headers["Content-Encoding"] = "gzip"
        answer = self._in_time(request, body)
        if not self._cable.plugged:
            raise Unreachable("The network cable was pulled before the answer came.", sent=True)
        return answer

    def close(self) -> None:
        """Close idle connections."""
        self._adapter.close()

    def _begin_anew(self) -> None:
        """Let no connection be used any more that there is, nor the thread that may hang on one."""
        self._adapter, self._hands = _Adapter(self._read_s, self._trust), Hands[Answer]()
        self._with_dates = None if self._trust is None else self._trust.looks_at_dates()

    def _request(self, path: str, key: str | None) -> requests.PreparedRequest:
        if path not in self._prepared:
            # What never changes is worked out once.
            headers = {"Content-Type": CONTENT_TYPE, "Accept": f"{CONTENT_TYPE}, {PROBLEM_TYPE}", "User-Agent": self._agent}
            self._prepared[path] = requests.Request("POST", self.server + path, headers).prepare()
        request = self._prepared[path].copy()
        if key is not None:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    def _in_time(self, request: requests.PreparedRequest, body: bytes) -> Answer:
        """Send with hands that may be left behind: nothing else bounds slow names and trickled headers."""
        sending = _Body(body)
        request.prepare_body(sending, files=None)
        sent_hash, adapter = hashlib.sha256(body).hexdigest(), self._adapter
        try:
            return self._hands.do(lambda: adapter.exchange(request, sent_hash), self._total_s)
        except TooLong:
            sending.give_up()
            self._begin_anew()
            raise Unreachable(f"No whole answer within {self._total_s:.0f} seconds.", sent=True) from None
        except Exception as error:
            raise _as_unreachable(error) from error


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
    """The connections to one server; they give up what is not taken off the wire, and a context of ours may judge certificates.

    Used without a session, which would look for proxies and passwords, keep cookies and work out redirects, each time.
    """

    def __init__(self, read_s: float, trust: Trust | None) -> None:
        self._context = None if trust is None else trust.context()
        self._verify = True if trust is None else str(trust.ca_file)
        self._timeout = (CONNECT_S, read_s)
        self._pool: ConnectionPool | None = None
        super().__init__()

    def exchange(self, request: requests.PreparedRequest, sent_hash: str) -> Answer:
        """Send a request and read all that comes back."""
        with self.send(request, stream=True, timeout=self._timeout, verify=self._verify) as response:
            return _answer(response, sent_hash)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Called by requests when it makes its pools."""
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*arguments, **options, socket_options=_socket_options())

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> ConnectionPool:
        """Called by requests for each request; one server has one pool."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*arguments, **options)
        return self._pool

    def build_response(self, _: requests.PreparedRequest, raw: Any) -> requests.Response:
        """Called by requests for each answer, of which no cookies are kept and no encoding is guessed."""
        response = requests.Response()
        response.status_code, response.headers, response.raw = raw.status, raw.headers, raw
        return response


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
