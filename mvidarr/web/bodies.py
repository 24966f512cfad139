"""What a body holds: a form's fields, JSON, or a form with files. Pure; the size is capped before.

Files stay in memory: a route that takes one says how large it may be.
"""

import itertools
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import python_multipart
from python_multipart.exceptions import FormParserError

from mvidarr.core.errors import Invalid, UnsupportedMedia
from mvidarr.web import forms

FIELDS = 1000
FORM, FILES, JSON = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
)
UNREADABLE = "The form cannot be read."


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came with a form. Its name is only shown, never used as a path."""

    name: str
    content: bytes = field(repr=False)


def parse(content: bytes, given: str, *, is_json: bool, files: bool) -> dict[str, Any]:
    """The members of a body of the type `given`. Raises UnsupportedMedia and Invalid."""
    kind = given.partition(";")[0].strip().lower()
    if not content:
        return {}
    if kind == FILES and files:
        return parse_files(content, given)
    wanted = JSON if is_json else FORM
    if kind != wanted:
        raise UnsupportedMedia(f"Send the {'body' if is_json else 'form'} as {wanted}.")
    return forms.parse_json(content) if is_json else parse_form(content)


def parse_form(content: bytes) -> dict[str, Any]:
    """Name → value, or list of values where a name came more than once."""
    try:
        pairs = urllib.parse.parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=FIELDS
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise Invalid({}, UNREADABLE) from error
    return _gathered(pairs)


def parse_files(content: bytes, given: str) -> dict[str, Any]:
    """The same of a form with files; a file field that was left empty is missing."""
    pairs: list[tuple[str, Any]] = []
    parts = itertools.count(1)

    def on_field(found: Any) -> None:
        _few(next(parts))
        pairs.append((_text(found.field_name), _text(found.value or b"")))

    def on_file(found: Any) -> None:
        _few(next(parts))
        found.file_object.seek(0)
        body, name = found.file_object.read(), _text(found.file_name or b"")
        if name or body:
            pairs.append((_text(found.field_name), Upload(name=name, content=body)))

    try:
        parser = python_multipart.create_form_parser(
            {"Content-Type": given.encode("latin-1", "replace")},
            on_field,
            on_file,
            # nothing is ever written to a disk
            {"MAX_MEMORY_FILE_SIZE": len(content) + 1, "MAX_BODY_SIZE": len(content) + 1},
        )
        parser.write(content)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError, ValueError) as error:
        raise Invalid({}, UNREADABLE) from error
    return _gathered(pairs)


def takes_files(model: type[Any] | None) -> bool:
    """Whether a route's input holds a file."""
    if model is None:
        return False
    return any(Upload in forms.kinds(kind) for _, kind, _ in forms.members(model))


def _gathered(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for name, value in pairs:
        if name not in form:
            form[name] = value
        elif isinstance(form[name], list):
            form[name].append(value)
        else:
            form[name] = [form[name], value]
    return form


def _few(parts: int) -> None:
    """Empty ones count too: each costs time."""
    if parts > FIELDS:
        raise ValueError("too many fields")


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode()
