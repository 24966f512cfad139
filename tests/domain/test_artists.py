"""Artists: who is who, what is wanted of them, and what goes with them."""

from pathlib import Path

import pytest

from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound, Unavailable
from mvidarr.core.terms import VideoStatus
from mvidarr.library import artists, details, files, rules, sources, videos, words
from mvidarr.library.artists import NewArtist
from mvidarr.media import place
from mvidarr.models import Artist, Block, Event, SearchTerm, Video, VideoFile
from tests.factories import fresh, make_artist, make_file, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")


def test_an_artist_gets_keys_a_folder_and_the_default_types() -> None:
    artist = artists.add(NewArtist(name="  Björk "))

    assert (artist.name, artist.name_key, artist.sort_key) == ("Björk", "björk", "bjork")
    assert artist.folder == "Björk"
    assert artists.wanted_rules(artist).types == ("official",)
    assert artist.monitored
    assert Event.get().kind == "artist.added"


def test_two_spellings_of_one_name_are_one_artist() -> None:
    artists.add(NewArtist(name="Björk"))

    with pytest.raises(Conflict, match="Björk is in the library already"):
        artists.add(NewArtist(name="BJÖRK"))
    assert Artist.select().count() == 1


def test_an_accent_makes_another_artist() -> None:
    artists.add(NewArtist(name="Björk"))

    assert artists.add(NewArtist(name="Bjork")).id
    assert artists.find_by_name("BJORK") != artists.find_by_name("BJÖRK")


def test_artists_of_one_name_are_set_apart_and_get_folders_of_their_own() -> None:
    first = artists.add(NewArtist(name="Air"))
    second = artists.add(NewArtist(name="Air", disambiguation="UK / 1970s"))

    assert first.folder == "Air"
    assert second.folder == "Air (UK - 1970s)"


def test_names_that_a_disk_cannot_tell_apart_get_numbered_folders() -> None:
    folders = [artists.add(NewArtist(name=name)).folder for name in ("AC/DC", "AC-DC", "AC*DC")]

    assert folders == ["AC-DC", "AC-DC (2)", "AC-DC (3)"]


def test_an_id_belongs_to_one_artist() -> None:
    artists.add(NewArtist(name="Air", ids={"mb_artist": "one"}))

    with pytest.raises(Conflict, match="Air is in the library with this id"):
        artists.add(NewArtist(name="Air (French band)", ids={"mb_artist": "one"}))
    assert Artist.select().count() == 1


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(Invalid) as error:
        artists.add(NewArtist(name="Air", ids={"fax": "1"}))
    assert "ids" in error.value.fields


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 256])
def test_a_name_is_needed_and_bounded(name: str) -> None:
    with pytest.raises(Invalid) as error:
        artists.add(NewArtist(name=name))
    assert "name" in error.value.fields


@pytest.mark.parametrize("folder", ["/etc", "../up", "a/../../b", ".."])
def test_a_folder_stays_inside_the_library(folder: str) -> None:
    with pytest.raises(Invalid) as error:
        artists.add(NewArtist(name="Air", folder=folder))
    assert "folder" in error.value.fields


def test_a_folder_belongs_to_one_artist() -> None:
    artists.add(NewArtist(name="Air", folder="Pop/Air"))

    with pytest.raises(Invalid, match="Another artist"):
        artists.add(NewArtist(name="Other", folder="pop/AIR"))


def test_what_is_missing_is_not_found() -> None:
    assert artists.find(99) is None
    with pytest.raises(NotFound):
        artists.get(99)


def test_an_edited_field_is_locked_and_can_be_unlocked() -> None:
    artist = make_artist("Bjork")

    changed = artists.change(artist.id, {"name": "Björk", "country": "Iceland"})
    assert changed.locked == ["name", "country"]
    assert changed.sort_key == "bjork"

    assert artists.change(artist.id, {"locked": ["country"]}).locked == ["country"]
    assert fresh(artist).locked == ["country"]


def test_what_stays_the_same_is_not_locked() -> None:
    artist = make_artist("Björk")
    assert artists.change(artist.id, {"name": "Björk", "monitored": False}).locked == []


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(Invalid) as error:
        artists.change(make_artist().id, {"name_key": "x"})
    assert list(error.value.fields) == ["name_key"]


def test_a_name_cannot_be_changed_to_a_taken_one() -> None:
    make_artist("Air")
    other = make_artist("Airbourne")

    with pytest.raises(Conflict):
        artists.change(other.id, {"name": "AIR"})
    assert fresh(other).name == "Airbourne"


def test_a_renamed_artist_is_found_with_its_videos_by_the_new_name_only() -> None:
    artist = make_artist("Bjork")
    make_video(artist, "Jóga")

    artists.change(artist.id, {"name": "Guðmundsdóttir"})

    terms = {(row.kind, row.term) for row in SearchTerm.select()}
    assert {("artist", "gudmundsdottir"), ("video", "gudmundsdottir"), ("video", "joga")} == terms


def test_ids_are_added_changed_and_removed() -> None:
    artist = make_artist()
    artists.change(artist.id, {"ids": {"mb_artist": "one", "imvdb_entity": "2"}})
    artists.change(artist.id, {"ids": {"mb_artist": "three", "imvdb_entity": ""}})

    assert words.ids_of_artist(artist.id) == {"mb_artist": "three"}
    assert artists.wanted(artist).ids == {"mb_artist": "three"}


def test_order_folder_and_words_about_an_artist_can_be_changed() -> None:
    artist = make_artist("Kylie Minogue")
    changes = {"sort_name": "Minogue, Kylie", "folder": "Pop/Kylie", "bio": " One \n two  words "}
    changed = artists.change(artist.id, changes)

    assert (changed.sort_key, changed.folder) == ("minogue, kylie", "Pop/Kylie")
    assert changed.bio == "One\ntwo words"
    assert artists.change(artist.id, {"folder": ""}).folder == "Pop/Kylie"
    with pytest.raises(Invalid, match="cannot be the name"):
        artists.change(artist.id, {"folder": "a/" * 300 + "b" * 20})


def test_an_artist_that_somebody_else_adds_at_the_same_moment_is_a_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    artists.add(NewArtist(name="Air"))
    monkeypatch.setattr(artists, "find_by_name", lambda name, apart="": None)

    with pytest.raises(Conflict, match="added in the meantime"):
        artists.add(NewArtist(name="Air", folder="Other"))


def test_a_catalogues_artist_is_known_by_id_or_by_whole_name() -> None:
    air = artists.add(NewArtist(name="Air", disambiguation="FR", ids={"mb_artist": "one"}))

    assert artists.known_as("Something else", "", {"mb_artist": "one"}) == air
    assert artists.known_as("AIR", "FR", {"mb_artist": "two"}) == air
    assert artists.known_as("Air", "", {}) is None


def test_rules_decide_which_videos_are_wanted() -> None:
    artist = make_artist()
    video, live = make_video(artist, year=1997), make_video(artist, type="live", fits=False)
    assert (video.status, live.status) == (VideoStatus.WANTED, VideoStatus.IGNORED)

    artists.change(artist.id, {"rules": {"types": ["live"], "year_from": 1990}})
    assert (fresh(video).status, fresh(live).status) == (VideoStatus.IGNORED, VideoStatus.WANTED)

    artists.change(artist.id, {"rules": {"types": ["official", "live"], "year_to": 1996}})
    assert (fresh(video).status, fresh(live).status) == (VideoStatus.IGNORED, VideoStatus.WANTED)


def test_rules_know_words() -> None:
    wants = rules.parse({"words_in": "joga, army", "words_out": ["remix"]}).wants

    assert wants(kind="official", title="Jóga")
    assert not wants(kind="official", title="Yoga")
    assert not wants(kind="official", title="Jogaland")
    assert not wants(kind="official", title="Jóga", version="Dom & Roland Remix")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"types": ["opera"]}, "types"),
        ({"types": "official"}, "types"),
        ({"year_from": 12}, "year_from"),
        ({"year_from": 2000, "year_to": 1990}, "year_to"),
        ({"min_score": 101}, "min_score"),
        ({"min_score": True}, "min_score"),
        ({"words_in": [1]}, "words_in"),
        ({"mode": "maybe"}, "mode"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_rules_are_refused_with_the_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        rules.parse(given)
    assert list(error.value.fields) == [field]


def test_rules_survive_the_database() -> None:
    given = rules.parse(
        {"types": ["live"], "words_out": "demo", "min_score": "60", "mode": "review"}
    )
    artist = artists.add(NewArtist(name="Air", rules=given.stored()))

    assert artists.wanted_rules(fresh(artist)) == given
    assert given.accept_score() == 60
    assert rules.default().accept_score() == 75


def test_a_finished_search_is_noted() -> None:
    artist = make_artist()
    artists.mark_checked(artist.id, failures=2, next_check_at=clock.now() + 1000)

    checked = fresh(artist)
    assert (checked.failures, checked.next_check_at > clock.now()) == (2, True)
    assert checked.checked_at is not None


def test_deleting_keeps_files_blocks_and_history(library: Path) -> None:
    artist = make_artist("Air")
    video = make_video(artist, source=True)
    sources.block(sources.of(video.id)[0].id, None, "not theirs")
    file = _real_file(library, video)

    artists.delete(artist.id)

    assert file.exists()
    assert [model.select().count() for model in (Artist, Video, VideoFile, SearchTerm)] == [0] * 4
    assert Block.select().count() == 1
    assert Event.select().where(Event.kind == "artist.deleted").get().title == "Air"


def test_nobody_inherits_the_history_of_what_was_deleted(library: Path) -> None:
    air = make_artist("Air")
    song = make_video(air, source=True)
    sources.block(sources.of(song.id)[0].id, None, "not theirs")
    before = Event.select().count()

    videos.delete([song.id])
    artists.delete(air.id)

    other = make_artist("Airbourne", id=air.id)  # SQLite gives the number out again by itself
    theirs = make_video(other, id=song.id)
    assert details.history(artist_id=other.id) == []
    assert details.history(video_id=theirs.id) == []
    assert Event.select().count() == before + 2


def test_deleting_with_files_removes_them_their_sidecars_and_their_folders(library: Path) -> None:
    artist = make_artist("Air")
    file = _real_file(library, make_video(artist))
    file.with_suffix(".nfo").write_text("<musicvideo/>")

    artists.delete(artist.id, with_files=True)

    assert [path.name for path in library.iterdir()] == [place.OWN_FOLDER]


def test_nothing_is_deleted_while_the_library_is_away(library: Path) -> None:
    artist = make_artist()
    library.rmdir()

    with pytest.raises(Unavailable, match="missing"):
        artists.delete(artist.id, with_files=True)
    assert fresh(artist).id


def test_deleting_twice_is_not_found() -> None:
    artist = make_artist()
    artists.delete(artist.id)
    with pytest.raises(NotFound):
        artists.delete(artist.id)


def test_uploads_of_a_deleted_artist_go_with_it(database: Config) -> None:
    source = make_source()
    artists.delete(source.artist_id)
    with pytest.raises(NotFound):
        sources.get(source.id)


def _real_file(library: Path, video: Video) -> Path:
    path = library / "Air" / "Song (1998)" / "Air - Song (1998).mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a video")
    make_file(video, path=path.relative_to(library).as_posix())
    assert files.stream_path(video.id) == path.resolve()
    return path
