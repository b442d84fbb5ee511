"""Sends an export: packed when that is wished for, not at all when the asker has it already, and never too many at once."""

from __future__ import annotations

import tempfile
import threading
import zlib
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from flask import Response, request

from server.errors import busy, too_many_at_once
from server.export.wanted import flag

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

GZIP = 16 + zlib.MAX_WBITS
# Level 1 packs these lines to a tenth for about the work of making them; level 6 gains a quarter more for three times that.
LEVEL = 1
PIECE_BYTES = 1 << 16


class Sender:
    """Lets at most `most` answers be on their way: a slow reader holds a thread for as long as it reads.

    Half of them may be one reader's, so that no single token ends exports for everybody.
    """

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._taken: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def send(
        self, reader: Hashable, name: str, content_type: str, make: Callable[[], Iterator[bytes]], tag: str = ""
    ) -> Response:
        """An answer that is made while it is sent; `make` begins it.

        503 when too many are on their way, 429 when too many of them are this reader's.

        With a tag, 304 for who has it. HEAD makes nothing and waits for nobody.
        """
        as_file = flag("gzip", request.args.get("gzip", ""))
        packed = as_file or request.accept_encodings["gzip"] > 0
        answer = Response(content_type="application/gzip" if as_file else content_type)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}{".gz" if as_file else ""}"'
        if packed and not as_file:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        if tag:
            # Weak, because packed or not it is the same export. To be asked for again each time, and by nobody else.
            answer.set_etag(tag, weak=True)
            answer.headers["Cache-Control"] = "private, no-cache"
            if request.if_none_match.contains_weak(tag):
                answer.status_code = 304
                return answer
        # Nobody knows the length of what is not made yet, least of all that it is nothing.
        answer.automatically_set_content_length = False
        if request.method != "HEAD":
            self._fill(answer, reader, make, packed=packed)
        return answer

    def _take(self, reader: Hashable) -> None:
        with self._lock:
            if self._taken[reader] >= max(1, self._most // 2):
                raise too_many_at_once()
            if self._taken.total() >= self._most:
                raise busy(retry_after_s=30)
            self._taken[reader] += 1

    def _release(self, reader: Hashable) -> None:
        with self._lock:
            self._taken[reader] -= 1
            # Whoever has none is not kept.
            self._taken = +self._taken

    def _fill(self, answer: Response, reader: Hashable, make: Callable[[], Iterator[bytes]], *, packed: bool) -> None:
        self._take(reader)
        # Given back after the last chunk, or when the answer is closed before that; a stack runs it once.
        held = ExitStack()
        held.callback(self._release, reader)
        try:
            chunks = gzipped(make()) if packed else make()
            if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
                file = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
                chunks, answer.content_length = _whole(chunks, file)
        except BaseException:
            held.close()
            raise
        answer.response = _until_end(chunks, held.close)
        answer.call_on_close(held.close)


def gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks as one gzip file; what is there of the first one leaves at once."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    for place, chunk in enumerate(chunks):
        yield packer.compress(chunk) + (b"" if place else packer.flush(zlib.Z_SYNC_FLUSH))
    yield packer.flush()


def _whole(chunks: Iterator[bytes], file: BinaryIO) -> tuple[Iterator[bytes], int]:
    """All chunks, made now, and their length.

    HTTP/1.0, which nginx speaks unless it is told otherwise, ends an answer of unknown length by hanging up: one that was cut
    off would look whole, and its cursor would lead past what is missing.
    """
    file.writelines(chunks)
    length = file.tell()
    file.seek(0)
    return iter(lambda: file.read(PIECE_BYTES), b""), length


def _until_end(chunks: Iterator[bytes], done: Callable[[], None]) -> Iterator[bytes]:
    try:
        yield from chunks
    finally:
        done()
