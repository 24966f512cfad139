"""Spotify's lists over HTTP against its fake, and on what the real one answered."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import errors
from mvidarr.core.http import Blocked, Conf, NotThere
from mvidarr.integrations import spotify
from mvidarr.integrations.protocols import Listed, Offer
from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet
from tests.fakes.spotify import FakeSpotify

RECORDED = Path(__file__).parents[2] / "../shared/recorded/spotify"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")

ACCESS = "access-of-anna"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakeSpotify:
    made = FakeSpotify(fake_internet)
    made.tokens[ACCESS] = " ".join(spotify.SCOPES)
    return made


def conf(fake: FakeSpotify) -> Conf:
    return Conf(service="spotify", base_url=fake.base_url, backoff=0.001)


def titles(found: Any) -> list[str]:
    return [entry.title for entry in found]


def test_me_is_the_account(fake: FakeSpotify) -> None:
    assert spotify.me(conf(fake), ACCESS) == ("anna.k", "Anna")
    fake.user_name = ""
    assert spotify.me(conf(fake), ACCESS) == ("anna.k", "anna.k")


def test_followed_artists_come_by_the_cursor(fake: FakeSpotify) -> None:
    artists = fake.follow(*(f"Artist {number}" for number in range(123)))

    found = list(spotify.followed(conf(fake), ACCESS))

    assert [entry.artist for entry in found] == [artist.name for artist in artists]
    assert [entry.external_id for entry in found] == [artist.id for artist in artists]
    assert len(fake.asked) == 3


def test_artist_comes_with_what_there_is(fake: FakeSpotify) -> None:
    picture = {"url": "https://i.scdn.co/image/ab", "height": None, "width": None}
    fake.follow("Björk", genres=("art pop", ""), pictures=[{"url": None}, picture])
    fake.follow("Air")

    bjork, air = spotify.followed(conf(fake), ACCESS)

    assert (bjork.genres, bjork.image_url) == (("art pop",), "https://i.scdn.co/image/ab")
    assert bjork.ids == {"spotify_artist": bjork.external_id}
    assert (air.genres, air.image_url, air.plays) == ((), None, None)


def test_entries_stream_page_by_page(fake: FakeSpotify) -> None:
    fake.follow(*(f"Artist {number}" for number in range(500)))

    found = spotify.followed(conf(fake), ACCESS)
    first = next(found)

    assert first.artist == "Artist 0"
    assert len(fake.asked) == 1


@pytest.mark.parametrize("shape", ["both", "old", "new"])
def test_playlist_is_read_in_every_shape(fake: FakeSpotify, shape: str) -> None:
    fake.shape = shape
    songs = [fake.add_song(f"Artist {n}", f"Song {n}", isrc=f"X{n}") for n in range(120)]
    made = fake.add_playlist("Mine", *songs)

    found = list(spotify.playlist(conf(fake), ACCESS, made.id))

    assert titles(found) == [song.title for song in songs]
    assert found[0] == Listed(
        external_id=songs[0].id,
        artist="Artist 0",
        ids={"spotify_artist": songs[0].artists[0].id},
        title="Song 0",
        album="Album",
        year=1997,
        duration=200.0,
        isrc="X0",
        image_url="https://i.scdn.co/image/ab67",
    )


def test_smaller_pages_than_asked_for_lose_nothing(fake: FakeSpotify) -> None:
    fake.page_size = 10
    made = fake.add_playlist("Mine", *(fake.add_song("A", f"Song {n}") for n in range(35)))

    assert len(list(spotify.playlist(conf(fake), ACCESS, made.id))) == 35


def test_gone_songs_and_podcasts_are_left_out(fake: FakeSpotify) -> None:
    kinds = ("track", "gone", "episode", "local", "track")
    songs = [fake.add_song("Björk", f"Song {n}", kind=kind) for n, kind in enumerate(kinds)]
    made = fake.add_playlist("Mine", *songs)

    found = list(spotify.playlist(conf(fake), ACCESS, made.id))

    assert titles(found) == ["Song 0", "Song 3", "Song 4"]


def test_page_of_nothing_but_gone_songs_is_not_the_end(fake: FakeSpotify) -> None:
    gone = [fake.add_song("A", f"Gone {n}", kind="gone") for n in range(50)]
    made = fake.add_playlist("Mine", *gone, fake.add_song("A", "Last"))

    assert titles(spotify.playlist(conf(fake), ACCESS, made.id)) == ["Last"]


def test_local_file_keeps_its_id(fake: FakeSpotify) -> None:
    made = fake.add_playlist("Mine", fake.add_song("Björk", "Jóga", kind="local"))
    other = fake.add_playlist("Other", fake.add_song("BJÖRK", "jóga", kind="local"))

    (one,) = spotify.playlist(conf(fake), ACCESS, made.id)
    (two,) = spotify.playlist(conf(fake), ACCESS, other.id)

    assert one.external_id == two.external_id
    assert one.external_id.startswith("local:")
    assert (one.ids, one.year, one.image_url) == ({}, None, None)


def test_song_that_is_listed_twice_comes_once(fake: FakeSpotify) -> None:
    song = fake.add_song("Björk", "Jóga")
    made = fake.add_playlist("Mine", song, song)

    assert titles(spotify.playlist(conf(fake), ACCESS, made.id)) == ["Jóga"]


def test_nobodys_songs_are_left_out(fake: FakeSpotify) -> None:
    nobody = [fake.add_song(name, "Song") for name in ("", "Various Artists")]
    made = fake.add_playlist("Mine", *nobody, fake.add_song("Björk", ""))

    assert list(spotify.playlist(conf(fake), ACCESS, made.id)) == []


def test_first_artist_of_a_song_counts(fake: FakeSpotify) -> None:
    guest = fake.add_artist("Guest")
    fake.saved.append(fake.add_song("Main", "Song", guest))

    (found,) = spotify.saved(conf(fake), ACCESS)

    assert found.artist == "Main"


def test_somebody_elses_playlist_is_explained(fake: FakeSpotify) -> None:
    fake.shape = "new"
    made = fake.add_playlist("Theirs", fake.add_song("A", "B"), is_shared=False)

    with pytest.raises(spotify.Closed, match="only to its owner") as caught:
        list(spotify.playlist(conf(fake), ACCESS, made.id))
    assert caught.value.permanent
    assert isinstance(caught.value, NotThere)  # says nothing of how Spotify does


def test_old_way_shows_somebody_elses_playlist(fake: FakeSpotify) -> None:
    made = fake.add_playlist("Theirs", fake.add_song("A", "B"), is_shared=False)

    assert titles(spotify.playlist(conf(fake), ACCESS, made.id)) == ["B"]


@pytest.mark.parametrize("number", ["0" * 22, "", "../me", "x" * 21, "é" * 22])
def test_playlist_that_is_none_is_not_there(fake: FakeSpotify, number: str) -> None:
    for ask in (
        lambda: list(spotify.playlist(conf(fake), ACCESS, number)),
        lambda: [spotify.playlist_offer(conf(fake), ACCESS, number)],
    ):
        with pytest.raises(NotThere) as caught:
            ask()
        assert caught.value.permanent


@pytest.mark.parametrize(
    "typed",
    [
        "37i9dQZF1DXcBWIGoYBM5M",
        " spotify:playlist:37i9dQZF1DXcBWIGoYBM5M ",
        "spotify:user:anna:playlist:37i9dQZF1DXcBWIGoYBM5M",
        "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=1",
        "https://open.spotify.com/intl-de/playlist/37i9dQZF1DXcBWIGoYBM5M",
        "https://open.spotify.com/user/anna/playlist/37i9dQZF1DXcBWIGoYBM5M#x",
    ],
)
def test_id_is_found_in_every_spelling(typed: str) -> None:
    assert spotify.playlist_id(typed) == "37i9dQZF1DXcBWIGoYBM5M"


@pytest.mark.parametrize(
    "typed",
    ["", "Mine", "https://open.spotify.com/track/37i9dQZF1DXcBWIGoYBM5M", "x" * 23, "é" * 22],
)
def test_what_is_no_playlist_has_no_id(typed: str) -> None:
    assert spotify.playlist_id(typed) is None


@given(st.text())
def test_any_text_may_be_typed(typed: str) -> None:
    spotify.playlist_id(typed)


@pytest.mark.parametrize("shape", ["both", "old", "new"])
def test_playlists_are_offered_with_their_size(fake: FakeSpotify, shape: str) -> None:
    fake.shape = shape
    one = fake.add_playlist("One", fake.add_song("A", "B"))
    songs = [fake.add_song("A", f"{n}") for n in range(1200)]
    two = fake.add_playlist("", *songs, owner="Bob")

    assert list(spotify.playlists(conf(fake), ACCESS)) == [
        Offer(ref=one.id, title="One", detail="1 song, by Anna"),
        Offer(ref=two.id, title="Playlist without a name", detail="1,200 songs, by Bob"),
    ]
    assert spotify.playlist_offer(conf(fake), ACCESS, one.id).title == "One"


def test_saved_and_most_played_songs_are_read(fake: FakeSpotify) -> None:
    fake.saved += [fake.add_song("A", f"Saved {n}") for n in range(60)]
    fake.top_tracks.append(fake.add_song("B", "Top", released="1987"))
    fake.top_artists.append(fake.add_artist("C", genres=("rock",)))

    assert len(list(spotify.saved(conf(fake), ACCESS))) == 60
    (song,) = spotify.top_tracks(conf(fake), ACCESS, "short_term")
    assert (song.title, song.year) == ("Top", 1987)
    (artist,) = spotify.top_artists(conf(fake), ACCESS, "long_term")
    assert (artist.artist, artist.title) == ("C", "")
    assert "time_range=short_term" in fake.asked[-2]
    assert "time_range=long_term" in fake.asked[-1]


# refusals


def test_expired_token_has_an_error_of_its_own(fake: FakeSpotify) -> None:
    fake.expire()

    with pytest.raises(spotify.Expired) as caught:
        list(spotify.followed(conf(fake), ACCESS))
    assert not caught.value.permanent
    assert len(fake.asked) == 1


def test_expired_token_in_mid_list_is_told(fake: FakeSpotify) -> None:
    fake.follow(*(f"Artist {number}" for number in range(80)))
    found = spotify.followed(conf(fake), ACCESS)
    next(found)
    fake.expire()

    with pytest.raises(spotify.Expired):
        list(found)


def test_expired_token_is_not_a_missing_playlist(fake: FakeSpotify) -> None:
    made = fake.add_playlist("Mine")
    fake.expire()

    with pytest.raises(spotify.Expired):
        list(spotify.playlist(conf(fake), ACCESS, made.id))


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0), ("5", 5), ("80000", 80_000), (None, None)]
)
@pytest.mark.parametrize("body", [b"", b'{"error":{"status":429,"message":"API rate limit"}}'])
def test_rate_limit_is_told_and_not_slept(
    fake: FakeSpotify, header: str | None, seconds: int | None, body: bytes
) -> None:
    headers = {"Retry-After": header} if header else {}
    fake.fails(Answer(status=429, body=body, headers=headers))

    with pytest.raises(errors.ServiceError) as caught:
        list(spotify.followed(conf(fake), ACCESS))
    assert caught.value.retry_after == seconds
    assert not caught.value.permanent
    assert len(fake.asked) == 1


def refusal(status: int, message: str) -> Answer:
    return answers.json_of({"error": {"status": status, "message": message}}, status=status)


@pytest.mark.parametrize(
    ("answer", "kind", "word"),
    [
        (
            refusal(403, "Upgrade to Spotify Premium to use the Web API."),
            errors.ServiceError,
            "has Premium",
        ),
        (
            answers.text_of("User not registered in the Developer Dashboard", status=403),
            spotify.Closed,
            "User Management",
        ),
        (
            answers.text_of(
                "Check settings on developer.spotify.com, the user may not be registered.",
                status=403,
                kind="text/plain",
            ),
            spotify.Closed,
            "User Management",
        ),
        (refusal(403, "Insufficient client scope"), spotify.Relink, "Connect Spotify again"),
        (refusal(403, "Forbidden"), spotify.Closed, "does not show that"),
        (Answer(status=403), spotify.Closed, "does not show that"),
        (answers.forbidden_html(), Blocked, "forbids access"),
        (refusal(401, "Invalid access token"), spotify.Expired, "Connect Spotify again"),
        (answers.text_of("<h1>no</h1>", status=401), spotify.Expired, "Connect Spotify again"),
        (refusal(404, "Resource not found"), NotThere, "does not have that"),
        (refusal(400, "Bad request"), errors.ServiceError, "did not accept"),
        (answers.server_error(500), errors.ServiceError, "problem of its own"),
        (answers.server_error(503), errors.ServiceError, "not available"),
        (answers.invalid_json(), errors.ServiceError, "damaged"),
        (answers.html_with_200(), errors.ServiceError, "web page"),
    ],
)
def test_refusals_are_sentences(
    fake: FakeSpotify, answer: Answer, kind: type[Exception], word: str
) -> None:
    fake.fails(answer)

    with pytest.raises(kind, match=word) as caught:
        list(spotify.saved(conf(fake), ACCESS))
    assert str(caught.value).endswith(".")
    assert ACCESS not in str(caught.value)


def test_missing_premium_is_not_a_missing_playlist(fake: FakeSpotify) -> None:
    made = fake.add_playlist("Mine")
    fake.fails(refusal(403, "Upgrade to Spotify Premium"))

    with pytest.raises(errors.ServiceError, match="Premium"):
        list(spotify.playlist(conf(fake), ACCESS, made.id))


def test_cut_connection_is_tried_again(fake: FakeSpotify) -> None:
    fake.follow("Björk")
    fake.fails(cut_after=10, times=1)

    assert [entry.artist for entry in spotify.followed(conf(fake), ACCESS)] == ["Björk"]


@pytest.mark.parametrize(
    "rubbish",
    [
        [],
        {},
        None,
        7,
        {"items": None},
        {"items": {}},
        {"items": [None, 5, "x", [], {}]},
        {"items": [{"track": None}, {"track": 1, "item": []}, {"item": {"artists": [None]}}]},
        {"items": [{"id": 5, "name": {}, "images": {"url": 1}, "artists": "x"}]},
        {"artists": {"items": None, "cursors": None}},
        {"artists": None},
    ],
)
def test_rubbish_is_empty(fake: FakeSpotify, rubbish: Any) -> None:
    fake.fails(answers.json_of(rubbish))
    known = conf(fake)

    assert list(spotify.followed(known, ACCESS)) == []
    assert list(spotify.saved(known, ACCESS)) == []
    assert list(spotify.top_artists(known, ACCESS, "short_term")) == []
    assert list(spotify.playlist(known, ACCESS, "0" * 22)) == []
    assert all(offer.ref for offer in spotify.playlists(known, ACCESS))
    spotify.me(known, ACCESS)
    spotify.playlist_offer(known, ACCESS, "0" * 22)


def test_service_that_never_ends_is_left(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvidarr.integrations.spotify.lists.MOST_PAGES", 5)
    song = {"id": "1", "name": "Song", "artists": [{"name": "A"}]}
    fake.fails(
        answers.json_of({"items": [song], "next": "x", "cursors": {"after": "x"}, "total": 1})
    )

    assert len(list(spotify.saved(conf(fake), ACCESS))) == 1
    assert len(fake.asked) == 5
    assert len(list(spotify.followed(conf(fake), ACCESS))) == 1
    assert len(fake.asked) == 7  # a cursor that stays the same is the end


# recordings


def body(name: str) -> bytes:
    content = (RECORDED / name).read_bytes()
    return gzip.decompress(content) if name.endswith(".gz") else content


@pytest.fixture
def replay(fake_internet: FakeInternet) -> Conf:
    """Answers with what Spotify answered once; every list ends after its first page."""
    known = {
        "/v1/me": "current_user.json",
        "/v1/me/playlists": "current_user_playlist_1.json",
        "/v1/me/following": "followed_artists.json",
        "/v1/me/tracks": "saved_tracks.json.gz",
        "/v1/me/top/artists": "top_artists.json",
        "/v1/me/top/tracks": "top_tracks.json.gz",
        "/v1/playlists/1Cp6VQCKf2VL4sP09jN9oX": "playlist_1.json",
        "/v1/playlists/3toMXYM91T55pKzuysH5Ph": "playlist_2.json",
        "/v1/playlists/1Cp6VQCKf2VL4sP09jN9oX/items": "playlist_items.json",
        # whole playlists have their first page inside
        "/v1/playlists/3toMXYM91T55pKzuysH5Ph/items": "playlist_2.json",
        "/v1/playlists/0000000000000000000000/items": "playlist_1.json",
    }

    def answer(request: Request) -> Answer:
        is_first = request.arg("offset", "0") == "0" and not request.arg("after")
        if not is_first:
            return answers.json_of({"items": []})
        if name := known.get(request.path):
            return Answer(body=body(name))
        return Answer(status=404, body=body("playlist_not_found.json"))

    fake_internet.add("api.spotify.com", answer)
    return Conf(service="spotify", base_url=fake_internet.base_url("api.spotify.com") + "/v1")


@recordings
def test_recorded_lists_are_read(replay: Conf) -> None:
    assert spotify.me(replay, "x") == ("1112264649", "Joost Lekkerkerker")
    followed = list(spotify.followed(replay, "x"))
    assert followed[0].artist == "The Excellent Man from Minneapolis"
    assert len(followed) == len(json.loads(body("followed_artists.json"))["artists"]["items"])
    top = list(spotify.top_artists(replay, "x", "long_term"))
    assert (top[0].artist, top[0].genres) == ("Machinae Supremacy", ("power metal",))
    saved = list(spotify.saved(replay, "x"))
    assert (saved[0].artist, saved[0].title) == ("Starbenders", "Cold Silver")
    assert (saved[0].year, saved[0].isrc, saved[0].duration) == (2025, "USYFZ2565101", 222.242)
    tracks = list(spotify.top_tracks(replay, "x", "short_term"))
    assert (tracks[0].artist, tracks[0].album) == ("Lord Of The Lost", "OPVS NOIR Vol. 1")
    for entry in (*followed, *top, *saved, *tracks):
        assert entry.artist
        assert entry.ids["spotify_artist"]
        assert entry.image_url is None or entry.image_url.startswith("https://i.scdn.co/")


@recordings
def test_recorded_playlists_are_read(replay: Conf) -> None:
    offers = list(spotify.playlists(replay, "x"))
    assert offers[0].title == "To find"
    assert offers[0].detail.endswith("by Joost Lekkerkerker")
    assert len(offers) == 48
    songs = list(spotify.playlist(replay, "x", "1Cp6VQCKf2VL4sP09jN9oX"))
    assert (songs[0].artist, songs[0].title) == ("Maribou State", "All I Need")
    starred = list(spotify.playlist(replay, "x", "3toMXYM91T55pKzuysH5Ph"))
    wrapped = list(spotify.playlist(replay, "x", "0" * 22))
    assert starred
    assert wrapped
    offer = spotify.playlist_offer(replay, "x", "3toMXYM91T55pKzuysH5Ph")
    assert (offer.title, offer.ref) == ("Starred", "3toMXYM91T55pKzuysH5Ph")
    with pytest.raises(NotThere, match="no such playlist"):
        list(spotify.playlist(replay, "x", "1" * 22))


@recordings
@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("old_error-unauthorized.json", 401, spotify.Expired),
        ("playlist_not_found.json", 404, NotThere),
        ("old_error_id-not-found.json", 404, NotThere),
        ("old_error_bad-field.json", 400, errors.ServiceError),
        ("rate_limit.json", 429, errors.ServiceError),
    ],
)
def test_recorded_errors_are_told(
    fake: FakeSpotify, name: str, status: int, kind: type[Exception]
) -> None:
    fake.fails(Answer(status=status, body=body(name)))

    with pytest.raises(kind):
        list(spotify.saved(conf(fake), ACCESS))


@recordings
@pytest.mark.parametrize(
    "name",
    [
        "artist.json",
        "artist_albums.json",
        "search.json",
        "search_artist_navidrome.json",
        "old_search-artist.json",
        "old_tracks-for-artist.json",
    ],
)
def test_recorded_answers_to_other_questions_do_no_harm(fake: FakeSpotify, name: str) -> None:
    fake.fails(Answer(body=body(name)), times=1)
    fake.fails(answers.json_of({}))

    for entry in spotify.top_artists(conf(fake), ACCESS, "short_term"):
        assert entry.artist
