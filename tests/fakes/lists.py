"""A kind of list whose entries a test says: everything but the service behind it is real.

shelf = lists.install(monkeypatch)
shelf.has(lists.entry("Björk"), lists.entry("Portishead", title="Glory Box"))
made = imports.make(NewList(kind="shelf"), None)
"""

from collections.abc import Iterator
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.http import Conf
from mvidarr.discovery import import_kinds
from mvidarr.discovery.import_kind import (
    ARTISTS,
    GENRES,
    MIN_PLAYS,
    MONITORED,
    VIDEOS,
    Ask,
    Field,
    ListKind,
)
from mvidarr.integrations.protocols import Listed, Offer
from tests.fakes.spotify import FakeSpotify


class Shelf:
    """What the list has, or how it fails."""

    def __init__(self) -> None:
        self.entries: list[Listed] = []
        self.error: BaseException | None = None
        self.asked: list[Ask] = []
        self.title = ""

    def has(self, *entries: Listed) -> None:
        self.entries = list(entries)

    def fails(self, error: BaseException | None) -> None:
        self.error = error

    def read(self, conf: Conf, ask: Ask) -> Iterator[Listed]:
        self.asked.append(ask)
        if self.error is not None:
            raise self.error
        if ask.call_it is not None:
            ask.call_it(self.title)
        yield from self.entries

    def offers(self, conf: Conf, ask: Ask) -> Iterator[Offer]:
        if self.error is not None:
            raise self.error
        yield Offer(ref="first", title="First <shelf>", detail="2 songs")


def install(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Offer the kind `shelf`, behind the address of a service that is there: YouTube."""
    shelf = Shelf()
    kind = ListKind(
        name="shelf",
        title="Shelf",
        about="Entries of a test.",
        service="youtube",
        modes=(ARTISTS, VIDEOS),
        fields=(
            Field(name="place", label="Place", required=True, default="top", is_offered=True),
            Field(name="size", label="Size", input="number", most=100),
        ),
        filters=(MIN_PLAYS, GENRES, MONITORED),
        read=shelf.read,
        offers=shelf.offers,
    )
    monkeypatch.setattr(import_kinds, "ALL", (*import_kinds.ALL, kind))
    return shelf


def entry(artist: str, title: str = "", **facts: Any) -> Listed:
    ident = facts.pop("external_id", f"{artist}|{title}")
    return Listed(external_id=ident, artist=artist, title=title, **facts)


def use_spotify(fake: FakeSpotify) -> None:
    """Have the service Spotify be the fake one, its app entered in the settings."""
    settings.change(
        {
            "spotify_url": fake.base_url,
            "spotify_accounts_url": fake.accounts_url,
            "spotify_client_id": fake.client_id,
            "spotify_client_secret": fake.client_secret,
        }
    )
