"""Import lists under attack: lists that change their source, services that lie, clocks, races."""

from typing import Any

import pytest

from mvidarr.core import clock
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import ServiceError
from mvidarr.core.http import Conf
from mvidarr.discovery import (
    connections,
    import_apply,
    import_hooks,
    import_read,
    imports,
)
from mvidarr.discovery.import_kind import Ask
from mvidarr.discovery.imports import NewList
from mvidarr.integrations import lastfm, plex, spotify
from mvidarr.library import artists, videos
from mvidarr.models import Alias, Artist, Connection, ImportList, ImportRow, Job, Video
from tests import factories
from tests.conftest import SECRET, SetClock
from tests.fakes import answers, finders, lists
from tests.fakes.finders import FakeService
from tests.fakes.internet import FakeInternet
from tests.fakes.lastfm import FakeLastfm
from tests.fakes.lists import Shelf, entry
from tests.fakes.plex import FakePlex
from tests.fakes.spotify import FakeSpotify

VAULT = Vault((SECRET,))
BACK = "http://127.0.0.1:8642/connections/spotify/callback"


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    return finders.install(monkeypatch)


@pytest.fixture
def shelf(
    database: Config, services: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch
) -> Shelf:
    return lists.install(monkeypatch)


@pytest.fixture
def fake(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> FakeSpotify:
    made = FakeSpotify(fake_internet)
    finders.install(monkeypatch)
    lists.use_spotify(made)
    return made


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def make(**columns: Any) -> ImportList:
    made = imports.make(NewList(kind="shelf", **columns), None)
    Job.update(state="done", active_key=None).execute()
    return made


def run(made: ImportList) -> None:
    import_read.read(made.id, VAULT, silent)
    import_apply.apply(made.id, silent)


def states(made: ImportList) -> dict[str, str]:
    rows = ImportRow.select().where(ImportRow.list == made.id)
    return {row.title or row.name: row.state for row in rows}


def names() -> list[str]:
    return sorted(artist.name for artist in Artist.select())


def connect(fake: FakeSpotify) -> Connection:
    connections.start("session:1", BACK, VAULT)
    begun = connections.pending("session:1", VAULT)
    assert begun is not None
    answer = connections.answer_in(fake.agree(begun.link))
    row = connections.finish("session:1", answer, None, VAULT)
    assert isinstance(row, Connection)
    return row


# -- what a person changed or deleted


@pytest.mark.parametrize("removal", ["unmonitor", "remove"])
def test_another_source_of_a_list_takes_nothing_away(shelf: Shelf, removal: str) -> None:
    made = make(removal=removal)
    shelf.has(entry("Björk"), entry("Portishead"))
    run(made)

    imports.change(made.id, {"options": {"place": "bottom"}}, None)
    shelf.has(entry("Portishead"), entry("Tricky"))
    run(made)

    assert names() == ["Björk", "Portishead", "Tricky"]
    assert Artist.get(Artist.name == "Björk").monitored
    assert states(made)["Björk"] == "gone"

    shelf.has(entry("Tricky"))  # and what leaves the new source is settled as ever
    run(made)
    assert ("Portishead" in names()) is (removal == "unmonitor")
    assert Artist.get(Artist.name == "Björk").monitored


def test_a_reading_of_the_source_before_writes_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(removal="remove")
    shelf.has(entry("Björk"))
    asked = shelf.read

    def changed_meanwhile(conf: Conf, ask: Ask) -> Any:
        if ask.options["place"] == "top":
            imports.change(made.id, {"options": {"place": "bottom"}}, None)
        else:
            shelf.has(entry("Tricky"))
        yield from asked(conf, ask)

    monkeypatch.setattr(shelf, "read", changed_meanwhile)
    kind = next(kind for kind in lists.import_kinds.ALL if kind.name == "shelf")
    object.__setattr__(kind, "read", changed_meanwhile)
    import_read.read(made.id, VAULT, silent)

    assert states(made) == {"Tricky": "new"}


def test_an_artist_that_was_there_and_that_a_person_deleted_stays_away(shelf: Shelf) -> None:
    there = artists.add(artists.NewArtist(name="Björk"))
    made = make()
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    assert states(made)["Björk"] == "known"
    artists.delete(there.id)

    run(made)

    assert names() == ["Tricky"]
    assert states(made)["Björk"] == "skipped"


def test_a_video_that_was_there_and_that_a_person_deleted_stays_away(shelf: Shelf) -> None:
    made = make(mode="videos")
    other = make(mode="videos")
    shelf.has(entry("Björk", "Hunter"))
    run(made)
    run(other)
    assert states(other) == {"Hunter": "known"}
    videos.delete([video.id for video in Video.select()])

    run(made)
    run(other)

    assert Video.select().count() == 0
    assert states(other) == {"Hunter": "skipped"}


def test_what_was_kept_and_then_deleted_does_not_come_back_with_the_list(shelf: Shelf) -> None:
    made = make(removal="keep")
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    shelf.has(entry("Tricky"))
    run(made)
    artists.delete(Artist.get(Artist.name == "Björk").id)

    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)

    assert names() == ["Tricky"]
    assert states(made)["Björk"] == "skipped"


def test_a_song_that_the_list_removed_comes_back_with_the_list(shelf: Shelf) -> None:
    made = make(mode="videos", removal="remove")
    shelf.has(entry("Björk", "Hunter"), entry("Björk", "Joga"))
    run(made)
    shelf.has(entry("Björk", "Joga"))
    run(made)
    assert Video.select().count() == 1

    shelf.has(entry("Björk", "Hunter"), entry("Björk", "Joga"))
    run(made)

    assert Video.select().count() == 2
    assert states(made) == {"Hunter": "added", "Joga": "added"}


def test_a_list_whose_account_is_gone_can_be_renamed_and_left_alone(fake: FakeSpotify) -> None:
    account = connect(fake)
    made = imports.make(
        NewList(kind="spotify_followed", connection_id=account.id, followed=True), None
    )
    connections.disconnect(account.id)

    changed = imports.change(made.id, {"followed": False, "name": "Old ones"}, None)

    assert (changed.followed, changed.name) == (False, "Old ones")


def test_nobody_of_no_name_is_added_at_lidarrs_word(shelf: Shelf) -> None:
    message = {
        "eventType": "ArtistAdd",
        "artist": {"name": "Various Artists", "mbId": "89ad4ac3-39f7-470e-963a-56509c546377"},
    }
    assert import_hooks.lidarr_said(message) == import_hooks.LEFT_OUT
    assert names() == []


# -- likeness, two at once


def test_two_imports_at_once_bring_one_artist_of_two_spellings(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make(), make()
    shelf.has(entry("Beyoncé"))
    import_read.read(first.id, VAULT, silent)
    shelf.has(entry("Beyonce"))
    import_read.read(second.id, VAULT, silent)
    add_all = import_apply._add_all

    def late(row: Any, *rest: Any) -> None:
        if row.id == second.id:  # it has seen the library before the other one adds
            import_apply.apply(first.id, silent)
        add_all(row, *rest)

    monkeypatch.setattr(import_apply, "_add_all", late)
    import_apply.apply(second.id, silent)

    assert len(names()) == 1


# -- services that hand out less than they have


def test_a_list_that_breaks_off_is_cut_and_nothing_counts_as_gone(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    made = make(removal="remove")
    shelf.has(*(entry(f"Artist {number}") for number in range(6)))
    run(made)

    kept = shelf.entries[:2]

    def half(conf: Conf, ask: Ask) -> Any:
        yield from kept
        conf.cut()

    kind = next(kind for kind in lists.import_kinds.ALL if kind.name == "shelf")
    object.__setattr__(kind, "read", half)
    run(made)

    assert len(names()) == 6
    assert set(states(made).values()) == {"added"}
    assert "part of the list" in str(factories.fresh(made).last_error)


@pytest.mark.parametrize("spoiled", [{"items": []}, {}, {"items": None, "next": None}])
def test_spotify_that_breaks_off_takes_nobody_away(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch, spoiled: dict[str, Any]
) -> None:
    fake.page_size = 2
    fake.add_playlist("Mine", *(fake.add_song(f"Artist {n}", f"Song {n}") for n in range(6)))
    account = connect(fake)
    made = imports.make(
        NewList(
            kind="spotify_playlist",
            connection_id=account.id,
            options={"playlist": fake.playlists[0].id},
            removal="remove",
        ),
        None,
    )
    Job.update(state="done", active_key=None).execute()
    run(made)
    assert len(names()) == 6
    page = fake._page

    def broken(request: Any, items: Any) -> dict[str, Any]:
        whole = page(request, items)
        if int(request.arg("offset", "0")) < 2:
            return whole
        return {**whole, **spoiled} if spoiled else {}

    monkeypatch.setattr(fake, "_page", broken)
    run(made)

    assert len(names()) == 6
    assert "gone" not in states(made).values()
    assert "part of the list" in str(factories.fresh(made).last_error)

    monkeypatch.setattr(fake, "_page", page)
    run(made)
    assert factories.fresh(made).last_error is None


def test_last_fm_that_breaks_off_takes_nobody_away(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeLastfm(fake_internet)
    cuts: list[int] = []
    conf = Conf(service="lastfm", base_url=fake.base_url, key=fake.key, cut=lambda: cuts.append(1))
    monkeypatch.setattr("mvidarr.integrations.lastfm.lists.PAGE", 2)
    for number in range(6):
        fake.play("anna", f"Artist {number}", 10 - number)
    assert len(list(lastfm.top_artists(conf, "anna", "overall", 0))) == 6
    assert cuts == []
    listed = fake._list

    def broken(request: Any, outer: str, inner: str, items: Any) -> Any:
        if request.arg("page", "1") == "2":
            numbers = {"totalPages": "3", "page": "2"}
            return answers.json_of({outer: {inner: [], "@attr": numbers}})
        return listed(request, outer, inner, items)

    monkeypatch.setattr(fake, "_list", broken)
    assert len(list(lastfm.top_artists(conf, "anna", "overall", 0))) == 2
    assert cuts == [1]


def test_plex_that_breaks_off_takes_nobody_away(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakePlex(fake_internet)
    section = fake.add_section("Music")
    for number in range(6):
        fake.add_artist(section, f"Artist {number}")
    cuts: list[int] = []
    conf = Conf(service="plex", base_url=fake.base_url, key=fake.token, cut=lambda: cuts.append(1))
    monkeypatch.setattr("mvidarr.integrations.plex.PAGE", 2)
    assert len(list(plex.artists(conf, "1"))) == 6
    assert cuts == []
    whole = fake._artists

    def broken(request: Any, section: Any) -> dict[str, Any]:
        said = whole(request, section)
        return {**said, "Metadata": []} if said["offset"] >= 2 else said

    monkeypatch.setattr(fake, "_artists", broken)
    assert len(list(plex.artists(conf, "1"))) == 2
    assert cuts == [1]


# -- accounts


def test_a_new_sign_in_is_not_broken_by_the_end_of_the_old_one(
    fake: FakeSpotify, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(fake)
    set_clock.forward(3600 * clock.SECOND)

    def slow(*given: Any) -> Any:
        connect(fake)  # its owner signs in anew while the old sign-in is renewed
        raise spotify.Relink

    monkeypatch.setattr(spotify, "refresh", slow)
    with pytest.raises(ServiceError):
        connections.access(row.id, VAULT)

    assert factories.fresh(row).problem is None
    assert connections.access(row.id, VAULT) in fake.tokens


def test_a_clock_that_was_ahead_keeps_nobody_from_renewing(
    fake: FakeSpotify, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(fake)
    monkeypatch.setattr(connections, "PATIENCE", 0.0)
    Connection.create(  # by a process that was killed when the clock was a year ahead
        kind=connections.REFRESH,
        external_id=str(row.id),
        name="",
        token="",
        expires_at=clock.now() + 365 * clock.DAY,
    )
    set_clock.forward(3600 * clock.SECOND)

    assert connections.access(row.id, VAULT) in fake.tokens


def test_whoever_lost_the_turn_does_not_end_that_of_somebody_else(
    fake: FakeSpotify, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(fake)
    set_clock.forward(3600 * clock.SECOND)
    refresh = spotify.refresh

    def slow(*given: Any) -> Any:
        set_clock.forward(2 * connections.TURN)
        assert connections._take_turn(str(row.id))
        return refresh(*given)

    monkeypatch.setattr(spotify, "refresh", slow)
    connections.access(row.id, VAULT)

    assert not connections._take_turn(str(row.id))


def test_an_account_without_an_id_is_not_kept(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.fails(answers.json_of({}), path="/me")
    with pytest.raises(ServiceError, match="whose account"):
        connect(fake)
    assert connections.accounts() == []


def test_a_clock_that_was_ahead_does_not_put_off_followed_lists(
    shelf: Shelf, set_clock: SetClock
) -> None:
    made = make(followed=True)
    ImportList.update(next_check_at=clock.now() + 365 * clock.DAY).execute()

    assert imports.read_due() == 1
    assert imports.read_due() == 0
    assert factories.fresh(made).next_check_at <= clock.now() + imports.LONGEST * clock.HOUR


def test_a_known_artist_that_got_another_name_stays_known(shelf: Shelf) -> None:
    there = artists.add(artists.NewArtist(name="Prince"))
    made = make()
    shelf.has(entry("Prince"))
    run(made)
    artists.change(there.id, {"name": "The Artist Formerly"})
    Alias.delete().execute()

    run(made)

    assert names() == ["The Artist Formerly"]
    assert states(made) == {"Prince": "known"}
