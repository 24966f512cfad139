"""What a setting is: its key, its kind, its bounds, and how text becomes its value."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.integrations import folders
from mvidarr.settings import cookies

T = TypeVar("T")
MOST_NAMES, LONGEST_NAME = 100, 100


class Kind(StrEnum):
    """How a value is entered and shown."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of field, not a password
    PATH = "path"
    URL = "url"
    INTEGER = "integer"
    SWITCH = "switch"
    CHOICE = "choice"
    CHOICES = "choices"
    NAMES = "names"  # a list of words, separated by commas
    FOLDER = "folder"  # as another machine names it
    COOKIES = "cookies"  # a browser's cookies.txt; a secret


class Group(StrEnum):
    LIBRARY = "library"
    DISCOVERY = "discovery"
    DOWNLOADS = "downloads"
    SERVICES = "services"
    ACCESS = "access"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, kw_only=True)
class Option(Generic[T]):
    """One setting. `check` answers a sentence when a value cannot be taken."""

    key: str
    kind: Kind
    default: T
    group: Group
    label: str
    help: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    minimum: int | None = None
    maximum: int | None = None
    check: Callable[[T], str | None] | None = None
    service: str | None = None  # shown with this service, beside its Test button

    @property
    def is_secret(self) -> bool:
        return self.kind in (Kind.SECRET, Kind.COOKIES)

    def parse(self, raw: Any) -> T:
        """The value that a form, JSON or the environment gives. Raises Invalid under the key."""
        try:
            value: Any = PARSERS[self.kind](self, raw)
        except (ValueError, TypeError) as error:
            raise Invalid({self.key: str(error) or "This value cannot be taken."}) from error
        problem = self.check(value) if self.check else None
        if problem:
            raise Invalid({self.key: problem})
        parsed: T = value
        return parsed


def _text(option: Option[Any], raw: Any) -> str:
    return text.tidy(_exact(option, raw))


def _exact(option: Option[Any], raw: Any) -> str:
    """As it was given, but for spaces around it: a path and a key may hold anything else."""
    if not isinstance(raw, str):
        raise ValueError("Enter text.")
    value = raw.strip()
    if len(value) > 2000:
        raise ValueError("Use 2,000 characters or fewer.")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        raise ValueError("Leave out line ends and control characters.")
    return value


def _url(option: Option[Any], raw: Any) -> str:
    value = _text(option, raw)
    if not value:
        return value
    try:
        parts = urlsplit(value)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_good = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_good:
        raise ValueError("Enter an address that begins with http:// or https://.")
    return value.rstrip("/")


def _path(option: Option[Any], raw: Any) -> str:
    value = _exact(option, raw)
    if value and not value.startswith("/"):
        raise ValueError("Enter the whole path, beginning with /.")
    return value.rstrip("/") or value[:1]


def _folder(option: Option[Any], raw: Any) -> str:
    value = _exact(option, raw)
    wrong = folders.problem(value)
    if wrong:
        raise ValueError(wrong)
    return value


def _integer(option: Option[Any], raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, (int, str)):
        raise ValueError("Enter a whole number.")
    try:
        value = int(raw)
    except ValueError:
        raise ValueError("Enter a whole number.") from None
    low, high = option.minimum, option.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"Enter a number from {low} to {high}.")
    return value


def _switch(option: Option[Any], raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"1": True, "true": True, "on": True, "yes": True}
    known |= {"0": False, "false": False, "off": False, "no": False, "": False}
    if not isinstance(raw, str) or raw.strip().lower() not in known:
        raise ValueError("Enter true or false.")
    return known[raw.strip().lower()]


def _choice(option: Option[Any], raw: Any) -> str:
    if raw not in [value for value, _ in option.choices]:
        raise ValueError("Choose one of the offered values.")
    return str(raw)


def _choices(option: Option[Any], raw: Any) -> list[str]:
    values = [value for value in _list(raw) if value]
    if any(value not in dict(option.choices) for value in values):
        raise ValueError("Choose among the offered values.")
    return [value for value, _ in option.choices if value in values]


def _names(option: Option[Any], raw: Any) -> list[str]:
    names = list(dict.fromkeys(filter(None, map(text.tidy, _list(raw)))))
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
        raise ValueError(f"Use {MOST_NAMES} words or fewer, of {LONGEST_NAME} characters at most.")
    return names


def _cookies(option: Option[Any], raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("Enter text.")
    return cookies.parse(raw) if raw.strip() else ""


def _list(raw: Any) -> list[str]:
    if isinstance(raw, str):
        raw = _decoded(raw) if raw.startswith("[") else raw.split(",")
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise ValueError("Enter a list of words.")
    return raw


def _decoded(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


PARSERS: dict[Kind, Callable[[Option[Any], Any], Any]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _exact,
    Kind.PATH: _path,
    Kind.URL: _url,
    Kind.FOLDER: _folder,
    Kind.INTEGER: _integer,
    Kind.SWITCH: _switch,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.NAMES: _names,
    Kind.COOKIES: _cookies,
}
