"""Health names facts, and leaves out what is not known."""

from kiosk.health import health


def test_known_facts_are_told_and_nothing_is_null(tmp_path, clock):
    found = health(tmp_path, clock, ["stuck:happy"], simulated=True)
    assert (found["uptime_s"], found["synced"], found["faults"], found["simulated"]) == (1_000, True, ["stuck:happy"], True)
    assert found["free_bytes"] > 0
    assert None not in found.values()
