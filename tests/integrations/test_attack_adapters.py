"""Services, files and links of ill will: no adapter hangs, leaks a key or mixes up answers."""

import gzip
import json
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import clock, errors, http, text
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid, ServiceError
from mvidarr.core.http import Ask, Conf
from mvidarr.governor import cache, calls, quota
from mvidarr.integrations import (
    deezer,
    fanarttv,
    lastfm,
    lidarr,
    list_files,
    plex,
    shapes,
    spotify,
    theaudiodb,
)
from mvidarr.integrations.lastfm import lists as lastfm_lists
from mvidarr.integrations.protocols import Wanted
from mvidarr.integrations.spotify import lists as spotify_lists
from mvidarr.integrations.youtube import data_api, feeds
from mvidarr.models import HttpCache, Throttle
from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet
from tests.fakes.together import together

HOST = "api.example.org"
KEY = "a-key-that-nobody-may-see"
MBID = "5b11f4ce-a62d-471e-81fc-a69a8278c7da"
CHANNEL = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
Handler = Callable[[Request], Answer | None]


@pytest.fixture
def serve(fake_internet: FakeInternet) -> Callable[[Handler], Conf]:
    """A service that answers like this, and how it is reached."""

    def made(handler: Handler) -> Conf:
        fake_internet.add(HOST, handler)
        return Conf(
            service="x",
            title="Example",
            base_url=fake_internet.base_url(HOST),
            key=KEY,
            backoff=0.001,
        )

    return made


def told(value: Any, **headers: str) -> Answer:
    return replace(answers.json_of(value), headers=headers)


# --- what is kept --------------------------------------------------------------------------------


@pytest.mark.usefixtures("database")
def test_questions_that_only_look_alike_do_not_share_an_answer(
    serve: Callable[[Handler], Conf],
) -> None:
    conf = serve(lambda request: told(request.query))
    with http.operator(replace(conf, answers=cache.Cache(service="x"))) as client:
        one = client.get_json("search", {"artist": "a&limit=5"}, keep=clock.HOUR)
        other = client.get_json("search", {"artist": "a", "limit": 5}, keep=clock.HOUR)

    assert one == {"artist": ["a&limit=5"]}
    assert other == {"artist": ["a"], "limit": ["5"]}


@pytest.mark.usefixtures("database")
def test_answers_of_other_addresses_and_services_are_not_shared(
    serve: Callable[[Handler], Conf], fake_internet: FakeInternet
) -> None:
    conf = serve(lambda request: told(request.host))
    fake_internet.add("mirror.example.org", lambda request: told(request.host))
    mirror = replace(conf, base_url=fake_internet.base_url("mirror.example.org"))
    found = []
    for asked, service in ((conf, "x"), (mirror, "x"), (conf, "y")):
        with http.operator(replace(asked, answers=cache.Cache(service=service))) as client:
            found.append(client.get_json("who", keep=clock.HOUR))

    assert len(fake_internet.requests) == 3
    assert found[0] != found[1]


class Folded:
    """Keeps an answer whose tag came on two lines."""

    def find(self, request: str, /) -> http.Kept:
        return http.Kept(body=b"1", etag='"a\r\n b"', is_fresh=False)

    def keep(self, request: str, body: bytes, etag: str | None, keep: int, /) -> None:
        """Nothing new is kept."""


def test_tag_that_came_on_two_lines_does_not_block_the_next_question(
    serve: Callable[[Handler], Conf], fake_internet: FakeInternet
) -> None:
    with http.operator(replace(serve(lambda _: told(2)), answers=Folded())) as client:
        assert client.get_json("x", keep=clock.HOUR) == 2
    assert "if-none-match" not in fake_internet.requests[0].headers


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
def test_errors_are_not_kept(serve: Callable[[Handler], Conf], status: int) -> None:
    state = {"status": status}
    conf = serve(lambda _: replace(told({"a": 1}), status=state["status"]))
    with http.operator(replace(conf, answers=cache.Cache(service="x"))) as client:
        with pytest.raises(ServiceError):
            client.get_json("x", keep=clock.HOUR)
        state["status"] = 200
        assert client.get_json("x", keep=clock.HOUR) == {"a": 1}


def test_many_keep_the_same_answer_at_once(database: Config) -> None:
    kept = cache.Cache(service="x")

    def work(number: int) -> None:
        for _ in range(5):
            kept.keep("same", b"%d" % number, None, 1000)

    assert together(6, work) == [None] * 6

    assert HttpCache.select().count() == 1
    found = kept.find("same")
    assert found is not None
    assert found.body in {b"%d" % number for number in range(6)}


def test_many_spend_no_more_than_the_quota_together(database: Config) -> None:
    def work(_: int) -> None:
        for _ in range(2):
            quota.spend("y", 10, 95)

    outcomes = together(8, work)

    assert quota.used_today("y") == 90
    assert sum(isinstance(one, ServiceError) for one in outcomes) >= 4
    assert Throttle.select().count() == 1


# --- keys ----------------------------------------------------------------------------------------


def _asks(conf: Conf) -> Iterator[Callable[[], Any]]:
    wanted = Wanted(name="Björk", ids={"mb_artist": MBID, "youtube_channel": CHANNEL})
    app = spotify.App(client_id="id", client_secret=KEY, accounts_url=conf.base_url)
    yield lambda: list(theaudiodb.find_videos(conf, wanted))
    yield lambda: fanarttv.describe(conf, wanted)
    yield lambda: lastfm.describe(conf, wanted)
    yield lambda: list(lastfm.loved(conf, "anna"))
    yield lambda: list(data_api.find_videos(conf, wanted))
    yield lambda: list(lidarr.artists(conf, monitored_only=False))
    yield lambda: list(plex.artists(conf, "1"))
    yield lambda: list(spotify.saved(conf, KEY))
    yield lambda: spotify.exchange(conf, app, KEY, KEY, "http://127.0.0.1/")
    yield lambda: spotify.refresh(conf, app, spotify.Token(access=KEY, refresh=KEY, expires_at=0))
    yield lambda: deezer.describe(conf, wanted)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "answer",
    [
        answers.json_of({"error": {"message": KEY, "code": 1}, "message": KEY}, status=400),
        answers.json_of({"error": KEY, "error_description": KEY}, status=401),
        answers.json_of({"status": "error", "error": 10, "message": KEY}),
        Answer(status=403, body=f"<html>{KEY}</html>".encode(), kind="text/html"),
        Answer(status=302, headers={"Location": f"http://evil.example/?{KEY}"}),
        Answer(status=200, body=f"{KEY} is no JSON".encode()),
        Answer(status=500, body=KEY.encode()),
    ],
)
def test_no_key_is_told_in_errors_logs_or_names(
    serve: Callable[[Handler], Conf],
    fake_internet: FakeInternet,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
) -> None:
    conf = replace(serve(lambda _: answer), answers=cache.Cache(service="x"), retries=0)
    caplog.set_level(logging.DEBUG, "mvidarr")
    said = [repr(conf), repr(Ask(path="x", secret={"k": KEY}, headers={"A": KEY}, form={"a": KEY}))]
    for ask in _asks(conf):
        try:
            said.append(repr(ask()))
        except errors.Error as error:
            said += [str(error), repr(error), repr(error.__cause__)]

    assert KEY not in "".join(said)
    assert KEY not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("mvidarr")
    )
    assert all(request.host != "evil.example" for request in fake_internet.requests)


@pytest.mark.parametrize("key", ["ключ-к-сервису", "key\u200bkey", "“quoted”", "a\nb", "é\u0301x"])
def test_key_that_no_header_can_hold_is_explained(
    serve: Callable[[Handler], Conf], caplog: pytest.LogCaptureFixture, key: str
) -> None:
    conf = replace(serve(lambda _: told([])), key=key)

    with pytest.raises(ServiceError, match="holds characters that no key has"):
        list(lidarr.artists(conf, monitored_only=False))
    assert key not in caplog.text


def test_form_is_not_sent_on_and_nobody_waits_for_its_body(
    serve: Callable[[Handler], Conf], fake_internet: FakeInternet
) -> None:
    conf = serve(
        lambda request: (
            Answer(status=302, headers={"Location": "/elsewhere"})
            if request.method == "POST"
            else told({"access_token": "stolen"})
        )
    )
    app = spotify.App(client_id="id", accounts_url=conf.base_url)

    with pytest.raises(ServiceError, match="sends us on"):
        spotify.exchange(conf, app, "code", "verifier", "http://127.0.0.1/")
    assert [request.method for request in fake_internet.requests] == ["POST"]


# --- lists without end ---------------------------------------------------------------------------


def drained(found: Iterator[Any]) -> list[Any]:
    """All of it; nothing where it says that it is not whole."""
    try:
        return list(found)
    except ServiceError:
        return []


def _endless_spotify(request: Request) -> Answer:
    track = {"type": "track", "id": "1", "name": "Song", "artists": [{"name": "A", "id": "1"}]}
    page = {"items": [track] * 50, "next": "yes", "total": 10**9}
    if "following" in request.path:
        after = "b" if request.arg("after") == "a" else "a"
        page = {"artists": {"items": [{"id": "1"}], "next": "yes", "cursors": {"after": after}}}
    return told(page)


def test_lists_of_spotify_that_never_end_are_left(
    serve: Callable[[Handler], Conf], monkeypatch: pytest.MonkeyPatch, fake_internet: FakeInternet
) -> None:
    monkeypatch.setattr(spotify_lists, "MOST_PAGES", 7)
    conf = serve(_endless_spotify)
    for found in (
        spotify.saved(conf, "t"),
        spotify.followed(conf, "t"),
        spotify.top_artists(conf, "t", "long_term"),
        spotify.playlist(conf, "t", "a" * 22),
        spotify.playlists(conf, "t"),
    ):
        before = len(fake_internet.requests)
        drained(found)
        assert 0 < len(fake_internet.requests) - before <= 8


@pytest.mark.parametrize("items", [5, "abc", {"a": 1}, None, True, [None, 1, "x", [], {}]])
@pytest.mark.parametrize("wrapped", [True, False])
def test_page_of_spotify_of_another_shape_ends_the_list(
    serve: Callable[[Handler], Conf], items: Any, wrapped: bool
) -> None:
    page = {"items": items, "next": "yes"}
    state = {"left": 3}

    def answer(request: Request) -> Answer:
        state["left"] -= 1
        return told({"tracks": page} if wrapped else page) if state["left"] > 0 else told({})

    assert drained(spotify.saved(serve(answer), "t")) == []


def test_totals_that_lie_do_not_keep_anybody_busy(
    serve: Callable[[Handler], Conf], monkeypatch: pytest.MonkeyPatch, fake_internet: FakeInternet
) -> None:
    monkeypatch.setattr(plex, "MOST_PAGES", 5)
    monkeypatch.setattr(lastfm_lists, "MOST_PAGES", 5)
    artist = {"type": "artist", "ratingKey": "1", "title": "A"}
    track = {"name": "S", "artist": {"name": "A"}}

    def answer(request: Request) -> Answer:
        attr = {"totalPages": str(10**12)}
        return told(
            {
                "MediaContainer": {"totalSize": 10**12, "Metadata": [artist]},
                "lovedtracks": {"track": [track] * 200, "@attr": attr},
            }
        )

    conf = serve(answer)
    assert len(drained(plex.artists(conf, "1"))) <= 1
    assert len(drained(lastfm.loved(conf, "anna"))) <= 1
    assert 2 <= len(fake_internet.requests) <= 10


def test_page_of_the_data_api_that_leads_to_itself_ends(
    serve: Callable[[Handler], Conf], fake_internet: FakeInternet
) -> None:
    def answer(request: Request) -> Answer:
        if request.path.endswith("playlistItems"):
            item = {"contentDetails": {"videoId": "aaaaaaaaaaa"}}
            return told({"items": [item] * 50, "nextPageToken": "same"})
        return told({"items": []})

    conf = serve(answer)
    wanted = Wanted(name="Nobody", ids={"youtube_channel": "UC" + "x" * 22}, limit=500)
    assert list(data_api.find_videos(conf, wanted)) == []
    assert len(fake_internet.requests) <= 21


# --- other shapes --------------------------------------------------------------------------------

_WORDS = (
    *("items", "tracks", "artists", "artist", "track", "name", "id", "next", "cursors", "after"),
    *("MediaContainer", "Metadata", "totalSize", "title", "type", "Guid", "ratingKey", "images"),
    *("lovedtracks", "topartists", "@attr", "totalPages", "mbid", "image", "#text", "bio", "tags"),
    *("contentDetails", "snippet", "videoId", "duration_ms", "album", "release_date", "data"),
    *("artistName", "foreignArtistId", "genres", "error", "url", "likes", "artistthumb", "mvids"),
    *("strArtist", "strTrack", "intDuration", "idArtist", "strMusicVid", "nb_fan", "picture_xl"),
)


def _anything(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(10 if depth < 5 else 7)
    if kind < 7:
        simple = ("", "artist", "Björk", "\ud800", 0, -1, 10**300, 1.5, float("nan"))
        return chance.choice((*simple, True, None, "x" * 300, "2020", "http://x/y", MBID))
    if kind == 7:
        return [_anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(_WORDS): _anything(chance, depth + 1) for _ in range(chance.randrange(6))}


@pytest.mark.parametrize("seed", range(25))
def test_whatever_comes_ends_in_values_or_a_sentence(
    serve: Callable[[Handler], Conf], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (spotify_lists, lastfm_lists, plex):
        monkeypatch.setattr(module, "MOST_PAGES", 3)
    chance = random.Random(seed)
    conf = replace(serve(lambda _: Answer(body=json.dumps(_anything(chance)).encode())), retries=0)
    said = []
    for _ in range(4):
        for ask in _asks(conf):
            try:
                ask()
            except errors.Error as error:
                said.append(str(error))
            except calls.RUBBISH:  # the governor makes a sentence of it
                continue
    assert all(sentence.endswith(".") for sentence in said)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b"[" + b"[" * 200_000,
        b'[{"a":' * 50_000,
        b"[1," * 10,
        b'[{"artistName": "A"}',
        b'[{"artistName": "A"} x',
        b"[" + b"9" * 10_000 + b"]",
        b"\xff\xfe[",
        b"[",
    ],
)
def test_damaged_array_of_lidarr_is_an_error_and_never_a_shorter_list(
    serve: Callable[[Handler], Conf], body: bytes
) -> None:
    conf = serve(lambda _: Answer(body=body))
    with pytest.raises(ServiceError):
        list(lidarr.artists(conf, monitored_only=False))


@pytest.mark.parametrize(
    "body",
    [
        b"<feed>" + b"<a>" * 3_000_000,
        b"<feed>" + b"<a>" * 250_000 + b"</a>" * 250_000 + b"</feed>",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed>&a;</feed>',
        b'<!DOCTYPE feed SYSTEM "http://127.0.0.1:1/x.dtd"><feed></feed>',
        b'<?xml version="1.0" encoding="utf-7"?><feed></feed>',
        b'<?xml version="1.0" encoding="no-such"?><feed></feed>',
        b"<feed " + b" ".join(b'a%d="1"' % n for n in range(200_000)) + b"></feed>",
        b"<feed>\0</feed>",
        b"<feed><![CDATA[" + b"x" * 1_000_000,
    ],
    ids=lambda body: repr(bytes(body[:24])),
)
def test_feed_of_ill_will_is_an_error_or_empty(
    serve: Callable[[Handler], Conf], body: bytes
) -> None:
    conf = serve(lambda _: Answer(body=body, kind="text/xml"))
    try:
        found = feeds.newest(conf, CHANNEL)
    except ServiceError:
        found = []
    assert found == []


def test_answer_that_is_too_large_when_unpacked_is_refused(
    serve: Callable[[Handler], Conf],
) -> None:
    packed = gzip.compress(b"[" + b"0," * 40_000_000 + b"0]", 6)
    conf = serve(lambda _: Answer(body=packed, headers={"Content-Encoding": "gzip"}))

    with pytest.raises(ServiceError, match="more data than expected"):
        deezer.check(conf)


# --- what takes for ever -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.m3u", b"#EXTINF:" + b" " * 2_000_000 + b"x\nfile\n"),
        ("x.m3u", b"#EXTINF:1,a" + b" " * 2_000_000 + b"b\nfile\n"),
        ("x.m3u", b"#EXTINF:" + b'"a' * 1_000_000 + b"\nfile\n"),
        ("x.csv", b"a" + b" " * 60_000 + b"b\tc"),
        ("x.txt", b"a" + "\u0301\u0316".encode() * 1_000_000),
        ("x.csv", b"artist\n" + b"x," + b"/," * 2_000_000),
        ("x.txt", b"same\n" * 1_000_000),
        ("x.txt", b"https://youtu.be/\n" * 250_000),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_list_that_is_made_to_take_for_ever_is_read_or_refused(name: str, content: bytes) -> None:
    try:
        found = list_files.parse(name, content)
    except Invalid:
        found = []
    assert len(found) <= 1


def test_title_of_a_playlist_is_read_as_before() -> None:
    read = list_files.parse(
        "x.m3u",
        b'#EXTM3U\n#EXTINF: 123 tvg="a,b" x,Bjork - Joga, live\na.mp3\n'
        b"#EXTINF:-1,Air  -  Sexy\nb\n",
    )

    assert [(one.artist, one.title, one.duration) for one in read] == [
        ("Bjork", "Joga, live", 123.0),
        ("Air", "Sexy", None),
    ]


def test_endless_accents_are_cut_and_usual_ones_stay() -> None:
    zalgo = "Z" + "\u0301\u0316" * 200_000 + "a"
    assert len(text.tidy(zalgo)) <= 2 + text.MOST_MARKS
    assert text.match_key(zalgo) == "za"
    for name in ("Björk", "한국어", "Tie\u0302\u0301ng Vie\u0323\u0302t", "ราชินี", "שָׁלוֹם"):
        assert text.tidy(name) == text.tidy(text.tidy(name))
        assert len(text.name_key(name)) >= 5 or name in ("Björk", "한국어")


def test_biography_that_anybody_may_write_is_read_in_time() -> None:
    for bio in ("<a " * 3_000_000, "<a>" + " " * 3_000_000, "<" * 3_000_000, "<br " * 1_000_000):
        lastfm.to_facts({"name": "Air", "bio": {"content": bio}})


def test_book_in_place_of_a_name_is_cut() -> None:
    assert len(shapes.text("x" * 10**7)) == shapes.LONGEST_TEXT
