"""Properties of matching: the order of what was found never counts, and nothing is lost."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mvidarr.core.terms import Availability, Verdict, VideoType
from mvidarr.discovery import match
from mvidarr.discovery.match import ArtistFacts, Lines, Proposal, Rules
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo

SONGS = st.sampled_from(["Tide", "Ebb", "Glass (Harbour)", "夜", ""])
TITLES = st.builds(
    "{0}{1}{2}".format,
    st.sampled_from(["Nova - ", "Odd Ones - ", "NOVA & Odd Ones - ", ""]),
    SONGS,
    st.sampled_from(
        [
            "",
            " (Official Video)",
            " (Lyrics)",
            " (Live)",
            " ft. Zed",
            " (Odd Remix)",
            " (Official Video) [4K Remaster]",
            " (Explicit)",
            " (Karaoke)",
            " (Zed Cover)",
            " #shorts",
        ]
    ),
)
UPLOADS = st.builds(
    FoundUpload,
    found_by=st.sampled_from(["youtube", "ytmusic", "imvdb", "theaudiodb"]),
    provider=st.just("youtube"),
    source_id=st.sampled_from("abcdef"),
    title=TITLES,
    channel=st.sampled_from(
        [
            None,
            "Nova",
            "NovaVEVO",
            "Nova - Topic",
            "somebody77",
            "Nova and Odd Ones",
            "Tide Records",
        ]
    ),
    channel_id=st.sampled_from([None, "UCnova", "UCother"]),
    channel_verified=st.booleans(),
    duration=st.sampled_from([None, 30.0, 200.0, 4000.0]),
    view_count=st.sampled_from([None, 0, 5]),
    max_height=st.sampled_from([None, 720, 1080]),
    availability=st.sampled_from(list(Availability)),
    image_url=st.sampled_from([None, "https://a.example/1.jpg"]),
    is_short=st.booleans(),
    evidence=st.sets(
        st.sampled_from(
            [
                "omv",
                "atv",
                "ugc",
                "official_source",
                "imvdb_source",
                "mb_relation",
                "theaudiodb_link",
            ]
        ),
        max_size=3,
    ).map(tuple),
)
VIDEOS = st.builds(
    FoundVideo,
    found_by=st.sampled_from(["imvdb", "musicbrainz", "other"]),
    title=st.one_of(SONGS, st.just("Tide (Live)")),
    artists=st.sampled_from([(), ("Nova",), ("Odd Ones",), ("Odd Ones", "Nova")]),
    year=st.sampled_from([None, 0, 1999, 2001]),
    released=st.sampled_from([None, "1999-01-02", "?"]),
    duration=st.sampled_from([None, 200.0, 230.0]),
    directors=st.sampled_from([(), ("Ana Roe",), ("Zed", "Ana Roe")]),
    ids=st.dictionaries(st.sampled_from(["imvdb_video", "mb_recording"]), st.sampled_from("12")),
    uploads=st.lists(UPLOADS, max_size=3).map(tuple),
)
USABLE = (Availability.AVAILABLE, Availability.UNKNOWN)
CATALOGUES = ("imvdb", "musicbrainz", "theaudiodb", "other")
FACTS = ArtistFacts(name="Nova", channels=("UCnova",), others=("UCother",))
FOUND = st.lists(st.one_of(UPLOADS, VIDEOS), max_size=12)


@settings(deadline=None)
@given(FOUND, st.randoms(use_true_random=False))
def test_order_of_what_was_found_changes_nothing(found: list[Found], dice: random.Random) -> None:
    mixed = found + found[: len(found) // 2]
    dice.shuffle(mixed)

    assert propose(*mixed) == propose(*found)
    assert propose(*found, *found) == propose(*found)


@settings(deadline=None)
@given(FOUND)
def test_proposals_hold_every_upload_once_with_scores_in_bounds(found: list[Found]) -> None:
    proposals = propose(*found)

    every = [item for item in found if isinstance(item, FoundUpload)]
    every += [one for item in found if isinstance(item, FoundVideo) for one in item.uploads]
    shown = [candidate for one in proposals for candidate in one.candidates]
    assert sorted(candidate.upload.source_id for candidate in shown) == sorted(
        {one.source_id for one in every}
    )
    assert all(0 <= candidate.score <= 100 for candidate in shown)
    assert all(one.candidates or one.verdict is Verdict.ACCEPTED for one in proposals)


@settings(deadline=None)
@given(FOUND, st.sets(st.sampled_from(list(VideoType))).map(tuple), st.booleans())
def test_verdicts_follow_from_the_reasons(
    found: list[Found], types: tuple[VideoType, ...], review: bool
) -> None:
    lines = Lines()
    proposals = match.propose(FACTS, found, Rules(types=types, review=review), lines)

    for candidate in (candidate for one in proposals for candidate in one.candidates):
        points = [reason.points for reason in candidate.reasons]
        is_refused = any(point <= -100 for point in points)
        assert candidate.score == (0 if is_refused else max(0, min(100, sum(points))))
        assert points == sorted(points, key=abs, reverse=True)
        if candidate.verdict is Verdict.ACCEPTED:
            assert candidate.score >= lines.accept
            assert not is_refused
            assert not review
        if is_refused:
            assert candidate.verdict is Verdict.REFUSED


@settings(deadline=None)
@given(FOUND)
def test_every_known_field_has_an_origin(found: list[Found]) -> None:
    for one in propose(*found):
        fields = {
            name
            for name in ("year", "released", "album", "label", "duration")
            if getattr(one, name)
        }
        assert fields <= one.origins.keys()
        assert set(one.origins.values()) <= {"youtube", "ytmusic", *CATALOGUES}
        assert bool(one.directors) is ("directors" in one.origins)
        assert bool(one.featured) is ("featured" in one.origins)


@settings(deadline=None)
@given(FOUND)
def test_usable_uploads_come_before_dead_ones(found: list[Found]) -> None:
    for one in propose(*found):
        shown = [candidate for candidate in one.candidates if candidate.score]
        dead = [candidate.upload.availability not in USABLE for candidate in shown]
        assert dead == sorted(dead)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_names_are_survived(artist: str, title: str, channel: str) -> None:
    proposals = propose(_upload(title, channel), _entry(title, channel), artist=artist)

    assert proposals == propose(_entry(title, channel), _upload(title, channel), artist=artist)


def propose(*found: Found, artist: str = "Nova") -> tuple[Proposal, ...]:
    return match.propose(replace(FACTS, name=artist), found, Rules(), Lines())


def _upload(title: str, channel: str) -> FoundUpload:
    return FoundUpload(
        found_by="youtube", provider="youtube", source_id="a", title=title, channel=channel
    )


def _entry(title: str, artist: str) -> FoundVideo:
    return FoundVideo(found_by="imvdb", title=title, artists=(artist,))
