"""Other names of artists: found by them, known by them, edited like everything else."""

import pytest

from mvidarr.core import db
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import Verdict
from mvidarr.library import aliases, artist_rows, artists, decisions, words
from mvidarr.library.artist_rows import Shown
from mvidarr.library.artists import NewArtist
from mvidarr.models import Alias, ExternalId
from tests.factories import fresh, make_artist, make_source, make_user

pytestmark = pytest.mark.usefixtures("database")


def called(name: str, *others: str) -> int:
    artist = artists.add(NewArtist(name=name))
    artists.change(artist.id, {"aliases": list(others)})
    return artist.id


def test_other_names_are_tidied_kept_in_their_order_and_locked() -> None:
    ident = called(
        "Björk", " ビョーク ", "Guðmundsdóttir", "BJÖRK", "guðmundsdóttir", "", "x" * 300
    )

    assert aliases.of(ident) == ["ビョーク", "Guðmundsdóttir"]
    assert artists.get(ident).locked == ["aliases"]


def test_the_same_names_again_are_no_edit() -> None:
    ident = called("Björk", "Guðmundsdóttir")
    artists.change(ident, {"locked": []})

    artists.change(ident, {"aliases": ["Guðmundsdóttir"]})

    assert artists.get(ident).locked == []


def test_an_artist_is_found_by_its_other_names_until_they_go() -> None:
    ident = called("Prince", "The Artist", "プリンス")

    def found(q: str) -> list[int]:
        rows = artist_rows.page(Shown(q=q), "name", db.Place()).rows
        return [row.id for row in rows]

    assert found("artist") == found("プリンス") == found("prince") == [ident]
    artists.change(ident, {"aliases": []})
    assert (found("artist"), found("prince")) == ([], [ident])
    assert Alias.select().count() == 0


def test_a_name_that_somebody_is_called_by_is_no_new_artist() -> None:
    called("Prince", "The Artist")

    with pytest.raises(Conflict, match="Prince is in the library already and is also called"):
        artists.add(NewArtist(name="THE ARTIST"))
    assert artists.add(NewArtist(name="The Artist", disambiguation="a band")).id


def test_two_that_a_catalogue_tells_apart_are_two() -> None:
    ident = called("Prince", "The Artist")
    artists.change(ident, {"ids": {"mb_artist": "one"}})

    assert artists.known_as("The Artist", "", {"mb_artist": "two"}) is None
    assert artists.known_as("The Artist", "", {"imvdb_entity": "5"}) == artists.get(ident)
    assert artists.add(NewArtist(name="The Artist", ids={"mb_artist": "two"})).id


def test_an_other_name_that_two_have_means_nobody() -> None:
    called("Prince", "The Artist")
    called("Beyoncé", "The Artist")

    assert aliases.owner_of("The Artist") is None
    assert artists.known_as("The Artist", "", {}) is None


def test_other_names_go_with_the_artist() -> None:
    ident = called("Prince", "The Artist")
    artists.delete(ident)
    assert Alias.select().count() == 0


def test_ids_of_one_kind_may_be_several_and_an_edit_elsewhere_keeps_them() -> None:
    artist = make_artist("Björk")
    words.set_artist_ids(artist.id, {"youtube_channel": "UC1"})
    ExternalId.create(kind="youtube_channel", value="UC2", artist=artist.id)

    artists.change(artist.id, {"ids": {"youtube_channel": "UC1", "mb_artist": "m"}})
    assert words.channels_of(artist.id) == ("UC1", "UC2")
    artists.change(artist.id, {"ids": {"youtube_channel": "UC3"}})
    assert words.channels_of(artist.id) == ("UC3",)


def test_genres_are_edited_and_locked() -> None:
    artist = make_artist()
    changed = artists.change(artist.id, {"genres": ["Trip hop", " trip  HOP", "Pop"]})

    assert (fresh(artist).genres, changed.locked) == (["trip HOP", "Pop"], ["genres"])
    assert changed.origins == {"genres": "person"}


def test_what_people_decided_holds_under_a_new_name() -> None:
    artist = make_artist("Bjork")
    source = make_source(artist)
    said = decisions.Said(verdict=Verdict.REFUSED, by=make_user().id)
    decisions.remember(source, said)

    artists.change(artist.id, {"name": "Björk"})

    assert decisions.find(source) is not None


def test_a_name_of_ten_thousand_letters_is_refused_beside_its_field() -> None:
    with pytest.raises(Invalid) as error:
        artists.add(NewArtist(name="名" * 10_000))
    assert error.value.fields == {"name": "Use 255 characters or fewer."}
