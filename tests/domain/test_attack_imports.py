"""Import lists under attack: lists that change their source, services that lie, clocks, races."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mvidarr.core import clock, db, text
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import NotFound, ServiceError
from mvidarr.core.http import Conf
from mvidarr.core.terms import Wish
from mvidarr.discovery import (
    connections,
    import_apply,
    import_choices,
    import_hooks,
    import_kinds,
    import_library,
    import_read,
    imports,
)
from mvidarr.discovery.import_kind import Ask
from mvidarr.discovery.imports import NewList
from mvidarr.integrations import lastfm, plex, spotify
from mvidarr.library import artists, merge, videos
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
    kind = next(kind for kind in import_kinds.ALL if kind.name == "shelf")
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

    kind = next(kind for kind in import_kinds.ALL if kind.name == "shelf")
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


# -- what belongs to somebody else by now


def test_what_a_person_added_again_is_not_the_lists_any_more(shelf: Shelf) -> None:
    made = make(removal="remove")
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    shelf.has(entry("Tricky"))
    run(made)
    assert names() == ["Tricky"]
    mine = artists.add(artists.NewArtist(name="Björk"))

    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    assert states(made)["Björk"] == "known"
    shelf.has(entry("Tricky"))
    run(made)

    assert artists.find(mine.id) is not None


def test_what_a_person_deleted_added_and_ticked_is_not_the_lists_any_more(shelf: Shelf) -> None:
    made = make(removal="remove")
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    artists.delete(Artist.get(Artist.name == "Björk").id)
    run(made)
    mine = artists.add(artists.NewArtist(name="Björk"))
    row = ImportRow.get(ImportRow.name == "Björk")
    import_choices.tick(made.id, [row.id], True)
    run(made)
    assert states(made)["Björk"] == "known"

    shelf.has(entry("Tricky"))
    run(made)

    assert artists.find(mine.id) is not None


@pytest.mark.parametrize("into_mine", [True, False])
def test_an_artist_that_was_joined_with_one_of_mine_stays(shelf: Shelf, into_mine: bool) -> None:
    mine = artists.add(artists.NewArtist(name="Sinéad O'Connor"))
    made = make(removal="remove")
    shelf.has(entry("Shuhada Sadaqat"), entry("Tricky"))
    run(made)
    brought = Artist.get(Artist.name == "Shuhada Sadaqat")
    pair = (mine.id, brought.id) if into_mine else (brought.id, mine.id)
    kept = merge.artists_into(*pair)

    shelf.has(entry("Tricky"))
    run(made)

    assert artists.find(kept.id) is not None
    assert artists.get(kept.id).monitored


def test_a_video_that_was_joined_with_one_of_mine_stays(shelf: Shelf) -> None:
    made = make(mode="videos", removal="remove")
    shelf.has(entry("Björk", "Hunter"), entry("Björk", "Joga"))
    run(made)
    artist = Artist.get()
    mine = factories.make_video(artist=artist, title="Hunter (by hand)")
    kept = merge.videos_into(mine.id, Video.get(Video.title == "Hunter").id)

    shelf.has(entry("Björk", "Joga"))
    run(made)

    assert videos.find(kept.id) is not None


def test_an_artist_whose_video_somebody_wants_is_not_removed(shelf: Shelf) -> None:
    made = make(removal="remove")
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    artist = Artist.get(Artist.name == "Björk")
    video = factories.make_video(artist=artist, title="Hunter")
    videos.wish([video.id], Wish.WANT)

    shelf.has(entry("Tricky"))
    run(made)

    assert videos.find(video.id) is not None
    assert not artists.get(artist.id).monitored


def test_another_policy_counts_at_once(shelf: Shelf) -> None:
    made = make(removal="remove")
    shelf.has(entry("Björk"), entry("Tricky"))
    run(made)
    shelf.has(entry("Tricky"))
    import_read.read(made.id, VAULT, silent)
    shelf.has(entry("Tricky"), entry("Air"))
    import_read.read(made.id, VAULT, silent)

    def tell(done: int, total: int | None, note: str) -> None:
        imports.change(made.id, {"removal": "keep"}, None)

    import_apply.apply(made.id, tell)

    assert names() == ["Air", "Björk", "Tricky"]


def test_other_filters_count_though_the_service_is_away(shelf: Shelf) -> None:
    made = make(filters={"min_plays": 1})
    shelf.has(entry("Björk", plays=50), entry("Tricky", plays=2), entry("Air", plays=3))
    import_read.read(made.id, VAULT, silent)
    air = ImportRow.get(ImportRow.name == "Air")

    shelf.fails(ServiceError("shelf", "It is away."))
    imports.change(made.id, {"filters": {"min_plays": 10}}, None)
    with pytest.raises(ServiceError):
        import_read.read(made.id, VAULT, silent)
    import_choices.tick(made.id, [air.id], False)
    import_choices.tick(made.id, [air.id], True)
    import_apply.apply(made.id, silent)

    assert names() == ["Björk"]
    assert states(made)["Tricky"] == "filtered"


def test_reading_a_followed_list_by_hand_does_not_put_off_its_import(
    shelf: Shelf, set_clock: SetClock
) -> None:
    made = make(followed=True, every=2)
    due = factories.fresh(made).next_check_at
    set_clock.forward(clock.HOUR)

    import_read.read(made.id, VAULT, silent)
    assert factories.fresh(made).next_check_at == due

    import_read.read(made.id, VAULT, silent, apply=True)
    assert factories.fresh(made).next_check_at == clock.now() + 2 * clock.HOUR


def test_a_due_import_waits_for_a_reading_by_hand(shelf: Shelf, set_clock: SetClock) -> None:
    made = make(followed=True, every=2)
    set_clock.forward(3 * clock.HOUR)
    imports.read_now(made.id, None)
    assert imports.read_due() == 0

    Job.update(state="done", active_key=None).execute()
    assert imports.read_due() == 1
    assert [job.args for job in Job.select().order_by(Job.id)][-1] == {"apply": True}


# -- artists that are deleted while a list is read or imported


@pytest.mark.parametrize("mode", ["artists", "videos"])
def test_an_artist_that_is_deleted_during_an_import_stops_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    made = make(mode=mode)
    shelf.has(entry("Björk", "Hunter"), entry("Tricky", "Overcome"))
    import_read.read(made.id, VAULT, silent)
    there = artists.add(artists.NewArtist(name="Björk"))
    add_all = import_apply._add_all

    def late(*given: Any) -> None:
        artists.delete(there.id)
        add_all(*given)

    monkeypatch.setattr(import_apply, "_add_all", late)
    import_apply.apply(made.id, silent)

    assert "Tricky" in names()
    assert set(states(made).values()) == {"added"}


@pytest.mark.parametrize("mode", ["artists", "videos"])
def test_an_artist_that_is_deleted_during_a_reading_stops_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    made = make(mode=mode)
    there = artists.add(artists.NewArtist(name="Björk"))
    shelf.has(entry("Björk", "Hunter"), entry("Tricky", "Overcome"))
    seen = import_library.artists()
    artists.delete(there.id)

    with monkeypatch.context() as patch:
        patch.setattr(import_library, "artists", lambda: seen)
        import_read.read(made.id, VAULT, silent)

    assert sorted(states(made).values()) == ["new", "skipped"]
    import_apply.apply(made.id, silent)
    assert names() == ["Tricky"]


def test_lists_imported_at_once_and_artists_deleted_meanwhile_leave_no_twins(
    shelf: Shelf,
) -> None:
    made = [make() for _ in range(3)]
    for at, one in enumerate(made):
        spelled = [f"Ärtist {n}" if (n + at) % 2 else f"Artist {n}" for n in range(60)]
        shelf.has(*(entry(name) for name in spelled))
        import_read.read(one.id, VAULT, silent)
    deleted: list[int] = []

    def apply(one: ImportList) -> None:
        with db.session():
            import_apply.apply(one.id, silent)

    def delete() -> None:
        for _ in range(30):
            with db.session():
                found = Artist.select(Artist.id).order_by(Artist.id).limit(1).scalar()
                with contextlib.suppress(NotFound):
                    if found:
                        artists.delete(found)
                        deleted.append(found)

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(apply, one) for one in made] + [pool.submit(delete)]
    for future in work:
        future.result()

    keys = [text.match_key(name) for name in names()]
    assert len(keys) == len(set(keys))
