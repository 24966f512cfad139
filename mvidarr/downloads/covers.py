"""The picture that a person chose for a video or an artist, instead of the one that was found."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from mvidarr import activity, models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Error, Invalid, NotFound, ServiceError
from mvidarr.core.terms import Verdict
from mvidarr.downloads import artwork
from mvidarr.library import artists, files, pictures, videos
from mvidarr.library.tables import Image, Video, VideoFile, VideoSource
from mvidarr.media import naming, sidecars, thumbnails
from mvidarr.media.probe import ProbeError

log = logging.getLogger(__name__)

FRAMES = (0.1, 0.25, 0.4, 0.6, 0.8)  # parts of the duration
MOST = 12
NOTHING = "Choose a picture, enter a link or pick a file."


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A picture to choose. `ref` is what `Choice.ref` takes; `link` where an upload shows it."""

    ref: str
    label: str
    link: str = ""
    second: int | None = None
    image_hash: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person chose: a file before a link before one of the offers."""

    ref: str = ""
    link: str = ""
    content: bytes = field(default=b"", repr=False)


def of_video(video_id: int) -> list[Offer]:
    """Pictures of the video's uploads, and moments of its file."""
    video = videos.get(video_id)
    query = VideoSource.select().where(
        VideoSource.video_id == video_id,
        VideoSource.image_url.is_null(False),
        VideoSource.verdict.in_((Verdict.ACCEPTED, Verdict.REVIEW)),
    )
    best_first = query.order_by(VideoSource.accepted_key.is_null(), VideoSource.score.desc())
    shown = [
        Offer(ref=f"source:{one.id}", label=one.title, link=one.image_url)
        for one in best_first.limit(MOST - len(FRAMES))
    ]
    if video.image_url:
        shown.append(Offer(ref="catalogue", label="Of a catalogue", link=video.image_url))
    file = VideoFile.get_or_none(VideoFile.main_key == video_id)
    if file is None or not file.duration:
        return shown
    seconds = [int(file.duration * part) for part in FRAMES]
    return shown + [
        Offer(ref=f"second:{second}", label="Moment of the video", second=second)
        for second in dict.fromkeys(seconds)
    ]


def of_artist(artist_id: int) -> list[Offer]:
    """Pictures of the artist's videos."""
    artists.get(artist_id)
    query = (
        Video.select(Image.id, Image.hash, Video.title)
        .join(Image, on=(Video.image == Image.id))
        .where(Video.artist == artist_id)
        .order_by(Video.sort_key, Video.id)
    )
    found = {ident: (digest, title) for ident, digest, title in query.limit(10 * MOST).tuples()}
    return [
        Offer(ref=f"image:{ident}", label=title, image_hash=digest)
        for ident, (digest, title) in list(found.items())[:MOST]
    ]


def set_video(video_id: int, choice: Choice, config: Config) -> models.Video:
    """Show the chosen picture, on the pages and beside the file. Raises Invalid."""
    video = videos.get(video_id)
    data = _data(choice, lambda: _of_video_ref(video, choice.ref, config), config)
    pictures.choose(video, _made(data, config))
    _beside(video_id, data)
    return videos.get(video_id)


def set_artist(artist_id: int, choice: Choice, config: Config) -> models.Artist:
    """Show the chosen picture of an artist. Raises Invalid."""
    artist = artists.get(artist_id)
    if not choice.content and not choice.link and choice.ref:
        pictures.choose(artist, _known(artist_id, choice.ref))
    else:
        data = _data(choice, _nothing, config)
        pictures.choose(artist, _made(data, config))
    return artists.get(artist_id)


def frame(video_id: int, second: int) -> bytes:
    """A moment of a video's file, as JPEG. Raises NotFound."""
    path = files.stream_path(video_id)
    try:
        return thumbnails.frame(path, second)
    except (ProbeError, OSError) as error:
        raise NotFound("There is no picture at this moment.") from error


def _data(choice: Choice, of_ref: Callable[[], bytes], config: Config) -> bytes:
    if choice.content:
        return choice.content
    if choice.link:
        return _fetched("link", choice.link, config)
    return of_ref()


def _of_video_ref(video: models.Video, ref: str, config: Config) -> bytes:
    if ref == "catalogue" and video.image_url:
        return _fetched("ref", video.image_url, config)
    kind, _, said = ref.partition(":")
    number = _number(said)
    if number is None or kind not in ("source", "second"):
        return _nothing()
    if kind == "second":
        return frame(video.id, number)
    source = VideoSource.get_or_none(VideoSource.id == number, VideoSource.video_id == video.id)
    if source is None or not source.image_url:
        raise Invalid({"ref": "This picture is not offered any more."})
    return _fetched("ref", source.image_url, config)


def _fetched(field: str, link: str, config: Config) -> bytes:
    try:
        return artwork.fetch(link, config)
    except ServiceError as error:
        raise Invalid({field: str(error)}) from error


def _nothing() -> bytes:
    raise Invalid({"ref": NOTHING})


def _known(artist_id: int, ref: str) -> pictures.Picture:
    """The stored picture of one of the artist's videos."""
    number = _number(ref.removeprefix("image:"))
    mine = Video.select(Video.image).where(Video.artist == artist_id)
    if number is not None:
        found = Image.get_or_none((Image.id == number) & Image.id.in_(mine))
        if found is not None:
            shown: pictures.Picture = found
            return shown
    raise Invalid({"ref": "This picture is not offered any more."})


def _number(said: str) -> int | None:
    """A number that a row can have: no database could look a longer one up."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 18 else None


def _made(data: bytes, config: Config) -> pictures.Picture:
    try:
        return thumbnails.make(data, config.thumbs)
    except Invalid as error:
        raise Invalid({"picture": error.fields.get("image", str(error))}) from error


def _beside(video_id: int, data: bytes) -> None:
    """Give media servers the new picture, where one of ours lies beside the file."""
    file = VideoFile.get_or_none(VideoFile.main_key == video_id)
    if file is None or not file.artwork:
        return
    try:
        path = naming.inside(files.library(), file.path)
        picture, digests, changed = thumbnails.as_jpeg(data), dict(file.artwork), []
        for ending, known in file.artwork.items():
            beside = path.with_name(path.stem + ending)
            if beside.is_file() and sidecars.write(beside, picture, known).is_written:
                digests[ending] = sidecars.digest(picture)
                changed.append((f"{file.path.rpartition('.')[0]}{ending}", "modified"))
    except (Error, OSError) as error:  # the share may be away: the pages have the picture
        log.warning("artwork stays file=%s error=%s", file.path, error)
        return
    with db.atomic():
        VideoFile.update(artwork=digests).where(VideoFile.id == file.id).execute()
        activity.files_changed(changed)
