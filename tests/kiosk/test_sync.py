"""Whatever the network and the server do, what was thanked for arrives once, in order, and nothing else is believed."""

import hashlib
import json

import pytest

from kiosk import enrol
from kiosk.press import Press
from wire.limits import MAX_REACTIONS


def test_a_press_arrives_with_its_raw_facts_and_is_acknowledged(kit, server):
    outcome = kit.press("served-unhappy")
    assert kit.sync.run() == 60
    reaction = server.stored()[outcome.stream, outcome.seq]
    assert (reaction.button, reaction.mark, reaction.config_version, reaction.synced) == ("served-unhappy", "vote", 3, True)
    assert reaction.elapsed_ms == kit.clock.elapsed_ms()
    assert kit.waiting() == 0
    assert kit.sync.is_online()


def test_a_lost_reply_leads_to_the_same_again_and_to_one_reaction(kit, server):
    for _ in range(3):
        kit.press()
    server.lose_replies = 2
    for _ in range(2):
        assert kit.sync.run() < 60
        assert kit.waiting() == 3
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    assert len(server.order) == 3
    assert kit.waiting() == 0


def test_a_captive_portals_200_is_a_network_error(kit, server):
    kit.press()
    page = (200, "text/html", b"<h1>Welcome to our Wi-Fi</h1>", {})
    server.trouble += [lambda *_: page] * 2
    kit.sync.run()
    assert kit.waiting() == 1
    assert "answered-by-another" in kit.sync.report().fault


@pytest.mark.parametrize("fault", ["hash", "type", "shape"])
def test_a_200_counts_only_with_our_type_our_shape_and_the_hash_of_what_was_sent(kit, server, fault):
    def nearly(server, path, raw):
        if path != "/api/v1/sync":
            return "go on"
        reply = {"received": hashlib.sha256(raw).hexdigest(), "stored": 1, "duplicate": 0, "held": [], "high": 1}
        reply |= {"epoch": "epoch-1", "server_ms": 1, "wait_s": 60}
        if fault == "hash":
            reply["received"] = hashlib.sha256(raw + b" ").hexdigest()
        if fault == "shape":
            del reply["epoch"]
        return 200, "text/plain" if fault == "type" else "application/json", json.dumps(reply).encode(), {}

    kit.press()
    server.trouble += [nearly] * 2
    kit.sync.run()
    assert kit.waiting() == 1
    kit.sync.run()
    assert kit.waiting() == 0


def test_the_hash_is_of_the_bytes_sent_also_when_they_are_gzipped(kit, server):
    for _ in range(60):
        kit.press()
    kit.sync.run()
    assert "gzip" in [headers.get("Content-Encoding") for headers in server.headers]
    assert kit.waiting() == 0


def test_no_redirect_is_followed_with_a_key(kit, server):
    kit.press()
    server.trouble += [lambda *_: (307, "text/html", b"", {"Location": f"{server.url}/elsewhere"})] * 2
    kit.sync.run()
    assert "/elsewhere" not in server.paths
    assert kit.waiting() == 1


def test_a_gap_is_filled_from_the_buffer(kit, server):
    for _ in range(10):
        kit.press()
    kit.sync.run()
    stream = kit.outcomes[0].stream
    for seq in range(4, 11):
        del server.streams[stream][seq]
    kit.press()
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    assert kit.waiting() == 0


def test_a_restored_server_gets_everything_again(kit, server):
    for _ in range(5):
        kit.press()
    kit.sync.run()
    kit.restart()
    kit.press()
    kit.sync.run()
    server.streams.clear()
    server.epoch = "epoch-2"
    kit.press()
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    assert kit.waiting() == 0
    assert kit.recorder.ask(lambda work: work.buffer.epoch()) == "epoch-2"


def test_reconcile_never_acknowledges(kit, server):
    outcome = kit.press()
    server.streams[outcome.stream] = dict.fromkeys(range(1, 50))
    kit.sync.run()
    assert server.requests[0].reactions
    assert server.requests[0].first_seq == 1


def test_a_batch_too_large_is_halved_to_what_the_server_takes_and_that_is_remembered(kit, server):
    for _ in range(100):
        kit.press()
    server.refuse_more_than = 30
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    sizes = [len(request.reactions) for request in server.requests]
    assert sizes[0] == 100
    assert max(sizes[1:]) <= 30


def test_one_reaction_that_the_server_can_not_read_goes_as_bytes_and_the_others_count(kit, server):
    outcomes = [kit.press() for _ in range(9)]
    server.poison = {outcomes[4].at_ms}
    kit.sync.run()
    assert kit.waiting() == 0
    assert [entry.seq for entry in server.opaque] == [5]
    assert set(server.stored()) == kit.thanked()


@pytest.mark.parametrize("extra", ["anchors", "buffer", "seen_epoch", "totals", "parent"])
def test_what_travels_along_never_keeps_presses_from_the_server(kit, server, extra):
    kit.press()
    kit.sync.run()
    kit.restart()
    kit.recorder.ask(lambda work: work.buffer.reconcile([], server.epoch, resend_anchors=True))
    for _ in range(5):
        kit.press()

    def unread(server, path, raw):
        return server.problem(400, "malformed") if path.endswith("sync") and json.loads(raw)[extra] else "go on"

    # One changed byte on the card, and every request carries a text or number that the server can not take.
    server.trouble += [unread] * 60
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    assert server.opaque == []
    assert kit.waiting() == 0
    assert "sent-bare" in kit.sync.faults()


def test_an_error_of_the_server_is_repeated_five_times_before_the_batch_is_halved(kit, server):
    for _ in range(4):
        kit.press()
    kit.sync.run()
    for _ in range(4):
        kit.press()
    server.requests.clear()
    sizes = []

    def note(server, path, raw):
        sizes.append(len(json.loads(raw)["reactions"]))
        return server.problem(500, "internal")

    server.trouble += [note] * 6
    for _ in range(6):
        kit.sync.run()
    assert sizes == [4, 4, 4, 4, 4, 2]
    kit.sync.run()
    assert set(server.stored()) == kit.thanked()


def test_a_proxy_without_its_server_never_turns_a_press_into_bytes(kit, server):
    kit.press()
    server.trouble += [lambda *_: (502, "text/html", b"Bad gateway", {})] * 80
    for _ in range(40):
        kit.sync.run()
    server.trouble.clear()
    kit.sync.run()
    assert server.opaque == []
    assert set(server.stored()) == kit.thanked()


@pytest.mark.parametrize(("status", "code"), [(401, "key-unknown"), (403, "kiosk-disabled"), (426, "protocol-unsupported")])
def test_a_refusal_stops_sending_for_an_hour_and_is_shown_and_collecting_goes_on(kit, server, status, code):
    kit.press()
    server.refuse(status, code, times=2)
    assert kit.sync.run() >= 3_600
    assert kit.sync.report().fault == code
    assert not kit.sync.is_online()
    assert kit.press().light == "thanks"
    assert kit.waiting() == 2


def test_retry_after_is_obeyed_with_jitter(kit, server):
    kit.press()
    server.trouble += [lambda *_: server.problem(503, "busy", {"Retry-After": "40"})] * 2
    assert 40 <= kit.sync.run() <= 48


def test_waits_grow_with_full_jitter_and_stay_under_five_minutes(kit, server):
    server.close()
    waits = [kit.sync.run() for _ in range(20)]
    assert max(waits[:2]) <= 4
    assert all(0.2 <= wait <= 300 for wait in waits)
    assert max(waits) > 60
    assert len({round(wait, 3) for wait in waits}) == 20


def test_a_new_key_is_on_the_card_before_it_is_used(kit, server):
    kit.press()
    server.key = "slv_k_two"
    kit.sync.run()
    assert enrol.read_key(kit.folder) == "slv_k_two"
    server.key = None
    kit.sync.run()
    assert server.headers[-1]["Authorization"] == "Bearer slv_k_two"


def test_a_card_that_is_enrolled_anew_while_it_sends_goes_on_with_its_new_key(kit, server):
    def refused_as_the_new_key_comes(server, *_):
        enrol.save_key(kit.folder, "slv_k_two")
        return server.problem(401, "key-revoked")

    kit.press()
    kit.sync.run()
    kit.press()
    server.trouble = [refused_as_the_new_key_comes]
    assert kit.sync.run() == 0.0
    assert kit.sync.report().fault is None
    assert kit.sync.run() == 60
    assert server.headers[-1]["Authorization"] == "Bearer slv_k_two"
    assert kit.waiting() == 0


def test_of_a_backlogs_requests_the_first_and_the_last_tell_how_the_kiosk_is(kit, server):
    asked = []
    kit.sync._identity = kit.sync._identity._replace(health=lambda: asked.append(1) or {"uptime_s": 1})
    for _ in range(7):
        kit.press()
    server.refuse_more_than = 2
    kit.sync.run()
    told = [(len(request.reactions), request.health is not None) for request in server.requests]
    assert told[0] == (7, True), "refused as too large"
    assert told[1:] == [(2, True), (2, False), (2, False), (1, True)]
    assert len(asked) == 3
    kit.sync.run()
    assert server.requests[-1].health is not None


def test_a_configuration_from_the_reply_is_kept_and_applied_and_an_unfit_one_is_not(kit, server, config_of):
    server.config = config_of(version=4)
    kit.sync.run()
    assert [config.version for config in kit.applied] == [4] * len(kit.applied)
    assert kit.applied
    kit.applied.clear()
    server.config = config_of(version=5, languages=())
    kit.sync.run()
    assert kit.applied == []
    assert kit.sync.report().fault == "config-unfit"


def test_a_card_in_another_machine_collects_and_sends_nothing(kit, server):
    kit.hardware = "sha256:another"
    kit.sync = kit.new_sync()
    assert kit.press().light == "thanks"
    assert kit.sync.run() >= 3_600
    assert server.paths == []
    assert kit.sync.report().fault == "hardware-differs"


def test_an_exchange_gives_an_anchor_that_the_next_request_carries(kit, server):
    kit.sync.run()
    first, second = server.requests
    assert first.anchors == []
    [anchor] = second.anchors
    assert anchor.elapsed_ms == kit.clock.elapsed_ms()
    assert anchor.boot in {boot.number for boot in second.boots}
    server.requests.clear()
    kit.sync.run()
    assert server.requests[0].anchors == []


def test_totals_count_what_was_thanked_for_and_every_stream_names_its_parent(kit, server):
    kit.press()
    kit.restart()
    kit.press()
    kit.sync.run()
    tokens = [one.stream for one in kit.outcomes]
    by_stream = {request.stream: request for request in server.requests}
    assert by_stream[tokens[1]].parent == tokens[0]
    assert by_stream[tokens[0]].parent is None
    assert server.requests[-1].totals.thanked == 2
    assert server.requests[0].stream == tokens[1], "the running stream goes first"


def test_a_week_offline_drains_five_thousand_presses_in_order_and_once(kit, server):
    started = kit.clock.elapsed_ms()
    week_ms = 7 * 86_400_000
    for number in range(5_000):
        kit.clock.elapsed = started + number * week_ms // 5_000
        kit.clock.wall = 1_790_000_000_000 + number * week_ms // 5_000
        kit.recorder.put(Press(kit.clock.elapsed_ms(), "served-happy"))
        if number % 250 == 0:
            kit.recorder.counts()
    kit.recorder.counts()
    assert len(kit.thanked()) == 5_000
    server.lose_replies = 2
    while kit.waiting():
        kit.sync.run()
    assert set(server.stored()) == kit.thanked()
    assert server.order == sorted(server.order, key=lambda one: one[1])
    assert len(server.order) == 5_000
    assert max(len(request.reactions) for request in server.requests) <= MAX_REACTIONS


def test_a_long_backlog_is_sent_in_several_runs_so_that_none_of_them_looks_hung(kit, server):
    def slowly(server, path, raw):
        kit.clock.forward(40_000)
        return "go on"

    for _ in range(4):
        kit.press()
    kit.sync.run()
    server.streams.clear()
    server.epoch = "epoch-2"
    server.refuse_more_than = 1
    server.trouble += [slowly] * 9
    assert kit.sync.run() == 0.0
    runs = 1
    while kit.sync.run() != 60:
        runs += 1
        assert runs < 20
    assert set(server.stored()) == kit.thanked()
    assert len(server.order) == 8


def test_the_report_tells_how_far_the_wall_clock_is_off(kit, server):
    kit.clock.wall = server.server_ms + 90_000
    kit.sync.run()
    assert 85_000 < kit.sync.report().skew_ms < 95_000
