"""Health names facts, leaves out what is not known, stays small, and never keeps a sync from happening."""

import json

import pytest

from kiosk.health import MOST_BYTES, Health, bounded
from kiosk.sensors import Sensors
from kiosk.starts import Starts


@pytest.fixture
def health_of(kit, tmp_path):
    def make(faults=list, root=tmp_path / "no-machine", starts=None):
        return Health(kit.folder, kit.clock, kit.recorder, faults, starts=starts, simulated=True, sensors=Sensors(root))

    return make


def test_known_facts_are_told_and_nothing_is_null(kit, health_of):
    health = health_of(lambda: ["stuck:happy"], starts=Starts(3, "watchdog"))
    kit.clock.forward(60_000)
    found = health.facts(-90_000)
    assert (found["faults"], found["uptime_s"], found["running_s"]) == (["stuck:happy"], 1_060, 60)
    assert (found["boot_id"], found["synced"], found["skew_ms"]) == ("boot-1", True, -90_000)
    assert (found["starts"], found["last_end"], found["quarantines"], found["simulated"]) == (3, "watchdog", 0, True)
    assert found["free_bytes"] > 0
    assert found["free_root_bytes"] > 0
    assert {"kernel", "python"} <= set(found)
    assert None not in found.values()
    assert "temperature_c" not in found


def test_a_hot_pi_on_a_weak_supply_says_so_and_counts_how_often_it_saw_it(health_of, tmp_path):
    files = {
        "sys/class/thermal/thermal_zone0/temp": "81234",
        "run/salve/throttled": "throttled=0x80008",
        "sys/class/hwmon/hwmon1/name": "rpi_volt",
        "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1",
    }
    for name, text in files.items():
        (tmp_path / "pi" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pi" / name).write_text(text)
    health = health_of(root=tmp_path / "pi")
    health.facts()
    found = health.facts()
    assert found["temperature_c"] == 81.234
    assert found["throttling"] == ["soft-limit", "soft-limit since boot"]
    assert (found["under_voltage"], found["under_voltage_seen"]) == (True, 2)


def test_the_backlog_is_told_with_the_age_of_its_oldest_press(kit, health_of):
    health = health_of()
    assert health.facts()["backlog"] == {"waiting": 0}
    kit.press()
    kit.press()
    kit.clock.forward(30_000)
    assert health.facts()["backlog"] == {"waiting": 2, "oldest_s": 60}
    kit.restart()
    kit.press()
    assert health_of().facts()["backlog"] == {"waiting": 3, "oldest_s": 90}


def test_across_a_boot_the_age_is_told_only_by_clocks_that_were_set(kit, health_of):
    kit.press()
    kit.clock.boot, kit.clock.elapsed = "boot-2", 5_000
    kit.clock.wall += 3_600_000
    kit.restart()
    assert health_of().facts()["backlog"] == {"waiting": 1, "oldest_s": 3_600}
    kit.clock.is_synced = False
    assert health_of().facts()["backlog"] == {"waiting": 1}


def test_set_aside_buffers_are_counted(kit, health_of):
    case = kit.folder / "quarantine" / "20261122T101500Z-1f"
    case.mkdir(parents=True)
    (case / "note.json").write_text('{"generation": 1, "reason": "a page of zeros"}')
    assert health_of().facts()["quarantines"] == 1


def test_a_source_that_fails_in_any_way_leaves_the_others(kit, health_of):
    found = health_of(lambda: 1 / 0).facts()
    assert "faults" not in found
    kit.recorder.stop()
    found = health_of().facts()
    assert "backlog" not in found
    assert found["uptime_s"] == 1_000


def test_no_text_no_list_and_no_whole_is_longer_than_its_bound():
    found = bounded({"faults": ["x" * 5_000] * 5_000, "model": "ü" * 5_000, **{f"fact-{n}": "y" * 99 for n in range(500)}})
    assert len(found["faults"]) == 20
    assert len(found["model"]) == 100
    assert len(json.dumps(found)) <= MOST_BYTES
    assert next(iter(found)) == "faults"


def test_it_travels_with_a_sync(kit, server, health_of):
    health = health_of()
    kit.sync._identity = kit.sync._identity._replace(health=lambda: health.facts(kit.sync.report().skew_ms))
    kit.sync.run()
    kit.sync.run()
    assert server.requests[0].health["uptime_s"] == 1_000
    assert "skew_ms" in server.requests[-1].health
