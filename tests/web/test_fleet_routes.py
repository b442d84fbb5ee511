"""The fleet page: everybody sees their own kiosks, a copied card is an alarm, head office moves a kiosk and history stays."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import insert, select, update

from server.analysis.opening_text import read_week
from server.database import tables
from server.database.engine import reading, writing
from server.database.incidents import note_incident
from server.database.opening import set_week
from server.fleet.enrolment import enrol, make_code
from server.fleet.kiosks import give_key, revoke
from server.fleet.watching import count_heard
from server.i18n.translator import translator
from server.web.fleet_page import URGENCY
from server.web.fleet_words import DO_WORDS, STATE_WORDS

OURS = {"Origin": "http://localhost"}
HEARTBEAT = {"protocol": 1, "software": "1.0.0", "first_seq": 1, "reactions": [], "boots": [["boot", 1]], "buffer": "buffer"}

REACTION = {
    **dict.fromkeys(("stream", "seq", "boot", "config_version", "question_id"), 1),
    **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "uncertainty_ms", "time_quality"), 0),
    "synced": False,
    "button": "happy",
    "answer_id": 2,
    "faces": 2,
    "counted": True,
}


@pytest.fixture
def stores(shops):
    return [shops.store("S001", "Leeds"), shops.store("S002", "York <b>")]


@pytest.fixture
def two(shops, stores, clock):
    """A kiosk in each store, both heard a moment ago."""
    return [shops.kiosk(store, f"K-{number:03d}", heard_ms=clock.now_ms()) for number, store in enumerate(stores, 1)]


def said(shops, kiosk, clock, **facts):
    """What a kiosk said of itself just now."""
    with writing(shops.engine) as connection:
        changes = {"health": json.dumps(facts), "heard_ms": clock.now_ms()}
        connection.execute(update(tables.kiosk_syncs).where(tables.kiosk_syncs.c.kiosk_id == kiosk.id).values(changes))


def states(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-kiosk="([^"]*)" data-state="([^"]*)"', page))


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def test_a_stranger_is_sent_to_sign_in(client, two):
    assert client.get("/fleet").headers["Location"] == "/sign-in?next=%2Ffleet"
    assert client.post("/fleet/move", data={"kiosk": "K-001", "store": "S002"}, headers=OURS).status_code == 303


def test_everybody_sees_the_kiosks_of_their_own_stores(sign_in, two):
    manager, office = sign_in("manager", "S001"), sign_in("head-office")
    assert states(manager.get("/fleet").get_data(as_text=True)) == {"K-001": "well"}
    assert states(office.get("/fleet").get_data(as_text=True)) == {"K-001": "well", "K-002": "well"}
    assert states(office.get("/fleet?store=S002").get_data(as_text=True)) == {"K-002": "well"}
    neighbour, nobody = manager.get("/fleet?store=S002"), manager.get("/fleet?store=S999")
    assert neighbour.status_code == nobody.status_code == 404


def test_a_store_page_leads_to_its_kiosks(sign_in, two):
    assert 'href="/fleet"' in sign_in("manager", "S001").get("/stores/S001").get_data(as_text=True)
    assert 'href="/fleet"' in sign_in("head-office").get("/head-office").get_data(as_text=True)


def test_a_chain_without_kiosks_says_so(sign_in, stores):
    assert "No kiosk has been added yet." in sign_in("admin").get("/fleet").get_data(as_text=True)


def test_the_sentence_counts_who_is_well_and_what_is_here(sign_in, shops, two, clock):
    shops.totals(two[0], thanked=120, known=100)
    shops.totals(two[1], thanked=50, known=50)
    said(shops, two[1], clock, faults=["stuck:served-unhappy"], temperature_c=48.2, under_voltage=False)
    page = text(sign_in("head-office").get("/fleet").get_data(as_text=True))
    assert "1 of 2 kiosks is working well. 1 needs a look." in page
    assert (
        "Presses received: 150 of the 170 for which a kiosk said thank you. Still waiting on kiosks, as far as we know: 20."
        in page
    )
    assert "York &lt;b&gt;, Exit: A button is stuck" in page
    assert "“served-unhappy” is held down." in page
    assert "48 °C" in page


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        ({"faults": ["buffer-full"]}, "full", "Change the card and keep the old one"),
        ({"faults": ["dead:happy"]}, "dead", "“happy” is not pressed any more"),
        ({"faults": ["input-dead"]}, "input", "nobody can answer"),
        ({"faults": ["config-unfit"]}, "fault", "A fault: config-unfit"),
        ({"temperature_c": 82.4}, "hot", "Give it air"),
        ({"under_voltage_seen": 14}, "power", "Times since its last start: 14."),
        ({"skew_ms": 11_520_000}, "well", "Clock wrong, press times corrected"),
        ({"backlog": {"waiting": 900, "oldest_s": 90_000}}, "well", "Older presses are on their way"),
        ({"faults": 7, "temperature_c": "hot", "skew_ms": 1e300, "backlog": [], "throttling": {}}, "well", "Working well"),
    ],
)
def test_each_state_is_told_with_its_reason(sign_in, shops, two, clock, facts, state, words):
    said(shops, two[0], clock, **facts)
    page = sign_in("manager", "S001").get("/fleet").get_data(as_text=True)
    assert states(page) == {"K-001": state}
    assert words in text(page)


def test_a_kiosk_whose_keys_were_ended_is_not_called_silent(sign_in, shops, two, clock):
    with writing(shops.engine) as connection:
        for kiosk in two:
            give_key(connection, kiosk.id, clock.now_ms())
        revoke(connection, "K-001", clock.now_ms())
    office = sign_in("head-office")
    page = office.get("/fleet").get_data(as_text=True)
    assert states(page)["K-001"] == "revoked"
    assert states(page)["K-002"] != "revoked"
    assert "what it sends is turned away" in text(page)
    with writing(shops.engine) as connection:
        give_key(connection, two[0].id, clock.now_ms())
    assert states(office.get("/fleet").get_data(as_text=True))["K-001"] != "revoked"


def test_silent_offline_and_never_heard_are_told_apart(sign_in, shops, stores, clock):
    now = clock.now_ms()
    shops.kiosk(stores[0], "K-001", heard_ms=now)
    shops.kiosk(stores[0], "K-002", heard_ms=now - 3_600_000)
    shops.kiosk(stores[0], "K-003", heard_ms=now - 9 * 86_400_000)
    shops.kiosk(stores[0], "K-004", heard_ms=None)
    shops.kiosk(stores[1], "K-005", heard_ms=now - 3_600_000)
    shops.kiosk(stores[1], "K-006", heard_ms=now - 3_600_000)
    page = sign_in("head-office").get("/fleet").get_data(as_text=True)
    assert states(page) == {
        "K-001": "well",
        "K-002": "silent",
        "K-003": "offline",
        "K-004": "never",
        "K-005": "silent-all",
        "K-006": "silent-all",
    }
    told = text(page)
    assert "Silent since 11:00" in told
    assert "it is this box and not the line" in told
    assert "We hear from no kiosk in this store" in told
    assert "Offline for 9 days" in told
    assert "How many the silent kiosks still hold is not known." in told
    assert told.count("not known") >= 5


def test_the_bars_say_on_how_many_days_a_kiosk_was_heard(sign_in, shops, two, clock):
    for _ in range(3):
        count_heard(shops.engine, clock.now_ms())
        clock.advance(86_400_000)
        said(shops, two[0], clock)
    page = sign_in("manager", "S001").get("/fleet").get_data(as_text=True)
    assert "Heard from on 3 of the last 14 days" in page


def test_a_copied_card_and_a_key_on_other_hardware_are_alarms_through_the_door_itself(sign_in, shops, stores, clock, app):
    with writing(shops.engine) as connection:
        code = make_code(connection, clock.now_ms(), "S001", "exit", "two-row", ("felt-welcome", "got-needed"))
    enrolled = enrol(shops.engine, clock, code, "sha256:the-one", "1.0.0", "127.0.0.1")
    door = app.test_client()

    def sync(stream: str, parent: str | None, **more):
        body = HEARTBEAT | {"stream": stream * 32, "parent": parent and parent * 32, "config_version": 1} | more
        body["sent"] = {"elapsed_ms": 1_000, "wall_ms": 0, "synced": False, "boot": 1}
        return door.post("/api/v1/sync", json=body, headers={"Authorization": f"Bearer {enrolled.key}"}).status_code

    press = [900, 0, False, 1, "served-happy", 1, None, "vote"]
    assert sync("a", None, reactions=[press]) == 200
    assert sync("b", "a") == 200
    assert states(sign_in("head-office").get("/fleet").get_data(as_text=True)) == {enrolled.kiosk: "well"}
    # The card's copy wakes up: it sends again what it holds, and goes on from the same stream.
    assert sync("a", None, reactions=[press]) == 200
    assert sync("c", "a", reactions=[press]) == 200
    page = sign_in("manager", "S001").get("/fleet").get_data(as_text=True)
    assert states(page) == {enrolled.kiosk: "card-copied"}
    assert "No press is lost or counted twice." in page
    with reading(shops.engine) as connection:
        assert len(connection.execute(select(tables.reactions)).all()) == 2
    # The other machine shows what it is.
    assert sync("c", "a", hardware="sha256:another") == 403
    page = text(sign_in("admin").get("/fleet").get_data(as_text=True))
    assert "Another box used this kiosk’s key and was turned away. Times: 1." in page


def test_two_machines_that_speak_in_turns_are_an_alarm_and_one_late_request_is_none(sign_in, shops, two, clock):
    for times, state in ((1, "well"), (2, "two-boots")):
        with writing(shops.engine) as connection:
            for _ in range(times):
                note_incident(connection, two[0].id, "two-boots", clock.now_ms())
        page = sign_in("manager", "S001", email=f"{times}@demo.example").get("/fleet").get_data(as_text=True)
        assert states(page) == {"K-001": state}
    clock.advance(15 * 86_400_000)
    said(shops, two[0], clock)
    assert states(sign_in("region", "S001").get("/fleet").get_data(as_text=True)) == {"K-001": "well"}


def test_a_kiosk_that_nobody_presses_is_told_from_one_that_is_not_heard(sign_in, shops, two, clock):
    now = clock.now_ms()
    with writing(shops.engine) as connection:
        connection.execute(
            tables.kiosk_states.insert().values(
                kiosk_id=two[0].id, state="", since_ms=0, usual_pause_ms=3_600_000, pause_known_ms=now
            )
        )
        connection.execute(
            tables.reactions.insert().values(
                REACTION | {"kiosk_id": two[0].id, "placement_id": two[0].placement_id, "pressed_ms": now - 7_200_000}
            )
        )
    page = sign_in("manager", "S001").get("/fleet").get_data(as_text=True)
    assert states(page) == {"K-001": "nobody"}
    assert "the last press was on 21 November at 10:00." in text(page)


def test_a_closed_store_is_told_from_a_silent_one(sign_in, shops, stores, clock):
    now = clock.now_ms()
    with writing(shops.engine) as connection:
        set_week(connection, stores[0].id, read_week("mon-fri 09:00-20:00; sat 09:00-11:30"))
    shops.kiosk(stores[0], "K-001", heard_ms=now)
    shops.kiosk(stores[0], "K-002", heard_ms=now - 1_800_000)
    shops.kiosk(stores[0], "K-003", heard_ms=now - 7_200_000)
    shops.kiosk(stores[1], "K-004", heard_ms=now - 1_800_000)
    page = sign_in("head-office").get("/fleet").get_data(as_text=True)
    assert states(page) == {"K-001": "closed", "K-002": "closed", "K-003": "silent", "K-004": "silent"}
    told = text(page)
    assert "2 of 4 kiosks are working well. 2 need a look. 2 are in stores that are closed now" in told
    assert told.count("Closed until 23 November, 09:00") == 2
    # A fault is one also at night.
    said(shops, shops.kiosk(stores[0], "K-005"), clock, faults=["buffer-full"])
    assert states(sign_in("admin").get("/fleet").get_data(as_text=True))["K-005"] == "full"


def test_nobody_pressed_is_judged_over_open_time(sign_in, shops, stores, two, clock):
    now = clock.now_ms()
    with writing(shops.engine) as connection:
        set_week(connection, stores[0].id, read_week("mon-sat 09:00-20:00"))
        connection.execute(
            tables.kiosk_states.insert().values(
                kiosk_id=two[0].id, state="", since_ms=0, usual_pause_ms=4 * 3_600_000, pause_known_ms=now
            )
        )
        # Friday at 19:30; since then the store was open for three and a half hours.
        press = {"kiosk_id": two[0].id, "placement_id": two[0].placement_id, "pressed_ms": now - 59_400_000}
        connection.execute(tables.reactions.insert().values(REACTION | press))
    office = sign_in("head-office")
    assert states(office.get("/fleet?store=S001").get_data(as_text=True)) == {"K-001": "well"}
    clock.advance(3_600_000)
    said(shops, two[0], clock)
    assert states(sign_in("manager", "S001").get("/fleet").get_data(as_text=True)) == {"K-001": "nobody"}


@pytest.fixture
def enrolled(shops, stores, clock):
    with writing(shops.engine) as connection:
        code = make_code(connection, clock.now_ms(), "S001", "exit", "two-row", ("felt-welcome", "got-needed"))
    return enrol(shops.engine, clock, code, "sha256:the-one", "1.0.0", "127.0.0.1").kiosk


def test_head_office_moves_a_kiosk_and_history_stays(sign_in, shops, stores, clock, enrolled):
    office = sign_in("head-office")
    clock.advance(1_000)
    answer = office.post("/fleet/move", data={"kiosk": enrolled, "store": "S002", "touchpoint": "entrance"}, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/fleet?moved={enrolled}")
    page = office.get(answer.headers["Location"]).get_data(as_text=True)
    assert f"Moved. {enrolled} now stands here: York &lt;b&gt;." in text(page)
    with reading(shops.engine) as connection:
        rows = connection.execute(select(tables.placements).order_by(tables.placements.c.id)).all()
        assert [(row.store_id, row.touchpoint, row.until_ms) for row in rows] == [
            (stores[0].id, "exit", clock.now_ms()),
            (stores[1].id, "entrance", None),
        ]
        assert connection.execute(select(tables.config_versions)).all()[-1].placement_id == rows[1].id


def test_the_new_stores_manager_reads_of_presses_made_there_alone(sign_in, shops, two, clock):
    moved = two[0]
    with writing(shops.engine) as connection:
        placement = connection.execute(select(tables.placements).where(tables.placements.c.kiosk_id == moved.id)).one()
        counts = dict.fromkeys(("positive", "neutral", "negative", "marked", "uncertain"), 20)
        day = {"kiosk_id": moved.id, "placement_id": placement.id, "local_day": 1, "question_id": 1, "faces": 2}
        connection.execute(insert(tables.days).values(day | counts))
        buffer = {"kiosk_id": moved.id, "buffer": "b", "thanked": 112, "refused": 0, "heard_ms": clock.now_ms()}
        connection.execute(insert(tables.buffers).values(buffer))
        stream = {"kiosk_id": moved.id, "number": 1, "token": "1" * 32, "high": 107, "first_ms": 0, "buffer": "b"}
        connection.execute(insert(tables.streams).values(stream))
    assert "107 of 112" in text(sign_in("head-office").get("/fleet").get_data(as_text=True))
    with writing(shops.engine) as connection:
        over = update(tables.placements).where(tables.placements.c.id == placement.id)
        connection.execute(over.values(until_ms=clock.now_ms()))
        there = {"kiosk_id": moved.id, "store_id": two[1].store_id, "touchpoint": "exit", "from_ms": clock.now_ms()}
        connection.execute(insert(tables.placements).values(there))
    page = text(sign_in("manager", "S002").get("/fleet").get_data(as_text=True))
    assert "7 of 12" in page
    assert "107" not in page


@pytest.mark.parametrize("role", ["manager", "region"])
def test_only_head_office_and_admin_may_move(sign_in, enrolled, role):
    client = sign_in(role, "S001", "S002")
    assert "move-kiosk" not in client.get("/fleet").get_data(as_text=True)
    assert client.post("/fleet/move", data={"kiosk": enrolled, "store": "S002"}, headers=OURS).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_sites_form_moves_nothing(sign_in, shops, enrolled, headers):
    assert sign_in("admin").post("/fleet/move", data={"kiosk": enrolled, "store": "S002"}, headers=headers).status_code == 400
    with reading(shops.engine) as connection:
        assert len(connection.execute(select(tables.placements)).all()) == 1


def test_a_move_that_does_not_fit_changes_nothing_and_says_why(sign_in, shops, enrolled):
    shops.store("S003", "Praha", languages=("cs",), territory="CZ")
    admin = sign_in("admin")
    answer = admin.post("/fleet/move", data={"kiosk": enrolled, "store": "S003"}, headers=OURS)
    assert answer.status_code == 400
    assert "not written in that store’s languages" in answer.get_data(as_text=True)
    for kiosk, store in (("K-999", "S002"), (enrolled, "S999"), ("", "")):
        assert admin.post("/fleet/move", data={"kiosk": kiosk, "store": store}, headers=OURS).status_code == 404
    with reading(shops.engine) as connection:
        assert len(connection.execute(select(tables.placements)).all()) == 1


def test_a_page_of_many_kiosks_stays_small(sign_in, shops, stores, clock):
    for number in range(1, 61):
        shops.kiosk(stores[0], f"K-{number:03d}")
    client = sign_in("manager", "S001")
    parts = [client.get(f"/fleet?page={number}").get_data(as_text=True) for number in (1, 2, 3)]
    assert [len(states(page)) for page in parts] == [20, 20, 20]
    assert len(set().union(*(states(page) for page in parts))) == 60
    assert "21 to 40 of 60" in parts[1]
    assert all("60 need a look" in text(page) for page in parts)
    assert max(len(page) for page in parts) < 60_000
    assert [client.get(f"/fleet?page={number}").status_code for number in ("4", "0", "x")] == [400, 400, 400]


def test_in_a_large_chain_a_store_is_typed_by_its_code(sign_in, shops, two):
    for number in range(100, 160):
        shops.store(f"S{number}", f"Store {number}")
    page = sign_in("head-office").get("/fleet?store=S002").get_data(as_text=True)
    assert "<option" not in page.split('id="move-store"')[1]
    assert 'id="store" name="store" value="S002"' in page


@pytest.mark.parametrize("language", ["pl", "it", "fa", "ar", "tr"])
def test_the_page_speaks_every_language(sign_in, shops, two, clock, language):
    said(shops, two[0], clock, faults=["stuck:happy", "buffer-full"], temperature_c=90, under_voltage_seen=2)
    page = sign_in("head-office").get(f"/fleet?lang={language}").get_data(as_text=True)
    assert states(page)["K-001"] == "full"
    assert "Needs a look" not in page


def test_every_trouble_has_its_words():
    t = translator("en")
    for name in set(URGENCY) - {"well", "closed", "off"}:
        assert t.known(f"state.{STATE_WORDS.get(name, name)}"), name
        assert t.known(f"why.{name}"), name
        assert t.known(f"do.{DO_WORDS.get(name, name)}"), name
