"""The kiosk program from start to end: settings in, box, socket and screen up, until it is told to stop."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from kiosk.asking import AskingPlace
from kiosk.errors import KioskError
from kiosk.program import Program
from kiosk.starts import count_start
from kiosk.watchdog import Watchdog

if TYPE_CHECKING:
    from kiosk.screen.server import Screen
    from kiosk.settings import KioskSettings

# How often the program looks whether its own threads still live.
LOOK_S = 1.0
# With a part dead, the clean end may hang on it; the card has all that was thanked for.
END_S = 10.0

log = logging.getLogger("salve.kiosk")


def run(settings: KioskSettings, *, simulated: bool) -> None:
    """Run until SIGTERM or SIGINT, then switch the lights off, close the buffer and return."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    # The watchdog ends a program that hangs by SIGABRT; the journal then has the place where each thread stood.
    faulthandler.enable()
    # A run that is skipped or late is ordinary here; the sync itself says what is wrong.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    program = Program(settings, simulated=simulated)
    watchdog = Watchdog(program.clock)
    settings.runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    program.starts = count_start(settings.runtime_dir, program.clock.boot_id())
    program.power_on(watchdog.ready)
    asking = AskingPlace(settings.runtime_dir, program.answers())
    asking.start()
    screen = open_screen(program)
    while not told.wait(LOOK_S) and not program.is_dead():
        watchdog.look(program.box)
    watchdog.stopping()
    asking.close()
    if screen is not None:
        screen.stop()
    died = program.is_dead()
    if died:
        _end_anyway()
    program.power_off(cut=False)
    if died:
        raise KioskError("A part of the program ended by itself or hangs. Start the program again.")


def open_screen(program: Program) -> Screen | None:
    """The page, where one is wanted; what keeps a real box from showing it does not keep it from counting."""
    port = program.settings.screen_port
    if port is None:
        return None
    try:
        # Flask is half a second on a Zero 2 W, and a box without a screen never needs it.
        from kiosk.screen.server import Screen

        screen = Screen(program, port)
        screen.start()
    except Exception:
        if program.simulated:
            raise
        log.exception("The kiosk's page is not there; its buttons count all the same.")
        program.beside.add("screen-failed")
        return None
    return screen


def _end_anyway() -> None:
    timer = threading.Timer(END_S, os._exit, (1,))
    timer.daemon = True
    timer.start()
