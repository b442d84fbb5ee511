"""The words for what is wrong with a kiosk: what it is called, why it is thought so, what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from server.comparison.periods import local_time
from server.i18n.sentence import Name, Sentence
from server.web.figures import touchpoint_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markupsafe import Markup

    from server.database.fleet import FleetRow
    from server.fleet.states import Trouble
    from server.fleet.watching import Watched
    from server.i18n.translator import Translator

# Names whose words are those of another.
STATE_WORDS = {"silent-all": "silent"}
DO_WORDS = {"never": "offline", "key-elsewhere": "card-copied", "two-boots": "card-copied"}


class ShownTrouble(NamedTuple):
    """One kiosk's trouble: where and what, why it is thought so, what to do."""

    kiosk: str
    title: Markup
    why: Markup
    todo: str


class TroubleWords:
    """Says troubles in the reader's language.

    Args:
        t: the reader's translator.
        now_ms: Unix milliseconds.
        config_of: the stored configuration (JSON) of a kiosk's version, or None.
    """

    def __init__(self, t: Translator, now_ms: int, config_of: Callable[[int, int], str | None]) -> None:
        self._t = t
        self._now_ms = now_ms
        self._config_of = config_of

    def trouble(self, one: Watched, trouble: Trouble) -> ShownTrouble:
        """One trouble of a kiosk, whole."""
        t, row = self._t, one.row
        todo = DO_WORDS.get(trouble.name, trouble.name)
        why = trouble.name
        if why == "silent" and not one.others_heard:
            why = "silent-alone"
        return ShownTrouble(
            kiosk=row.code,
            title=t.say_html(
                "fleet.where-state",
                store=Name(row.store_name),
                touchpoint=Name(touchpoint_words(row.touchpoint, t)),
                state=self.state(row, trouble),
            ),
            why=t.say_html(f"why.{why}", **self._values(row, trouble)),
            todo=t.say(f"do.{todo}"),
        )

    def state(self, row: FleetRow, trouble: Trouble) -> Markup:
        """What it is called."""
        name = f"state.{STATE_WORDS.get(trouble.name, trouble.name)}"
        return self._t.tell_html(Sentence(name, trouble.n, self._values(row, trouble)))

    def at_ease(self, one: Watched) -> Markup:
        """What a kiosk is called that needs nobody: well, or in a store that is closed, until when."""
        if one.doors is None or one.doors.open:
            return self._t.say_html("state.well")
        opens_ms = one.doors.until_ms
        if opens_ms is None:
            return self._t.say_html("state.closed-long")
        return self._t.say_html("state.closed", time=self.moment(one.row, opens_ms))

    def _values(self, row: FleetRow, trouble: Trouble) -> dict[str, Any]:
        at = local_time(row.timezone, trouble.at_ms or 0)
        moment = self.moment(row, trouble.at_ms or 0)
        exact = trouble.name in {"offline", "nobody"}
        return {
            "time": self._t.formats.time(at) if exact else moment,
            "date": self._t.formats.day(at.date()),
            "times": trouble.n or 0,
            "refused": row.refused,
            "what": Name(self._button(row, trouble.what) if trouble.name in {"stuck", "dead"} else trouble.what),
        }

    def _button(self, row: FleetRow, button: str) -> str:
        """What is written beside a button, in the reader's language where the kiosk speaks it."""
        body = self._config_of(row.id, row.config_applied)
        texts: Mapping[str, Mapping[str, str]] = {}
        if body is not None:
            texts = json.loads(body)["buttons"].get(button, {}).get("texts", {})
        words = texts.get(self._t.language) or next(iter(texts.values()), None)
        return button if words is None else f"{words['question']} {words['answer']}"

    def moment(self, row: FleetRow, at_ms: int) -> str:
        """A time on the clock of the kiosk's store, with its day where that is not today."""
        return self._t.moment(local_time(row.timezone, at_ms), local_time(row.timezone, self._now_ms).date())
