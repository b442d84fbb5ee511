"""The schemas of a store's figures as JSON, for the OpenAPI document; a test holds real answers to them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
SIDE: Schema = {"type": "string", "enum": ["strong", "weak", "open"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SIGNAL: Schema = {"type": "string", "enum": ["service", "experience"]}


def known(schema: Schema) -> Schema:
    """The same, or null for what is not known or withheld."""
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]}


def listed(schema: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": schema}


def shaped(says: str = "", /, **fields: Schema) -> Schema:
    """An object with exactly these members; a name that Python keeps for itself comes with an underscore at its end."""
    names = {name.rstrip("_"): schema for name, schema in fields.items()}
    found: Schema = {"type": "object", "properties": names, "required": list(names), "additionalProperties": False}
    return ({"description": says} if says else {}) | found


def ref(name: str) -> Schema:
    """One of the schemas by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


INDEX = {
    "value": known(NUMBER),
    "low": known(NUMBER),
    "high": known(NUMBER),
    "positive": WHOLE,
    "total": WHOLE,
    "effective": known(NUMBER),
    "withheld": known(TEXT),
}
PERIOD = {"from_": DAY, "to": DAY}
BOTH = {"service": ref("Index"), "experience": ref("Index")}
FIGURES = {
    "period": shaped(name=TEXT, running=TRUTH, **PERIOD),
    **BOTH,
    "gap": ref("Gap"),
    "relative_gap": ref("Gap"),
    "verdict": known(TEXT),
    "strong": known(
        shaped(
            **dict.fromkeys(("service", "experience"), known(NUMBER)),
            **dict.fromkeys(("service_side", "experience_side"), SIDE),
            **dict.fromkeys(("declared", "clear"), TRUTH),
            probability=NUMBER,
        )
    ),
    **dict.fromkeys(("reactions", "counted", "marked", "uncertain"), WHOLE),
    "standing": ref("Standing"),
}
LINE = {
    "days": listed(shaped(day=DAY, reactions=WHOLE, running=TRUTH, **BOTH)),
    "changes": listed(ref("Change")),
    "breaks": listed(shaped(signal=SIGNAL, day=DAY)),
    "levels": listed(shaped(signal=SIGNAL, index=ref("Index"), **PERIOD)),
    "steps": listed(
        shaped(signal=SIGNAL, change=ref("Change"), before=ref("Index"), since=ref("Index"), moved=ref("Gap"), sure=TRUTH)
    ),
}
HOURS = shaped(
    "Presses by weekday (1 is Monday) and hour, and what stands out in them.",
    signal=TEXT,
    questions=listed(TEXT),
    negative=WHOLE,
    total=WHOLE,
    usual=known(NUMBER),
    tried=TRUTH,
    cells=listed(shaped(weekday=WHOLE, hour=WHOLE, negative=WHOLE, total=WHOLE, share=known(NUMBER), firm=TRUTH, sure=TRUTH)),
    stands_out=listed(
        shaped(
            **dict.fromkeys(("weekday", "from_hour", "to_hour", "negative", "total"), WHOLE),
            day=known(DAY),
            **dict.fromkeys(("share", "low", "high"), known(NUMBER)),
        )
    ),
    **PERIOD,
)
SAID = known(shaped(at=MOMENT, person=TEXT))
RECOVERY = shaped(
    "A burst of unhappy presses that is open, or ended today.",
    **dict.fromkeys(("recovery", "presses", "negative"), WHOLE),
    **dict.fromkeys(("kiosk", "touchpoint", "question", "outcome"), TEXT),
    **dict.fromkeys(("began_at", "noticed_at"), MOMENT),
    **dict.fromkeys(("still_at", "ended_at"), known(MOMENT)),
    **dict.fromkeys(("acknowledged", "done"), SAID),
    usual=NUMBER,
    to_normal=known(WHOLE),
)
TODAY = shaped(
    **dict.fromkeys(
        ("reactions", "counted", "service", "experience", "other", "marked", "uncertain", "reviews", "received", "expected"),
        WHOLE,
    ),
    complete=TRUTH,
    kiosks=listed(
        shaped(
            kiosk=TEXT,
            touchpoint=TEXT,
            heard_at=known(MOMENT),
            silent=TRUTH,
            waiting=WHOLE,
            troubles=listed(TEXT),
        )
    ),
    recoveries=listed(RECOVERY),
    notice=shaped(hours=known(WHOLE), too_quiet=listed(TEXT), not_watched=listed(TEXT)),
    late=listed(shaped(kiosk=TEXT, presses=WHOLE, **PERIOD)),
)
FAMILY = shaped(together=ref("Index"), facets=listed(shaped(facet=TEXT, asked=TRUTH, **INDEX)))
SUMMARY = shaped(
    "Everything that the store's page says, with numbers as the page rounds them; null is not known or withheld.",
    store=ref("Store"),
    **FIGURES,
    others=shaped(stores=WHOLE, gap=ref("Gap"), **BOTH),
    before=known(shaped(**FIGURES)),
    incomparable_since=known(DAY),
    lens=shaped(touchpoint=known(TEXT), question=known(TEXT)),
    **LINE,
    hours=known(HOURS),
    places=listed(shaped(touchpoint=TEXT, question=TEXT, signal=SIGNAL, index=ref("Index"), others=ref("Index"), marked=WHOLE)),
    skills=known(shaped(caring=FAMILY, resolving=FAMILY, balance=ref("Gap"), in_both=WHOLE, **PERIOD)),
    raw=known(
        shaped(set_aside={"type": "object", "additionalProperties": WHOLE}, service=known(NUMBER), experience=known(NUMBER))
    ),
    undecided=listed(shaped(signal=SIGNAL, runs=WHOLE, with_runs=known(NUMBER), without_runs=known(NUMBER))),
    today=TODAY,
    definition_version=WHOLE,
    earlier_definition_version=known(WHOLE),
    made_up=TRUTH,
)
EMPLOYEES = shaped(
    "What employees pressed, by stretches of whole weeks; null is not known or withheld.",
    store=ref("Store"),
    asked=TRUTH,
    from_=known(DAY),
    to=known(DAY),
    gap=ref("Gap"),
    stretches=listed(shaped(**PERIOD, **BOTH)),
    definition_version=known(WHOLE),
    made_up=TRUTH,
    **BOTH,
)
BESIDE = shaped(**dict.fromkeys(("own", "others", "points", "low", "high", "crude_points"), known(NUMBER)), sure=TRUTH)
SCHEMAS: dict[str, Schema] = {
    "Store": shaped(code=TEXT, name=TEXT, region=TEXT, timezone=TEXT),
    "Index": shaped("The share of positive answers, 0 to 100, with the range it lies in.", **INDEX),
    "Gap": shaped(
        "A difference in points, with the range it lies in.",
        **dict.fromkeys(("points", "low", "high"), known(NUMBER)),
        method=known(TEXT),
        pairs=known(WHOLE),
    ),
    "Standing": shaped(
        "How the store stands to the others, all stores judged at once.",
        group=known(TEXT),
        waits=TRUTH,
        standardised=TRUTH,
        compared=WHOLE,
        not_comparable=listed(TEXT),
        reversed=TRUTH,
        service=BESIDE,
        experience=BESIDE,
        gap=BESIDE,
    ),
    "Change": shaped(day=DAY, kind=TEXT, words=TEXT, touchpoint=known(TEXT)),
    "Summary": SUMMARY,
    "Employees": EMPLOYEES,
}
