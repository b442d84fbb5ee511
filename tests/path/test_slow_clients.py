"""Clients that trickle shut nobody out."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from stand import Stand

CONNECTIONS = 400
HEADERS = b"POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BODY = HEADERS + b"Content-Length: 100000\r\n\r\n{"


def test_four_hundred_trickling_connections_leave_health_checks_under_half_a_second(stand: Stand) -> None:
    clients = [socket.create_connection(("127.0.0.1", stand.port), timeout=10) for _ in range(CONNECTIONS)]
    for place, client in enumerate(clients):
        client.sendall(HEADERS if place % 2 else BODY)
    done = threading.Event()

    def trickle() -> None:
        while not done.is_set():
            for place, client in enumerate(clients):
                client.sendall(b"X-A: b\r\n" if place % 2 else b" ")
            done.wait(0.5)

    trickling = threading.Thread(target=trickle, daemon=True)
    trickling.start()
    try:
        times = []
        for _ in range(20):
            began = time.perf_counter()
            assert requests.get(f"{stand.url}/healthz", timeout=5).status_code == 200
            times.append(time.perf_counter() - began)
        assert max(times) < 0.5
        # And a press still gets through.
        stand.press("welcome-happy")
        stand.wait_until_sent()
    finally:
        done.set()
        trickling.join()
        for client in clients:
            client.close()
