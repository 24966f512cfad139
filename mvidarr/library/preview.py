"""What a naming template does to videos of the library: how they would be called, and its traps.

Looks at some hundred videos at most, since it is asked while somebody types.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from peewee import fn

from mvidarr.core import text
from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.library import paths, renaming_facts
from mvidarr.library.renaming_facts import Filed
from mvidarr.library.tables import Artist, Video, VideoFile
from mvidarr.media import naming, naming_traps, safe_names
from mvidarr.media.naming import NameFacts, Style, Template
from mvidarr.media.naming_traps import Named, Trap
from mvidarr.settings import file_options

ARTISTS = 12  # whose videos are looked at, half of them those of the newest files
MOST = 240  # videos
LEAST = 4  # that are shown, if there are as many
WELL_KNOWN = (
    NameFacts(
        artist="Björk",
        title="Jóga",
        type=VideoType.OFFICIAL,
        year=1997,
        album="Homogenic",
        directors=("Michel Gondry",),
        quality="1080p",
        video_codec="h264",
        audio_codec="aac",
        source="youtube",
        source_id="loB0kmz_0MM",
    ),
    NameFacts(artist="AC/DC", title="T.N.T.", type=VideoType.LIVE, quality="720p"),
    NameFacts(artist="The White Stripes", title="Why Can't You…?", year=2003),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One video: where its file lies now (empty without one), and where it would go."""

    why: str
    former: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """`error`: why the template cannot be used; then there is nothing else."""

    samples: Sequence[Sample] = ()
    traps: Sequence[Trap] = ()
    error: str = ""


def show(template: str, characters: str = "", limit: str = "") -> Preview:
    """What becomes of names with a template as it is typed, and with the other settings so."""
    try:
        parsed = naming.parse_template(template, style=_style(characters, limit))
    except Invalid as error:
        return Preview(error=str(error))
    return of(parsed)


def of(template: Template) -> Preview:
    pool = _pool(template)
    traps = naming_traps.find(template, [_named(template, one) for one in pool])
    if not pool:
        shown = [_sample("", "", str(naming.render(template, known))) for known in WELL_KNOWN]
        return Preview(samples=shown, traps=traps)
    samples = [_sample(why, one.path, str(one.place(template))) for why, one in _interesting(pool)]
    return Preview(samples=samples, traps=traps)


def _style(characters: str, limit: str) -> Style:
    """The other settings as they are typed; as they are saved where they cannot be used yet."""
    saved = paths.style()
    try:
        chosen = file_options.naming_characters.parse(characters)
        return Style(limit=file_options.naming_bytes.parse(limit), lookalikes=chosen != "plain")
    except Invalid:
        return saved


def _pool(template: Template) -> list[Filed]:
    newest = VideoFile.select(VideoFile.video_id).order_by(VideoFile.id.desc()).limit(MOST)
    videos = [video_id for (video_id,) in newest.tuples()]
    artists = [
        artist_id
        for (artist_id,) in Video.select(Video.artist_id).where(Video.id.in_(videos)).tuples()
    ]
    chosen = list(dict.fromkeys([*list(dict.fromkeys(artists))[: ARTISTS // 2], *_spread()]))
    if not chosen:
        return []
    found = renaming_facts.of_videos(Video.artist.in_(chosen[:ARTISTS]), MOST, template)
    return sorted(found, key=lambda one: not one.file_id)


def _spread() -> list[int]:
    """Artists from all over the library."""
    last = Artist.select(fn.MAX(Artist.id)).scalar() or 0
    step = max(1, last // (ARTISTS // 2))
    return list(range(last, 0, -step))[: ARTISTS // 2]


def _named(template: Template, one: Filed) -> Named:
    return Named(facts=one.facts, path=one.place(template))


def _sample(why: str, former: str, place: str) -> Sample:
    suffix = former[former.rindex(".") :] if "." in former else ".mp4"
    return Sample(why=why, former=former, name=place + suffix)


def _is_self_titled(facts: NameFacts) -> bool:
    return text.name_key(facts.title) == text.name_key(facts.artist)


def _is_far(facts: NameFacts) -> bool:
    """Whether it is written in other letters than Latin ones."""
    return any(char.isalpha() and ord(char) > 0x24F for char in facts.artist + facts.title)


def _is_forbidden(facts: NameFacts) -> bool:
    return any(safe_names.value(words) != words for words in (facts.artist, facts.title))


KINDS: tuple[tuple[str, Callable[[NameFacts], Any]], ...] = (
    ("Newest", lambda facts: True),
    ("With a version", lambda facts: facts.version),
    ("Live", lambda facts: facts.type is VideoType.LIVE),
    ("With guests", lambda facts: facts.featured),
    ("Other letters", _is_far),
    ("Called like the artist", _is_self_titled),
    ("With characters that some disks forbid", _is_forbidden),
)


def _interesting(pool: Sequence[Filed]) -> Iterator[tuple[str, Filed]]:
    """A video of each kind, as far as there are some; none twice."""
    longest = max(pool, key=lambda one: len(one.facts.title))
    shown = {longest.video_id}
    for why, is_so in KINDS:
        for one in pool:
            if one.video_id not in shown and is_so(one.facts):
                shown.add(one.video_id)
                yield why, one
                break
    yield "Longest title", longest
    more = (one for one in pool if one.video_id not in shown)
    yield from (("Another one", one) for one in islice(more, max(0, LEAST - len(shown))))
