"""Read a form or a JSON body into a frozen dataclass, with a message for each bad field."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from mvidarr.core import text
from mvidarr.core.errors import Invalid

T = TypeVar("T")
NAME, TITLE, FREE = 255, 500, 10_000  # characters


class _Unset:
    """A member that a PATCH did not name."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()


def limit(characters: int, *, lines: bool = False, default: Any = dataclasses.MISSING) -> Any:
    """A text field that takes so many characters; `lines` keeps line ends."""
    return dataclasses.field(default=default, metadata={"limit": characters, "lines": lines})


def given(form: Any) -> dict[str, Any]:
    """The members that were named."""
    values = {field.name: getattr(form, field.name) for field in dataclasses.fields(form)}
    return {name: value for name, value in values.items() if value is not UNSET}


def read(model: type[T], raw: Mapping[str, Any], *, strict: bool) -> T:
    """Make a `model` of `raw`; `strict` (JSON) refuses unknown members and wrong types.

    Raises Invalid with field → sentence.
    """
    fields = {field.name: field for field in dataclasses.fields(model)}  # type: ignore[arg-type]
    kinds = typing.get_type_hints(model)
    problems: dict[str, str] = {}
    if strict:
        problems = {name: "There is no such member." for name in raw if name not in fields}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in raw:
            if _is_required(field):
                problems[name] = "This is needed."
            continue
        try:
            values[name] = _convert(kinds[name], raw[name], field, strict)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise Invalid(problems)
    return model(**values)


def parse_json(body: bytes) -> dict[str, Any]:
    """An object; raises Invalid for everything else."""
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid({}, "The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise Invalid({}, "The body must be a JSON object.")
    return value


def members(model: type[Any]) -> list[tuple[str, Any, bool]]:
    """(name, type, required) of each field: for the API's description."""
    kinds = typing.get_type_hints(model)
    return [
        (field.name, kinds[field.name], _is_required(field)) for field in dataclasses.fields(model)
    ]


def kinds(kind: Any) -> tuple[Any, ...]:
    """A type, or the types that a union names."""
    return typing.get_args(kind) or (kind,)


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _convert(kind: Any, value: Any, field: dataclasses.Field[Any], strict: bool) -> Any:
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _optional(kind, value, field, strict)
    if origin in {list, tuple}:
        return _several(kind, origin, value, field, strict)
    if origin is dict:
        return _object(value)
    if isinstance(value, list) and not strict:
        value = value[-1]  # a checkbox behind its hidden twin: the last one counts
    return _scalar(kind, value, field, strict)


def _scalar(kind: Any, value: Any, field: dataclasses.Field[Any], strict: bool) -> Any:
    if kind is bool:
        return _truth(value, strict)
    if kind in {int, float}:
        return _number(kind, value, strict)
    if issubclass(kind, StrEnum):
        return _word(kind, value)
    if issubclass(kind, str):
        return _string(value, field)
    if isinstance(value, kind):  # a file
        return value
    raise ValueError("Choose a file.")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("Give an object.")
    return value


def _optional(kind: Any, value: Any, field: dataclasses.Field[Any], strict: bool) -> Any:
    if value is None or (not strict and value in ("", [""])):
        return None
    inner = next(arg for arg in typing.get_args(kind) if arg is not types.NoneType)
    return _convert(inner, value, field, strict)


def _several(
    kind: Any, origin: Any, value: Any, field: dataclasses.Field[Any], strict: bool
) -> Any:
    if not isinstance(value, list):
        if strict:
            raise ValueError("Give a list.")
        value = [value]
    if len(value) > 10_000:
        raise ValueError("Give 10,000 or fewer.")
    inner = typing.get_args(kind)[0]
    wanted = value if strict else [item for item in value if item != ""]
    return origin(_convert(inner, item, field, strict) for item in wanted)


def _truth(value: Any, strict: bool) -> bool:
    if isinstance(value, bool):
        return value
    if strict or str(value).lower() not in {"", "0", "1", "on", "off", "true", "false"}:
        raise ValueError("Give true or false.")
    return str(value).lower() in {"1", "on", "true"}


def _number(kind: Any, value: Any, strict: bool) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if strict and not is_number:
        raise ValueError("Give a number.")
    try:
        number = kind(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("Enter a number.") from None
    if kind is int and (not -(2**31) < number < 2**31 or (strict and number != value)):
        raise ValueError("Enter a whole number within reason.")
    if kind is float and not -1e15 < number < 1e15:
        raise ValueError("Enter a number within reason.")
    return number


def _word(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"Choose one of: {', '.join(kind)}.") from None


def _string(value: Any, field: dataclasses.Field[Any]) -> str:
    if not isinstance(value, str):
        raise ValueError("Give text.")
    most = field.metadata.get("limit", NAME)
    if field.metadata.get("raw"):  # a password is taken as it is
        tidied = _encodable(value)
    else:
        tidied = text.tidy_lines(value) if field.metadata.get("lines") else text.tidy(value)
    if len(tidied) > most:
        raise ValueError(f"Use {most:,} characters or fewer.")
    if not tidied and _is_required(field):
        raise ValueError("This is needed.")
    return tidied


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("Give text.") from None
    return value
