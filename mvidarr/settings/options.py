"""Every setting there is. The settings page, its JSON and docs/settings.md are made from this."""

from typing import Any

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import SOUND_ONLY, VideoType
from mvidarr.media import naming
from mvidarr.settings import hours, service_options
from mvidarr.settings.option import Group, Kind, Option

_OFFERED = tuple(
    (kind.value, kind.label)
    for kind in VideoType
    if kind not in {VideoType.UNSPECIFIED, VideoType.NOT_MUSIC, VideoType.OTHER}
    and (kind not in SOUND_ONLY or kind is VideoType.AUDIO)
)


def _template_problem(template: str) -> str | None:
    try:
        naming.parse_template(template)
    except Invalid as error:
        return str(error)
    return None


# Library

library_path = Option[str](
    key="library_path",
    kind=Kind.PATH,
    default="",
    group=Group.LIBRARY,
    label="Library folder",
    help="Where finished videos are filed. Your media server reads the same folder.",
)
naming_template = Option[str](
    key="naming_template",
    kind=Kind.TEXT,
    default="{Artist}/{Title}{ (Version)}{ (Year)}/{Artist} - {Title}{ (Version)}{ (Year)}",
    group=Group.LIBRARY,
    label="File names",
    help="Folders and name of a video. Text in the braces of an empty token vanishes with it.",
    check=_template_problem,
)

# Discovery

default_types = Option[list[str]](
    key="default_types",
    kind=Kind.CHOICES,
    default=["official"],
    group=Group.DISCOVERY,
    label="Types that a new artist wants",
    help="Each artist can want others.",
    choices=_OFFERED,
)
discovery_interval = Option[int](
    key="discovery_interval",
    kind=Kind.INTEGER,
    default=7,
    group=Group.DISCOVERY,
    label="Search each artist every",
    unit="days",
    minimum=1,
    maximum=365,
)
discovery_rhythm = Option[str](
    key="discovery_rhythm",
    kind=Kind.CHOICE,
    default="enhanced",
    group=Group.DISCOVERY,
    label="Rhythm of the searches",
    help="By the artist's own: sooner after a release, rarely when silent for years.",
    choices=(("standard", "The same for every artist"), ("enhanced", "By the artist's own rhythm")),
)
discovery_hours = Option[str](
    key="discovery_hours",
    kind=Kind.TEXT,
    default="",
    group=Group.DISCOVERY,
    label="Search only during these hours",
    help="For example 22-6. Empty: at any time. In this machine's time zone.",
    check=hours.problem,
)
uploads_checked = Option[int](
    key="uploads_checked",
    kind=Kind.INTEGER,
    default=200,
    group=Group.DISCOVERY,
    label="Uploads to look after each day",
    help="Whether they can still be had; those looked at longest ago come first. 0: none.",
    minimum=0,
    maximum=10_000,
)
accept_score = Option[int](
    key="accept_score",
    kind=Kind.INTEGER,
    default=75,
    group=Group.DISCOVERY,
    label="Take candidates from",
    help="Candidates that score this or more are taken without asking, those found before too.",
    unit="points",
    minimum=1,
    maximum=100,
)
review_score = Option[int](
    key="review_score",
    kind=Kind.INTEGER,
    default=45,
    group=Group.DISCOVERY,
    label="Ask about candidates from",
    help="Candidates below this are refused.",
    unit="points",
    minimum=0,
    maximum=100,
)
automatic_download = Option[bool](
    key="automatic_download",
    kind=Kind.SWITCH,
    default=True,
    group=Group.DISCOVERY,
    label="Download what is found",
    help="Off: videos that are found wait on the Wanted page.",
)

# Downloads

download_concurrency = Option[int](
    key="download_concurrency",
    kind=Kind.INTEGER,
    default=2,
    group=Group.DOWNLOADS,
    label="Downloads at the same time",
    minimum=1,
    maximum=8,
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
download_rate = Option[int](
    key="download_rate",
    kind=Kind.INTEGER,
    default=0,
    group=Group.DOWNLOADS,
    label="Speed limit of each download",
    help="0 means no limit.",
    unit="kB/s",
    minimum=0,
    maximum=10_000_000,
)
max_height = Option[str](
    key="max_height",
    kind=Kind.CHOICE,
    default="1080",
    group=Group.DOWNLOADS,
    label="Highest resolution",
    help="Up to 1080p the file is an MP4 that every browser plays, where the upload allows it.",
    choices=(
        ("480", "480p"),
        ("720", "720p"),
        ("1080", "1080p"),
        ("1440", "1440p"),
        ("2160", "4K"),
    ),
)
subtitle_languages = Option[list[str]](
    key="subtitle_languages",
    kind=Kind.NAMES,
    default=[],
    group=Group.DOWNLOADS,
    label="Subtitles",
    help="Languages to fetch where the upload has them, as codes: en, de.",
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

# Services

outbound_proxy = Option[str](
    key="outbound_proxy",
    kind=Kind.URL,
    default="",
    group=Group.SERVICES,
    label="Proxy for everything that goes out",
    help="For example http://127.0.0.1:3128. Empty: connect directly.",
)
# Import lists

lists_interval = Option[int](
    key="lists_interval",
    kind=Kind.INTEGER,
    default=24,
    group=Group.DISCOVERY,
    label="Read followed lists every",
    help="Each list can have another interval.",
    unit="hours",
    minimum=1,
    maximum=24 * 30,
)

# Access

public_url = Option[str](
    key="public_url",
    kind=Kind.URL,
    default="",
    group=Group.ACCESS,
    label="Address that people open",
    help="Behind a proxy: what the browser shows, for example https://videos.example.org.",
)
allowed_hosts = Option[list[str]](
    key="allowed_hosts",
    kind=Kind.NAMES,
    default=[],
    group=Group.ACCESS,
    label="Host names to answer to",
    help="Empty: any. IP addresses, localhost and this machine's own name always work.",
)
session_idle_days = Option[int](
    key="session_idle_days",
    kind=Kind.INTEGER,
    default=7,
    group=Group.ACCESS,
    label="Sign out after idle for",
    unit="days",
    minimum=1,
    maximum=90,
)
session_days = Option[int](
    key="session_days",
    kind=Kind.INTEGER,
    default=30,
    group=Group.ACCESS,
    label="Sign in again after",
    unit="days",
    minimum=1,
    maximum=365,
)

# System

log_level = Option[str](
    key="log_level",
    kind=Kind.CHOICE,
    default="info",
    group=Group.SYSTEM,
    label="Log",
    choices=(("debug", "Everything"), ("info", "What happens"), ("warning", "Problems only")),
)
history_days = Option[int](
    key="history_days",
    kind=Kind.INTEGER,
    default=365,
    group=Group.SYSTEM,
    label="Keep history for",
    unit="days",
    minimum=7,
    maximum=3650,
)

ALL: tuple[Option[Any], ...] = (
    *(value for value in list(globals().values()) if isinstance(value, Option)),
    *service_options.ALL,
)
BY_KEY = {option.key: option for option in ALL}
