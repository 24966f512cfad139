"""The settings of files: where they lie, what they are called, what is written beside them."""

from mvidarr.core.errors import Invalid
from mvidarr.media import naming
from mvidarr.settings.option import Group, Kind, Option


def _template_problem(template: str) -> str | None:
    try:
        naming.parse_template(template)
    except Invalid as error:
        return str(error)
    return None


def _folder_problem(path: str) -> str | None:
    return "Choose a folder of its own: this is the whole machine." if path == "/" else None


library_path = Option[str](
    key="library_path",
    kind=Kind.PATH,
    default="",
    group=Group.LIBRARY,
    label="Library folder",
    help="Where finished videos are filed. Your media server reads the same folder.",
    check=_folder_problem,
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
naming_characters = Option[str](
    key="naming_characters",
    kind=Kind.CHOICE,
    default="plain",
    group=Group.LIBRARY,
    label="Characters that some disks forbid",
    help="Plain: AC/DC becomes AC-DC. Look-alikes are letters that few keyboards have.",
    choices=(("plain", "Plain replacements"), ("lookalike", "Look-alikes")),
)
naming_bytes = Option[int](
    key="naming_bytes",
    kind=Kind.INTEGER,
    default=200,
    group=Group.LIBRARY,
    label="Longest name",
    help="Room for endings is kept beside it. Encrypted folders of Synology: 110.",
    unit="bytes",
    minimum=60,
    maximum=220,
)
nfo_files = Option[bool](
    key="nfo_files",
    kind=Kind.SWITCH,
    default=True,
    group=Group.LIBRARY,
    label="Write NFO files",
    help="What Jellyfin, Kodi and Emby read about each video.",
)
artwork_files = Option[list[str]](
    key="artwork_files",
    kind=Kind.CHOICES,
    default=["poster", "thumb", "fanart"],
    group=Group.LIBRARY,
    label="Pictures beside a video",
    choices=(("poster", "Poster"), ("thumb", "Thumb"), ("fanart", "Fanart")),
)
artist_files = Option[bool](
    key="artist_files",
    kind=Kind.SWITCH,
    default=True,
    group=Group.LIBRARY,
    label="Write artist.nfo and the artist's picture",
    help="In the artist's folder. ErsatzTV needs them.",
)
embed_picture = Option[bool](
    key="embed_picture",
    kind=Kind.SWITCH,
    default=True,
    group=Group.LIBRARY,
    label="Put the picture into the file",
)
measure_loudness = Option[bool](
    key="measure_loudness",
    kind=Kind.SWITCH,
    default=True,
    group=Group.LIBRARY,
    label="Measure loudness",
    help="By EBU R128, after each download. Takes a few seconds of one core.",
)
trash_days = Option[int](
    key="trash_days",
    kind=Kind.INTEGER,
    default=30,
    group=Group.LIBRARY,
    label="Keep deleted files for",
    help="In the trash of the library folder. 0: until you empty it.",
    unit="days",
    minimum=0,
    maximum=3650,
)

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Option))
