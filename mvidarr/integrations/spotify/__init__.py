"""Spotify: what somebody follows, collects and plays most, read with their consent.

https://developer.spotify.com/documentation/web-api. `accounts` signs in, `lists` reads.
"""

from mvidarr.integrations.oauth import Token, redirect_problem
from mvidarr.integrations.spotify.accounts import (
    ACCOUNTS_URL,
    SCOPES,
    App,
    app_of,
    authorize_url,
    check,
    client_token,
    exchange,
    refresh,
)
from mvidarr.integrations.spotify.answers import NAME, TITLE, Closed, Expired, Relink
from mvidarr.integrations.spotify.lists import (
    BASE_URL,
    RANGES,
    followed,
    me,
    playlist,
    playlist_id,
    playlist_offer,
    playlists,
    saved,
    top_artists,
    top_tracks,
)

__all__ = ["ACCOUNTS_URL", "BASE_URL", "NAME", "RANGES", "SCOPES", "TITLE"]
__all__ += ["App", "Closed", "Expired", "Relink", "Token"]
__all__ += ["app_of", "authorize_url", "check", "client_token", "exchange", "refresh"]
__all__ += ["followed", "me", "playlist", "playlist_id", "playlist_offer", "playlists"]
__all__ += ["redirect_problem", "saved", "top_artists", "top_tracks"]
