"""The vocabulary: every enumeration that is stored, sent or shown, spelled once."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each role includes the ones before it."""

    READONLY = "readonly"
    USER = "user"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def includes(self, other: "Role") -> bool:
        return self.rank >= other.rank


class VideoStatus(StrEnum):
    """Where a video stands; computed by `library.videos.restate`, stored for the lists."""

    WANTED = "wanted"
    QUEUED = "queued"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    FAILED = "failed"
    IGNORED = "ignored"


class WorkState(StrEnum):
    """State of a row that is work: downloads use all of them, jobs all but paused and parked."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    PARKED = "parked"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        return self in ACTIVE


ACTIVE = (WorkState.QUEUED, WorkState.RUNNING, WorkState.PAUSED, WorkState.PARKED)


class Stage(StrEnum):
    """What a running download shows; the step probe shows as merge, describe as tag."""

    FETCH = "fetch"
    MERGE = "merge"
    TAG = "tag"
    SHELVE = "shelve"


class Wish(StrEnum):
    """What a person asked for a video."""

    AUTO = "auto"
    WANT = "want"
    IGNORE = "ignore"


class Verdict(StrEnum):
    """Judgement of one source."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REFUSED = "refused"
    BLOCKED = "blocked"


class Availability(StrEnum):
    """Whether an upload can be had, and if not, why."""

    AVAILABLE = "available"
    UNKNOWN = "unknown"
    PRIVATE = "private"
    REMOVED = "removed"
    GEO_BLOCKED = "geo_blocked"
    MEMBERS_ONLY = "members_only"
    PREMIUM_ONLY = "premium_only"
    AGE_RESTRICTED = "age_restricted"
    NOT_YET = "not_yet"


class ServiceState(StrEnum):
    """How somebody else's system does."""

    WORKING = "working"
    DEGRADED = "degraded"
    BROKEN = "broken"
    OFF = "off"


class Cause(StrEnum):
    """Why an attempt at a download failed; `downloads.causes` says what follows from each."""

    PRIVATE = "private"
    REMOVED = "removed"
    GEO_BLOCKED = "geo_blocked"
    MEMBERS_ONLY = "members_only"
    PREMIUM_ONLY = "premium_only"
    AGE_RESTRICTED = "age_restricted"
    NOT_YET = "not_yet"
    BOT_WALL = "bot_wall"
    THROTTLED = "throttled"
    STALE_URL = "stale_url"
    FORMAT_MISSING = "format_missing"
    TOOL_MISSING = "tool_missing"
    DISK_FULL = "disk_full"
    LIBRARY_OFFLINE = "library_offline"
    NETWORK = "network"
    EXTRACTOR = "extractor"
    TOOL_FAILED = "tool_failed"
    CRASHED = "crashed"
    UNKNOWN = "unknown"
    NO_AUDIO = "no_audio"
    NO_VIDEO = "no_video"
    UNREADABLE = "unreadable"
    WRONG_DURATION = "wrong_duration"
    LOW_QUALITY = "low_quality"


class VideoType(StrEnum):
    """What kind of picture goes with the song."""

    OFFICIAL = "official"
    LYRIC = "lyric"
    VISUALIZER = "visualizer"
    LIVE = "live"
    CONCERT = "concert"
    PERFORMANCE = "performance"
    ACOUSTIC = "acoustic"
    REMIX = "remix"
    COVER = "cover"
    INSTRUMENTAL = "instrumental"
    EXTENDED = "extended"
    VERTICAL = "vertical"
    BEHIND_THE_SCENES = "behind_the_scenes"
    TRAILER = "trailer"
    INTERVIEW = "interview"
    # no moving picture of the song
    AUDIO = "audio"
    ART_TRACK = "art_track"
    AUDIO_ONLY_UPLOAD = "audio_only_upload"
    # never offered unless asked for
    ALTERED = "altered"
    LOOP = "loop"
    KARAOKE = "karaoke"
    REACTION = "reaction"
    SHORT = "short"
    FAN = "fan"
    REUPLOAD = "reupload"
    COMPILATION = "compilation"
    PLAYLIST = "playlist"
    LIBRARY_MUSIC = "library_music"
    OTHER = "other"
    NOT_MUSIC = "not_music"
    # the title has no word for it
    UNSPECIFIED = "unspecified"

    @property
    def label(self) -> str:
        return LABELS.get(self, self.value.replace("_", " ").capitalize())


LABELS = {
    VideoType.LYRIC: "Lyric video",
    VideoType.UNSPECIFIED: "Unspecified",
    VideoType.AUDIO_ONLY_UPLOAD: "Audio only",
    VideoType.ART_TRACK: "Art track",
    VideoType.FAN: "Fan video",
}

PICTURES = tuple(VideoType)[:15]
SOUND_ONLY = (VideoType.AUDIO, VideoType.ART_TRACK, VideoType.AUDIO_ONLY_UPLOAD)
UNASKED = tuple(VideoType)[18:30]


class Finding(StrEnum):
    """What is odd about a file, as measured."""

    LOW_RESOLUTION = "low_resolution"
    NO_AUDIO = "no_audio"
    SILENT = "silent"
    WRONG_DURATION = "wrong_duration"
    PILLARBOX = "pillarbox"
    LETTERBOX = "letterbox"
    UPSCALED = "upscaled"

    @property
    def label(self) -> str:
        return FINDINGS.get(self, self.value.replace("_", " ").capitalize())


FINDINGS = {
    Finding.NO_AUDIO: "No sound",
    Finding.PILLARBOX: "Black bars at the sides",
    Finding.LETTERBOX: "Black bars above and below",
    Finding.UPSCALED: "Seems blown up",
}


class MoveState(StrEnum):
    """How far one file of a renaming is."""

    PLANNED = "planned"
    MOVING = "moving"
    MOVED = "moved"
    FAILED = "failed"
    ASIDE = "aside"  # under a name for the time being: another file needs its place first
    UNDONE = "undone"


class TrashReason(StrEnum):
    """Why a file came into the trash."""

    DELETED = "deleted"
    REPLACED = "replaced"


class Taste(StrEnum):
    """What a quality profile thinks of a property that a file may have."""

    ANY = "any"
    PREFER = "prefer"
    AVOID = "avoid"
