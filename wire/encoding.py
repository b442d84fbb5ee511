"""Messages to JSON bytes and back with the standard library alone, for the kiosk, which must not need a compiled package."""

from __future__ import annotations

import functools
import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin

from wire.limits import Malformed

CONTENT_TYPE = "application/json"
T = TypeVar("T")


def encode(message: object, **ready: str) -> bytes:
    """A message (frozen dataclass) as compact UTF-8 JSON; `ready` gives fields of it that are JSON text already."""
    if not ready:
        return _text(message).encode()
    said = (f"{_text(name)}:{ready.get(name) or _text(value)}" for name, value in _plain(message).items())
    return f"{{{','.join(said)}}}".encode()


def decode(kind: type[T], raw: bytes) -> T:
    """Read `raw` as the message type `kind`; unknown fields are ignored, anything else unfit raises Malformed."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    return typing.cast("T", convert(kind, value, kind.__name__))


def convert(kind: Any, value: Any, path: str = "$") -> Any:
    """`value` (from a JSON reader) as type `kind`; raises Malformed with the path of the fault."""
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _option(kind, value, path)
    if origin is typing.Literal:
        if value not in get_args(kind):
            raise Malformed(f"{path}: must be one of {', '.join(map(str, get_args(kind)))}")
        return value
    if origin is list:
        return [convert(get_args(kind)[0], item, f"{path}[{at}]") for at, item in enumerate(_is(list, value, path))]
    if origin is dict:
        inner = get_args(kind)[1]
        return {key: convert(inner, item, f"{path}.{key}") for key, item in _is(dict, value, path).items()}
    if is_dataclass(kind):
        return _object(kind, _is(dict, value, path), path)
    if issubclass(kind, tuple):
        return _array(kind, _is(list, value, path), path)
    return _is(kind, value, path)


def _plain(value: object) -> dict[str, Any]:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is no message")


_text = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False).encode


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _option(kind: Any, value: Any, path: str) -> Any:
    if value is None and type(None) in get_args(kind):
        return None
    inner = next(option for option in get_args(kind) if option is not type(None))
    return convert(inner, value, path)


def _object(kind: Any, value: dict[str, Any], path: str) -> Any:
    hints = _hints(kind)
    found: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in value:
            found[field.name] = convert(hints[field.name], value[field.name], f"{path}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise Malformed(f"{path}.{field.name}: is missing")
    return kind(**found)


def _array(kind: Any, value: list[Any], path: str) -> Any:
    hints = _hints(kind)
    names = kind._fields
    least = len(names) - len(kind._field_defaults)
    if not least <= len(value) <= len(names):
        raise Malformed(f"{path}: must hold {least} to {len(names)} entries")
    return kind(*(convert(hints[name], item, f"{path}.{name}") for name, item in zip(names, value, strict=False)))


def _is(kind: Any, value: Any, path: str) -> Any:
    # bool is an int in Python, and not in a message.
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not fits:
        raise Malformed(f"{path}: must be {kind.__name__}")
    return value
