"""Quality profiles: made, changed and deleted by people, and which one holds for a video."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from peewee import IntegrityError, fn

from mvidarr import activity, models
from mvidarr.core import clock, db, text
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Taste
from mvidarr.downloads import quality
from mvidarr.downloads.quality import Quality
from mvidarr.library import edit
from mvidarr.library.tables import Artist, Video

QualityProfile: Final[Any] = models.QualityProfile
MOST = 100  # profiles


@dataclass(frozen=True, kw_only=True, slots=True)
class NewProfile:
    """What a person says of a profile; lists with the preferred first."""

    name: str
    heights: Sequence[int] = (1080, 720, 480)
    cutoff: int = 1080
    codecs: Sequence[str] = ()
    audio_codecs: Sequence[str] = ()
    container: str = "mp4"
    hdr: str = Taste.ANY.value
    high_fps: str = Taste.ANY.value
    is_upgrading: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """Where a new profile can start from."""

    key: str
    about: str
    profile: NewProfile


PRESETS = (
    Preset(
        key="everywhere",
        about="H.264 and AAC in MP4 up to 1080p: every browser, television and media server.",
        profile=NewProfile(
            name="Plays everywhere",
            codecs=("h264",),
            audio_codecs=("aac",),
            hdr=Taste.AVOID.value,
        ),
    ),
    Preset(
        key="best",
        about="The most lines and the best codecs that there are, in Matroska.",
        profile=NewProfile(
            name="Best",
            heights=(2160, 1440, 1080, 720, 480),
            cutoff=2160,
            container="mkv",
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """A profile with how many artists and videos chose it."""

    row: models.QualityProfile
    artists: int = 0
    videos: int = 0


def used() -> list[Used]:
    """All profiles, the standard one first."""
    artists, videos = _uses(Artist), _uses(Video)
    return [
        Used(row=row, artists=artists.get(row.id, 0), videos=videos.get(row.id, 0))
        for row in rows()
    ]


def rows() -> list[models.QualityProfile]:
    """All profiles, the standard one first, then by name."""
    order = (QualityProfile.standard.is_null(), QualityProfile.name_key)
    return list(QualityProfile.select().order_by(*order))


def in_use() -> list[models.QualityProfile]:
    """The standard profile, and those that an artist or a video chose."""
    return [row for row in rows() if row.standard or _is_chosen(row.id)]


def get(profile_id: int) -> models.QualityProfile:
    """Raises NotFound."""
    row: models.QualityProfile | None = QualityProfile.get_or_none(QualityProfile.id == profile_id)
    if row is None:
        raise NotFound("There is no such quality profile.")
    return row


def create(new: NewProfile) -> models.QualityProfile:
    """Raises Invalid with a message for each bad field, Conflict when there are too many."""
    columns = _checked(asdict(new))
    with db.atomic():
        if QualityProfile.select().count() >= MOST:
            raise Conflict(f"There are {MOST} quality profiles already. Delete one first.")
        try:
            with db.atomic():
                row: models.QualityProfile = QualityProfile.create(**columns)
        except IntegrityError:
            raise _taken() from None
        _record(row, "created")
    return row


def change(profile_id: int, changes: Mapping[str, Any]) -> models.QualityProfile:
    """Change what is named; it holds for downloads that wait too. Raises Invalid."""
    edit.check_names(changes, _FIELDS)
    with db.atomic():
        row = get(profile_id)
        columns = _checked({name: getattr(row, name) for name in _FIELDS} | dict(changes))
        values = edit.differing(row, columns)
        try:
            with db.atomic():
                edit.write(row, values)
        except IntegrityError:
            raise _taken() from None
        if values:
            _record(row, "changed", fields=sorted(name for name in values if name in _FIELDS))
    return row


def delete(profile_id: int) -> models.QualityProfile:
    """Delete a profile; what chose it falls back to the standard one. Raises Conflict for that."""
    other = (QualityProfile.id == profile_id) & QualityProfile.standard.is_null()
    with db.atomic():
        row = get(profile_id)
        # by the statement: it may have become the standard a moment ago
        if not QualityProfile.delete().where(other).execute():
            raise Conflict("This profile is the standard one. Make another one the standard first.")
        _record(row, "deleted")
    return row


def make_standard(profile_id: int) -> models.QualityProfile:
    """Have a profile hold wherever nobody chose another one."""

    def work() -> models.QualityProfile:
        row = get(profile_id)
        if row.standard:
            return row
        QualityProfile.update(standard=None, updated_at=clock.now()).where(
            QualityProfile.standard == 1
        ).execute()
        edit.write(row, {"standard": 1})
        get(profile_id)  # deleted a moment ago: the former one stays
        _record(row, "made the standard")
        return row

    return db.transact(work)  # two at once: MariaDB lets only one of them be it


def quality_of(profile_id: int | None) -> Quality:
    """What a profile asks for; the standard one, where none was chosen or it was deleted."""
    chosen = QualityProfile.get_or_none(QualityProfile.id == profile_id) if profile_id else None
    made = chosen or QualityProfile.get_or_none(QualityProfile.standard == 1)
    return as_quality(made) if made else Quality()


def as_quality(row: models.QualityProfile) -> Quality:
    return Quality(
        heights=tuple(row.heights),
        cutoff=row.cutoff,
        container=row.container,
        video_codecs=tuple(row.codecs),
        audio_codecs=tuple(row.audio_codecs),
        hdr=Taste(row.hdr),
        high_fps=Taste(row.high_fps),
        is_upgrading=row.is_upgrading,
    )


def holding(video_id: int) -> int | None:
    """The profile that was chosen for a video, else for its artist; None for the standard one."""
    chosen = fn.COALESCE(Video.profile_id, Artist.profile_id)
    query = Video.select(chosen).join(Artist).where(Video.id == video_id)
    profile_id: int | None = query.scalar()
    return profile_id


_FIELDS = tuple(NewProfile.__dataclass_fields__)


def _is_chosen(profile_id: int) -> bool:
    return any(
        table.select().where(table.profile_id == profile_id).exists() for table in (Artist, Video)
    )


def _uses(table: Any) -> dict[int, int]:
    chosen = table.profile_id.is_null(False)
    query = table.select(table.profile_id, fn.COUNT(table.id)).where(chosen)
    return dict(query.group_by(table.profile_id).tuples())


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a profile. Raises Invalid with a message for each bad field."""
    problems: dict[str, str] = {}
    name = text.tidy(str(given["name"]))
    if not name or len(name) > 100:
        problems["name"] = "Give it a name of at most 100 characters."
    heights = _several(problems, "heights", given["heights"], quality.HEIGHTS)
    if not heights and "heights" not in problems:
        problems["heights"] = "Accept at least one resolution."
    if given["cutoff"] not in heights:
        problems["cutoff"] = "Choose one of the accepted resolutions."
    columns = {
        "name": name,
        "name_key": text.name_key(name),
        "heights": heights,
        "cutoff": given["cutoff"],
        "codecs": _several(problems, "codecs", given["codecs"], quality.VIDEO_CODECS),
        "audio_codecs": _several(
            problems, "audio_codecs", given["audio_codecs"], quality.AUDIO_CODECS
        ),
        "container": _one(problems, "container", given["container"], quality.CONTAINERS),
        "hdr": _one(problems, "hdr", given["hdr"], tuple(Taste)),
        "high_fps": _one(problems, "high_fps", given["high_fps"], tuple(Taste)),
        "is_upgrading": bool(given["is_upgrading"]),
    }
    if problems:
        raise Invalid(problems)
    return columns


def _several(
    problems: dict[str, str], name: str, given: Sequence[Any], offered: Sequence[Any]
) -> list[Any]:
    """What is given, each once, in its order."""
    unknown = [one for one in given if one not in offered]
    if unknown:
        problems[name] = f"Choose among: {', '.join(map(str, offered))}."
    return list(dict.fromkeys(given))


def _one(problems: dict[str, str], name: str, given: Any, offered: Sequence[str]) -> str:
    if given not in offered:
        problems[name] = f"Choose one of: {', '.join(offered)}."
    return str(given)


def _taken() -> Invalid:
    return Invalid({"name": "Another profile has this name."})


def _record(row: models.QualityProfile, done: str, **data: Any) -> None:
    activity.record("profile.changed", row.name, profile_id=row.id, done=done, **data)
