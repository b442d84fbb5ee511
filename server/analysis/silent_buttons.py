"""Which buttons look dead: the others of their row are pressed, and they are not.

The silence of a button is measured in visitors' presses of the others, since a quiet hour tells nothing. A button that used to
get the share p of its row's presses was missed p * n times among the n that came without it; by chance alone that is 0 with a
probability of about exp(-p * n). A row that is silent as a whole is measured against the other rows in the same way.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

# exp(-20): one button in hundreds of millions. Visitors of one hour are alike, so chance is not as rare as that says.
MISSED_AT_LEAST = 20
# A share is believed after this many presses of the button.
KNOWN_FROM = 8
# Of a button that nobody has pressed yet nothing is known until so many came without it: a good shop's last face is rare.
NEVER_PRESSED_OF = 1_000


def silent_buttons(presses: Iterable[tuple[str, bool]], row_of: Mapping[str, Hashable]) -> tuple[str, ...]:
    """Buttons that look dead, in the order of `row_of`.

    Args:
        presses: (button, whether it counts) in the order in which they were made; any press shows that its button lives, and
            only those that count tell how many visitors came.
        row_of: what each button of the kiosk belongs to; buttons of one question are a row.
    """
    buttons, rows = _Silence(), _Silence()
    for button, counts in presses:
        if button in row_of:
            buttons.note(button, [one for one in row_of if row_of[one] == row_of[button]], counts=counts)
            rows.note(row_of[button], set(row_of.values()), counts=counts)
    return tuple(button for button in row_of if buttons.is_silent(button) or rows.is_silent(row_of[button]))


class _Silence:
    """Counts presses of things that are pressed beside each other."""

    def __init__(self) -> None:
        self._own: Counter[Hashable] = Counter()
        self._among: Counter[Hashable] = Counter()
        self._since: Counter[Hashable] = Counter()

    def note(self, pressed: Hashable, beside: Iterable[Hashable], *, counts: bool) -> None:
        """Take a press into account; `beside` are those it was chosen among, itself included."""
        if counts:
            self._own[pressed] += 1
            for one in beside:
                self._since[one] += 1
        self._among[pressed] += self._since[pressed]
        self._since[pressed] = 0

    def is_silent(self, one: Hashable) -> bool:
        """Whether chance does not explain that it has not been pressed lately."""
        own, since = self._own[one], self._since[one]
        if own < KNOWN_FROM:
            return own == 0 and not self._among[one] and since >= NEVER_PRESSED_OF
        return since * own >= MISSED_AT_LEAST * self._among[one]
