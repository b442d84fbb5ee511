"""On which days it is weekend where a store stands, so that Fridays in Cairo are compared with Saturdays in Leeds."""

from __future__ import annotations

from server.database.figures import Weekend

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

# Of the Unicode CLDR, supplemental data, weekData (release 46); the last is that of the rest of the world.
WEEKENDS = (
    Weekend((FRIDAY,), ("IR",)),
    Weekend((THURSDAY, FRIDAY), ("AF",)),
    Weekend(
        (FRIDAY, SATURDAY),
        ("BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"),
    ),
    Weekend((SUNDAY,), ("IN", "UG")),
    Weekend((SATURDAY, SUNDAY), ()),
)
