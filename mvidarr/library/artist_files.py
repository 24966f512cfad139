"""What lies in an artist's own folder: artist.nfo and the artist's picture."""

import logging
from collections.abc import Mapping
from pathlib import Path

from mvidarr import activity, models, settings
from mvidarr.core import db
from mvidarr.core.errors import Error
from mvidarr.jobs import jobs
from mvidarr.library import files, words
from mvidarr.library.tables import Artist, Image, Video, VideoFile
from mvidarr.media import artist_nfo, naming, place, sidecars, thumbnails
from mvidarr.media.artist_nfo import ArtistFacts
from mvidarr.settings import file_options

log = logging.getLogger(__name__)

KIND = "artist_files"


def follow(artist: models.Artist) -> None:
    """Have the files follow a change of the artist, where it has some."""
    if artist.have and settings.get(file_options.artist_files):
        jobs.add(KIND, str(artist.id))


def write(artist_id: int, thumbs: Path, *, overwrite: bool = False) -> list[str]:
    """Write what is missing or has changed; the names of files of others that stay.

    Nothing is done for an artist without a folder of its own: a template may name none, or one
    that others share. Raises Unavailable while the library is away.
    """
    with db.session():
        artist = Artist.get_or_none(Artist.id == artist_id)
        if artist is None or not settings.get(file_options.artist_files) or not _has_own(artist):
            return []
        facts = _facts(artist)
        image = Image.get_or_none(Image.id == artist.image_id) if artist.image_id else None
    root = files.need_library()
    folder = naming.inside(root, artist.folder)
    if not folder.is_dir():
        return []
    known = _known(artist)
    wanted = {artist_nfo.NAME: _nfo(folder / artist_nfo.NAME, facts)}
    if image and (picture := _picture(image, thumbs)):
        wanted |= dict.fromkeys(artist_nfo.PICTURES, picture)
    outcomes = {
        name: sidecars.write(folder / name, data, known.get(name), overwrite=overwrite)
        for name, data in wanted.items()
    }
    changed = [
        (f"{artist.folder}/{name}", one.value) for name, one in outcomes.items() if one.is_written
    ]
    ours = {
        name: sidecars.digest(data)
        for name, data in wanted.items()
        if outcomes[name] is not sidecars.Outcome.KEPT
    }
    _note(artist_id, known | ours, changed)
    return [name for name, one in outcomes.items() if one is sidecars.Outcome.KEPT]


def try_writing(artist_id: int, thumbs: Path) -> None:
    """The same beside other work, which it may not stop."""
    try:
        write(artist_id, thumbs)
    except (Error, OSError) as error:
        log.warning("artist's files stay artist=%s error=%s", artist_id, error)


def clear_away(artist: models.Artist) -> None:
    """Remove what we wrote when the caller's transaction, which deletes the artist, is through."""
    known, folder = _known(artist), artist.folder
    if known:
        db.after_commit(lambda: _remove(folder, known))


def _remove(folder: str, known: Mapping[str, str]) -> None:
    try:
        root = files.need_library()
        path = naming.inside(root, folder)
        for name, digest in known.items():
            sidecars.remove(path / name, digest)
        place.prune(path, root.resolve())
    except (Error, OSError) as error:
        log.warning("artist's files stay folder=%s error=%s", folder, error)


def _has_own(artist: models.Artist) -> bool:
    """Whether the artist's files lie in its folder, and nobody else's."""
    start = naming.path_key(artist.folder)
    below = (VideoFile.path_key > f"{start}/") & (VideoFile.path_key < f"{start}0")
    owners = Video.select(Video.artist).join(VideoFile, on=(VideoFile.video == Video.id))
    return [row for (row,) in owners.where(below).distinct().limit(2).tuples()] == [artist.id]


def _known(artist: models.Artist) -> dict[str, str]:
    """Name → digest of each file as we wrote it last."""
    told: dict[str, str] = dict(artist.artwork)
    return told | ({artist_nfo.NAME: artist.sidecar_hash} if artist.sidecar_hash else {})


def _facts(artist: models.Artist) -> ArtistFacts:
    return ArtistFacts(
        name=artist.name,
        disambiguation=artist.disambiguation,
        mb_artist=words.ids_of_artist(artist.id).get("mb_artist", ""),
        genres=tuple(artist.genres),
        biography=artist.bio or "",
        country=artist.country or "",
    )


def _nfo(path: Path, facts: ArtistFacts) -> bytes:
    """What others added stays, whether we may write or not."""
    found = sidecars.existing(path, artist_nfo.LIMIT)
    return artist_nfo.merge(found, facts) if found else artist_nfo.render(facts)


def _picture(image: models.Image, thumbs: Path) -> bytes:
    stored = thumbnails.path(thumbs, image.hash, max(thumbnails.WIDTHS))
    return thumbnails.as_jpeg(stored.read_bytes()) if stored.is_file() else b""


def _note(artist_id: int, known: Mapping[str, str], changed: list[tuple[str, str]]) -> None:
    with db.session(), db.atomic():
        pictures = {name: digest for name, digest in known.items() if name != artist_nfo.NAME}
        values = {"sidecar_hash": known.get(artist_nfo.NAME), "artwork": pictures}
        Artist.update(**values).where(Artist.id == artist_id).execute()
        activity.files_changed(changed)
