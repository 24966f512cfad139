"""Properties of reading titles: any text is survived, and reading again changes nothing."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mvidarr.core.terms import VideoType
from mvidarr.discovery import title_parts, title_words, titles

FLAGS = {"remaster", "4k", "8k", "hd", "hq", "upscaled", "explicit", "clean"}
WORDS = st.sampled_from(
    [
        "nova",
        "lane",
        "glass",
        "harbour",
        "odd",
        "müller",
        "ночь",
        "夜",
        "밤",
        "o'neil",
        "99",
        "x-ray",
    ]
)
NAME = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
ASIDE = st.sampled_from(
    [
        "(Official Video)",
        "[4K]",
        "(Lyrics)",
        "(Live at Sea)",
        "| Official Music Video",
        "- Live",
        "feat. Somebody",
        "HD",
    ]
)
SIGNS = st.sampled_from([*"()[]\"'「」-–|:/", "//", "ft.", "🎵", "by"])
MESS = st.lists(st.one_of(WORDS, ASIDE, SIGNS), max_size=14).map(" ".join)


@settings(deadline=None)
@given(st.text(), st.none() | st.text(), st.none() | st.floats(min_value=0, max_value=1e6))
@example("(" * 3000 + ")" * 3000, "x", 1.0)
@example("\"'" * 5000, None, None)
@example("- " * 5000, " - Topic", None)
@example("feat. " * 2000, "VEVO", 0.0)
@example("🏴‍☠️" * 3000, "🎵", None)
@example("\ud800 - \x00", "\udfff", None)
@example("official " * 1500, "Official", None)
@example(" " * 10_000, " ", None)
@example("שלום - עולם (הקליפ הרשמי)\u202e" * 300, "שלום", 200.0)
@example("「" * 5000 + "」", "「」", None)
@example("A / B " * 1700, "A", None)
@example("a|" * 5000, "A", 90.0)
@example("👩‍👩‍👧‍👦 - 🎵 (🎥)" * 500, "👩‍👩‍👧‍👦", None)
def test_any_text_is_read(title: str, channel: str | None, duration: float | None) -> None:
    parsed = titles.parse(title, channel, duration)

    assert parsed == titles.parse(title, channel, duration)
    assert isinstance(parsed.type, VideoType)
    assert parsed.flags <= FLAGS
    with pytest.raises(FrozenInstanceError):
        parsed.title = "another"  # type: ignore[misc]
    assert "" not in (parsed.artist, parsed.title)
    assert len(parsed.title or "") <= title_parts.LIMIT


@settings(deadline=None)
@given(st.text(), st.text())
def test_tidying_and_cleaning_twice_changes_nothing(title: str, part: str) -> None:
    tidied = title_parts.tidy(part)

    assert title_parts.tidy(tidied) == tidied
    assert title_words.words(" ".join(title_words.words(title))) == title_words.words(title)


@settings(deadline=None)
@given(MESS, st.none() | NAME, st.sampled_from(["\u202e", "\u200f", "\ufeff", "\u2066"]))
def test_invisible_signs_change_nothing(title: str, channel: str | None, sign: str) -> None:
    marked = f"{sign}{title}{sign}"

    assert titles.parse(marked, channel) == titles.parse(title, channel)


@settings(deadline=None)
@given(MESS, st.none() | NAME)
def test_messy_titles_give_single_lines(title: str, channel: str | None) -> None:
    parsed = titles.parse(title, channel)

    for name in (parsed.artist, parsed.title, parsed.version, *parsed.featured):
        assert name is None or name == " ".join(name.split())


@settings(deadline=None)
@given(NAME, NAME, st.lists(ASIDE, max_size=3, unique=True))
def test_reading_what_was_read_changes_nothing(artist: str, song: str, asides: list[str]) -> None:
    once = titles.parse(f"{artist} - {song} {' '.join(asides)}")
    again = titles.parse(f"{once.artist} - {once.title}")

    assert (again.artist, again.title) == (once.artist, once.title)


@settings(deadline=None)
@given(NAME, NAME, ASIDE, ASIDE)
def test_order_of_brackets_does_not_matter(artist: str, song: str, one: str, other: str) -> None:
    first, second = (part if part[0] in "([" else f"[{part}]" for part in (one, other))

    there = titles.parse(f"{artist} - {song} {first} {second}")
    back = titles.parse(f"{artist} - {song} {second} {first}")

    assert (there.artist, there.title, there.type) == (back.artist, back.title, back.type)


@settings(deadline=None)
@given(st.text())
def test_song_of_a_catalogue_is_read_whatever_it_is(name: str) -> None:
    parsed = titles.read_song(name)

    assert parsed == titles.read_song(name)
    assert parsed.artist is None
