"""The buffer as one thing, made of its parts."""

from __future__ import annotations

from kiosk.buffer.fault_log import FaultLog
from kiosk.buffer.homecoming import Homecoming
from kiosk.buffer.keeping import Keeping
from kiosk.buffer.outgoing import Outgoing
from kiosk.buffer.presses import Presses
from kiosk.buffer.progress import Progress


class Buffer(Presses, Outgoing, Progress, Keeping, FaultLog, Homecoming):
    """The buffer file, open; every method is for the thread that opened it, and each is one transaction."""
