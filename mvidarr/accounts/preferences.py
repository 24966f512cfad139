"""How somebody wants the pages to look."""

from typing import Any

from mvidarr.accounts import users
from mvidarr.core.errors import Invalid

THEMES = ("dark", "light", "auto")
ACCENTS = ("lemon", "tangerine", "pink", "aqua", "ink")
OFFERED = {"theme": THEMES, "accent": ACCENTS}


def choose(user_id: int, chosen: dict[str, str]) -> dict[str, Any]:
    """Remember theme or accent; answers all preferences. Raises Invalid for what is not offered."""
    problems = {
        name: f"Choose one of: {', '.join(OFFERED[name])}."
        for name, value in chosen.items()
        if value not in OFFERED[name]
    }
    if problems:
        raise Invalid(problems)
    return users.set_prefs(user_id, **chosen)
