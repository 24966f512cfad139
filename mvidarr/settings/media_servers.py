"""The media servers that can be told of changed files, declared once."""

from dataclasses import dataclass

from mvidarr.settings import service_options, values
from mvidarr.settings.option import Option


@dataclass(frozen=True, kw_only=True)
class MediaServer:
    """`name` is that of its service; it is told when all `switches` are on and `needs` filled."""

    name: str
    title: str
    folder: Option[str]
    switches: tuple[Option[bool], ...]
    needs: tuple[Option[str], ...]

    @property
    def is_told(self) -> bool:
        on = all(values.get(switch) for switch in self.switches)
        return on and all(values.get(need) for need in self.needs)


ALL = (
    MediaServer(
        name="plex",
        title="Plex",
        folder=service_options.plex_folder,
        switches=(service_options.plex_enabled, service_options.plex_refresh),
        needs=(service_options.plex_url, service_options.plex_token),
    ),
    MediaServer(
        name="jellyfin",
        title="Jellyfin",
        folder=service_options.jellyfin_folder,
        switches=(service_options.jellyfin_enabled,),
        needs=(service_options.jellyfin_url, service_options.jellyfin_api_key),
    ),
    MediaServer(
        name="emby",
        title="Emby",
        folder=service_options.emby_folder,
        switches=(service_options.emby_enabled,),
        needs=(service_options.emby_url, service_options.emby_api_key),
    ),
    MediaServer(
        name="kodi",
        title="Kodi",
        folder=service_options.kodi_folder,
        switches=(service_options.kodi_enabled,),
        needs=(service_options.kodi_url,),
    ),
)
BY_NAME = {server.name: server for server in ALL}


def told() -> list[MediaServer]:
    """Those that want to know of changed files now."""
    return [server for server in ALL if server.is_told]
