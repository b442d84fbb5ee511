"""Why a question or a definition can not be used: sentences that pages say in the reader's language, commands in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.errors import Unfit
from server.i18n.sentence import Sentence
from server.i18n.translator import FIRST_STRONG_ISOLATE, POP_ISOLATE, translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.i18n.sentence import Value

ISOLATES = str.maketrans("", "", FIRST_STRONG_ISOLATE + POP_ISOLATE)


class Refused(Unfit):
    """What somebody declared can not be used; `why` holds one sentence for each reason."""

    def __init__(self, why: Sequence[Sentence]) -> None:
        super().__init__(" ".join(in_english(sentence) for sentence in why))
        self.why = tuple(why)


def refused(name: str, **values: Value) -> Refused:
    """The refusal for one reason, by its entry in the catalogues."""
    return Refused([Sentence(name, values=values)])


def in_english(sentence: Sentence) -> str:
    """A sentence for a command's reader, without the marks that set names apart on pages."""
    return translator("en").tell(sentence).translate(ISOLATES)
