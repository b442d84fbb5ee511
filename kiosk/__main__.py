"""`python -m kiosk`: what the service starts; `salve-kiosk run` without first loading what reads command lines."""

from __future__ import annotations

import logging
import sys

from kiosk.errors import KioskError
from kiosk.running import run
from kiosk.settings import load
from wire.redacting import begin_logging


def main(arguments: list[str]) -> None:
    """Run until told to stop; an error of our own becomes one sentence on standard error and exit code 1."""
    if arguments not in ([], ["--simulate"]):
        sys.exit("Error: python -m kiosk takes --simulate or nothing; the other commands are salve-kiosk's.")
    begin_logging(logging.WARNING, "%(message)s")
    try:
        run(load(), simulated=bool(arguments))
    except KioskError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
