"""Services without a network: they find what a test tells them, or fail as it says.

    youtube = finders.install(monkeypatch)["youtube"]
    youtube.finds(finders.upload("Björk - Jóga (Official Music Video)"))
    youtube.fails(ServiceError("youtube", "YouTube took too long to answer."))

Everything else of a service is real: its settings, its row, its breaker. None keeps a pace.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from mvidarr.core.http import Conf
from mvidarr.governor import services
from mvidarr.integrations.protocols import Found, FoundArtist, FoundUpload, FoundVideo, Wanted

_numbers = count(1)


class FakeService:
    """The adapter of one service. What it finds comes before it fails."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Any] = []
        self.error: BaseException | None = None
        self.asked: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def finds(self, *things: Any) -> None:
        self.found += things

    def fails(self, error: BaseException) -> None:
        self.error = error

    def find_videos(self, conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
        yield from self._answer(wanted.name)

    def find_artists(self, conf: Conf, name: str, /) -> Iterator[FoundArtist]:
        yield from self._answer(name)

    def check(self, conf: Conf, /) -> str:
        list(self._answer(f"{conf.base_url} {conf.key}"))
        return "It answers."

    def _answer(self, asked: str) -> Iterator[Any]:
        self.asked.append(asked)
        self.meanwhile()
        yield from self.found
        if self.error is not None:
            raise self.error


def install(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    """Put a fake adapter behind every declared service."""
    fakes = {kind.name: FakeService(kind.name) for kind in services.ALL}
    kinds = tuple(_faked(kind, fakes[kind.name]) for kind in services.ALL)
    monkeypatch.setattr(services, "ALL", kinds)
    monkeypatch.setattr(services, "BY_NAME", {kind.name: kind for kind in kinds})
    return fakes


def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the adapters as they are, but let nobody wait for a turn."""
    kinds = tuple(replace(kind, pace=0) for kind in services.ALL)
    monkeypatch.setattr(services, "ALL", kinds)
    monkeypatch.setattr(services, "BY_NAME", {kind.name: kind for kind in kinds})


def upload(title: str, **facts: Any) -> FoundUpload:
    """An upload on a verified channel that is called as the title begins."""
    artist = title.partition(" - ")[0]
    known = {
        "found_by": "youtube",
        "provider": "youtube",
        "source_id": f"upload{next(_numbers):05}",
        "channel": artist,
        "channel_id": f"UC{artist[:22]:_<22}",
        "channel_verified": True,
        "duration": 200.0,
    }
    return FoundUpload(title=title, **{**known, **facts})


def listed(title: str, artist: str = "Björk", **facts: Any) -> FoundVideo:
    """A catalogue's entry."""
    number = next(_numbers)
    known = {"found_by": "imvdb", "artists": (artist,), "ids": {"imvdb_video": str(number)}}
    return FoundVideo(title=title, **{**known, **facts})


def _faked(kind: services.ServiceKind, fake: FakeService) -> services.ServiceKind:
    return replace(
        kind,
        pace=0,
        check=fake.check,
        find_videos=fake.find_videos if kind.find_videos else None,
        find_artists=fake.find_artists if kind.find_artists else None,
    )
