"""Which servers a kiosk believes where the company has an authority of its own, and what a wrong clock may not spoil.

A Pi that lay in a drawer for months, in a shop that blocks time servers, believes in a day before the server's certificate. It
would never sync again, and a sync is what tells the time. So while no time server has set the clock, dates of certificates are
not looked at, where the authority is the company's own; a wrong authority or a wrong name is refused in any case. With the
system's authorities the dates always count: they sign for everybody.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h; Python has no name for it.
NO_CHECK_TIME = 0x200000


class Trust:
    """An authority of the company's own; `synced` tells whether a time server has set the clock."""

    def __init__(self, ca_file: Path, synced: Callable[[], bool]) -> None:
        self.ca_file = ca_file
        self._synced = synced

    def looks_at_dates(self) -> bool:
        """Whether the clock is good enough to judge a certificate's dates by."""
        return self._synced()

    def context(self) -> ssl.SSLContext:
        """How to judge certificates at this moment; the name is checked always."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if not self.looks_at_dates():
            context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
        return context
