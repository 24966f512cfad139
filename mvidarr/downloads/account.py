"""The YouTube account whose cookies somebody saved: when downloads use it, and how it does."""

from collections.abc import Iterable, Mapping
from typing import Any

from mvidarr import settings
from mvidarr.core import db, logs
from mvidarr.governor import breaker, budget
from mvidarr.settings import cookies, service_options

YOUTUBE = "youtube"
WITH_COOKIES = "with_cookies"  # noted of a download whose next attempts use them
_SHORTEST = 12  # characters of a value that is worth keeping out of logs
# part of the service → words in yt-dlp's warnings, and what they mean to people
_COMPLAINTS: Mapping[str, tuple[str, str]] = {
    "cookies": (
        "cookies are no longer valid",
        "YouTube no longer takes the saved cookies. Export them anew and save them.",
    ),
    "tokens": (
        "the PO-token provider failed",
        "The PO-token provider gives no tokens. Check its address in the settings.",
    ),
}


def may_help(provider: str, notes: Mapping[str, Any]) -> bool:
    """Whether another attempt could use cookies that the former ones did not."""
    use = settings.get(service_options.youtube_cookies_use)
    is_new = use == "needed" and not notes.get(WITH_COOKIES)
    return is_new and provider == YOUTUBE and bool(settings.get(service_options.youtube_cookies))


def lent(provider: str, notes: Mapping[str, Any]) -> str:
    """The cookies that an attempt uses, as text; empty for none.

    Whoever is the first to try YouTube after a wall uses them too, where they may help.
    """
    use = settings.get(service_options.youtube_cookies_use)
    is_used = use == "always" or (use == "needed" and (notes.get(WITH_COOKIES) or _is_walled()))
    if provider != YOUTUBE or not is_used:
        return ""
    text = settings.get(service_options.youtube_cookies)
    for value in cookies.values(text):
        if len(value) >= _SHORTEST:
            logs.keep_out(value)
    return text


def _is_walled() -> bool:
    with db.session():
        return breaker.is_wall(budget.row(YOUTUBE))


def note(parts: Iterable[str], warnings: Iterable[str]) -> None:
    """Remember of each part that an attempt used whether YouTube took it."""
    said = " ".join(warnings)
    for part in parts:
        words, problem = _COMPLAINTS[part]
        breaker.note(YOUTUBE, part, problem if words in said else None)
