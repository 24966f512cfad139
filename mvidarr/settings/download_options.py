"""The settings of downloads: when, how fast, what to take beside the video."""

from mvidarr.settings import hours, languages
from mvidarr.settings.option import Group, Kind, Option

downloads_paused = Option[bool](
    key="downloads_paused",
    kind=Kind.SWITCH,
    default=False,
    group=Group.DOWNLOADS,
    label="Hold all downloads",
    help="What runs is stopped and keeps what it has; it goes on when this is off again.",
)
download_concurrency = Option[int](
    key="download_concurrency",
    kind=Kind.INTEGER,
    default=2,
    group=Group.DOWNLOADS,
    label="Downloads at the same time",
    minimum=1,
    maximum=8,
)
download_hours = Option[str](
    key="download_hours",
    kind=Kind.TEXT,
    default="",
    group=Group.DOWNLOADS,
    label="Download only during these hours",
    help="For example 22-6. Empty: at any time. In this machine's time zone. What runs goes on.",
    check=hours.problem,
)
download_rate = Option[int](
    key="download_rate",
    kind=Kind.INTEGER,
    default=0,
    group=Group.DOWNLOADS,
    label="Speed limit of all downloads together",
    help="0 means no limit. Holds at once, for what runs too.",
    unit="kB/s",
    minimum=0,
    maximum=10_000_000,
)
download_retries = Option[int](
    key="download_retries",
    kind=Kind.INTEGER,
    default=3,
    group=Group.DOWNLOADS,
    label="Retries of each upload",
    help="After 1, 10 and then every 60 minutes. Then the next best upload is taken.",
    minimum=1,
    maximum=10,
)
duration_tolerance = Option[int](
    key="duration_tolerance",
    kind=Kind.INTEGER,
    default=5,
    group=Group.DOWNLOADS,
    label="A file may be longer or shorter than announced by",
    help="At least 5 seconds are always allowed.",
    unit="%",
    minimum=1,
    maximum=50,
)
automatic_upgrades = Option[bool](
    key="automatic_upgrades",
    kind=Kind.SWITCH,
    default=True,
    group=Group.DOWNLOADS,
    label="Look for better files",
    help="For videos below the cutoff of their quality profile, a few each day.",
)
subtitle_languages = Option[list[str]](
    key="subtitle_languages",
    kind=Kind.NAMES,
    default=[],
    group=Group.DOWNLOADS,
    label="Subtitles",
    help="Languages to fetch where the upload has them, as codes: en, de, pt-BR.",
    check=languages.problem,
)
automatic_subtitles = Option[bool](
    key="automatic_subtitles",
    kind=Kind.SWITCH,
    default=False,
    group=Group.DOWNLOADS,
    label="Take subtitles that YouTube made by itself",
    help="Where nobody wrote any. Only in the language that is sung: nothing translated.",
)
sponsorblock = Option[str](
    key="sponsorblock",
    kind=Kind.CHOICE,
    default="off",
    group=Group.DOWNLOADS,
    label="Parts without music",
    help="As SponsorBlock's users marked them. Cuts are made at the nearest whole picture, "
    "without encoding anew.",
    choices=(("off", "Leave them"), ("mark", "Mark them as chapters"), ("cut", "Cut them out")),
)
embed_chapters = Option[bool](
    key="embed_chapters",
    kind=Kind.SWITCH,
    default=True,
    group=Group.DOWNLOADS,
    label="Keep the upload's chapters",
)
disk_reserve = Option[int](
    key="disk_reserve",
    kind=Kind.INTEGER,
    default=1024,
    group=Group.DOWNLOADS,
    label="Keep free on the library's disk",
    help="Downloads wait while less than this is free.",
    unit="MB",
    minimum=0,
    maximum=10_000_000,
)
ytdlp_updates = Option[str](
    key="ytdlp_updates",
    kind=Kind.CHOICE,
    default="needed",
    group=Group.DOWNLOADS,
    label="Update yt-dlp",
    help="Into the data folder. It is tested first, and the former one comes back if that fails.",
    choices=(
        ("off", "Only by hand"),
        ("needed", "When YouTube no longer works with it"),
        ("weekly", "Every week"),
    ),
)
package_index = Option[str](
    key="package_index",
    kind=Kind.URL,
    default="",
    group=Group.DOWNLOADS,
    label="Package index for yt-dlp",
    help="Empty: the one that pip uses on this machine.",
)

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Option))
