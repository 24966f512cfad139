"""What Spotify's refusals mean: which ask for a new sign-in, and which for another app."""

from mvidarr.core import errors, failures
from mvidarr.core.http import Answer, NotThere
from mvidarr.integrations import shapes

NAME, TITLE = "spotify", "Spotify"


# Kinds of NotThere: they say something of one account, and nothing of how Spotify does.


class Closed(NotThere):
    """Spotify answers, but does not show this to the app or the account."""


class Expired(NotThere):
    """The access token ran out: refresh it once and ask again."""

    def __init__(self) -> None:
        super().__init__(NAME, "Spotify no longer accepts the sign-in. Connect Spotify again.")


class Relink(NotThere):
    """The account's owner has to sign in anew."""

    def __init__(self, why: str = "") -> None:
        super().__init__(NAME, f"{why} Connect Spotify again.".strip(), permanent=True)


def refusal(answer: Answer, closed: str) -> errors.ServiceError | None:
    """The error for a 401 or 403; `closed` is said where Spotify gives no reason of its own.

    None for every other answer, also for a web page that forbids access.
    """
    if answer.status == 401:
        return Expired()
    said = _message(answer)
    if answer.status != 403 or (not said and failures.is_page(answer.headers, answer.body)):
        return None
    if "premium" in said:
        return errors.ServiceError(
            NAME,
            "Spotify serves an app only while the app's owner has Premium. "
            "Renew it, or use the app of somebody who has it.",
            permanent=True,
        )
    if "scope" in said:
        return Relink("The connection lacks a permission.")
    if any(word in said for word in ("registered", "approved", "developer")):
        closed = (
            "This account may not use your Spotify app yet. Add it under User Management "
            "at developer.spotify.com/dashboard, where an app can have five accounts."
        )
    return Closed(NAME, closed, permanent=True)


def _message(answer: Answer) -> str:
    """The reason in lower case; some refusals are a bare line of text, even said to be HTML."""
    told = answer.json()
    if isinstance(told, dict):
        error = shapes.table(told.get("error"))
        words = (error.get("message"), error.get("description"), told.get("error_description"))
        return " ".join(shapes.text(word) for word in words).lower()
    if answer.body.lstrip().startswith(b"<"):
        return ""
    return shapes.text(answer.body[:500].decode("utf-8", "replace")).lower()
