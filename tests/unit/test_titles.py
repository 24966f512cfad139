"""Reading titles: the shapes that uploads come in, and the labelled collection."""

import json

import pytest

from mvidarr.core.terms import VideoType
from mvidarr.discovery import titles
from tests.benchmarks import titles as measured

NAMES = {
    "Nova Lane - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane – Glass Harbour (Official Video)": ("Nova Lane", "Glass Harbour"),
    "Nova Lane- Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane: Glass Harbour (Official Music Video)": ("Nova Lane", "Glass Harbour"),
    "Nova Lane | Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane // Glass Harbour [Official Video]": ("Nova Lane", "Glass Harbour"),
    'Nova Lane "Glass Harbour" M/V': ("Nova Lane", "Glass Harbour"),
    "Nova Lane 'Glass Harbour' Official MV": ("Nova Lane", "Glass Harbour"),
    "Nova Lane 'Glass - Harbour' MV": ("Nova Lane", "Glass - Harbour"),
    "[MV] Nova Lane _ Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane「Glass Harbour」Music Video": ("Nova Lane", "Glass Harbour"),
    "Nova Lane   Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova_Lane_-_Glass_Harbour_Official_Video.mp4": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Nova Lane - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Glass Harbour by Nova Lane": ("Nova Lane", "Glass Harbour"),
    "07. Nova Lane - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Glass Harbour Official Video": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Glass Harbour (Officical Video)": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Glass Harbour [4K Remaster] (Prod. by Somebody)": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Glass Harbour (Till The Morning)": (
        "Nova Lane",
        "Glass Harbour (Till The Morning)",
    ),
    "Nova Lane - 1983 (Official HD Video - 1983)": ("Nova Lane", "1983"),
    "Nova Lane - Show Them How to Live": ("Nova Lane", "Show Them How to Live"),
    "Nova Lane - Video": ("Nova Lane", "Video"),
    "Nova Lane - 24 Hours": ("Nova Lane", "24 Hours"),
    "Live - Glass Harbour": ("Live", "Glass Harbour"),
    "n-ova - Glass-Harbour": ("n-ova", "Glass-Harbour"),
    "Oak, Ash & Thorn - Glass Harbour": ("Oak, Ash & Thorn", "Glass Harbour"),
    'Nova Lane | "Glass Harbour"': ("Nova Lane", "Glass Harbour"),
    "Nova Lane 'Don't Go' MV": ("Nova Lane", "Don't Go"),
    "Nova Lane [노바] - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "[Nova Lane] - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Nova Lane - Glass Harbour ((Not) So Far)": ("Nova Lane", "Glass Harbour ((Not) So Far)"),
    "Nova Lane - Official Video - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Official Video | Nova Lane - Glass Harbour": ("Nova Lane", "Glass Harbour"),
    "Full Song: Glass Harbour | Tide Film | Ana Roe, Mika Roe": (None, "Glass Harbour"),
    "Glass Harbour Full Video I Tide Film I Ana Roe I Mika Roe": (None, "Glass Harbour"),
    "Nova Lane - Where We Live in Peace": ("Nova Lane", "Where We Live in Peace"),
    "Nova Lane - Harbour (How to Live)": ("Nova Lane", "Harbour (How to Live)"),
    "Fine 'Glass' Harbour": (None, "Fine 'Glass' Harbour"),
    "Песня Года - Стекло (Официальный клип)": ("Песня Года", "Стекло"),
}


@pytest.mark.parametrize("title", NAMES)
def test_artist_and_song_are_told_apart(title: str) -> None:
    parsed = titles.parse(title)

    assert (parsed.artist, parsed.title) == NAMES[title]


@pytest.mark.parametrize(
    ("title", "channel"),
    [
        ("Glass Harbour", "Nova Lane"),
        ("Glass Harbour (Official Video)", "NovaLaneVEVO"),
        ("Glass Harbour [Official HD Music Video] - Nova Lane", "Nova Lane"),
        ("Glass Harbour - Official Video", "Nova Lane Official"),
        ("Glass Harbour | Nova Lane (Official Video)", "Nova Lane"),
        ("Glass Harbour (Nova Lane) Lyric Video", "Nova Lane"),
        ("Nova Lane. Glass Harbour.", "Nova Lane"),
        ("Glass Harbour", "Nova Lane - Topic"),
    ],
)
def test_channel_of_the_artist_names_who_the_title_does_not(title: str, channel: str) -> None:
    parsed = titles.parse(title, channel)

    assert (parsed.artist, parsed.title) == ("Nova Lane", "Glass Harbour")


@pytest.mark.parametrize("channel", ["T-Series", "Harbour Records", "Best Lyrics", ""])
def test_label_is_never_the_artist(channel: str) -> None:
    parsed = titles.parse("Glass Harbour (Lyric Video)", channel)

    assert (parsed.artist, parsed.title) == (None, "Glass Harbour")


@pytest.mark.parametrize(
    ("title", "featured"),
    [
        ("Nova Lane - Glass Harbour ft. Mika Roe (Official Video)", ("Mika Roe",)),
        ("Nova Lane - Glass Harbour (Official Video) ft. Mika Roe", ("Mika Roe",)),
        ("Nova Lane feat. Mika Roe - Glass Harbour", ("Mika Roe",)),
        ("Nova Lane - Glass Harbour (feat. Mika Roe) [Video]", ("Mika Roe",)),
        ("Nova Lane - Glass Harbour (with Mika Roe & Odd Ones)", ("Mika Roe", "Odd Ones")),
        ("Nova Lane ft. Mika Roe - Glass Harbour ft. Mika Roe", ("Mika Roe",)),
    ],
)
def test_guests_leave_the_names(title: str, featured: tuple[str, ...]) -> None:
    parsed = titles.parse(title)

    assert (parsed.artist, parsed.title) == ("Nova Lane", "Glass Harbour")
    assert parsed.featured == featured


def test_with_is_a_word_of_songs_outside_brackets() -> None:
    assert titles.parse("Nova Lane - Fly With A Smile").title == "Fly With A Smile"


TYPES = {
    "Nova Lane - Glass Harbour": VideoType.UNSPECIFIED,
    "Nova Lane - Glass Harbour (Videoclip oficial)": VideoType.OFFICIAL,
    "Nova Lane - Glass Harbour (Clip Officiel)": VideoType.OFFICIAL,
    "Nova Lane - Glass Harbour (Director's Cut)": VideoType.OFFICIAL,
    "Nova Lane - Glass Harbour (Odd Remix) [Official Video]": VideoType.OFFICIAL,
    "Nova Lane - Glass Harbour (Official Lyric Video)": VideoType.LYRIC,
    "Nova Lane - Glass Harbour [Visualizer]": VideoType.VISUALIZER,
    "Nova Lane - Glass Harbour (Official Audio)": VideoType.AUDIO,
    "Nova Lane - Glass Harbour (not the video)": VideoType.AUDIO_ONLY_UPLOAD,
    "Nova Lane - Glass Harbour (Live at Sea, 1999) (Official Video)": VideoType.LIVE,
    "Nova Lane - Glass Harbour (En Vivo)": VideoType.LIVE,
    "Nova Lane - Glass Harbour | Full Show": VideoType.CONCERT,
    "Nova Lane 'Glass Harbour' Dance Practice": VideoType.PERFORMANCE,
    "Nova Lane - Glass Harbour (Acoustic)": VideoType.ACOUSTIC,
    "Nova Lane - Glass Harbour (Odd Remix)": VideoType.REMIX,
    "Nova Lane - Glass Harbour (Odd Ones cover)": VideoType.COVER,
    "Nova Lane - Glass Harbour (Instrumental)": VideoType.INSTRUMENTAL,
    "Nova Lane - Glass Harbour (Extended Mix)": VideoType.EXTENDED,
    "Nova Lane - Glass Harbour (Vertical Video)": VideoType.VERTICAL,
    "Nova Lane - Glass Harbour (Behind The Scenes)": VideoType.BEHIND_THE_SCENES,
    "Nova Lane - Glass Harbour (Official Teaser)": VideoType.TRAILER,
    "Nova Lane - Glass Harbour (Interview)": VideoType.INTERVIEW,
    "Nova Lane - Glass Harbour (slowed + reverb)": VideoType.ALTERED,
    "Nightcore - Glass Harbour (Lyrics)": VideoType.ALTERED,
    "Nova Lane - Glass Harbour 10 hours": VideoType.LOOP,
    "Nova Lane - Glass Harbour (Karaoke Version)": VideoType.KARAOKE,
    "Nova Lane - Glass Harbour (Official Video) REACTION": VideoType.REACTION,
    "Nova Lane - Glass Harbour #shorts": VideoType.SHORT,
    "Nova Lane - Greatest Hits (Full Album)": VideoType.COMPILATION,
    "Nova Lane - Glass Harbour (Album)": VideoType.COMPILATION,
    "Nova Lane Glass Harbour cover": VideoType.COVER,
    "Glass Harbour documental completo": VideoType.NOT_MUSIC,
    "Happy Glass | Royalty Free Music for Videos": VideoType.LIBRARY_MUSIC,
    "Nova Lane - Glass Harbour 뮤직비디오": VideoType.OFFICIAL,
}


@pytest.mark.parametrize("title", TYPES)
def test_type_follows_the_words(title: str) -> None:
    assert titles.parse(title).type is TYPES[title]


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("Nova Lane", VideoType.UNSPECIFIED),
        ("NOVALANE", VideoType.UNSPECIFIED),
        ("Harbour Records", VideoType.UNSPECIFIED),
        (None, VideoType.UNSPECIFIED),
        ("Nova Lane - Topic", VideoType.ART_TRACK),
        ("somebody77", VideoType.REUPLOAD),
        ("No Copyright Sounds of Crow", VideoType.REUPLOAD),
    ],
)
def test_bare_title_is_judged_by_its_channel(channel: str | None, kind: VideoType) -> None:
    assert titles.parse("Nova Lane - Glass Harbour", channel).type is kind


def test_music_video_on_a_foreign_channel_is_not_the_official_one() -> None:
    parsed = titles.parse("Nova Lane - Glass Harbour [Cat Music Video]", "Cat Music Video")

    assert parsed.type is VideoType.FAN


@pytest.mark.parametrize(
    ("title", "duration"),
    [
        ("Nova Lane best songs playlist 2024", None),
        ("Sunny Deep House Sunset Mix", 5400),
        ("Ten things nobody ever told you about the glass harbours of the north", 600),
        ("glass harbour drops tonight 🎉", 20),
        ("Harbour Life S02E05", 1300),
    ],
)
def test_what_is_not_one_song_has_no_names(title: str, duration: float | None) -> None:
    parsed = titles.parse(title, "Somebody", duration)

    assert (parsed.artist, parsed.title) == (None, None)
    assert parsed.type is not VideoType.OFFICIAL


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("Nova Lane - Glass Harbour (Live at Sea 1999)", "Live at Sea 1999"),
        ("Nova Lane - Glass Harbour - Live at Sea", "Live at Sea"),
        ("Nova Lane - Glass Harbour Live at Sea", "Live at Sea"),
        ("Nova Lane - Glass Harbour (Official Video - Clean Version)", "Clean Version"),
        ("Nova Lane - Glass Harbour (Odd Remix) [Official Video]", "Odd Remix"),
        ("Nova Lane - Glass Harbour (Brazil Version)", "Brazil Version"),
        ("Nova Lane - Glass Harbour (Explicit) (Official Video)", "Explicit"),
        ("Nova Lane - Glass Harbour [2009 Remaster]", ""),
        ("Nova Lane - Glass Harbour (Official 4K Video)", ""),
    ],
)
def test_version_keeps_the_words_that_make_another_video(title: str, version: str) -> None:
    parsed = titles.parse(title)

    assert (parsed.title, parsed.version) == ("Glass Harbour", version)


@pytest.mark.parametrize(
    ("title", "channel", "duration", "kind"),
    [
        ("Nova Lane - 24 Hours", "Nova Lane", 200, VideoType.UNSPECIFIED),
        ("Nova Lane - 24 Hours", "somebody77", 7200, VideoType.LOOP),
        ("Nova Lane - Full Concert in Rome", "somebody77", 5400, VideoType.CONCERT),
        ("Nova Lane - Glass Harbour (Live)", "Nova Lane", 5400, VideoType.CONCERT),
        ("Nova Lane - Glass Harbour (Official Video)", "Nova Lane", 1200, VideoType.OFFICIAL),
        ("Nova Lane - Glass Harbour (Official Video)", "Nova Lane", 45, VideoType.OFFICIAL),
        ("Nova Lane - Glass Harbour", "Nova Lane", 45, VideoType.SHORT),
        ("Nova Lane - Glass Harbour", "somebody77", 1200, VideoType.FAN),
        ("Nova Lane - Slow Soul Music Vol 3", "Nova Lane", 5400, VideoType.COMPILATION),
        ("Odd Ones b2b Nova Lane at Harbour 2024", "somebody77", 9000, VideoType.OTHER),
        ("The Keeper of the Harbour", "somebody77", 3000, VideoType.NOT_MUSIC),
    ],
)
def test_length_tells_songs_from_other_things(
    title: str, channel: str, duration: float, kind: VideoType
) -> None:
    assert titles.parse(title, channel, duration).type is kind


def test_night_on_a_stage_keeps_its_name() -> None:
    parsed = titles.parse("Nova Lane - Live from London", "Nova Lane")

    assert (parsed.artist, parsed.title) == ("Nova Lane", "Live from London")
    assert (parsed.type, parsed.version) == (VideoType.CONCERT, "Live")


def test_song_may_be_called_like_a_version() -> None:
    parsed = titles.parse("Nova Lane - Acoustic", "Nova Lane")

    assert (parsed.artist, parsed.title, parsed.version) == ("Nova Lane", "Acoustic", "")


def test_sentence_before_a_quote_is_no_artist() -> None:
    parsed = titles.parse('The story of the very best song ever sung: "Glass Harbour"')

    assert (parsed.artist, parsed.title) == (None, None)


def test_flags_tell_of_the_upload() -> None:
    parsed = titles.parse("Nova Lane - Glass Harbour (Explicit) [4K Remaster]")

    assert parsed.flags == {"4k", "remaster", "explicit"}


def test_song_of_a_catalogue_keeps_its_dashes() -> None:
    parsed = titles.read_song("Glass - Harbour (Live at Sea) [feat. Mika Roe]")

    assert (parsed.title, parsed.version) == ("Glass - Harbour", "Live at Sea")
    assert (parsed.featured, parsed.type) == (("Mika Roe",), VideoType.LIVE)


@pytest.fixture(scope="module")
def scores() -> dict[str, tuple[int, int]]:
    if not measured.RECORDED.exists():
        pytest.skip("The labelled titles are not beside this checkout.")
    rows = json.loads(measured.RECORDED.read_text("utf-8"))
    return measured.measure([row for row in rows if row["conv"] == "split"])[0]


@pytest.mark.parametrize(
    ("measure", "least"), [("artist", 0.98), ("title", 0.95), ("type", 0.95), ("not official", 1.0)]
)
def test_labelled_titles_are_read_as_well_as_promised(
    scores: dict[str, tuple[int, int]], measure: str, least: float
) -> None:
    right, asked = scores[measure]

    assert right >= least * asked


def test_benchmark_tells_right_from_wrong() -> None:
    row: measured.Row = {
        "input": "A - B (Official Video)",
        "artist": "a",
        "title": "C",
        "kind": "official",
    }

    scores, mistakes = measured.measure([row])

    assert scores == {"artist": (1, 1), "title": (0, 1), "type": (1, 1)}
    assert len(mistakes) == 1
