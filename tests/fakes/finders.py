"""Services without a network: they find what a test tells them, or fail as it says.

    youtube = finders.install(monkeypatch)["youtube"]
    youtube.finds(finders.upload("Björk - Jóga (Official Music Video)"))
    youtube.fails(ServiceError("youtube", "YouTube took too long to answer."))

Everything else of a service is real: its settings, its row, its breaker. None keeps a pace.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from mvidarr.core.http import Conf
from mvidarr.governor import services
from mvidarr.integrations.protocols import (
    Found,
    FoundArtist,
    FoundFacts,
    FoundUpload,
    FoundVideo,
    Wanted,
)
from mvidarr.settings import service_options

_numbers = count(1)


class FakeService:
    """The adapter of one service. What it finds comes before it fails."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Any] = []
        self.error: BaseException | None = None
        self.asked: list[str] = []
        self.facts: FoundFacts | None = None
        self.described: list[Wanted] = []
        self.while_describing: Callable[[], object] = lambda: None
        self.meanwhile: Callable[[], object] = lambda: None

    def finds(self, *things: Any) -> None:
        self.found += things

    def tells(self, **facts: Any) -> None:
        """Facts about every artist."""
        self.facts = FoundFacts(found_by=self.name, **facts)

    def fails(self, error: BaseException) -> None:
        self.error = error

    def find_videos(self, conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
        yield from self._answer(wanted.name)

    def find_artists(self, conf: Conf, name: str, /) -> Iterator[FoundArtist]:
        yield from self._answer(name)

    def describe(self, conf: Conf, wanted: Wanted, /) -> FoundFacts | None:
        self.described.append(wanted)
        self.while_describing()
        if self.error is not None:
            raise self.error
        return self.facts

    def check(self, conf: Conf, /) -> str:
        list(self._answer(f"{conf.base_url} {conf.key}"))
        return "It answers."

    def _answer(self, asked: str) -> Iterator[Any]:
        self.asked.append(asked)
        self.meanwhile()
        yield from self.found
        if self.error is not None:
            raise self.error


def install(
    monkeypatch: pytest.MonkeyPatch, *more: services.ServiceKind, only: tuple[str, ...] = ()
) -> dict[str, FakeService]:
    """Put a fake adapter behind every declared service, or `only` these, and behind `more`."""
    real = [*(kind for kind in services.ALL if not only or kind.name in only), *more]
    fakes = {kind.name: FakeService(kind.name) for kind in real}
    declare(monkeypatch, [_faked(kind, fakes[kind.name]) for kind in real])
    return fakes


def declare(monkeypatch: pytest.MonkeyPatch, kinds: Sequence[services.ServiceKind]) -> None:
    """Have these be all the services that there are."""
    monkeypatch.setattr(services, "ALL", tuple(kinds))
    monkeypatch.setattr(services, "BY_NAME", {kind.name: kind for kind in kinds})


def kind(name: str, **facts: Any) -> services.ServiceKind:
    """A service that is not declared; `facts` say what it can do, with any function."""
    known: dict[str, Any] = {"title": name.capitalize(), "about": "", "pace": 0}
    known |= {"check": lambda conf: "", "enabled": service_options.musicbrainz_enabled}
    return services.ServiceKind(name=name, **{**known, **facts})


def unhurried(monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...] = ()) -> None:
    """Leave the adapters (`only` these) as they are, but let nobody wait for a turn."""
    kinds = [kind for kind in services.ALL if not only or kind.name in only]
    declare(monkeypatch, [replace(kind, pace=0) for kind in kinds])


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
        describe=fake.describe if kind.describe else None,
    )
