"""Change settings on somebody's behalf: checks that look at the world, then one audit event each,
and the work that a change asks for."""

import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from mvidarr import activity, settings
from mvidarr.core import db
from mvidarr.core.errors import Invalid
from mvidarr.downloads import waits, whole
from mvidarr.jobs import jobs
from mvidarr.media import disks
from mvidarr.settings import file_options, options

_LINES = frozenset({"accept_score", "review_score"})
_LOOKED_AT = frozenset({"library_path", *_LINES})


def change(values: Mapping[str, Any], by_user: int | None = None) -> list[str]:
    """Set several settings, all or none; answers the keys that are different now.

    Raises Invalid with a message per key.
    """
    problems = _problems(values)
    try:
        with db.atomic():
            changed = settings.change(values, by_user)
            if problems:
                raise Invalid(problems)
            for key in changed:
                _record(key)
            _follow_up(changed, by_user)
    except Invalid as error:
        raise Invalid({**problems, **error.fields}) from error
    return changed


def reset(key: str, by_user: int | None = None) -> None:
    """Back to the default. Raises Invalid where the default does not go with the other values."""
    problems = _problems({key: settings.find(key).default})
    if problems:
        raise Invalid(problems)
    with db.atomic():
        settings.reset(key, by_user)
        _record(key)
        _follow_up([key], by_user)


def check_library(raw: str) -> str | None:
    """What is wrong with a folder for the library; None when it can be used."""
    if not raw:
        return None
    state = disks.look(Path(raw))
    if not state.exists:
        return "This folder does not exist."
    if not state.is_dir:
        return "This is a file, not a folder."
    return None if state.writable else "MVidarr may not write to this folder."


def _problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What single values cannot tell: what lies on the disk, what goes together."""
    parsed: dict[str, Any] = {}
    for key in _LOOKED_AT & values.keys():
        with contextlib.suppress(Invalid):  # said by the settings themselves
            parsed[key] = options.BY_KEY[key].parse(values[key])
    problems = _score_problems(parsed)
    path = parsed.get("library_path", "")
    if path != settings.get(file_options.library_path) and (wrong := check_library(path)):
        problems["library_path"] = wrong
    return problems


def _score_problems(parsed: Mapping[str, Any]) -> dict[str, str]:
    """The line for asking lies below the line for taking."""
    accept = parsed.get("accept_score", settings.get(options.accept_score))
    review = parsed.get("review_score", settings.get(options.review_score))
    if review <= accept or not _LINES & parsed.keys():
        return {}
    if "review_score" in parsed:
        return {"review_score": "This must not be above the score that is taken without asking."}
    return {"accept_score": "This must not be below the score that is asked about."}


def _follow_up(changed: Collection[str], by_user: int | None) -> None:
    """What was found before is judged by the lines as they are now; downloads may begin, or not."""
    if not _LINES.isdisjoint(changed):
        jobs.add("rejudge_all", by_user=by_user)
    if not waits.SETTINGS.isdisjoint(changed):
        whole.look_again()


def _record(key: str) -> None:
    label = options.BY_KEY[key].label
    activity.record("setting.changed", f"{label} changed", key=key)
