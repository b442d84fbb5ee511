"""A boot that never met the server lies between its neighbours; and a thousand lives of kiosks, none told a wrong time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from kiosk.exchange import SLOWEST_ANCHOR_MS
from server.analysis.boot_order import Between, KnownBoot, between
from server.analysis.drift import ONE_SIDED_MS, Bound, Fix
from server.analysis.times import BOUNDED, ESTIMATED, EXACT, NOT_KNOWN_MS, UNKNOWN, BootClock, PressTime, is_better

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_790_000_000_000
LIVES = 1_000


def met(key: int, number: int, start_ms: int, length_ms: int) -> KnownBoot:
    """A boot with one sharp exchange at its beginning."""
    fix = Fix(0, start_ms, 0)
    return KnownBoot(key, number, length_ms, fix, fix, None)


def unmet(key: int, number: int, length_ms: int) -> KnownBoot:
    return KnownBoot(key, number, length_ms, None, None, None)


def test_a_boot_between_two_known_ones_is_bounded_by_them() -> None:
    found = between([met(1, 1, 0, 1_000_000), unmet(2, 2, 500_000), met(3, 3, 2_000_000, 10)])
    assert found[2] == Between(1_000_000 - 60, 2_000_000, 500_000)
    clock = BootClock([], [], START_MS, found[2])
    # It began at 999,940 or later and ran to 2,000,000 at most: at 100,000 ms of it, 400,000 were still to come.
    assert clock.at(100_000, 5, False) == PressTime((1_099_934 + 1_600_024) // 2, 250_045, BOUNDED)


def test_limits_pass_over_several_boots_that_nobody_met() -> None:
    found = between([met(1, 1, 0, 1_000_000), unmet(2, 2, 500_000), unmet(3, 3, 200_000), met(4, 4, 3_000_000, 10)])
    assert found[2].end_ms == 3_000_000 - 200_000 + 12
    assert found[3].start_ms == 1_000_000 - 60 + 500_000 - 30


def test_without_a_boot_before_or_after_there_are_no_limits() -> None:
    assert 1 not in between([unmet(1, 1, 500_000), met(2, 2, 2_000_000, 10)])
    assert 2 not in between([met(1, 1, 0, 10), unmet(2, 2, 500_000)])


def test_an_arrival_alone_limits_its_neighbours_too() -> None:
    one_sided = KnownBoot(1, 1, 60_000, None, None, Bound(60_000, 1_000_000))
    found = between([one_sided, unmet(2, 2, 1_000), replace_bound(one_sided, 3, 3, 5_000_000)])
    assert found[2] == Between(1_060_000 - ONE_SIDED_MS, 5_000_000 + 4, 1_000)


def replace_bound(boot: KnownBoot, key: int, number: int, offset_ms: int) -> KnownBoot:
    return boot._replace(key=key, number=number, bound=Bound(60_000, offset_ms))


def test_a_number_that_stands_twice_ends_what_the_order_is_believed_for() -> None:
    boots = [met(1, 1, 0, 10), unmet(2, 2, 10), met(3, 3, 900_000, 10), unmet(4, 4, 10), met(5, 5, 2_000_000, 10)]
    assert set(between(boots)) == {2, 3, 4}
    assert set(between([*boots, met(6, 4, 1_500_000, 10)])) == {2}
    assert not between([*boots, met(6, 3, 1_500_000, 10)])


def test_an_old_image_that_shares_no_number_shows_by_boots_in_an_impossible_order() -> None:
    # Boot 5 was the last before an image was made; 6 and 7 pressed nothing and met nobody, 8 did. The image was put back long
    # after: its boot 6 met nobody, its boot 7 did. By number its boot 6 would lie between 5 and 8, years before it was.
    first, eight = met(1, 5, 0, 1_000), met(2, 8, 1_000_000, 1_000)
    later_six, later_seven = unmet(3, 6, 1_000), met(4, 7, 900_000_000, 1_000)
    assert set(between([first, later_six, eight])) == {3}
    assert between([first, later_six, later_seven, eight]) == {}


def test_limits_that_contradict_each_other_say_nothing() -> None:
    clock = BootClock([], [], START_MS, Between(2_000_000, 1_000_000, 10))
    assert clock.at(5, 7, False) == PressTime(7, NOT_KNOWN_MS, UNKNOWN)


def test_a_disciplined_clock_is_believed_inside_the_limits_only() -> None:
    clock = BootClock([], [], START_MS, Between(1_000_000, 2_000_000, 10))
    assert clock.at(5, 1_500_000, True) == PressTime(1_500_000, 16_000, ESTIMATED)
    assert clock.at(5, 9_000_000, True).quality == BOUNDED


@dataclass
class Boot:
    """One boot of a simulated machine: its truth, and what the server has learnt of it."""

    number: int
    started_ms: float
    ppm: float
    ends_after_ms: int
    wall_off_ms: int
    synced: bool
    known: bool = False
    length_ms: int = 0
    fixes: dict[int, Fix] = field(default_factory=dict)
    bound: Bound | None = None

    def true_ms(self, elapsed_ms: float) -> float:
        return self.started_ms + elapsed_ms / (1 + self.ppm / 1e6)

    def elapsed_ms(self, true_ms: float) -> int:
        return int((true_ms - self.started_ms) * (1 + self.ppm / 1e6))

    def wall_ms(self, elapsed_ms: int) -> int:
        return int(self.true_ms(elapsed_ms)) + self.wall_off_ms


@dataclass
class Life:
    """A simulated kiosk: it boots, presses come, some boots reach the server, and its oscillator is off by up to 50 ppm.

    One request in eight is slow, up to `slowest_ms`: an answer within ten seconds gives an anchor, a later one none, and what
    is still on its way when the kiosk gives up may arrive all the same.
    """

    chance: random.Random
    slowest_ms: int = ONE_SIDED_MS
    boots: list[Boot] = field(default_factory=list)
    waiting: list[tuple[Boot, int]] = field(default_factory=list)
    anchors: list[tuple[Boot, Fix]] = field(default_factory=list)
    stamped: list[tuple[Boot, int, int, PressTime]] = field(default_factory=list)

    def live(self) -> None:
        chance, now_ms = self.chance, float(START_MS)
        ppm = chance.uniform(-50, 50)
        disciplined = chance.random() < 0.2
        boots = chance.randint(2, 9)
        for number in range(1, boots + 1):
            length_ms = int(10 ** chance.uniform(5, 8.7))
            off_ms = chance.randint(-900, 900) if disciplined else chance.randint(-400, 400) * DAY_MS
            boot = Boot(number, now_ms, ppm + chance.uniform(-5, 5), length_ms, off_ms, disciplined)
            self.boots.append(boot)
            online = number == boots or chance.random() < 0.55
            syncs = sorted(chance.randint(0, length_ms) for _ in range(chance.randint(1, 6))) if online else []
            presses = [(chance.randint(0, length_ms), "press") for _ in range(chance.randint(0, 12))]
            for elapsed_ms, what in sorted([*presses, *((at_ms, "sync") for at_ms in syncs)]):
                if what == "press":
                    self.waiting.append((boot, elapsed_ms))
                else:
                    self.sync(boot, elapsed_ms)
            now_ms = boot.true_ms(length_ms) + 10 ** chance.uniform(4, 8.4)
        last = self.boots[-1]
        for later_ms in (1_000, 70_000):
            self.sync(last, last.ends_after_ms + later_ms)

    def sync(self, boot: Boot, sent_ms: int) -> None:
        chance = self.chance
        there_ms, back_ms = chance.choice(
            [(20, 20), (5, 2_995), (2_995, 5), (chance.randint(0, 1_500), chance.randint(0, 1_500))]
        )
        if chance.random() < 0.1:
            return  # the request never arrived
        if chance.random() < 0.125:
            there_ms = int(self.slowest_ms ** chance.uniform(0.5, 1))
        arrived_ms = int(boot.true_ms(sent_ms) + there_ms)
        boot.length_ms = max(boot.length_ms, sent_ms)
        offset_ms = arrived_ms - sent_ms
        if boot.bound is None or offset_ms < boot.bound.offset_ms:
            boot.bound = Bound(sent_ms, offset_ms)
        boot.known = True
        for other, elapsed_ms in self.waiting:
            other.known = True
            other.length_ms = max(other.length_ms, elapsed_ms)
        for other, fix in self.anchors:
            other.known = True
            other.fixes[fix.elapsed_ms] = fix
        self.stamped += [
            (other, elapsed_ms, arrived_ms, self.time(other, elapsed_ms, arrived_ms)) for other, elapsed_ms in self.waiting
        ]
        self.waiting, self.anchors = [], []
        if chance.random() < 0.9 and there_ms + back_ms <= SLOWEST_ANCHOR_MS:
            answered_ms = boot.elapsed_ms(arrived_ms + back_ms)
            uncertainty_ms = (answered_ms - sent_ms) // 2 + 1
            self.anchors.append((boot, Fix((sent_ms + answered_ms) // 2, arrived_ms, uncertainty_ms)))

    def time(self, boot: Boot, elapsed_ms: int, arrived_ms: int) -> PressTime:
        fixes = [boot.fixes[key] for key in sorted(boot.fixes)]
        limits = between([self.known(other) for other in self.boots if other.known])
        clock = BootClock(fixes, [boot.bound] if boot.bound else [], arrived_ms, limits.get(boot.number))
        return clock.at(elapsed_ms, boot.wall_ms(elapsed_ms), boot.synced)

    @staticmethod
    def known(boot: Boot) -> KnownBoot:
        keys = sorted(boot.fixes)
        first, last = (boot.fixes[keys[0]], boot.fixes[keys[-1]]) if keys else (None, None)
        return KnownBoot(boot.number, boot.number, boot.length_ms, first, last, boot.bound)


def wrong(boot: Boot, elapsed_ms: int, found: PressTime) -> bool:
    # The simulated clocks show whole milliseconds, and so does the answer: one for each rounding.
    return found.quality != UNKNOWN and abs(found.pressed_ms - boot.true_ms(elapsed_ms)) > found.uncertainty_ms + 2


def test_in_a_thousand_lives_no_true_time_lies_outside_its_stated_bounds() -> None:
    first: dict[int, int] = dict.fromkeys(range(4), 0)
    final = dict(first)
    worst = dict(first)
    for seed in range(LIVES):
        life = Life(random.Random(seed))
        life.live()
        for boot, elapsed_ms, arrived_ms, then in life.stamped:
            now = life.time(boot, elapsed_ms, arrived_ms)
            assert not wrong(boot, elapsed_ms, then), (seed, boot, elapsed_ms, then)
            assert not wrong(boot, elapsed_ms, now), (seed, boot, elapsed_ms, now)
            kept = now if is_better(now, then) else then
            assert kept.uncertainty_ms <= then.uncertainty_ms
            assert not is_better(now, kept)
            first[then.quality] += 1
            final[kept.quality] += 1
            worst[kept.quality] = max(worst[kept.quality], kept.uncertainty_ms)
    # The test sees every case, and what arrives later makes times better.
    assert min(first.values()) > 300
    assert final[EXACT] > first[EXACT]
    assert final[UNKNOWN] <= first[UNKNOWN]
    assert worst[EXACT] < 60_000


def test_the_simulation_would_notice_a_wrong_bound() -> None:
    noticed = 0
    for seed in range(40):
        life = Life(random.Random(seed))
        life.live()
        for boot in life.boots:
            boot.fixes = {key: replace_server(fix) for key, fix in boot.fixes.items()}
        noticed += any(wrong(boot, at_ms, life.time(boot, at_ms, arrived_ms)) for boot, at_ms, arrived_ms, _ in life.stamped)
    assert noticed > 20


def test_the_simulation_would_notice_requests_that_are_on_their_way_for_longer_than_is_stated() -> None:
    noticed = 0
    for seed in range(200):
        life = Life(random.Random(seed), slowest_ms=2 * ONE_SIDED_MS)
        life.live()
        noticed += any(wrong(boot, at_ms, then) for boot, at_ms, _, then in life.stamped)
    assert noticed > 3


def replace_server(fix: Fix) -> Fix:
    return fix._replace(server_ms=fix.server_ms - 5_000)
