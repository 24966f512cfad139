"""The services, declared once: settings page, Test buttons, Health and docs are made from this."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvidarr import settings
from mvidarr.core import http
from mvidarr.core.config import Config
from mvidarr.core.errors import NotConfigured, NotFound
from mvidarr.core.http import Conf
from mvidarr.governor import breaker, budget, cache, quota
from mvidarr.integrations import (
    deezer,
    fanarttv,
    imvdb,
    jellyfin,
    kodi,
    lastfm,
    lidarr,
    musicbrainz,
    plex,
    spotify,
    theaudiodb,
    ytmusic,
)
from mvidarr.integrations.protocols import Checks, DescribesArtist, FindsArtists, FindsVideos
from mvidarr.integrations.youtube import channel_facts, data_api, feeds
from mvidarr.integrations.youtube import search as youtube
from mvidarr.settings import file_options, options, service_options

PAGE_PATIENCE = 5.0  # seconds that a page waits for its turn
JOB_PATIENCE = 120.0  # seconds that a job waits
SPARED = 0.1  # part of a budget that jobs leave to downloads and to people who wait for a page
HOME = 36_000  # requests an hour that programs of one's own bear


@dataclass(frozen=True, kw_only=True)
class ServiceKind:
    """A service: what it can do and which settings it has.

    `pace` in ms between two requests; `hourly`: how many in an hour, of this service or of the one
    that it is a part of, where each counts for `cost` then.
    """

    name: str
    title: str
    about: str
    pace: int
    check: Checks
    enabled: settings.Option[bool]
    hourly: int | settings.Option[int] = budget.DEFAULT_HOURLY
    cost: float = 1.0
    part_of: str | None = None  # the service whose budget it draws on
    url: settings.Option[str] | None = None
    key: settings.Option[str] | None = None
    also: tuple[settings.Option[Any], ...] = ()  # what else the adapter has to know
    needs: tuple[settings.Option[str], ...] = ()  # nothing can be asked without these
    quota: settings.Option[int] | None = None  # units that may be used in a day
    instead_of: str | None = None  # the service that need not be asked when this one answered
    find_videos: FindsVideos | None = None
    find_artists: FindsArtists | None = None
    describe: DescribesArtist | None = None

    @property
    def missing(self) -> settings.Option[str] | None:
        """The first setting that has to be filled in."""
        return next((option for option in self.needs if not settings.get(option)), None)

    @property
    def is_configured(self) -> bool:
        return self.missing is None

    @property
    def is_on(self) -> bool:
        return settings.get(self.enabled) and self.is_configured

    @property
    def per_hour(self) -> int:
        """Tokens that its bucket holds, and wins in an hour."""
        return self.hourly if isinstance(self.hourly, int) else settings.get(self.hourly)


ALL = (
    ServiceKind(
        name="youtube",
        title="YouTube",
        about="Finds uploads and downloads them. Needs no key.",
        pace=1_000,
        check=youtube.check,
        enabled=service_options.youtube_enabled,
        hourly=service_options.youtube_hourly,
        find_videos=youtube.find_videos,
        describe=channel_facts.describe,
    ),
    ServiceKind(
        name="youtube_api",
        title="YouTube Data API",
        about="Finds uploads instead of a search without key, and looks after many at once.",
        pace=200,
        check=data_api.check,
        enabled=service_options.youtube_api_enabled,
        url=service_options.youtube_api_url,
        key=service_options.youtube_api_key,
        needs=(service_options.youtube_api_key,),
        quota=service_options.youtube_api_quota,
        instead_of="youtube",
        find_videos=data_api.find_videos,
    ),
    ServiceKind(
        name="youtube_feeds",
        title="YouTube feeds",
        about="Show the newest uploads of artists' channels early. Need no key.",
        pace=1_000,
        check=feeds.check,
        enabled=service_options.youtube_feeds_enabled,
        hourly=service_options.youtube_hourly,
        cost=0.1,  # a file that lies ready, where a search or a player costs YouTube some work
        part_of="youtube",
        url=service_options.youtube_feeds_url,
        find_videos=feeds.find_videos,
    ),
    ServiceKind(
        name="ytmusic",
        title="YouTube Music",
        about="Knows which uploads are official music videos. Needs no key.",
        pace=1_000,
        check=ytmusic.check,
        enabled=service_options.ytmusic_enabled,
        find_videos=ytmusic.find_videos,
    ),
    ServiceKind(
        name="musicbrainz",
        title="MusicBrainz",
        about="Knows artists, recordings and many official uploads. Needs no key.",
        pace=1_100,
        check=musicbrainz.check,
        enabled=service_options.musicbrainz_enabled,
        hourly=3_000,
        url=service_options.musicbrainz_url,
        find_videos=musicbrainz.find_videos,
        find_artists=musicbrainz.find_artists,
        describe=musicbrainz.describe,
    ),
    ServiceKind(
        name="imvdb",
        title="IMVDb",
        about="The music video database: directors, versions, official uploads. Needs a key.",
        pace=1_000,
        check=imvdb.check,
        enabled=service_options.imvdb_enabled,
        url=service_options.imvdb_url,
        key=service_options.imvdb_api_key,
        needs=(service_options.imvdb_api_key,),
        find_videos=imvdb.find_videos,
        find_artists=imvdb.find_artists,
    ),
    ServiceKind(
        name="theaudiodb",
        title="TheAudioDB",
        about="Knows music videos, pictures and biographies. Needs no key.",
        pace=2_000,
        check=theaudiodb.check,
        enabled=service_options.theaudiodb_enabled,
        url=service_options.theaudiodb_url,
        key=service_options.theaudiodb_api_key,
        find_videos=theaudiodb.find_videos,
        find_artists=theaudiodb.find_artists,
        describe=theaudiodb.describe,
    ),
    ServiceKind(
        name="lastfm",
        title="Last.fm",
        about="Biographies and genres; top artists and loved songs to import. Needs a key.",
        pace=1_000,
        check=lastfm.check,
        enabled=service_options.lastfm_enabled,
        url=service_options.lastfm_url,
        key=service_options.lastfm_api_key,
        needs=(service_options.lastfm_api_key,),
        describe=lastfm.describe,
    ),
    ServiceKind(
        name="fanarttv",
        title="fanart.tv",
        about="Pictures of artists. Needs a key.",
        pace=500,
        check=fanarttv.check,
        enabled=service_options.fanarttv_enabled,
        url=service_options.fanarttv_url,
        key=service_options.fanarttv_api_key,
        needs=(service_options.fanarttv_api_key,),
        describe=fanarttv.describe,
    ),
    ServiceKind(
        name="deezer",
        title="Deezer",
        about="Pictures of artists. Needs no key.",
        pace=200,
        check=deezer.check,
        enabled=service_options.deezer_enabled,
        url=service_options.deezer_url,
        describe=deezer.describe,
    ),
    ServiceKind(
        name="spotify",
        title="Spotify",
        about="Followed artists, playlists, saved and top songs to import.",
        pace=500,
        check=spotify.check,
        enabled=service_options.spotify_enabled,
        url=service_options.spotify_url,
        key=service_options.spotify_client_secret,
        also=(service_options.spotify_client_id, service_options.spotify_accounts_url),
        needs=(service_options.spotify_client_id,),
    ),
    ServiceKind(
        name="lidarr",
        title="Lidarr",
        about="The artists of your music library to import.",
        pace=100,
        check=lidarr.check,
        enabled=service_options.lidarr_enabled,
        hourly=HOME,
        url=service_options.lidarr_url,
        key=service_options.lidarr_api_key,
        needs=(service_options.lidarr_url, service_options.lidarr_api_key),
    ),
    ServiceKind(
        name="plex",
        title="Plex",
        about="The artists of a music library to import; is told of changed files.",
        pace=100,
        check=plex.check,
        enabled=service_options.plex_enabled,
        hourly=HOME,
        url=service_options.plex_url,
        key=service_options.plex_token,
        also=(
            service_options.plex_refresh,
            service_options.plex_folder,
            file_options.library_path,
        ),
        needs=(service_options.plex_url, service_options.plex_token),
    ),
    ServiceKind(
        name="jellyfin",
        title="Jellyfin",
        about="Is told of changed files, so that new videos appear at once.",
        pace=100,
        check=jellyfin.check,
        enabled=service_options.jellyfin_enabled,
        hourly=HOME,
        url=service_options.jellyfin_url,
        key=service_options.jellyfin_api_key,
        also=(service_options.jellyfin_folder, file_options.library_path),
        needs=(service_options.jellyfin_url, service_options.jellyfin_api_key),
    ),
    ServiceKind(
        name="emby",
        title="Emby",
        about="Is told of changed files, so that new videos appear at once.",
        pace=100,
        check=jellyfin.check,
        enabled=service_options.emby_enabled,
        hourly=HOME,
        url=service_options.emby_url,
        key=service_options.emby_api_key,
        also=(service_options.emby_folder, file_options.library_path),
        needs=(service_options.emby_url, service_options.emby_api_key),
    ),
    ServiceKind(
        name="kodi",
        title="Kodi",
        about="Is told of changed files: it scans, cleans and reads again just those.",
        pace=500,  # it is also how often a scan is looked at
        check=kodi.check,
        enabled=service_options.kodi_enabled,
        hourly=HOME,
        url=service_options.kodi_url,
        key=service_options.kodi_password,
        also=(service_options.kodi_user, service_options.kodi_folder, file_options.library_path),
        needs=(service_options.kodi_url,),
    ),
)
BY_NAME = {kind.name: kind for kind in ALL}
NAMES = tuple(BY_NAME)
breaker.titles.update({kind.name: kind.title for kind in ALL})
breaker.titles["vimeo"] = "Vimeo"  # only downloads ask it

_ca: Path | None = None
_tools: Path | None = None


def set_up(config: Config) -> None:
    """Take over which further authorities are trusted, and where updated programs are."""
    global _ca, _tools  # boot facts: the same for the whole life of the process
    _ca, _tools = config.ca, config.tools


def authorities() -> Path | None:
    return _ca


def tools_folder() -> Path | None:
    return _tools


def find(name: str) -> ServiceKind:
    kind = BY_NAME.get(name)
    if kind is None:
        raise NotFound(f"There is no service {name}.")
    return kind


def conf(kind: ServiceKind, patience: float = JOB_PATIENCE, oldest: int | None = None) -> Conf:
    """What the adapter needs; each of its requests takes a slot, waiting at most `patience` s.

    Kept answers are taken when they are `oldest` ms old at most. Raises NotConfigured when the
    service is off or lacks a setting.
    """
    if not settings.get(kind.enabled):
        raise NotConfigured(f"{kind.title} is switched off in the settings.")
    missing = kind.missing
    if missing is not None:
        raise NotConfigured(
            f"{kind.title} cannot be asked yet: enter “{missing.label}” in the settings."
        )
    return Conf(
        service=kind.name,
        title=kind.title,
        note=_noter(kind),
        base_url=settings.get(kind.url) if kind.url else "",
        key=settings.get(kind.key) if kind.key else "",
        proxy=settings.get(options.outbound_proxy),
        also={option.key: settings.get(option) for option in kind.also},
        ca=_ca,
        tools=_tools,
        answers=cache.Cache(service=kind.name, oldest=oldest),
        pace=_pacer(kind, patience, SPARED if patience > PAGE_PATIENCE else 0.0),
        spend=_spender(kind),
    )


def reserve(name: str, wait: float = JOB_PATIENCE) -> None:
    """Take a slot and a token of a service, by its own pace, also of those that jobs spare."""
    kind = BY_NAME.get(name)
    if kind is None:
        budget.reserve(name, wait=wait)
    else:
        _pacer(kind, wait)()


def _noter(kind: ServiceKind) -> Callable[[str, str | None], None]:
    return lambda part, problem: breaker.note(kind.name, part, problem)


def _pacer(kind: ServiceKind, patience: float, spared: float = 0.0) -> Callable[[], None]:
    def take() -> None:
        hourly = kind.per_hour  # it may be changed while a long list is read
        budget.reserve(
            kind.part_of or kind.name,
            wait=patience,
            pace=kind.pace,
            hourly=hourly,
            cost=kind.cost,
            spare=spared * hourly,
        )

    return take


def _spender(kind: ServiceKind) -> Callable[[int], None]:
    most = kind.quota
    if most is None:
        return http.no_spend
    return lambda units: quota.spend(kind.name, units, settings.get(most))
