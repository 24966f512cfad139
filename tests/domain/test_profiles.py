"""Quality profiles as people keep them, and which one holds for a video."""

from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import Taste
from mvidarr.downloads import profiles
from mvidarr.downloads.profiles import NewProfile
from mvidarr.library import artists, videos
from mvidarr.models import Artist, Event, QualityProfile, Video
from tests.factories import fresh, make_artist, make_video

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def standard(database: Config) -> QualityProfile:
    """What a new library begins with; MariaDB is emptied before each test."""
    QualityProfile.delete().execute()
    row = profiles.create(profiles.PRESETS[0].profile)
    return profiles.make_standard(row.id)


def test_the_presets_are_profiles() -> None:
    best = profiles.create(profiles.PRESETS[1].profile)

    wanted = profiles.as_quality(best)
    assert (wanted.most, wanted.container, wanted.video_codecs) == (2160, "mkv", ())
    everywhere = profiles.quality_of(None)
    assert (everywhere.most, everywhere.least, everywhere.container) == (1080, 480, "mp4")
    assert (everywhere.video_codecs, everywhere.audio_codecs) == (("h264",), ("aac",))
    assert everywhere.hdr is Taste.AVOID


def test_a_profile_is_kept_as_it_was_given() -> None:
    row = profiles.create(
        NewProfile(
            name="  Small   screens ",
            heights=[720, 1080, 720],
            cutoff=720,
            codecs=["av1", "vp9"],
            audio_codecs=["opus"],
            container="mkv",
            hdr="prefer",
            high_fps="avoid",
            is_upgrading=False,
        )
    )
    kept = fresh(row)
    assert (kept.name, kept.heights, kept.cutoff) == ("Small screens", [720, 1080], 720)
    assert (kept.codecs, kept.audio_codecs, kept.container) == (["av1", "vp9"], ["opus"], "mkv")
    assert (kept.hdr, kept.high_fps, kept.is_upgrading) == ("prefer", "avoid", False)
    assert Event.select().where(Event.kind == "profile.changed").count() == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 101),
        ("heights", []),
        ("heights", [1080, 999]),
        ("cutoff", 2160),
        ("codecs", ["mpeg2"]),
        ("audio_codecs", ["mp3"]),
        ("container", "avi"),
        ("hdr", "yes"),
        ("high_fps", ""),
    ],
)
def test_each_bad_field_is_named(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        profiles.create(NewProfile(**{"name": "Other", **{field: value}}))
    assert field in refused.value.fields
    assert QualityProfile.select().count() == 1


def test_a_name_is_taken_once_however_it_is_spelled(standard: QualityProfile) -> None:
    with pytest.raises(Invalid) as refused:
        profiles.create(NewProfile(name="PLAYS  everywhere"))
    assert refused.value.fields["name"] == "Another profile has this name."
    other = profiles.create(NewProfile(name="Other"))
    with pytest.raises(Invalid):
        profiles.change(other.id, {"name": standard.name})
    profiles.change(other.id, {"name": "OTHER"})
    assert fresh(other).name == "OTHER"


def test_a_change_names_some_fields(standard: QualityProfile) -> None:
    profiles.change(standard.id, {"heights": [720, 480], "cutoff": 720})

    assert fresh(standard).heights == [720, 480]
    assert fresh(standard).name == "Plays everywhere"
    assert profiles.quality_of(None).most == 720
    event = list(Event.select().order_by(Event.id))[-1]
    assert event.data["fields"] == ["cutoff", "heights"]


def test_lines_cannot_be_taken_from_under_the_cutoff(standard: QualityProfile) -> None:
    with pytest.raises(Invalid) as refused:
        profiles.change(standard.id, {"heights": [720]})
    assert list(refused.value.fields) == ["cutoff"]


def test_an_unknown_field_is_refused(standard: QualityProfile) -> None:
    with pytest.raises(Invalid):
        profiles.change(standard.id, {"standard": 1})


def test_nothing_changed_is_not_told(standard: QualityProfile) -> None:
    before = Event.select().count()
    profiles.change(standard.id, {"name": standard.name})
    assert Event.select().count() == before


def test_the_standard_stays_until_another_one_is(standard: QualityProfile) -> None:
    other = profiles.create(NewProfile(name="Other"))
    with pytest.raises(Conflict):
        profiles.delete(standard.id)

    profiles.make_standard(other.id)
    profiles.make_standard(other.id)
    profiles.delete(standard.id)

    assert [row.name for row in profiles.rows()] == ["Other"]
    assert fresh(other).standard == 1


def test_what_chose_a_deleted_profile_falls_back_to_the_standard() -> None:
    other = profiles.create(NewProfile(name="Other", heights=[720], cutoff=720))
    artist = make_artist(profile=other.id)
    video = make_video(artist)
    mine = make_video(make_artist(), profile=other.id)
    assert (profiles.holding(video.id), profiles.holding(mine.id)) == (other.id, other.id)

    profiles.delete(other.id)

    assert (profiles.holding(video.id), profiles.holding(mine.id)) == (None, None)
    assert profiles.quality_of(profiles.holding(video.id)).most == 1080


def test_a_video_s_own_profile_goes_before_its_artist_s() -> None:
    of_artist = profiles.create(NewProfile(name="Of the artist"))
    of_video = profiles.create(NewProfile(name="Of the video"))
    artist = make_artist()
    video, other = make_video(artist), make_video(artist)

    artists.change(artist.id, {"profile_id": of_artist.id})
    videos.change(video.id, {"profile_id": of_video.id})

    assert profiles.holding(video.id) == of_video.id
    assert profiles.holding(other.id) == of_artist.id
    used = {one.row.name: (one.artists, one.videos) for one in profiles.used()}
    assert used == {"Plays everywhere": (0, 0), "Of the artist": (1, 0), "Of the video": (0, 1)}

    artists.change(artist.id, {"profile_id": None})
    videos.change(video.id, {"profile_id": None})
    assert (Artist.get().profile_id, Video.get_by_id(video.id).profile_id) == (None, None)


def test_a_profile_that_there_is_not_cannot_be_chosen() -> None:
    video = make_video()
    with pytest.raises(Invalid) as refused:
        videos.change(video.id, {"profile_id": 999})
    assert "profile_id" in refused.value.fields
    with pytest.raises(Invalid):
        artists.change(video.artist_id, {"profile_id": 999})
    with pytest.raises(NotFound):
        profiles.get(999)


def test_without_any_profile_there_is_still_something_to_aim_for() -> None:
    QualityProfile.delete().execute()
    assert profiles.quality_of(None).most == 1080
    assert profiles.quality_of(7).container == "mp4"


def test_there_is_an_end_to_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST", 1)
    with pytest.raises(Conflict):
        profiles.create(NewProfile(name="One too many"))
