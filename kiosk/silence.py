"""Which buttons have fallen silent while the others are pressed: a cut wire, a contact that no longer closes.

A quiet hour tells nothing, so silence is measured in presses of the other buttons. A button that used to get a share of all
presses is silent when so many came without it that it would have been among them twenty times; chance alone does that to one
button in hundreds of millions. Of a button that was never pressed since the start nothing is known until very many others were:
a good shop's last face is pressed seldom.
"""

from __future__ import annotations

from collections import Counter

EXPECTED_AT_LEAST = 20
# A share is believed after this many presses of the button.
KNOWN_FROM = 8
NEVER_PRESSED_OF = 1_000


class Silence:
    """Counts presses since the start of the program."""

    def __init__(self, buttons: list[str]) -> None:
        self._buttons = list(buttons)
        self._counts: Counter[str] = Counter()
        self._since: Counter[str] = Counter()

    def note(self, button: str) -> None:
        """Take a press into account."""
        self._counts[button] += 1
        self._since[button] = 0
        for other in self._buttons:
            if other != button:
                self._since[other] += 1

    def silent(self) -> list[str]:
        """Buttons that seem dead, in the order of the layout."""
        return [button for button in self._buttons if self._is_silent(button)]

    def _is_silent(self, button: str) -> bool:
        since, own = self._since[button], self._counts[button]
        if own < KNOWN_FROM:
            return own == 0 and since >= NEVER_PRESSED_OF
        before = self._counts.total() - since
        return since * own >= EXPECTED_AT_LEAST * before
