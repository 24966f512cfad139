"""Change settings on somebody's behalf: checks that look at the world, then one audit event."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mvidarr import activity, settings
from mvidarr.core.errors import Invalid
from mvidarr.media import disks, naming
from mvidarr.settings import options


def change(values: Mapping[str, Any], by_user: int | None = None) -> list[str]:
    """Set several settings, all or none; answers the keys that are different now.

    Raises Invalid with a message per key.
    """
    problems = _problems(values)
    if problems:
        raise Invalid(problems)
    changed = settings.change(values, by_user)
    for key in changed:
        _record(key)
    return changed


def reset(key: str, by_user: int | None = None) -> None:
    """Back to the default."""
    settings.reset(key, by_user)
    _record(key)


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
    problems: dict[str, str] = {}
    path = values.get("library_path")
    if isinstance(path, str) and path != settings.get(options.library_path):
        wrong = check_library(options.library_path.parse(path))
        if wrong:
            problems["library_path"] = wrong
    template = values.get("naming_template")
    if isinstance(template, str):
        problems |= _template_problems(template)
    return problems | _score_problems(values)


def _template_problems(template: str) -> dict[str, str]:
    try:
        naming.parse_template(template, "naming_template")
    except Invalid as error:
        return dict(error.fields)
    return {}


def _score_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """The line for asking lies below the line for taking."""
    if not {"accept_score", "review_score"} & set(values):
        return {}
    lines = {}
    for option in (options.accept_score, options.review_score):
        raw = values.get(option.key)
        try:
            lines[option.key] = settings.get(option) if raw is None else option.parse(raw)
        except Invalid:
            return {}  # said with the value itself
    if lines["review_score"] > lines["accept_score"]:
        return {"review_score": "This must not be above the score that is taken without asking."}
    return {}


def _record(key: str) -> None:
    label = options.BY_KEY[key].label
    activity.record("setting.changed", f"{label} changed", key=key)
