"""Edits by a person: what changed is written, and locked against what catalogues say later."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from mvidarr.core import clock, text
from mvidarr.core.errors import Invalid
from mvidarr.library import pictures
from mvidarr.library.tables import QualityProfile


def check_names(changes: Mapping[str, Any], offered: Iterable[str]) -> None:
    """Raises Invalid for a field that there is not."""
    known = set(offered)
    problems = {name: "There is no such field." for name in changes if name not in known}
    if problems:
        raise Invalid(problems)


def differing(row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def locks(
    row: Any, changes: Mapping[str, Any], lockable: Iterable[str], edited: Iterable[str]
) -> list[str]:
    """The fields locked from now on: those that `locked` names or that were, and what is edited."""
    offered = [*lockable, pictures.LOCK]
    given = changes.get("locked", row.locked)
    if unknown := sorted(set(given) - set(offered)):
        raise Invalid({"locked": f"{unknown[0]} cannot be locked."})
    held = {*given, *edited}
    return [name for name in offered if name in held]


def write(row: Any, values: Mapping[str, Any]) -> None:
    """Update the row in the database and in hand."""
    if not values:
        return
    changed = {**values, "updated_at": clock.now()}
    type(row).update(**changed).where(type(row).id == row.id).execute()
    for name, value in changed.items():
        setattr(row, name, value)


def line(field: str, raw: Any, *, most: int = 255, needed: bool = False) -> str:
    """One line of text, tidied; Invalid under `field` when it is too long or missing."""
    tidied = text.tidy(raw or "")
    if needed and not tidied:
        raise Invalid({field: "This is needed."})
    if len(tidied) > most:
        raise Invalid({field: f"Use {most:,} characters or fewer."})
    return tidied


def whole(field: str, raw: Any, low: int, high: int) -> int | None:
    if raw is None:
        return None
    if not low <= raw <= high:
        raise Invalid({field: f"Give a number from {low} to {high}."})
    return int(raw)


def profile(field: str, raw: Any) -> int | None:
    """The id of a quality profile that there is; None for the one that holds without a choice."""
    if not raw:
        return None
    if not QualityProfile.select().where(QualityProfile.id == raw).exists():
        raise Invalid({field: "There is no such quality profile."})
    return int(raw)


def day(field: str, raw: Any) -> str | None:
    """A date as yyyy-mm-dd, None when there is none."""
    if not raw:
        return None
    try:
        return date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise Invalid({field: "Give the date as yyyy-mm-dd."}) from None
