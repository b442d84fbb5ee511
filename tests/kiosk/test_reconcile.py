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


def test_what_the_server_lost_waits_again(kit, server, reconciler):
    kit.press()
    kit.sync.run()
    assert kit.waiting() == 0
    server.streams.clear()
    assert ask(reconciler, server)
    assert kit.waiting() == 1
