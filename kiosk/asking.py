"""Ask the running program through a socket in its private folder; nothing else may open its buffer or its pins."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

log = logging.getLogger("salve.kiosk")

NAME = "kiosk.sock"
MAX_QUESTION_BYTES = 4096
TIMEOUT_S = 5.0


class AskingPlace:
    """Answers one question a connection: one line of JSON in, one line out."""

    def __init__(self, folder: Path, answers: dict[str, Callable[[], dict[str, Any]]]) -> None:
        self._folder = folder
        self._answers = answers
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / NAME).unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short_path(folder) as path:
            self._socket.bind(path)
        (folder / NAME).chmod(0o600)
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._main, name="asking", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Take the socket away."""
        (self._folder / NAME).unlink(missing_ok=True)
        # close() alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _main(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(TIMEOUT_S)
        try:
            question = connection.makefile("rb").readline(MAX_QUESTION_BYTES).decode("utf-8", "replace").strip()
            connection.sendall(json.dumps(self._answer_to(question)).encode() + b"\n")
        except OSError:
            return

    def _answer_to(self, question: str) -> dict[str, Any]:
        found = self._answers.get(question)
        if found is None:
            return {"error": f"There is no question {question!r}."}
        try:
            return found()
        except KioskError as error:
            return {"error": str(error)}
        except Exception as error:
            # One question that fails must not be the last that is answered; a writer that hangs raises TimeoutError.
            log.exception("The question %r could not be answered.", question)
            return {"error": f"The kiosk program runs, and could not answer ({type(error).__name__}). Its journal says why."}


def ask(folder: Path, question: str, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """The running program's answer; raises KioskError when no program answers there."""
    try:
        with _short_path(folder) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(path)
            connection.sendall(question.encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile("rb").readline())
    except (OSError, ValueError) as error:
        raise _nobody(folder) from error
    if "error" in answer:
        raise KioskError(str(answer["error"]))
    return answer


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """A name for the socket that fits the 107 bytes of a socket's address, however deep its folder lies."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _nobody(folder) from error
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def _nobody(folder: Path) -> KioskError:
    # A second program started by hand beside the service would find the buffer locked.
    return KioskError(
        f"No kiosk program answers in {folder}. On a kiosk: systemctl status salve-kiosk. Elsewhere: salve-kiosk run --simulate"
    )
