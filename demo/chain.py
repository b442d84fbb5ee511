"""The made-up chain: twelve stores, their kiosks, and the stories planted in their weeks on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

CHAIN = "Salve demonstration chain"
# As many as it takes until the first of the claims below is judged.
HISTORY_DAYS = 66
# What this chain declares to be strong: shares of positive answers.
TARGET_SERVICE = 0.75
TARGET_EXPERIENCE = 0.70
# What this chain declares HX to be made of: customers' and employees' experience.
WEIGHTS = {"CX": 0.6, "EX": 0.4}
# Shares of happy answers wherever no story says otherwise: what the pages find beyond the stories would be chance.
WELCOMED, SERVED = 0.79, 0.84
BURST_DAY = 8


@dataclass(frozen=True, slots=True)
class MadeUpKiosk:
    """A two-row box: where it stands, its pair of questions, how busy, and what share answers happily.

    `visitors` is the mean of people who press on a weekday; `welcomed` and `served` are shares 0 to 1 of happy answers.
    `clock_ahead_ms` is how far its wall clock is off. `offline` names days before the last one, [from, until). On `burst_day`
    one after another leaves without what they needed, and then as on the bad Saturday the box was connected all day.
    """

    touchpoint: str
    experience: str
    service: str
    visitors: float
    welcomed: float
    served: float
    clock_ahead_ms: int = 0
    offline: tuple[int, int] | None = None
    child_day: int | None = None
    closing_run_days: tuple[int, ...] = ()
    bad_saturday: bool = False
    colder_since: int | None = None
    colder_by: float = 0.0
    burst_day: int | None = None


@dataclass(frozen=True, slots=True)
class MadeUpStore:
    """A store of the chain; `opens` and `closes` are local hours, `noted` what it noted: days back, and words.

    `holiday` is a day before the last one on which it was closed. Where `hours_known` is False nobody has entered the hours.
    """

    code: str
    name: str
    region: str
    timezone: str
    languages: tuple[str, ...]
    territory: str
    kiosks: tuple[MadeUpKiosk, ...]
    opens: int = 9
    closes: int = 20
    holiday: int | None = None
    hours_known: bool = True
    story: str = field(default="", kw_only=True)
    noted: tuple[tuple[int, str], ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class MadeUpClaim:
    """A claim that head office registered: `begins` is how many days back its change was, stores are codes."""

    title: str
    what: str
    measure: str
    begins: int
    treated: tuple[str, ...]
    control: tuple[str, ...]


def _exit(visitors: float, welcomed: float = WELCOMED, served: float = SERVED, **story: object) -> MadeUpKiosk:
    return MadeUpKiosk("exit", "felt-welcome", "got-needed", visitors, welcomed, served, **story)  # type: ignore[arg-type]


def _checkout(visitors: float, welcomed: float = WELCOMED, served: float = SERVED, **story: object) -> MadeUpKiosk:
    return MadeUpKiosk("checkout", "checkout-mattered", "checkout-wait", visitors, welcomed, served, **story)  # type: ignore[arg-type]


def _fitting(visitors: float, welcomed: float = WELCOMED, served: float = SERVED, **story: object) -> MadeUpKiosk:
    return MadeUpKiosk(
        "fitting-room",
        "fitting-looked-after",
        "fitting-tried-on",
        visitors,
        welcomed,
        served,
        **story,  # type: ignore[arg-type]
    )


def _staff_room(people: float, welcomed: float, served: float) -> MadeUpKiosk:
    """Where those who work there press, a few of them a day; none of it is in a figure about customers."""
    return MadeUpKiosk("staff-room", "staff-mattered", "staff-had-needed", people, welcomed, served)


STORES = (
    MadeUpStore(
        "S001", "Leeds Briggate", "North", "Europe/London", ("en", "pl", "ar"), "GB",
        (
            _exit(34, 0.70, 0.87, colder_since=19, colder_by=0.12, burst_day=BURST_DAY),
            _checkout(24, 0.68, 0.86, colder_since=19, colder_by=0.10),
            _staff_room(3.4, 0.62, 0.78),
        ),
        # Somebody who tries the simulated kiosk at night must see it count.
        hours_known=False, story="serves well and does not welcome; colder since a new rota; the tills were down for a while",
        noted=((19, "New rota"),),
    ),
    MadeUpStore(
        "S002", "Torino Via Roma", "South", "Europe/Rome", ("it", "en"), "IT",
        (_exit(38, child_day=3), _fitting(16)),
        story="a child presses thirty times in two and a half minutes",
    ),
    MadeUpStore(
        "S003", "Bologna Portici", "South", "Europe/Rome", ("it", "en"), "IT",
        (_exit(40, 0.91, 0.66), _checkout(20, 0.89, 0.64)),
        story="welcomes warmly and serves slowly",
    ),
    MadeUpStore(
        "S004", "Ankara Kızılay", "East", "Europe/Istanbul", ("tr", "en", "ar"), "TR",
        (_exit(44), _checkout(26), _staff_room(4.2, 0.80, 0.74)),
        opens=10, closes=21,
    ),
    MadeUpStore(
        "S005", "İzmir Alsancak", "East", "Europe/Istanbul", ("tr", "en"), "TR",
        (_exit(30), _fitting(14, offline=(12, 3))),
        opens=10, closes=21, story="the fitting room's kiosk was offline for nine days",
    ),
    MadeUpStore(
        "S006", "Kraków Floriańska", "North", "Europe/Warsaw", ("pl", "en"), "PL",
        (_exit(36, closing_run_days=(2, 4, 5)), _checkout(20)),
        story="runs of happy presses in the last minutes before closing",
    ),
    MadeUpStore(
        "S007", "Gdańsk Długa", "North", "Europe/Warsaw", ("pl", "en"), "PL",
        (_exit(52, bad_saturday=True), _fitting(20, bad_saturday=True)),
        story="a bad Saturday afternoon",
    ),
    MadeUpStore(
        "S008", "تهران ولیعصر", "East", "Asia/Tehran", ("fa", "en"), "IR",
        (_exit(42), _checkout(22)),
        opens=10, closes=21,
    ),
    MadeUpStore(
        "S009", "اصفهان چهارباغ", "East", "Asia/Tehran", ("fa", "en"), "IR",
        (_exit(30),),
        opens=10, closes=21, holiday=16,
    ),
    MadeUpStore(
        "S010", "عمّان جبل الحسين", "East", "Asia/Amman", ("ar", "en"), "JO",
        (_exit(34, clock_ahead_ms=11_520_000), _checkout(16)),
        opens=10, closes=22, story="the clock of one kiosk is three hours and twelve minutes ahead",
    ),
    MadeUpStore(
        "S011", "الدار البيضاء المعاريف", "South", "Africa/Casablanca", ("ar", "en"), "MA",
        (_exit(32), _fitting(12)),
    ),
    MadeUpStore(
        "S012", "Ludlow Corn Square", "North", "Europe/London", ("en",), "GB",
        (_exit(2.6),),
        opens=10, closes=17, story="a quiet store: too few presses to say much",
    ),
)  # fmt: skip

# Nothing was planted for either: the first is over and honestly shows nothing, the days of the second are still coming in.
BESIDE = ("S002", "S003", "S009", "S010", "S011")
CLAIMS = (
    MadeUpClaim(
        "Greeting training lifts the welcome",
        "A morning of training in greeting for everybody at the door and at the till.",
        "experience", 38, ("S004", "S007", "S008"), BESIDE,
    ),
    MadeUpClaim(
        "A second helper at noon lifts the service",
        "From noon until three two people help at the shelves instead of one.",
        "service", 17, ("S005", "S006"), BESIDE,
    ),
)  # fmt: skip
