"""A code becomes a key once, and a lost reply costs nothing."""

import stat

import pytest

from kiosk import configuration, enrol
from kiosk.errors import EnrolmentRefused, KioskError, Unreachable
from kiosk.upload import Uploader


def enrol_at(server, folder):
    return enrol.enrol(folder, server.url, "K7QM-2WXR-9FTB", "sha256:this", "1.0.0", Uploader(server.url))


def test_key_identity_and_configuration_are_kept_and_only_the_owner_reads_the_key(tmp_path, server, config_of):
    reply = enrol_at(server, tmp_path)
    assert reply.store == "S001"
    assert enrol.read_key(tmp_path) == "slv_k_one"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert enrol.read(tmp_path) == enrol.Enrolment(server.url, "k1", "S001", "sha256:this")
    assert configuration.read(tmp_path) == config_of()
    assert enrol.pending_code(tmp_path) is None


def test_after_a_lost_reply_the_code_is_still_there_to_be_sent_again(tmp_path, server):
    server.trouble = [lambda *_: None]
    with pytest.raises(Unreachable):
        enrol_at(server, tmp_path)
    assert enrol.read_key(tmp_path) is None
    pending = enrol.pending_code(tmp_path)
    assert pending == enrol.PendingCode(server.url, "K7QM-2WXR-9FTB")
    enrol_at(server, tmp_path)
    assert enrol.read_key(tmp_path) == "slv_k_one"


def test_a_refused_code_is_said_in_the_servers_words(tmp_path, server):
    server.refuse(403, "code-refused")
    with pytest.raises(EnrolmentRefused, match=r"Refused\. .*code-refused"):
        enrol_at(server, tmp_path)


def test_a_captive_portal_is_no_server(tmp_path, server):
    server.trouble = [lambda *_: (200, "text/html", b"<h1>Wi-Fi</h1>", {})]
    with pytest.raises(Unreachable):
        enrol_at(server, tmp_path)
    assert enrol.read(tmp_path) is None


def test_a_reply_that_can_not_be_used_changes_nothing(tmp_path, server):
    server.trouble = [lambda server, *_: server.json(201, {"kiosk": "k1"})]
    with pytest.raises(KioskError, match="older than the server"):
        enrol_at(server, tmp_path)
    assert enrol.read_key(tmp_path) is None


def test_a_new_key_changes_the_cards_fingerprint(tmp_path, server):
    assert enrol.fingerprint(tmp_path) is None
    enrol_at(server, tmp_path)
    before = enrol.fingerprint(tmp_path)
    enrol.save_key(tmp_path, "slv_k_two")
    assert enrol.fingerprint(tmp_path) != before


@pytest.mark.parametrize("damaged", [b"slv_k_o\xffe", b"slv_k_o\x07e", b"", b"\n"])
def test_a_damaged_key_asks_for_another_enrolment_and_is_never_sent(tmp_path, server, damaged):
    enrol_at(server, tmp_path)
    (tmp_path / enrol.KEY_NAME).write_bytes(damaged)
    assert enrol.read_key(tmp_path) is None
