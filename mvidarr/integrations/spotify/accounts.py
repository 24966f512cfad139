"""Signing in at Spotify: the page that asks for consent, and the tokens that come of it.

https://developer.spotify.com/documentation/web-api/concepts/authorization
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from mvidarr.core import clock, errors, http
from mvidarr.core.http import Answer, Ask, Conf
from mvidarr.integrations import shapes
from mvidarr.integrations.oauth import Token
from mvidarr.integrations.spotify.answers import NAME, TITLE, Relink

ACCOUNTS_URL = "https://accounts.spotify.com"
SCOPES = (
    "playlist-read-private",
    "playlist-read-collaborative",
    "user-follow-read",
    "user-top-read",
    "user-library-read",
)
LASTS = 3600  # seconds of a token that does not say how long it lasts


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """The operator's app at Spotify. Without its secret, proof keys alone have to do."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    accounts_url: str = ACCOUNTS_URL


def app_of(conf: Conf) -> App:
    """The app that the settings name."""
    return App(
        client_id=conf.also.get("spotify_client_id", ""),
        client_secret=conf.key,
        accounts_url=conf.also.get("spotify_accounts_url", "") or ACCOUNTS_URL,
    )


def authorize_url(
    app: App, redirect_uri: str, state: str, challenge: str, scopes: Iterable[str] = SCOPES
) -> str:
    """Where a person is sent to agree; from there they come back with a code and the state."""
    asked = {
        "client_id": app.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.accounts_url.rstrip('/')}/authorize?{urlencode(asked)}"


def exchange(conf: Conf, app: App, code: str, verifier: str, redirect_uri: str) -> Token:
    """The token for a code that somebody came back with. Raises Relink when it has run out."""
    return _grant(
        conf,
        app,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
    )


def refresh(conf: Conf, app: App, token: Token) -> Token:
    """A new token for the same account. Raises Relink when its owner took the consent back."""
    if not token.refresh:
        raise Relink()
    asked = {"grant_type": "refresh_token", "refresh_token": token.refresh}
    fresh = _grant(conf, app, asked)
    return replace(fresh, refresh=fresh.refresh or token.refresh, scope=fresh.scope or token.scope)


def client_token(conf: Conf, app: App) -> Token:
    """A token of the app alone, which sees nobody's own lists."""
    if not app.client_secret:
        raise errors.NotConfigured(
            "Connect a Spotify account, or enter the client secret in the settings."
        )
    return _grant(conf, app, {"grant_type": "client_credentials"})


def check(conf: Conf, /) -> str:
    """A sentence when the app is right; raises ServiceError when Spotify refuses it."""
    app = app_of(conf)
    if not app.client_secret:
        return "Client id is entered; connect an account to test."
    client_token(conf, app)
    return "Spotify answers and accepts the client id and its secret."


def _grant(conf: Conf, app: App, asked: Mapping[str, str]) -> Token:
    form, headers = dict(asked), {}
    if app.client_secret:
        pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}"}
    else:
        form["client_id"] = app.client_id
    at = replace(conf, base_url=app.accounts_url, title=TITLE)
    with http.operator(at) as client:
        answer = client.ask(Ask(path="api/token", form=form, headers=headers))
        if refused := _refused(answer):
            raise refused
        return _token(shapes.table(client.data(answer)))


def _token(granted: dict[str, Any]) -> Token:
    access = shapes.text(granted.get("access_token"))
    if not access:
        raise errors.ServiceError(NAME, "Spotify answered without a token.")
    seconds = shapes.whole(granted.get("expires_in")) or LASTS
    return Token(
        access=access,
        refresh=shapes.text(granted.get("refresh_token")),
        expires_at=clock.now() + seconds * clock.SECOND,
        scope=shapes.text(granted.get("scope")),
    )


def _refused(answer: Answer) -> errors.ServiceError | None:
    """What the body says is wrong: the status is 400 for nearly everything."""
    told = shapes.table(answer.json())
    error, why = shapes.text(told.get("error")), shapes.text(told.get("error_description"))
    if error == "invalid_client":
        return errors.ServiceError(
            NAME,
            "Spotify refused the client id or its secret. Check both in the settings.",
            permanent=True,
        )
    if error == "invalid_grant" and "redirect" in why.lower():
        return errors.ServiceError(
            NAME,
            "Spotify does not know MVidarr's redirect address. Enter it for your app at "
            "developer.spotify.com/dashboard, letter for letter.",
            permanent=True,
        )
    return Relink() if error == "invalid_grant" else None
