"""A fleet against a real server: all kiosks come back at once after an outage: `python -m bench.fleet [--kiosks 10000]`.

Prints how long they took, what a sync cost, whether kiosks kept to what the server said, requests a second, and whether every
press is in the database once. With --steady the kiosks were never away, and each syncs every minute for so many seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.fleet_chain import Found, look, make_fleet
from bench.fleet_clients import Plan, Told, take_part
from bench.served import Served
from bench.table import Line, keep, percentile, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.fleet_kiosks import Sent

MOST_DRAIN_S, MOST_SYNC_S = 60.0, 2.0
# Kiosks that sync for the first time, a second, before the outage.
MORNING_A_SECOND = 100
# The clock of a thread that sleeps is not quite the one that time() reads.
EARLY_S = 0.05


class Ran(NamedTuple):
    """One run: requests, when each kiosk had drained (Unix seconds), what still waits, CPU of both sides, and the database."""

    sent: list[Sent]
    began_s: float
    drained: dict[int, float]
    waiting: int
    server_cpu_s: float
    clients_cpu_s: float
    server_mib: float
    found: Found

    def drain_s(self, share: float = 1.0) -> float:
        """Seconds until so many of the kiosks had drained; infinity when they never had."""
        times = sorted(self.drained.values())
        place = round(share * len(self.found_kiosks())) - 1
        return times[place] - self.began_s if place < len(times) else float("inf")

    def found_kiosks(self) -> set[int]:
        """All kiosks that sent anything."""
        return {one.kiosk for one in self.sent}


def run(folder: Path, plan: Plan, processes: int, kill_after_s: float = 0.0, *, told: bool = False) -> Ran:
    """Make the fleet, let it begin, and look at what came of it.

    With `kill_after_s` the server dies once meanwhile and is started again; `told` kiosks hear of that, as from a cable that is
    plugged in again, and all others come back as their back-off lets them.
    """
    server = Served(folder)
    make_fleet(folder, server.url, len(plan.kiosks))
    spawn = multiprocessing.get_context("spawn")
    with server:
        ends = []
        children = []
        for part in range(processes):
            end, other = spawn.Pipe()
            mine = plan._replace(kiosks=plan.kiosks[part::processes])
            child = spawn.Process(target=take_part, args=(mine, other), daemon=True)
            child.start()
            ends.append(end)
            children.append(child)
        for end in ends:
            end.recv()
        print(f"{len(plan.kiosks):,} kiosks are there ...", file=sys.stderr, flush=True)  # noqa: T201
        before_s, began_s = server.cpu_s(), time.time()
        for end in ends:
            end.send("go")
        if kill_after_s:
            time.sleep(kill_after_s)
            server.kill()
            server.start()
            for end in ends if told else ():
                end.send("back")
        tales: list[Told] = [end.recv() for end in ends]
        server_cpu_s, server_mib = server.cpu_s() - before_s, server.memory_mib()
        for child in children:
            child.join()
    made = {number: count for one in tales for number, count in one.made.items()}
    return Ran(
        sorted((sent for one in tales for sent in one.sent), key=lambda sent: sent.began_s),
        began_s,
        {number: at_s for one in tales for number, at_s in one.drained.items()},
        sum(one.waiting for one in tales),
        server_cpu_s,
        sum(one.cpu_s for one in tales),
        server_mib,
        look(folder, made),
    )


def hasty(sent: Sequence[Sent]) -> int:
    """How many requests came before the time that the server had told their kiosk to wait."""
    free_s: dict[int, float] = {}
    found = 0
    for one in sent:
        found += one.began_s < free_s.get(one.kiosk, 0.0) - EARLY_S
        free_s[one.kiosk] = one.began_s + one.took_s + (one.retry_after_s or 0.0)
    return found


def by_second(sent: Sequence[Sent], began_s: float) -> list[tuple[int, int]]:
    """Of each second how many requests began, and how many were answered with 200."""
    begun = Counter(int(one.began_s - began_s) for one in sent)
    done = Counter(int(one.began_s + one.took_s - began_s) for one in sent if one.status == 200)
    return [(begun[second], done[second]) for second in range(max([*begun, *done], default=-1) + 1)]


def lines_of(ran: Ran, kiosks: int, *, steady: bool) -> list[Line]:
    """The run against its goals."""
    syncs = [one.took_s for one in ran.sent if one.path == "sync" and one.status == 200]
    found = ran.found
    right = found.is_right and not ran.waiting
    whole = (
        f"{found.made:,} made, {found.rows:,} stored, {found.missing} missing, {found.foreign} doubled, {found.altered} altered"
    )
    if ran.waiting:
        whole += f"; {ran.waiting} still wait on their kiosks"
    p50, p99 = percentile(syncs, 0.5), percentile(syncs, 0.99)
    took = f"median {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms"
    lines = [Line(f"{kiosks:,} kiosks: nothing lost or doubled", "what was made", "all, once", whole, met=right)]
    if steady:
        lines.append(Line(f"{kiosks:,} kiosks, each a sync a minute", "--", "p99 < 2 s", took, met=p99 < MOST_SYNC_S))
    else:
        drained = f"{ran.drain_s():.1f} s; half within {ran.drain_s(0.5):.1f} s"
        lines.append(Line(f"{kiosks:,} kiosks come back at once", "--", "<= 60 s", drained, met=ran.drain_s() <= MOST_DRAIN_S))
        lines.append(Line("  their syncs meanwhile", "--", "", took))
    early = hasty(ran.sent)
    told = sum(one.retry_after_s is not None for one in ran.sent)
    lines.append(Line("  kept to Retry-After", "--", "each", f"{told - early} of {told}", met=not early))
    return lines


def facts_of(ran: Ran) -> dict[str, object]:
    """What else is kept of a run."""
    statuses = Counter(f"{one.path} {one.status or 'no answer'}" for one in ran.sent)
    return {
        "requests": dict(sorted(statuses.items())),
        "server_cpu_s": round(ran.server_cpu_s, 1),
        "clients_cpu_s": round(ran.clients_cpu_s, 1),
        "server_cpu_ms_a_request": round(1000 * ran.server_cpu_s / max(1, len(ran.sent)), 2),
        "server_mib": round(ran.server_mib),
        "database": ran.found._asdict(),
        "requests_begun_and_stored_by_second": by_second(ran.sent, ran.began_s),
    }


def main() -> int:
    """Run, print and keep; answers 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kiosks", type=int, default=10_000)
    parser.add_argument("--presses", type=int, default=30, help="each kiosk's backlog")
    parser.add_argument("--processes", type=int, default=8, help="that the kiosks are spread over")
    parser.add_argument("--rebooted", action="store_true", help="their power was away, not the network: two requests each")
    parser.add_argument("--real-buffers", action="store_true", help="each kiosk with the product's buffer file")
    parser.add_argument("--steady", type=float, default=0, help="seconds of a sync a minute each instead of an outage")
    parser.add_argument(
        "--kill-after", type=float, default=0, help="seconds after which the server is killed and started again"
    )
    parser.add_argument("--folder", type=Path, help="where the files go; a new folder here by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder or ".") as name:
        plan = Plan(Path(name).resolve(), range(1, given.kiosks + 1), given.real_buffers, given.presses, 240.0)
        if given.steady:
            plan = plan._replace(presses=1, live_s=given.steady)
        elif not given.rebooted:
            plan = plan._replace(morning_s=given.kiosks / MORNING_A_SECOND)
        ran = run(plan.folder, plan, given.processes, given.kill_after)
    lines = lines_of(ran, given.kiosks, steady=bool(given.steady))
    facts = facts_of(ran)
    show(lines)
    for name, value in facts.items():
        print(f"{name}: {value}")  # noqa: T201
    how = "steady" if given.steady else "rebooted" if given.rebooted else "return"
    keep(f"fleet-{how}-{given.kiosks}", lines, {"presses_each": given.presses, "real_buffers": given.real_buffers, **facts})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
