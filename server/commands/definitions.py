"""`salve-server definition`: what the chain calls service and experience."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from server.audit import COMMAND_LINE, Act
from server.commands.workplace import Commands, at_work, show_json
from server.database.audit import note
from server.database.engine import reading, writing
from server.errors import Unfit
from server.export.times import utc_text
from server.survey.definitions import current, declare, history

if TYPE_CHECKING:
    from server.survey.definition import Definition


@click.group("definition", cls=Commands)
def definition() -> None:
    """The chain's own statement of which questions make up service and experience.

    Example: salve-server definition show
    """


@definition.command("show")
@click.option("--json", "as_json", is_flag=True, help="Every version, for a program.")
def show(*, as_json: bool) -> None:
    """Show the version that is valid now.

    Example: salve-server definition show --json
    """
    with at_work() as place, reading(place.engine) as connection:
        found = history(connection)
    if as_json:
        show_json(
            [_as_dict(one.definition) | {"declared_at": utc_text(one.made_ms), "declared_by": one.made_by} for one in found]
        )
        return
    latest = found[0].definition
    click.echo(f"Version {latest.version}, declared {utc_text(found[0].made_ms)} by {found[0].made_by}.")
    for name, value in _as_dict(latest).items():
        if name != "version":
            click.echo(f"{name.replace('_', ' ')}: {_words(value)}")


@definition.command("declare")
@click.option("--service", multiple=True, help="A question about service; may be given again. Left out, those of before.")
@click.option("--experience", multiple=True, help="A question about experience; may be given again. Left out, those of before.")
@click.option("--target-service", help="A share like 0.75, or none. Left out, as before.")
@click.option("--target-experience", help="A share like 0.70, or none. Left out, as before.")
@click.option("--least-count", type=int, help="Presses below which nothing is said of an index. Left out, as before.")
@click.option("--weight", "weights", multiple=True, help="A weight of HX, like CX=0.6; all of them sum to 1. none for no HX.")
@click.option("--label", "labels", multiple=True, help="What a dimension means in this chain, like LX=Leadership.")
def declare_next(
    service: tuple[str, ...],
    experience: tuple[str, ...],
    target_service: str | None,
    target_experience: str | None,
    least_count: int | None,
    weights: tuple[str, ...],
    labels: tuple[str, ...],
) -> None:
    """Declare the next version, valid from now on; what was reported stays as it was.

    Example: salve-server definition declare --target-service 0.75 --target-experience 0.70 --weight CX=0.6 --weight EX=0.4
    """
    with at_work() as place, writing(place.engine) as connection:
        before, now_ms = current(connection), place.clock.now_ms()
        new = declare(
            connection,
            now_ms,
            "command line",
            service=service or None,
            experience=experience or None,
            target_service=before.target_service if target_service is None else _share("target", target_service),
            target_experience=before.target_experience if target_experience is None else _share("target", target_experience),
            least_count=before.least_count if least_count is None else least_count,
            weights=_weights(weights),
            labels=dict(before.labels) | dict(_pair(text) for text in labels) if labels else None,
        )
        note(connection, now_ms, COMMAND_LINE, Act.DEFINITION_DECLARED, str(new.version))
    click.echo(f"Version {new.version} is valid from now on.")


def _weights(given: tuple[str, ...]) -> dict[str, float] | None:
    if not given:
        return None
    if given == ("none",):
        return {}
    return {name: _share("weight", text) or 0.0 for name, text in (_pair(one) for one in given)}


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Unfit(f"A weight or label names its dimension, like CX=0.6 or LX=Leadership, not {text!r}.")
    return name.strip().upper(), value.strip()


def _share(what: str, text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError as error:
        raise Unfit(f"A {what} is a share between 0 and 1, like 0.75, or none; not {text!r}.") from error


def _as_dict(one: Definition) -> dict[str, object]:
    return asdict(one) | {"weights": dict(one.weights), "labels": dict(one.labels)}


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={one}" for name, one in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "none" if value is None else str(value)
