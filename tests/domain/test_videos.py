"""Videos: adding, editing, wishing for and deleting them."""

from pathlib import Path

import pytest

from mvidarr.core.errors import Conflict, Invalid, NotFound
from mvidarr.core.terms import VideoStatus, VideoType, Wish
from mvidarr.library import details, sources, videos
from mvidarr.library.videos import Song
from mvidarr.media import place
from mvidarr.models import Block, Download, Event, SearchTerm, Video
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_file,
    make_source,
    make_user,
    make_video,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_video_added_by_hand_is_wanted_whatever_the_rules_say() -> None:
    artist = make_artist(rules={"types": ["live"]})
    video = videos.add(artist.id, Song(title=" Jóga ", directors=["Michel Gondry"], year=1997))

    assert (video.title, video.wish, video.fits) == ("Jóga", Wish.WANT, False)
    assert video.status == VideoStatus.WANTED
    assert fresh(artist).known == 1
    assert Event.select().where(Event.kind == "video.found").get().video_id == video.id


def test_a_title_is_one_video_in_each_type_and_version() -> None:
    artist = make_artist()
    videos.add(artist.id, Song(title="Jóga"))
    videos.add(artist.id, Song(title="Jóga", version="Director's Cut"))
    videos.add(artist.id, Song(title="Jóga", type="live"))
    videos.add(make_artist().id, Song(title="Jóga"))

    with pytest.raises(Conflict, match="already"):
        videos.add(artist.id, Song(title="JÓGA"))
    assert Video.select().count() == 4


@pytest.mark.parametrize(
    ("song", "field"),
    [
        (Song(title="  "), "title"),
        (Song(title="x" * 501), "title"),
        (Song(title="A", type="opera"), "type"),
        (Song(title="A", year=1500), "year"),
        (Song(title="A", released="1997-02-30"), "released"),
        (Song(title="A", album="x" * 256), "album"),
    ],
)
def test_bad_fields_are_refused(song: Song, field: str) -> None:
    with pytest.raises(Invalid) as error:
        videos.add(make_artist().id, song)
    assert list(error.value.fields) == [field]


def test_all_bad_fields_are_named_at_once() -> None:
    with pytest.raises(Invalid) as error:
        videos.change(make_video().id, {"title": "", "year": 1})
    assert set(error.value.fields) == {"title", "year"}


def test_an_edited_field_is_locked_against_catalogues() -> None:
    video = make_video(title="Joga")
    videos.change(video.id, {"title": "Jóga", "directors": ["Michel Gondry"], "rating": 9})

    changed = fresh(video)
    assert changed.locked == ["title", "directors"]
    assert (changed.title_key, changed.sort_key, changed.rating) == ("jóga", "joga", 9)

    told = Song(title="x", directors=["Somebody Else"], genres=["Pop"], year=1997)
    videos.enrich([(changed, told)])
    assert videos.names_of(video.id) == {
        "featured": [],
        "directors": ["Michel Gondry"],
        "genres": ["Pop"],
    }
    assert fresh(video).year == 1997


def test_a_catalogue_fills_gaps_and_overwrites_nothing() -> None:
    video = make_video(album="Homogenic", fits=True)
    videos.enrich([(video, Song(title="x", album="Greatest Hits", label="One Little Indian"))])

    assert (fresh(video).album, fresh(video).label) == ("Homogenic", "One Little Indian")


def test_a_year_that_a_catalogue_adds_is_judged_by_the_rules() -> None:
    artist = make_artist(rules={"types": ["official"], "year_from": 2000})
    video = make_video(artist)
    videos.enrich([(video, Song(title="x", year=1990))])
    videos.restate([video.id])

    assert fresh(video).status == VideoStatus.IGNORED


def test_a_title_cannot_be_changed_to_a_taken_one() -> None:
    artist = make_artist()
    make_video(artist, "Hunter")
    other = make_video(artist, "Jóga")

    with pytest.raises(Conflict):
        videos.change(other.id, {"title": "hunter"})
    assert fresh(other).title == "Jóga"


def test_editing_changes_what_search_finds() -> None:
    video = make_video(make_artist("Björk"), "Joga")
    videos.change(video.id, {"title": "Hunter", "directors": ["Paul White"]})

    terms = SearchTerm.select().where(SearchTerm.kind == "video")
    assert {row.term for row in terms} == {"hunter", "bjork", "paul", "white"}


def test_a_wish_beats_the_rules_and_is_history() -> None:
    video = make_video(fits=False)
    assert video.status == VideoStatus.IGNORED

    assert videos.wish([video.id], Wish.WANT) == [video.id]
    assert fresh(video).status == VideoStatus.WANTED
    assert videos.wish([video.id], Wish.WANT) == []

    videos.wish([video.id], Wish.IGNORE)
    assert fresh(video).status == VideoStatus.IGNORED
    wishes = [row.data["wish"] for row in Event.select().where(Event.kind == "video.changed")]
    assert wishes == ["want", "ignore"]


def test_deleting_keeps_files_and_takes_downloads_along(library: Path) -> None:
    video = make_video(source=True)
    file = library / "song.mp4"
    file.write_bytes(b"a video")
    make_file(video, path="song.mp4")
    make_download(video)

    assert videos.delete([video.id, 999]) is None

    assert file.exists()
    assert Download.select().count() == 0
    assert SearchTerm.select().where(SearchTerm.kind == "video").count() == 0
    with pytest.raises(NotFound):
        videos.get(video.id)


def test_deleting_with_files_removes_them(library: Path) -> None:
    video = make_video()
    (library / "song.mp4").write_bytes(b"a video")
    make_file(video, path="song.mp4")

    videos.delete([video.id], with_files=True)

    assert [path.name for path in library.iterdir()] == [place.OWN_FOLDER]


def test_the_description_has_what_name_nfo_and_tags_need() -> None:
    artist = make_artist("Björk", country="Iceland")
    song = Song(title="Jóga", directors=["A", "B"], featured=["C"], ids={"imvdb_video": "7"})
    video = videos.add(artist.id, song)
    make_source(video=video, score=50, source_id="worse")
    best = make_source(video=video, score=90, source_id="better")

    found = details.describe(video.id)
    assert (found.artist, found.title, found.type) == ("Björk", "Jóga", VideoType.OFFICIAL)
    assert (found.directors, found.featured, found.ids) == (["A", "B"], ["C"], {"imvdb_video": "7"})
    assert (found.provider, found.source_id) == ("youtube", best.source_id)
    assert details.describe(video.id, sources.of(video.id)[1].id).source_id == "worse"


def test_a_page_of_a_video_takes_a_bounded_number_of_queries() -> None:
    from mvidarr.core import db

    small, large = make_video(), make_video(file=True)
    for _ in range(6):
        make_source(video=large)
        make_video(fresh(large.artist))
    make_download(large, state="failed")
    videos.change(large.id, {"genres": ["a", "b"], "directors": ["c", "d"]})

    counts = []
    for video in (small, large):
        with db.counting() as queries:
            details.load(video.id)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1
    assert counts[1] <= 16


def test_a_block_outlives_the_video() -> None:
    user = make_user()
    video = make_video(source=True)
    sources.block(sources.of(video.id)[0].id, user.id, "reupload")
    videos.delete([video.id])

    assert Block.get().by_user_id == user.id
