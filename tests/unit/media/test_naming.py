import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import VideoType
from mvidarr.media import naming, safe_names
from mvidarr.media.naming import NameFacts

FOLDERS, FLAT = (naming.parse_template(preset.template) for preset in naming.PRESETS)

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


def is_safe(component: str) -> bool:
    before_dot = component.split(".")[0].strip().lower()
    return (
        0 < len(component.encode()) <= safe_names.LIMIT
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
    assert naming.warnings(template) == naming.warnings(template)


@given(long_or_nasty)
def test_a_safe_name_stays_as_it_is(words: str) -> None:
    once = safe_names.component(words)

    assert safe_names.component(once) == once


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
        ("{Title:2}{ feat. Featured}", {"featured": ("A", "B")}, "Jó feat. A, B"),
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
        ("\x00", ""),
    ],
)
def test_names_are_made_safe_and_stay_readable(words: str, name: str) -> None:
    assert safe_names.component(words) == name


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


@pytest.mark.parametrize(
    ("template", "problems"),
    [
        (FOLDERS.text, []),
        (FLAT.text, ["Part 1", "endings that Plex reads"]),
        ("{Artist}/{Artist} - {Title}{ (Version)}", ["versions of one", "Part 1"]),
        ("{Artist}/{Artist}{ [Source Id]}", ["versions of one"]),
        ("{Artist}/{Title}", ["{Version}", "Part 1"]),
        ("{Year}/{Title}{ (Version)}", ["{Artist}", "Part 1"]),
        ("{Artist}/{Album}", ["{Title}", "{Version}"]),
        ("{Artist}/{Album}/{Title}/x{ (Version)}-video", ["no deeper", "endings that Plex"]),
        ("{Artist}/{Source Id}", []),
    ],
)
def test_layouts_that_servers_merge_or_swallow_are_named(
    template: str, problems: list[str]
) -> None:
    found = naming.warnings(naming.parse_template(template))

    assert len(found) == len(problems)
    for problem in problems:
        assert any(problem in sentence for sentence in found)


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
