"""What a kind of list is: how it is read, what it asks for, what it may leave out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.core.http import Conf
from mvidarr.governor import services
from mvidarr.integrations.protocols import Listed, Offer

ARTISTS, VIDEOS = "artists", "videos"
KEEP, UNMONITOR, REMOVE = "keep", "unmonitor", "remove"
MODES = ((ARTISTS, "Follow its artists"), (VIDEOS, "Want exactly its songs"))
REMOVALS = (
    (KEEP, "Keep what it brought"),
    (UNMONITOR, "Stop monitoring it"),
    (REMOVE, "Remove it, unless it has files"),
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a reader may know of a list. `access`: the token of its connection, or empty.

    `call_it`: to be told what the service calls the list; None where a person named it.
    """

    mode: str = ARTISTS
    options: Mapping[str, Any]
    access: str = ""
    call_it: Callable[[str], None] | None = None


Reader = Callable[[Conf, Ask], Iterator[Listed]]
Offers = Callable[[Conf, Ask], Iterator[Offer]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something to fill in. `input`: text, number, choice, switch, genres. `is_offered`: the
    service knows what there is to choose from."""

    name: str
    label: str
    input: str = "text"
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    required: bool = False
    default: Any = ""
    most: int = 255
    is_offered: bool = False
    check: Callable[[str], str] = text.tidy  # raises ValueError with a sentence

    def read(self, raw: Any) -> Any:
        """The value as it is stored. Raises ValueError with a sentence."""
        if self.input == "switch":
            return _truth(raw)
        if self.input == "number":
            return _number(raw, self.most)
        if self.input == "genres":
            return _genres(raw)
        if not isinstance(raw, str) or len(raw) > self.most:
            raise ValueError(f"Give text of {self.most:,} characters or fewer.")
        if self.input == "choice" and raw not in dict(self.choices):
            raise ValueError("Choose one of the offered ones.")
        value = self.check(raw)
        if self.required and not value:
            raise ValueError("This is needed.")
        return value


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """One kind of list. No `read`: its entries were given once and lie in its rows.

    `connection`: whether an account at the service is "needed", "optional" or "" (none).
    """

    name: str
    title: str
    about: str
    service: str | None = None
    glyph: str = "list"
    modes: Sequence[str] = (ARTISTS,)
    fields: Sequence[Field] = ()
    filters: Sequence[Field] = ()
    connection: str = ""
    read: Reader | None = None
    offers: Offers | None = None

    def entries(self, conf: Conf, ask: Ask) -> Iterator[Listed]:
        """What its service lists; nothing for a kind that is not read."""
        return self.read(conf, ask) if self.read else iter(())

    def offered(self, conf: Conf, ask: Ask) -> Iterator[Offer]:
        """What its service has to choose from."""
        return self.offers(conf, ask) if self.offers else iter(())

    @property
    def can_follow(self) -> bool:
        """Whether reading it again may bring something else."""
        return self.read is not None

    @property
    def obstacle(self) -> str:
        """Why it cannot be read now, as a sentence; empty when it can."""
        if self.service is None:
            return ""
        service = services.find(self.service)
        if service.missing is not None:
            return f"Enter “{service.missing.label}” in the settings first."
        return "" if service.is_on else f"{service.title} is switched off in the settings."


MIN_PLAYS = Field(
    name="min_plays",
    label="Played at least",
    input="number",
    help="What was played less often is left out.",
    most=1_000_000,
)
GENRES = Field(
    name="genres",
    label="Only these genres",
    input="genres",
    help="Separated by commas; one is enough. What has no known genre is left out too.",
)
MONITORED = Field(
    name="monitored_only",
    label="Only what is monitored there",
    input="switch",
    default=True,
)


def checked(fields: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, as it is stored; what is missing has its default. Raises Invalid."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in fields:
        try:
            values[one.name] = one.read(given.get(one.name, one.default))
        except ValueError as error:
            problems[one.name] = str(error)
    if problems:
        raise Invalid(problems)
    return values


def _truth(raw: Any) -> bool:
    value = raw[-1] if isinstance(raw, list) and raw else raw
    if value not in (True, False, "true", "false", "on", "1", "0", ""):
        raise ValueError("Give true or false.")
    return value in (True, "true", "on", "1")


def _number(raw: Any, most: int) -> int | None:
    if raw in (None, ""):
        return None
    said = str(raw).strip()
    is_whole = not isinstance(raw, (bool, float)) and said.isascii() and said.isdigit()
    if not is_whole or len(said) > 9 or int(said) > most:
        raise ValueError(f"Give a whole number up to {most:,}.")
    return int(said)


def _genres(raw: Any) -> list[str]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("Give genres, separated by commas.")
    genres = list(dict.fromkeys(tidied for part in parts if (tidied := text.tidy(part))))
    if len(genres) > 50 or any(len(genre) > 100 for genre in genres):
        raise ValueError("Give 50 genres or fewer, each of 100 characters at most.")
    return genres
