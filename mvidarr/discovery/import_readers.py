"""How each kind of list is read: what a service answers, as entries with an artist each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mvidarr.core import text
from mvidarr.core.http import Conf
from mvidarr.discovery import channels, titles
from mvidarr.discovery.import_kind import Ask
from mvidarr.integrations import lastfm, lidarr, list_files, plex, spotify
from mvidarr.integrations.protocols import FoundUpload, Listed, Offer
from mvidarr.integrations.youtube import search as youtube

MOST_ENTRIES = 5_000


def spotify_followed(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return spotify.followed(conf, ask.access)


def spotify_playlist(conf: Conf, ask: Ask) -> Iterator[Listed]:
    if ask.call_it is not None:
        ask.call_it(spotify.playlist_offer(conf, ask.access, ask.options["playlist"]).title)
    return spotify.playlist(conf, ask.access, ask.options["playlist"])


def spotify_playlists(conf: Conf, ask: Ask) -> Iterator[Offer]:
    return spotify.playlists(conf, ask.access)


def spotify_saved(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return spotify.saved(conf, ask.access)


def spotify_top_artists(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return spotify.top_artists(conf, ask.access, ask.options["range"])


def spotify_top_tracks(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return spotify.top_tracks(conf, ask.access, ask.options["range"])


def lastfm_top(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return lastfm.top_artists(
        conf, ask.options["user"], ask.options["period"], ask.options["most"] or 0
    )


def lastfm_loved(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return lastfm.loved(conf, ask.options["user"])


def lidarr_artists(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return lidarr.artists(conf, False)  # what is not monitored there is shown as left out


def plex_artists(conf: Conf, ask: Ask) -> Iterator[Listed]:
    return plex.artists(conf, ask.options["library"])


def plex_libraries(conf: Conf, ask: Ask) -> Iterator[Offer]:
    yield from plex.libraries(conf)


def youtube_uploads(conf: Conf, ask: Ask) -> Iterator[Listed]:
    """The uploads of a playlist or a channel, each with the artist that its title names."""
    title, uploads = youtube.playlist(conf, ask.options["address"], MOST_ENTRIES)
    if ask.call_it is not None:
        ask.call_it(title)
    for upload in uploads:
        yield of_upload(upload)


def of_upload(upload: FoundUpload) -> Listed:
    """The entry that an upload is; its artist is empty where nothing names one."""
    said = titles.parse(upload.title, upload.channel, upload.duration)
    owner = channels.read(upload.channel)
    artist = said.artist or (owner.artist if owner else "")
    is_own = bool(
        artist and owner and upload.channel_id and not owner.is_topic and not owner.is_vevo
    ) and channels.is_owner(owner, artist)  # type: ignore[arg-type]
    return Listed(
        external_id=f"{upload.provider}:{upload.source_id}",
        artist=artist,
        ids={"youtube_channel": str(upload.channel_id)} if is_own else {},
        title=said.title or upload.title,
        duration=upload.duration,
        upload=upload,
        image_url=upload.image_url,
    )


def from_text(typed: str) -> list[Listed]:
    """Raises Invalid."""
    return [named(entry) for entry in list_files.parse_text(typed)]


def from_file(name: str, content: bytes) -> list[Listed]:
    """Raises Invalid."""
    return [named(entry) for entry in list_files.parse(name, content)]


def named(entry: Listed) -> Listed:
    """The entry with an artist, where its upload names one."""
    if entry.artist or entry.upload is None:
        return entry
    return replace(of_upload(entry.upload), external_id=entry.external_id)


def artists_of(entries: Iterable[Listed]) -> list[Listed]:
    """The artists of a list of songs, each once, with how often they are played in all."""
    found: dict[str, Listed] = {}
    for entry in entries:
        if not entry.title and entry.upload is None:
            found.setdefault(entry.external_id, entry)
            continue
        ident = f"artist:{text.name_key(entry.artist)}"
        known = found.get(ident)
        found[ident] = _joined(known, entry, ident)
    return list(found.values())


def _joined(known: Listed | None, entry: Listed, ident: str) -> Listed:
    if known is None:
        return Listed(
            external_id=ident,
            artist=entry.artist,
            ids=entry.ids,
            plays=entry.plays,
            genres=entry.genres,
            image_url=entry.image_url if entry.upload is None else None,
            monitored=entry.monitored,
        )
    plays = None if known.plays is entry.plays is None else (known.plays or 0) + (entry.plays or 0)
    ids: Mapping[str, str] = {**entry.ids, **known.ids}
    return replace(known, ids=ids, plays=plays, genres=known.genres or entry.genres)
