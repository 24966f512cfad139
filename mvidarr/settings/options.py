"""Every setting there is. The settings page, its JSON and docs/settings.md are made from this."""

from typing import Any

from mvidarr.core.terms import SOUND_ONLY, VideoType
from mvidarr.settings import download_options, file_options, hours, service_options
from mvidarr.settings.option import Group, Kind, Option

_OFFERED = tuple(
    (kind.value, kind.label)
    for kind in VideoType
    if kind not in {VideoType.UNSPECIFIED, VideoType.NOT_MUSIC, VideoType.OTHER}
    and (kind not in SOUND_ONLY or kind is VideoType.AUDIO)
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
    *file_options.ALL,
    *(value for value in list(globals().values()) if isinstance(value, Option)),
    *download_options.ALL,
    *service_options.ALL,
)
BY_KEY = {option.key: option for option in ALL}
