"""Real certificates: a wrong clock does not keep a kiosk from its own company's server, and nothing else gets easier."""

import http.server
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from kiosk.errors import SettingError, Unreachable
from kiosk.settings import load
from kiosk.trust import Trust
from kiosk.upload import Uploader


def openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def authority(folder: Path, name: str) -> None:
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "9")


def certificate(folder: Path, name: str, signer: str, host: str, days: int) -> None:
    """A certificate for `host`; with -1 days it is out of date, as every one is for a clock that is months wrong."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
    (folder / "extensions").write_text(
        f"subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    signing = ("-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-days", str(days), "-extfile", "extensions")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signing, "-out", f"{name}.pem")


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    authority(folder, "own")
    authority(folder, "foreign")
    certificate(folder, "good", "own", "localhost", 9)
    certificate(folder, "dated", "own", "localhost", -1)
    certificate(folder, "other-name", "own", "elsewhere", -1)
    certificate(folder, "other-signer", "foreign", "localhost", -1)
    return folder


@pytest.fixture
def served(papers):
    """Serves with a named certificate; answers the address."""
    servers = []

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that refuses our certificate hangs up, as it should."""

    def serve(name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(papers / f"{name}.pem", papers / f"{name}.key")
        server = Server(("127.0.0.1", 0), Answers)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"https://localhost:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def post(address, papers, *, synced):
    uploader = Uploader(address, read_s=5, total_s=10, trust=Trust(papers / "own.pem", lambda: synced))
    try:
        return uploader.post("/", b"{}", None).status
    finally:
        uploader.close()


@pytest.mark.parametrize("synced", [True, False])
def test_a_good_certificate_of_the_own_authority_is_believed(served, papers, synced):
    assert post(served("good"), papers, synced=synced) == 200


def test_dates_count_only_when_a_time_server_has_set_the_clock(served, papers):
    address = served("dated")
    assert post(address, papers, synced=False) == 200
    with pytest.raises(Unreachable):
        post(address, papers, synced=True)


@pytest.mark.parametrize("name", ["other-name", "other-signer"])
def test_a_wrong_name_or_authority_is_refused_whatever_the_clock_says(served, papers, name):
    address = served(name)
    for synced in (True, False):
        with pytest.raises(Unreachable):
            post(address, papers, synced=synced)


def test_without_an_own_authority_dates_and_authorities_always_count(served):
    uploader = Uploader(served("dated"), read_s=5, total_s=10)
    with pytest.raises(Unreachable):
        uploader.post("/", b"{}", None)
    uploader.close()


def test_a_clock_that_is_set_meanwhile_ends_the_leniency(served, papers):
    clock = {"synced": False}
    uploader = Uploader(served("dated"), read_s=5, total_s=10, trust=Trust(papers / "own.pem", lambda: clock["synced"]))
    assert uploader.post("/", b"{}", None).status == 200
    clock["synced"] = True
    with pytest.raises(Unreachable):
        uploader.post("/", b"{}", None)
    uploader.close()


def test_a_file_that_is_not_there_stops_the_program_with_the_settings_name(tmp_path):
    with pytest.raises(SettingError, match="SALVE_KIOSK_CA_FILE: there is no file"):
        load({"SALVE_KIOSK_CA_FILE": str(tmp_path / "none.pem")})
