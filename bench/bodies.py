"""Sync requests as the simulated fleet sends them, made beforehand and sent by the standard library alone."""

from __future__ import annotations

import gzip
import http.client
from typing import TYPE_CHECKING, NamedTuple

from bench.fleet_chain import kiosk_folder
from bench.fleet_kiosks import HEALTH, Kiosk, hardware_of
from kiosk.enrol import KEY_NAME
from kiosk.exchange import Identity, request_for
from wire.encoding import CONTENT_TYPE, encode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Body(NamedTuple):
    """One request: whose key, its JSON, and the same packed."""

    key: str
    json: bytes
    packed: bytes


def bodies(folder: Path, kiosks: range, batches: int, size: int) -> list[Body]:
    """So many batches of so many presses from each of these kiosks of a made fleet, each kiosk's in their order, by turns."""
    return [
        body for turn in zip(*(_of_kiosk(folder, number, batches, size) for number in kiosks), strict=True) for body in turn
    ]


def post(port: int, sent: Iterable[Body]) -> int:
    """Send them one after the other on one connection; returns how many bytes that were. Raises unless all are stored."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    count = 0
    for body in sent:
        headers = {"Authorization": f"Bearer {body.key}", "Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip"}
        connection.request("POST", "/api/v1/sync", body.packed, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200 or b'"held":[]' not in said:
            raise AssertionError(f"{answer.status}: {said[:300]!r}")
        count += len(body.packed)
    connection.close()
    return count


def _of_kiosk(folder: Path, number: int, batches: int, size: int) -> list[Body]:
    kiosk = Kiosk(number, folder, lambda _: None, real=False)
    kiosk.press(batches * size)
    identity = Identity(hardware_of(number), "1.0.0", lambda: number, lambda: HEALTH)
    key = (kiosk_folder(folder, number) / KEY_NAME).read_text()
    found = []
    for _ in range(batches):
        batch = kiosk.buffer.next_batch(kiosk.stream, kiosk.boot, kiosk.clock.elapsed_ms(), size)
        json = encode(request_for(batch, identity, kiosk.clock), reactions=batch.reactions)
        found.append(Body(key, json, gzip.compress(json, mtime=0)))
        kiosk.buffer.acknowledge(batch, None)
    return found
