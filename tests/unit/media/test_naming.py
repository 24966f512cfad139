import unicodedata
from pathlib import Path, PurePosixPath

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.media import naming, safe_names
from mvidarr.media.naming import NameFacts

FOLDERS, FLAT = (naming.parse_template(preset.template) for preset in naming.PRESETS[:2])

nasty = st.lists(
    st.one_of(
        st.characters(),
        st.sampled_from('/\\:*?"<>|. -_\u200e\u202e\u0301\x00~%#ÀàKkﬁ👍🏽'),
        st.sampled_from(["con", "SAMPLE", "-trailer", "nul", "extras", "..", ": ", "-clip"]),
    ),
    max_size=40,
).map("".join)
long_or_nasty = st.one_of(nasty, st.text(min_size=150, max_size=300))
facts_of_any_kind = st.builds(
    NameFacts,
    artist=long_or_nasty,
    title=long_or_nasty,
    version=nasty,
    type=st.sampled_from(VideoType),
    year=st.none() | st.integers(1900, 2030),
    album=nasty,
    directors=st.tuples(nasty),
    featured=st.tuples(nasty, nasty),
    source_id=nasty,
)
pieces = st.one_of(
    st.sampled_from([f"{{{token.name}}}" for token in naming.TOKENS]),
    st.sampled_from(
        ["{ (Year)}", "{[Quality]}", "{ feat. Featured}", "{title.title:-7}", "/", " - "]
    ),
    st.sampled_from(["{{", "}}", "-video", ".", "(", ")"]),
)


def named(template: str, **facts: object) -> str:
    defaults: dict[str, object] = {"artist": "Björk", "title": "Jóga"}
    known = NameFacts(**(defaults | facts))  # type: ignore[arg-type]
    return str(naming.render(naming.parse_template(template), known))


def is_safe(component: str, limit: int = safe_names.LIMIT) -> bool:
    before_dot = component.split(".")[0].strip().lower()
    return (
        0 < len(component.encode()) <= limit
        and not set(component) & set('<>:"/\\|?*\x00\x7f\u200b\u202e\ufeff')
        and all(unicodedata.category(char) not in {"Cc", "Cs"} for char in component)
        and component == unicodedata.normalize("NFC", component)
        and not component.startswith((".", " ", "-"))
        and not component.endswith((".", " "))
        and before_dot not in {"con", "prn", "aux", "nul", "com1", "lpt9", "com¹"}
    )


@given(facts_of_any_kind, st.sampled_from([FOLDERS, FLAT]))
def test_any_facts_give_names_that_every_disk_takes(
    facts: NameFacts, template: naming.Template
) -> None:
    path = naming.render(template, facts)

    assert not path.is_absolute()
    assert all(is_safe(part) for part in path.parts)


@given(st.lists(pieces, min_size=1, max_size=8).map("".join), facts_of_any_kind)
def test_any_template_that_is_taken_gives_a_safe_path_inside_the_library(
    text: str, facts: NameFacts
) -> None:
    try:
        template = naming.parse_template(text)
    except Invalid:
        return
    path = naming.render(template, facts)

    assert all(is_safe(part) for part in path.parts)
    assert naming.inside(Path("/library"), path) == Path("/library") / path
    assert naming.render(template, facts) == path


@given(facts_of_any_kind, st.integers(60, 220), st.booleans(), st.sampled_from([FOLDERS, FLAT]))
def test_names_of_any_style_are_safe_and_unlike_each_other_only_by_their_facts(
    facts: NameFacts, limit: int, lookalikes: bool, layout: naming.Template
) -> None:
    style = naming.Style(limit=limit, lookalikes=lookalikes)
    template = naming.parse_template(layout.text, style=style)
    path = naming.render(template, facts)

    assert all(is_safe(part, limit) for part in path.parts)
    assert naming.render(template, facts) == path
    marked = naming.unique(path, {naming.path_key(path)}.__contains__, facts.source_id, style)
    assert all(is_safe(part, limit) for part in marked.parts)


@given(long_or_nasty, st.booleans())
def test_a_safe_name_stays_as_it_is(words: str, lookalikes: bool) -> None:
    style = naming.Style(lookalikes=lookalikes)
    once = safe_names.component(words, style=style)

    assert safe_names.component(once, style=style) == once


@given(long_or_nasty, long_or_nasty, st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True))
def test_the_id_of_an_upload_can_be_read_back(artist: str, title: str, source_id: str) -> None:
    facts = NameFacts(artist=artist, title=title, source_id=source_id)
    template = naming.parse_template("{Artist} - {Title}{ [Source Id]}")
    hypothesis.assume(not any(word in source_id.lower() for word in ("sample", "-trailer")))

    rendered = naming.render(template, facts)
    taken = naming.render(FLAT, facts)
    marked = naming.unique(taken, {naming.path_key(taken)}.__contains__, source_id)

    assert str(rendered).endswith(f"[{source_id}]")
    assert marked.name.endswith(f" [{source_id}]-video")


@given(long_or_nasty)
def test_cutting_keeps_what_is_seen_as_one_letter(words: str) -> None:
    tidy = safe_names.value(words)
    for limit in range(0, 40, 3):
        kept = safe_names.cut(tidy, limit)

        assert len(kept.encode()) <= limit
        assert tidy.startswith(kept)
        rest = tidy.removeprefix(kept)
        assert not rest or not kept or unicodedata.category(rest[0])[0] != "M"


@given(facts_of_any_kind, st.sampled_from([FOLDERS, FLAT]), nasty, st.integers(0, 3))
def test_a_taken_path_gets_another_name_that_is_safe(
    facts: NameFacts, template: naming.Template, source_id: str, clashes: int
) -> None:
    taken: set[str] = set()
    for _ in range(clashes + 1):
        path = naming.unique(naming.render(template, facts), taken.__contains__, source_id)
        taken.add(naming.path_key(path))
        assert all(is_safe(part) for part in path.parts)

    assert len(taken) == clashes + 1


@pytest.mark.parametrize(
    ("template", "facts", "path"),
    [
        (FOLDERS.text, {"year": 1997}, "Björk/Jóga (1997)/Björk - Jóga (1997)"),
        (FOLDERS.text, {}, "Björk/Jóga/Björk - Jóga"),
        (
            FOLDERS.text,
            {"type": VideoType.LIVE, "year": 1998},
            "Björk/Jóga (Live) (1998)/Björk - Jóga (Live) (1998)",
        ),
        (FOLDERS.text, {"type": VideoType.OFFICIAL}, "Björk/Jóga/Björk - Jóga"),
        (
            FOLDERS.text,
            {"type": VideoType.OFFICIAL, "version": "Director's Cut"},
            "Björk/Jóga (Director's Cut)/Björk - Jóga (Director's Cut)",
        ),
        (FLAT.text, {}, "Björk/Jóga-video"),
        (FLAT.text, {"type": VideoType.LYRIC}, "Björk/Jóga (Lyric video)-lyrics"),
        (FLAT.text, {"type": VideoType.ACOUSTIC}, "Björk/Jóga (Acoustic)-video"),
        ("{artist.name}/{TITLE}", {"artist": "Daft Punk"}, "daft.punk/JÓGA"),
        ("{Artist_Name} {Title}", {"artist": "Daft Punk"}, "Daft_Punk Jóga"),
        ("{Title:3}{ feat. Featured}", {"featured": ("A", "B")}, "Jó feat. A, B"),
        ("{Title:-2}{ feat. Featured}", {}, "ga"),
        ("{Title} [{Album}] ({Year}) - {Label} - {Quality}", {"quality": "1080p"}, "Jóga - 1080p"),
        ("{{{Title}}}", {}, "{Jóga}"),
        ("{Title}{.Video Codec}{.Audio Codec}", {"video_codec": "h264"}, "Jóga.H264"),
        ("{Artist Sort}/{Title}", {"artist": "The Cure"}, "Cure, The/Jóga"),
        ("{Artist Initial}/{Title}", {"artist": "The Cure"}, "C/Jóga"),
        ("{Artist Initial}/{Title}", {"artist": "2Pac"}, "0-9/Jóga"),
        ("{Artist Initial}/{Title}", {"artist": "!!!"}, "#/Jóga"),
        (
            "{Title} {Source} {Source Id}",
            {"source": "youtube", "source_id": "x-_"},
            "Jóga YouTube x-_",
        ),
        ("{Type}/{Director}/{Title}", {"directors": ("Gondry", "Jonze")}, "Gondry, Jonze/Jóga"),
        ("{Artist CleanName}/{Track CleanTitle}{ (Edition Tags)}", {}, "Björk/Jóga"),
        ("{Movie Title} {Release Year}", {"year": 1997}, "Jóga 1997"),
        ("{Artist}/{Title}", {"title": "Echoes, Part 1"}, "Björk/Echoes, Part (1)"),
        ("{Artist}/{Title}", {"title": "Hits CD2 Pt. B"}, "Björk/Hits CD(2) Pt. (B)"),
        ("{Artist}/{Title}", {"title": "Discover Cds"}, "Björk/Discover Cds"),
        ("{Title}/{Artist}", {"title": "Echoes, Part 1"}, "Echoes, Part 1/Björk"),
        ("{Album}", {"source_id": "abc"}, "Untitled [abc]"),
        ("{Album}/x{Album}-video", {}, "x-video"),
    ],
)
def test_templates_render_as_their_grammar_says(
    template: str, facts: dict[str, object], path: str
) -> None:
    assert named(template, **facts) == path


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("AC/DC", "AC-DC"),
        ("Mistakes & Regrets: The Movie", "Mistakes & Regrets - The Movie"),
        ("12:34", "12-34"),
        ('"Heroes"', "'Heroes'"),
        ("What?", "What"),
        ("???", "？？？"),
        ("...", "．．．"),
        ("..", "．．"),
        ("R.E.M.", "R.E.M"),
        ("...And You Will Know Us", "And You Will Know Us"),
        ("Con", "Con_"),
        ("aux.", "aux_"),
        ("Nul.mp3", "Nul_.mp3"),
        ("COM¹", "COM¹_"),
        ("Conan", "Conan"),
        ("Free Sample", "Free Sam-ple"),
        ("Samples", "Samples_"),
        ("Sampler", "Sampler"),
        ("Extras", "Extras_"),
        ("Metadata", "Metadata_"),
        ("Björk - Trailer", "Björk - Trailer_"),
        ("A -Trailer Park", "A - Trailer Park"),
        ("Video-Clip", "Video-Clip_"),
        ("a\u200bb\u202ec\x07d", "abcd"),
        ("e\u0301", "é"),
        (" spaced   out. ", "spaced out"),
        ("so\u00adft \u3164name\U000e0041", "soft name"),
        ("..hidden", "hidden"),
        ("@eaDir", "@eaDir_"),
        ("\x00", ""),
    ],
)
def test_names_are_made_safe_and_stay_readable(words: str, name: str) -> None:
    assert safe_names.component(words) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("AC/DC", "AC⧸DC"),
        ('What is "Love"?', "What is ＂Love＂？"),
        ("Live: 12:34", "Live： 12：34"),
        ("Con", "Con_"),
        ("a\u200bb", "ab"),
    ],
)
def test_lookalikes_keep_what_was_meant(words: str, name: str) -> None:
    assert safe_names.component(words, style=naming.Style(lookalikes=True)) == name


@pytest.mark.parametrize(
    ("words", "limit", "kept"),
    [
        ("Jóga", 3, "Jó"),
        ("Jóga", 2, "J"),
        ("🇮🇸🇩🇪", 12, "🇮🇸"),
        ("🇮🇸🇩🇪", 7, ""),
        ("👍🏽👍🏽", 15, "👍🏽"),
        ("👍🏽", 4, ""),
        ("क्षि", 6, "क्"),
        ("कि का", 8, "कि "),
        ("❤️x", 4, ""),
        ("abc", 3, "abc"),
    ],
)
def test_a_cut_goes_between_letters_as_people_see_them(words: str, limit: int, kept: str) -> None:
    assert safe_names.cut(words, limit) == kept


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"title": "x" * 300}, f"Björk - {'x' * 177} (Live) (1997)"),
        ({"artist": "a" * 300, "title": "x" * 300}, f"{'a' * 91} - {'x' * 92} (Live) (1997)"),
        ({"artist": "a" * 300}, f"{'a' * 178} - Jóga (Live) (1997)"),
        (
            {"title": "x" * 50, "version": "v" * 300},
            f"Björk - {'x' * 50} ({'v' * 131}) (1997)",
        ),
    ],
)
def test_a_long_name_loses_of_its_longest_values_and_keeps_the_rest(
    facts: dict[str, object], name: str
) -> None:
    known = {"type": VideoType.LIVE, "year": 1997, **facts}

    path = PurePosixPath(named(FOLDERS.text, **known))

    assert path.name == name
    assert len(path.name.encode()) <= safe_names.LIMIT


@pytest.mark.parametrize(
    ("size", "word"),
    [
        ((1920, 1080), "1080p"),
        ((1920, 800), "1080p"),
        ((1918, 1036), "1080p"),
        ((608, 1080), "480p"),
        ((1080, 1920), "1080p"),
        ((3840, 1600), "2160p"),
        ((640, 480), "480p"),
        ((100, 100), "100p"),
        ((None, None), ""),
        ((0, 1080), ""),
    ],
)
def test_the_quality_is_a_height_that_people_know(
    size: tuple[int | None, int | None], word: str
) -> None:
    assert naming.quality_of(*size) == word


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Björk/Jóga.mp4", "björk/jóga"),
        ("R.E.M/Stand", "r.e.m/stand"),
        ("KISS/.hidden", "kiss/.hidden"),
        ("a.b/C.D.mkv", "a.b/c.d"),
    ],
)
def test_files_of_one_stem_have_one_key(path: str, key: str) -> None:
    assert naming.stem_key(path) == key


def test_a_long_name_is_cut_between_characters() -> None:
    name = safe_names.component("é" * 150)

    assert name == "é" * 100
    assert safe_names.component("x" * 199 + "é").encode() == b"x" * 199
    assert safe_names.component("🎵" * 60) == "🎵" * 50


def test_a_long_name_that_grows_by_its_alteration_still_fits() -> None:
    name = safe_names.component("x" * 193 + " sample")

    assert name == "x" * 193 + " sampl"


def test_a_long_title_keeps_the_ending_that_plex_reads() -> None:
    path = PurePosixPath(named(FLAT.text, title="x" * 300, type=VideoType.LIVE))

    assert path.name.endswith("-live")
    assert len(path.name) == safe_names.LIMIT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("/{Title}", "library folder"),
        ("C:/{Title}", "library folder"),
        ("{Artist}\\{Title}", "Put /"),
        ("{Artist}//{Title}", "no name"),
        ("{Artist}/", "no name"),
        ("../{Title}", "lead out"),
        ("{Artist}/../{Title}", "lead out"),
        ("./{Title}", "lead out"),
        ("{Title", "brace"),
        ("Title}", "brace"),
        ("{}", "not known"),
        ("{Nonsense}", "not known"),
        ("{Release Group}", "not known"),
        ("{Artist Title}", "not known"),
        ("{Artist MbId}", "not known"),
        ("{Title:0}", "between 1 and"),
        ("{Title:999}", "between 1 and"),
        ("\u200b/{Title}", "cannot be a name"),
        ("a/" * 8 + "{Title}", "levels"),
        ("x" * 501, "longer"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        naming.parse_template(text, "naming_template")

    assert reason in refused.value.fields["naming_template"]


def test_every_token_and_alias_is_known() -> None:
    for token in naming.TOKENS:
        for spelling in (
            token.name,
            *token.aliases,
            token.name.lower(),
            token.name.replace(" ", ""),
        ):
            assert naming.parse_template(f"{{{spelling}}}")


def test_names_that_differ_in_case_only_collide() -> None:
    first = naming.render(FOLDERS, NameFacts(artist="KISS", title="Straße"))
    second = naming.render(FOLDERS, NameFacts(artist="Kiss", title="STRASSE"))

    found = naming.unique(second, {naming.path_key(first)}.__contains__, "dQw4w9WgXcQ")

    name = "STRASSE [dQw4w9WgXcQ]"
    assert str(found) == f"Kiss/{name}/Kiss - {name}"


def test_a_mark_stands_before_the_ending_that_plex_reads() -> None:
    path = PurePosixPath("Kiss/Beth-live")

    assert str(naming.unique(path, "kiss/beth-live".__eq__, "abc")) == "Kiss/Beth [abc]-live"
    assert str(naming.unique(path, "kiss/beth-live".__eq__)) == "Kiss/Beth (2)-live"


@pytest.mark.parametrize(
    "relative", ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\0b", "out/x", "link"]
)
def test_a_path_that_leads_out_of_the_library_is_refused(tmp_path: Path, relative: str) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (tmp_path / "secret").touch()
    (library / "out").symlink_to(tmp_path)
    (library / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(Invalid):
        naming.inside(library, relative)


def test_a_path_in_the_library_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "library").symlink_to(tmp_path / "disk")

    found = naming.inside(tmp_path / "library", PurePosixPath("Björk/Jóga.mp4"))

    assert found == (tmp_path / "disk" / "Björk" / "Jóga.mp4").resolve()


def test_a_mark_fits_into_the_shortest_name_that_can_be_set() -> None:
    style = naming.Style(limit=60)
    path = PurePosixPath("Björk/Jóga")

    marked = naming.unique(path, {naming.path_key(path)}.__contains__, "x" * 200, style)

    assert len(marked.name.encode()) <= 60
    assert marked.name.startswith("Jóga [xxx")
