"""Asking how far the server is happens at start, daily and on demand, and only a whole answer of its own counts."""

import pytest

from kiosk.reconcile import RECONCILE_EVERY_MS, Reconciler
from kiosk.upload import Uploader


@pytest.fixture
def reconciler(kit):
    return Reconciler(kit.recorder, kit.clock)


def ask(reconciler, server):
    return reconciler.ask(Uploader(server.url, read_s=5, total_s=10), "slv_k_one")


def test_it_is_due_at_start_a_day_later_and_when_told_to_forget(kit, server, reconciler):
    assert reconciler.is_due()
    assert ask(reconciler, server)
    assert not reconciler.is_due()
    kit.clock.forward(RECONCILE_EVERY_MS)
    assert reconciler.is_due()
    assert ask(reconciler, server)
    reconciler.forget()
    assert reconciler.is_due()


def test_a_foreign_or_short_answer_changes_nothing_and_leaves_it_due(kit, server, reconciler):
    kit.press()
    kit.sync.run()
    server.trouble.append(lambda *_: (200, "text/html", b"<p>Welcome</p>", {}))
    server.trouble.append(lambda *_: server.json(200, {"epoch": "other", "streams": []}))
    assert not ask(reconciler, server)
    assert not ask(reconciler, server)
    assert reconciler.is_due()
    assert kit.recorder.ask(lambda work: work.buffer.epoch()) == "epoch-1"


def test_its_answer_tells_the_time_and_the_first_sync_brings_it(kit, server):
    server.trouble.append(
        lambda server, *_: server.json(200, {"epoch": "e", "streams": [[0, 0]], "server_ms": 1_790_000_000_077})
    )
    server.epoch = "e"
    kit.press()
    kit.sync.run()
    # No second request only to bring the time of the first.
    [request] = server.requests
    [anchor] = request.anchors
    assert (anchor.server_ms, anchor.elapsed_ms, anchor.uncertainty_ms) == (1_790_000_000_077, kit.clock.elapsed_ms(), 1)


def test_a_slow_answer_tells_no_time(kit, server):
    def slowly(server, *_):
        kit.clock.forward(10_500)
        return server.json(200, {"epoch": "epoch-1", "streams": [[0, 0]], "server_ms": 1_790_000_000_077})

    server.trouble.append(slowly)
    kit.sync.run()
    assert server.requests[0].anchors == []


def test_what_the_server_lost_waits_again(kit, server, reconciler):
    kit.press()
    kit.sync.run()
    assert kit.waiting() == 0
    server.streams.clear()
    assert ask(reconciler, server)
    assert kit.waiting() == 1
