"""Each answer of the protocol's table has one meaning, and strangers have none."""

import json

import pytest

from kiosk.replies import Busy, Foreign, Gap, Refused, TooLarge, Unfit, Unknown, meaning
from kiosk.upload import Answer


def problem(status, code, retry_after_s=None, **fields):
    return Answer(status, "application/problem+json", json.dumps({"code": code, **fields}).encode(), retry_after_s, "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (problem(400, "malformed"), Unfit()),
        (problem(401, "key-revoked"), Refused("key-revoked")),
        (problem(403, "hardware-differs"), Refused("hardware-differs")),
        (problem(409, "gap", high=7), Gap(7)),
        (problem(409, "gap"), Unknown()),
        (problem(413, "too-large", max_reactions=100), TooLarge(100)),
        (problem(413, "too-large"), TooLarge(None)),
        (problem(426, "protocol-unsupported", supported=[2]), Refused("protocol-unsupported")),
        (problem(429, "busy", retry_after_s=7.0), Busy(7.0)),
        (problem(500, "internal"), Unknown()),
        (Answer(503, "text/html", b"", 3.0, ""), Foreign()),
        (Answer(401, "text/html", b"Sign in to the Wi-Fi", None, ""), Foreign()),
        (Answer(302, "text/html", b"", None, ""), Foreign()),
        (Answer(200, "text/html", b"", None, ""), Foreign()),
        (Answer(200, "application/json", b"{}", None, ""), Foreign()),
    ],
)
def test_an_answer_means(answer, expected):
    assert meaning(answer) == expected
