"""The services, declared once: settings page, Test buttons, Health and docs are made from this."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import NotConfigured, NotFound
from mvidarr.core.http import Conf
from mvidarr.governor import breaker, budget
from mvidarr.integrations import imvdb, musicbrainz
from mvidarr.integrations.protocols import Checks, FindsArtists, FindsVideos
from mvidarr.integrations.youtube import search as youtube
from mvidarr.settings import options

PAGE_PATIENCE = 5.0  # seconds that a page waits for its turn
JOB_PATIENCE = 120.0  # seconds that a job waits


@dataclass(frozen=True, kw_only=True)
class ServiceKind:
    """A service: what it can do and which settings it has. `pace` in ms between two requests."""

    name: str
    title: str
    about: str
    pace: int
    check: Checks
    enabled: settings.Option[bool]
    url: settings.Option[str] | None = None
    key: settings.Option[str] | None = None
    find_videos: FindsVideos | None = None
    find_artists: FindsArtists | None = None

    @property
    def is_configured(self) -> bool:
        return self.key is None or bool(settings.get(self.key))

    @property
    def is_on(self) -> bool:
        return settings.get(self.enabled) and self.is_configured


ALL = (
    ServiceKind(
        name="youtube",
        title="YouTube",
        about="Finds uploads and downloads them. Needs no key.",
        pace=1_000,
        check=youtube.check,
        enabled=options.youtube_enabled,
        find_videos=youtube.find_videos,
    ),
    ServiceKind(
        name="musicbrainz",
        title="MusicBrainz",
        about="Knows artists, recordings and many official uploads. Needs no key.",
        pace=1_100,
        check=musicbrainz.check,
        enabled=options.musicbrainz_enabled,
        url=options.musicbrainz_url,
        find_videos=musicbrainz.find_videos,
        find_artists=musicbrainz.find_artists,
    ),
    ServiceKind(
        name="imvdb",
        title="IMVDb",
        about="The music video database: directors, versions, official uploads. Needs a key.",
        pace=1_000,
        check=imvdb.check,
        enabled=options.imvdb_enabled,
        url=options.imvdb_url,
        key=options.imvdb_api_key,
        find_videos=imvdb.find_videos,
        find_artists=imvdb.find_artists,
    ),
)
BY_NAME = {kind.name: kind for kind in ALL}
NAMES = tuple(BY_NAME)

_ca: Path | None = None


def set_up(config: Config) -> None:
    """Take over which further authorities are trusted."""
    global _ca  # a boot fact: the same for the whole life of the process
    _ca = config.ca


def authorities() -> Path | None:
    return _ca


def find(name: str) -> ServiceKind:
    kind = BY_NAME.get(name)
    if kind is None:
        raise NotFound(f"There is no service {name}.")
    return kind


def conf(kind: ServiceKind, patience: float = JOB_PATIENCE) -> Conf:
    """What the adapter needs; each of its requests takes a slot, waiting at most `patience` s.

    Raises NotConfigured when the service is off or lacks its key.
    """
    if not settings.get(kind.enabled):
        raise NotConfigured(f"{kind.title} is switched off in the settings.")
    if not kind.is_configured:
        raise NotConfigured(f"{kind.title} needs a key: enter it in the settings.")
    return Conf(
        service=kind.name,
        title=kind.title,
        note=_noter(kind),
        base_url=settings.get(kind.url) if kind.url else "",
        key=settings.get(kind.key) if kind.key else "",
        proxy=settings.get(options.outbound_proxy),
        ca=_ca,
        pace=_pacer(kind, patience),
    )


def _noter(kind: ServiceKind) -> Callable[[str, str | None], None]:
    return lambda part, problem: breaker.note(kind.name, part, problem)


def _pacer(kind: ServiceKind, patience: float) -> Callable[[], None]:
    return lambda: budget.reserve(kind.name, wait=patience, pace=kind.pace)
