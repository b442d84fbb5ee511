"""Head office's definitions on pages: all versions, and a form whose next version rewrites no report."""

from __future__ import annotations

import re
from datetime import date

import pytest
from shops import EXPERIENCE, SERVICE

from server.database.engine import reading
from server.survey.definitions import current

OURS = {"Origin": "http://localhost"}
DEFINITIONS = "/head-office/definitions"
FILLED = {
    "service": [SERVICE],
    "experience": [EXPERIENCE],
    "target-service": "75",
    "target-experience": "۷۰",
    "least": "20",
    "weight-CX": "60",
    "weight-EX": "39,5",
    "weight-LX": "0.5",
    "label-LX": "Leadership",
}


@pytest.fixture
def office(sign_in, shops):
    shops.store("S001", "Leeds")
    return sign_in("head-office")


def declare(client, **change):
    return client.post(f"{DEFINITIONS}/next", data=FILLED | change, headers=OURS)


def test_the_next_version_is_declared_and_named_by_its_author(office, shops):
    assert declare(office).headers["Location"] == f"{DEFINITIONS}?told=declared"
    with reading(shops.engine) as connection:
        found = current(connection)
    assert (found.version, found.service, found.experience) == (2, (SERVICE,), (EXPERIENCE,))
    assert (found.target_service, found.target_experience, found.least_count) == (0.75, 0.7, 20)
    assert dict(found.weights) == pytest.approx({"CX": 0.6, "EX": 0.395, "LX": 0.005})
    assert found.labels == (("LX", "Leadership"),)
    page = office.get(f"{DEFINITIONS}?told=declared").get_data(as_text=True)
    assert "Version 2 is valid from now on." in page
    assert "head-office@demo.example" in page
    assert "Leadership (LX)" in page
    assert "the starter library" in page
    assert "39.5" in page


def test_a_report_over_past_days_keeps_its_version_and_its_figures(office, shops):
    store = shops.kiosk(shops.store("S002", "York"), "K-001")
    for question, positive in ((SERVICE, 60), ("found-easily", 10), (EXPERIENCE, 50)):
        shops.press(store, date(2026, 11, 12), question, positive, 40)
    path = "/stores/S002?period=2026-11-10..2026-11-15"

    def report() -> str:
        return re.sub(r"Page made at [0-9:]*", "", office.get(path).get_data(as_text=True).split("<main")[1])

    before = report()
    assert "version 1" in before.lower()
    declare(office)
    assert report() == before
    later = office.get("/stores/S002?period=2026-11-10..2026-11-22").get_data(as_text=True)
    assert "version 2" in later.lower()
    assert re.search(r'"service-index" data-value="60.0"', later)
    assert re.search(r'"service-index" data-value="46.7"', before)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"service": []}, "At least one question is needed for: Service"),
        ({"service": ["felt-welcome"]}, "named twice"),
        ({"service": ["exit-come-back"]}, "belongs to the other side: Experience"),
        ({"experience": ["staff-mattered"]}, "is not for customers (EX)"),
        ({"service": ["nothing"]}, "There is no question nothing"),
        ({"target-service": "120"}, "A target is a number"),
        ({"target-service": "many"}, "A target is a number"),
        ({"target-service": "nan"}, "A target is a number"),
        ({"least": "9"}, "from 10 to 10,000"),
        ({"least": "ten"}, "from 10 to 10,000"),
        ({"weight-CX": "50"}, "add up to exactly 100"),
        ({"weight-CX": "x"}, "add up to exactly 100"),
        ({"weight-CX": "nan"}, "add up to exactly 100"),
        ({"weight-CX": "-60", "weight-EX": "159.5"}, "above 0"),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_typed(office, shops, change, why):
    answer = declare(office, **change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert why in page
    assert 'value="Leadership"' in page
    with reading(shops.engine) as connection:
        assert current(connection).version == 1


def test_no_weights_are_no_hx(office, shops):
    assert declare(office, **{"weight-CX": "", "weight-EX": "", "weight-LX": ""}).status_code == 303
    assert "so there is no HX" in office.get(DEFINITIONS).get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_definitions_are_read_in_every_language(office, language):
    declare(office)
    for path in (DEFINITIONS, f"{DEFINITIONS}/next"):
        answer = office.get(f"{path}?lang={language}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)


def test_the_form_begins_with_the_version_before(office):
    declare(office)
    page = office.get(f"{DEFINITIONS}/next").get_data(as_text=True)
    assert re.findall(r'value="([a-z-]+)" checked', page) == [SERVICE, EXPERIENCE]
    assert 'value="39.5"' in page


def test_a_region_reads_and_does_not_declare(sign_in, office):
    region = sign_in("region", "S001")
    assert region.get(DEFINITIONS).status_code == 200
    assert region.get(f"{DEFINITIONS}/next").status_code == 404
    assert declare(region).status_code == 404
