"""Every kind of list, read through the real adapter from the fake of its service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Invalid
from mvidarr.discovery import (
    connections,
    import_apply,
    import_kinds,
    import_offers,
    import_read,
    import_readers,
    imports,
)
from mvidarr.discovery.import_kind import ARTISTS, VIDEOS
from mvidarr.discovery.import_match import State
from mvidarr.discovery.imports import NewList
from mvidarr.integrations.protocols import FoundUpload, Listed
from mvidarr.integrations.youtube import search as youtube
from mvidarr.models import Artist, ExternalId, ImportList, ImportRow, Video
from tests.conftest import SECRET
from tests.fakes import finders, lists
from tests.fakes.internet import FakeInternet
from tests.fakes.lastfm import FakeLastfm
from tests.fakes.lidarr import FakeLidarr
from tests.fakes.plex import FakePlex
from tests.fakes.spotify import FakeSpotify

VAULT = Vault((SECRET,))
BACK = "http://127.0.0.1:8642/connections/spotify/callback"
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"


@dataclass(kw_only=True)
class World:
    """All services that have lists; `connection_id`: the account at Spotify."""

    spotify: FakeSpotify
    lastfm: FakeLastfm
    lidarr: FakeLidarr
    plex: FakePlex
    uploads: list[FoundUpload]
    connection_id: int


@pytest.fixture
def world(database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch) -> World:
    finders.install(monkeypatch)
    spotify, lastfm = FakeSpotify(fake_internet), FakeLastfm(fake_internet)
    lidarr, plex = FakeLidarr(fake_internet), FakePlex(fake_internet)
    lists.use_spotify(spotify)
    settings.change(
        {
            "lastfm_url": lastfm.base_url,
            "lastfm_api_key": lastfm.key,
            "lidarr_url": lidarr.url,
            "lidarr_api_key": lidarr.key,
            "plex_url": plex.base_url,
            "plex_token": plex.token,
        }
    )
    connections.start("session:1", BACK, VAULT)
    begun = connections.pending("session:1", VAULT)
    assert begun is not None
    answer = connections.answer_in(spotify.agree(begun.link))
    row = connections.finish("session:1", answer, None, VAULT)
    uploads: list[FoundUpload] = []
    monkeypatch.setattr(youtube, "playlist", lambda conf, address, limit: ("Mine", uploads))
    made = World(
        spotify=spotify,
        lastfm=lastfm,
        lidarr=lidarr,
        plex=plex,
        uploads=uploads,
        connection_id=row.id,
    )
    _fill(made)
    return made


def _fill(world: World) -> None:
    spotify, section = world.spotify, world.plex.add_section("Music")
    bjork = spotify.follow("Björk")[0]
    song = spotify.add_song(bjork, "Jóga - 2012 Remaster")
    spotify.add_playlist("Mine", song)
    spotify.saved.append(song)
    spotify.top_artists.append(bjork)
    spotify.top_tracks.append(song)
    world.lastfm.play("anna", "Björk", plays=90, mbid=MBID)
    world.lastfm.play("anna", "Seldom", plays=1)
    world.lastfm.love("anna", "Björk", "Jóga")
    world.lidarr.add_artist("Björk", mbid=MBID)
    world.lidarr.add_artist("Off", monitored=False)
    world.plex.add_artist(section, "Björk")
    world.uploads += [
        finders.upload("Björk - Jóga (Official Music Video)", source_id="aaaaaaaaaa1"),
        finders.upload("Björk - Jóga (Live)", source_id="aaaaaaaaaa2"),
    ]


OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "lastfm_top": {"user": "anna"},
    "lastfm_loved": {"user": "anna"},
    "plex": {"library": "1"},
    "youtube_playlist": {"address": "https://www.youtube.com/playlist?list=PL0123456789ABCDEF"},
    "youtube_channel": {"address": "youtube.com/@bjork"},
}
EACH = [(kind.name, mode) for kind in import_kinds.ALL if kind.read for mode in kind.modes]


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def make(world: World, kind: str, mode: str = ARTISTS, **more: Any) -> ImportList:
    options = dict(OPTIONS.get(kind, {}))
    if kind == "spotify_playlist":
        options = {"playlist": world.spotify.playlists[0].id}
    connection = world.connection_id if import_kinds.find(kind).connection else None
    new = NewList(kind=kind, mode=mode, options=options, connection_id=connection, **more)
    return imports.make(new, None)


@pytest.mark.parametrize(("kind", "mode"), EACH)
def test_each_kind_is_read_and_imported_twice_without_a_twin(
    world: World, kind: str, mode: str
) -> None:
    made = make(world, kind, mode)

    for _ in range(2):
        import_read.read(made.id, VAULT, silent)
        import_apply.apply(made.id, silent)

    wanted = "Björk"
    assert Artist.select().where(Artist.name == wanted).count() == 1, imports.show(made.id)
    if mode == VIDEOS:
        titles = sorted((video.title, video.type) for video in Video.select())
        assert ("Jóga", "official") in titles
        assert len(titles) == (2 if kind.startswith("youtube") else 1)
    assert imports.show(made.id).problem == ""


def test_several_lists_of_one_library_bring_nobody_twice(world: World) -> None:
    for kind, mode in EACH:
        made = make(world, kind, mode)
        import_read.read(made.id, VAULT, silent)
        import_apply.apply(made.id, silent)

    assert Artist.select().where(Artist.name == "Björk").count() == 1
    assert Video.select().where(Video.title == "Jóga").count() == 2
    values = [row.value for row in ExternalId.select().where(ExternalId.kind == "mb_artist")]
    assert len(values) == len(set(values))


def test_what_is_not_monitored_in_lidarr_is_left_out(world: World) -> None:
    made = make(world, "lidarr")
    import_read.read(made.id, VAULT, silent)
    by_name = {row.name: row.state for row in ImportRow.select()}

    assert by_name == {"Björk": State.NEW, "Off": State.FILTERED}
    assert ImportRow.get(ImportRow.name == "Björk").data["ids"] == {"mb_artist": MBID}


def test_what_was_played_seldom_is_left_out(world: World) -> None:
    made = make(world, "lastfm_top", filters={"min_plays": 10})
    import_read.read(made.id, VAULT, silent)

    assert {row.name: row.state for row in ImportRow.select()} == {
        "Björk": State.NEW,
        "Seldom": State.FILTERED,
    }


@pytest.mark.parametrize(("kind", "title"), [("spotify_playlist", "Mine"), ("plex", "Music")])
def test_services_say_what_they_have(world: World, kind: str, title: str) -> None:
    found = import_kinds.find(kind)
    account = world.connection_id if found.connection else None

    answer = import_offers.find(found, account, VAULT)

    assert [offer.title for offer in answer.offers] == [title]
    assert answer.problem == ""


def test_kinds_are_declared_once_and_whole() -> None:
    names = [kind.name for kind in import_kinds.ALL]

    assert len(names) == len(set(names))
    for kind in import_kinds.ALL:
        assert kind.title
        assert kind.about.endswith(".")
        assert kind.modes
        assert sum(one.is_offered for one in kind.fields) == bool(kind.offers)
        fields = [one.name for one in (*kind.fields, *kind.filters)]
        assert len(fields) == len(set(fields))
        assert not {"kind", "name", "mode", "text", "file", "every", "monitor"} & set(fields)


@pytest.mark.parametrize(
    ("kind", "field", "typed"),
    [
        ("youtube_playlist", "address", "https://www.youtube.com/watch?v=aaaaaaaaaa1"),
        ("youtube_playlist", "address", "https://example.org/list"),
        ("youtube_channel", "address", "\u202e😀"),
        ("spotify_playlist", "playlist", "https://open.spotify.com/album/0123456789012345678901"),
        ("plex", "library", "../../x"),
        ("lastfm_top", "user", ""),
        ("lastfm_top", "user", "x" * 101),
        ("lastfm_top", "period", "yesterday"),
        ("lastfm_top", "most", "-3"),
    ],
)
def test_broken_links_and_values_are_said_beside_their_field(
    database: Config, kind: str, field: str, typed: str
) -> None:
    given = {**OPTIONS.get(kind, {}), field: typed}

    with pytest.raises(Invalid) as problem:
        imports.make(NewList(kind=kind, mode=import_kinds.find(kind).modes[0], options=given), None)

    assert field in problem.value.fields


def entry(**facts: Any) -> Listed:
    return Listed(external_id="x", artist="", **facts)


@pytest.mark.parametrize(
    ("upload", "artist", "ids"),
    [
        (finders.upload("Björk - Jóga"), "Björk", True),
        (finders.upload("Jóga", channel="Björk - Topic"), "Björk", False),
        (finders.upload("Björk - Jóga", channel="bjorkVEVO"), "Björk", False),
        (finders.upload("Björk - Jóga", channel="One Little Independent Records"), "Björk", False),
        (finders.upload("", channel=None), "", False),
    ],
)
def test_an_upload_names_its_artist(upload: FoundUpload, artist: str, ids: bool) -> None:
    read = import_readers.named(entry(upload=upload))

    assert read.artist == artist
    assert bool(read.ids) is ids


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("Björk", 1),
        ("مطرب", 1),
        ("宇多田ヒカル", 1),
        ("\u202eBjörk\u202c", 1),
        ("Артист - Песня", 1),
        ("🎸🎸", 1),
        ("a" * 10_000, 0),
        (";;;,,,", 1),
        (" - ", 0),
    ],
)
def test_pasted_text_of_every_kind_is_entries_or_a_sentence(
    database: Config, typed: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    finders.install(monkeypatch)
    if not count:
        with pytest.raises(Invalid, match=r"\.$"):
            import_readers.from_text(typed)
        return
    made = imports.make(NewList(kind="text", entries=import_readers.from_text(typed)), None)
    import_read.read(made.id, VAULT, silent)
    import_apply.apply(made.id, silent)

    assert Artist.select().count() == count
