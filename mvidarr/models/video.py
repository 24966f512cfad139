"""Videos, the uploads they can be had from, the files they lie in, and words about them."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
)

from mvidarr.core.terms import Availability, Verdict, VideoStatus, VideoType, Wish
from mvidarr.models.artist import Artist
from mvidarr.models.base import Table, json_column
from mvidarr.models.download import QualityProfile
from mvidarr.models.system import Image
from mvidarr.models.user import User


class Video(Table):
    """One song in one version by one artist. `status` is written by `videos.restate` alone."""

    artist = ForeignKeyField(Artist, on_delete="CASCADE")
    artist_id: int
    title = CharField(500)
    title_key = CharField(255)
    sort_key = CharField(255)
    type = CharField(32, default=VideoType.UNSPECIFIED.value)
    version = CharField(255, default="")
    version_key = CharField(255, default="")
    year = IntegerField(null=True)
    released = CharField(10, null=True)
    album = CharField(255, null=True)
    label = CharField(255, null=True)
    duration = DoubleField(null=True)
    status = CharField(16, default=VideoStatus.WANTED.value)
    wish = CharField(16, default=Wish.AUTO.value)
    fits = BooleanField(default=True)
    rating = IntegerField(null=True)
    plays = IntegerField(default=0)
    profile = ForeignKeyField(QualityProfile, null=True, on_delete="SET NULL")
    profile_id: int | None
    image = ForeignKeyField(Image, null=True, on_delete="SET NULL")
    image_id: int | None
    image_url = CharField(500, null=True)  # where a catalogue shows one
    locked = json_column(list)
    origins = json_column(dict)  # field → service that it comes from

    class Meta:
        indexes = (
            (("artist", "title_key", "type", "version_key"), True),
            (("created_at", "id"), False),
            (("sort_key", "id"), False),
            (("year", "id"), False),
            (("status", "created_at", "id"), False),
            (("status", "sort_key", "id"), False),
            (("status", "year", "id"), False),
            (("artist", "year", "id"), False),
            (("type", "created_at", "id"), False),
        )


class VideoSource(Table):
    """One upload of a video, or a candidate that no video uses yet (`video` NULL).

    `accepted_key` is `provider:source_id` while accepted: one upload serves one video.
    """

    artist = ForeignKeyField(Artist, on_delete="CASCADE")
    artist_id: int
    video = ForeignKeyField(Video, null=True, on_delete="CASCADE")
    video_id: int | None
    provider = CharField(16, default="youtube")
    source_id = CharField(64)
    title = CharField(500)
    channel = CharField(255, null=True)
    channel_id = CharField(64, null=True)
    published_at = BigIntegerField(null=True)
    duration = DoubleField(null=True)
    type = CharField(32, default=VideoType.UNSPECIFIED.value)
    version = CharField(255, default="")
    max_height = IntegerField(null=True)
    score = IntegerField(default=0)
    reasons = json_column(list)  # {"text", "points"}
    song = json_column(dict)  # what the video would be: title, year, album …
    verdict = CharField(16, default=Verdict.REVIEW.value)
    verdict_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    verdict_by_id: int | None
    availability = CharField(16, default=Availability.UNKNOWN.value)
    image_url = CharField(500, null=True)
    checked_at = BigIntegerField(null=True)
    found_by = CharField(64, default="")
    seen_at = BigIntegerField(null=True)
    group_key = CharField(255, null=True)
    accepted_key = CharField(100, null=True, unique=True)

    class Meta:
        indexes = (
            (("artist", "provider", "source_id"), True),
            (("artist", "verdict", "score"), False),
            (("artist", "group_key", "verdict", "score"), False),
            (("verdict", "score", "id"), False),
            (("availability", "video"), False),
        )


class VideoFile(Table):
    """What lies on disk, as measured. `main_key` is the video's id for the file that plays."""

    video = ForeignKeyField(Video, on_delete="CASCADE")
    video_id: int
    path = CharField(2000)  # below the library, forward slashes
    path_key = CharField(255, unique=True)
    size = BigIntegerField()
    mtime = BigIntegerField()
    hash = CharField(64, null=True)
    container = CharField(32, null=True)
    video_codec = CharField(32, null=True)
    audio_codec = CharField(32, null=True)
    width = IntegerField(null=True)
    height = IntegerField(null=True)
    fps = DoubleField(null=True)
    hdr = CharField(16, null=True)
    bit_rate = IntegerField(null=True)
    channels = IntegerField(null=True)
    loudness = DoubleField(null=True)
    duration = DoubleField(null=True)
    subtitles = json_column(list)  # names of the sidecar files
    source = ForeignKeyField(VideoSource, null=True, on_delete="SET NULL")
    source_id: int | None
    sidecar_hash = CharField(64, null=True)  # of the NFO as we wrote it last
    artwork = json_column(dict)  # ending → digest of a picture as we wrote it last
    findings = json_column(list)  # what is odd about the picture or the sound: terms.Finding
    true_peak = DoubleField(null=True)  # dBTP; `loudness` is LUFS
    measured_at = BigIntegerField(null=True)  # when picture and loudness were looked at
    missing_since = BigIntegerField(null=True)
    main_key = IntegerField(null=True, unique=True)


class Credit(Table):
    """Somebody's part in a video: featured, director … in their order."""

    video = ForeignKeyField(Video, on_delete="CASCADE")
    video_id: int
    role = CharField(32)
    name = CharField(255)
    name_key = CharField(255)
    position = IntegerField(default=0)

    class Meta:
        indexes = (
            (("video", "role", "name_key", "position"), True),
            (("role", "name_key"), False),
        )


class Genre(Table):
    name = CharField(255)
    name_key = CharField(255, unique=True)


class VideoGenre(Table):
    video = ForeignKeyField(Video, on_delete="CASCADE")
    video_id: int
    genre = ForeignKeyField(Genre, on_delete="CASCADE")
    genre_id: int

    class Meta:
        indexes = ((("video", "genre"), True),)


class Tag(Table):
    name = CharField(255)
    name_key = CharField(255, unique=True)


class VideoTag(Table):
    video = ForeignKeyField(Video, on_delete="CASCADE")
    video_id: int
    tag = ForeignKeyField(Tag, on_delete="CASCADE")
    tag_id: int

    class Meta:
        indexes = ((("video", "tag"), True),)


class Twin(Table):
    """Two videos that may be the same one; `first` has the lower id.

    `reason`: source, song or file. `is_distinct` when a person said that they are two.
    """

    first = ForeignKeyField(Video, on_delete="CASCADE", backref="+")
    first_id: int
    second = ForeignKeyField(Video, on_delete="CASCADE", backref="+")
    second_id: int
    reason = CharField(16)
    is_distinct = BooleanField(default=False)

    class Meta:
        indexes = (
            (("first", "second"), True),
            (("is_distinct", "id"), False),
        )


class SearchTerm(Table):
    """A folded word of an artist or a video; rewritten in the transaction that changes the row."""

    term = CharField(48)
    kind = CharField(16)
    ref_id = IntegerField()

    class Meta:
        indexes = (
            (("kind", "term", "ref_id"), True),
            (("kind", "ref_id", "term"), False),
        )
