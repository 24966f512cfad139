"""Import lists: read, compared with the library, ticked, added; again and again without a twin."""

from collections.abc import Callable
from typing import Any

import pytest

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Conflict, Invalid, NotFound, ServiceError
from mvidarr.core.terms import WorkState
from mvidarr.discovery import (
    import_apply,
    import_choices,
    import_lookup,
    import_read,
    import_rows,
    import_store,
    imports,
)
from mvidarr.discovery.import_match import State
from mvidarr.discovery.import_readers import from_text
from mvidarr.discovery.imports import NewList
from mvidarr.integrations.protocols import FoundArtist, FoundUpload
from mvidarr.jobs import jobs
from mvidarr.library import sources, videos, words
from mvidarr.models import (
    Alias,
    Artist,
    Block,
    Event,
    ImportList,
    ImportRow,
    Job,
    Video,
    VideoSource,
)
from tests import factories
from tests.conftest import SECRET, SetClock
from tests.fakes import finders, lists
from tests.fakes.finders import FakeService
from tests.fakes.lists import Shelf, entry

MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
OTHER = "11111111-2222-4333-8444-555555555555"
VAULT = Vault((SECRET,))


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    return finders.install(monkeypatch)


@pytest.fixture
def shelf(
    database: Config, services: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch
) -> Shelf:
    return lists.install(monkeypatch)


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def make(**columns: Any) -> ImportList:
    made = imports.make(NewList(kind="shelf", **columns), None)
    Job.update(state="done", active_key=None).execute()
    return made


def read(made: ImportList, **how: Any) -> None:
    import_read.read(made.id, VAULT, silent, **how)


def apply(made: ImportList) -> None:
    import_apply.apply(made.id, silent)


def states(made: ImportList) -> dict[str, str]:
    rows = ImportRow.select().where(ImportRow.list == made.id)
    return {row.title or row.name: row.state for row in rows}


def row_of(made: ImportList, name: str) -> ImportRow:
    row: ImportRow = ImportRow.get(
        (ImportRow.list == made.id) & ((ImportRow.name == name) | (ImportRow.title == name))
    )
    return row


def names() -> list[str]:
    return sorted(artist.name for artist in Artist.select())


def found(name: str, mbid: str, **facts: Any) -> FoundArtist:
    return FoundArtist(found_by="musicbrainz", name=name, ids={"mb_artist": mbid}, **facts)


def upload(ident: str, title: str, **facts: Any) -> FoundUpload:
    return finders.upload(title, source_id=ident, **facts)


# -- reading and matching


def test_a_list_that_nobody_named_is_called_as_its_service_calls_it(shelf: Shelf) -> None:
    shelf.title = "  Anna's \u202e shelf "
    unnamed, named = make(), make(name="Mine")

    read(unnamed)
    read(named)

    assert [imports.get(one.id).name for one in (unnamed, named)] == ["Anna's shelf", "Mine"]
    shelf.title = "Another"
    read(unnamed)
    assert imports.get(unnamed.id).name == "Anna's shelf"


def test_a_list_that_is_made_is_read_by_a_job(shelf: Shelf) -> None:
    made = imports.make(NewList(kind="shelf", name="  My  shelf "), None)

    job = jobs.of("list_read", str(made.id))
    assert (made.name, made.options["place"]) == ("My shelf", "top")
    assert job is not None
    assert job.state == WorkState.QUEUED


def test_entries_are_found_by_id_name_other_name_and_likeness(shelf: Shelf) -> None:
    by_id = factories.make_artist("Somebody")
    words.set_artist_ids(by_id.id, {"mb_artist": MBID})
    factories.make_artist("Björk")
    other = factories.make_artist("Prince")
    Alias.create(artist=other.id, name="The Artist", name_key="the artist")
    factories.make_artist("Guns N’ Roses")
    shelf.has(
        entry("Anybody", ids={"mb_artist": MBID}),
        entry("BJÖRK"),
        entry("The Artist"),
        entry("Guns N' Roses"),
        entry("Nobody yet"),
    )
    made = make()

    read(made)

    assert states(made) == {
        "Anybody": State.KNOWN,
        "BJÖRK": State.KNOWN,
        "The Artist": State.KNOWN,
        "Guns N' Roses": State.KNOWN,
        "Nobody yet": State.NEW,
    }
    assert row_of(made, "Anybody").artist_id == by_id.id


def test_two_of_the_library_that_look_alike_wait_for_a_person(shelf: Shelf) -> None:
    factories.make_artist("Air", disambiguation="French")
    factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    shelf.has(entry("AIR"))
    made = make()

    read(made)
    apply(made)

    row = row_of(made, "AIR")
    assert row.state == State.AMBIGUOUS
    assert [one.disambiguation for one in import_rows.choices(row)] == ["French", "Canadian"]
    assert len(names()) == 2


def test_a_name_without_an_id_is_looked_up_once(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    catalogue = services["musicbrainz"]
    catalogue.finds(found("Air", MBID, country="FR"), found("Airbourne", OTHER))
    shelf.has(entry("Air"))
    made = make()

    read(made)
    read(made)
    apply(made)

    artist = Artist.get(Artist.name == "Air")
    assert catalogue.asked == ["Air"]
    assert words.ids_of_artist(artist.id) == {"mb_artist": MBID}
    assert artist.country == "FR"


def test_several_of_exactly_that_name_are_ambiguous(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    services["musicbrainz"].finds(
        found("Air", MBID, disambiguation="French duo"),
        found("AIR", OTHER, disambiguation="German"),
    )
    shelf.has(entry("Air"), entry("Air", external_id="with id", ids={"mb_artist": MBID}))
    made = make()

    read(made)
    apply(made)

    by_ident = {row.external_id: row.state for row in ImportRow.select()}
    assert by_ident == {"Air|": State.AMBIGUOUS, "with id": State.ADDED}
    assert len(names()) == 1


def test_a_catalogue_that_is_down_leaves_entries_new_by_name(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    services["musicbrainz"].fails(ServiceError("musicbrainz", "MusicBrainz cannot be reached."))
    shelf.has(entry("Air"), entry("Björk"))
    made = make()

    read(made)

    assert set(states(made).values()) == {State.NEW}
    assert len(services["musicbrainz"].asked) == 1
    assert "MusicBrainz cannot be reached." in str(factories.fresh(made).last_error)


def test_only_so_many_names_are_looked_up_in_one_reading(
    shelf: Shelf, services: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_lookup, "MOST", 2)
    shelf.has(*(entry(f"Band {n}") for n in range(5)))
    made = make()

    read(made)
    assert services["musicbrainz"].asked == ["Band 0", "Band 1"]
    read(made)
    assert services["musicbrainz"].asked[2:] == ["Band 2", "Band 3"]


def test_filters_leave_out_with_a_reason_and_a_person_overrules_them(shelf: Shelf) -> None:
    shelf.has(
        entry("Seldom", plays=3, genres=("rock",)),
        entry("Jazzy", plays=90, genres=("Acid Jazz",)),
        entry("Off", plays=90, genres=("rock",), monitored=False),
        entry("Rocky", plays=90, genres=("Art Rock", "pop")),
        entry("Unsaid", plays=90),
        entry("Various Artists", plays=90, genres=("rock",)),
    )
    made = make(filters={"min_plays": 10, "genres": "rock", "monitored_only": True})

    read(made)
    assert states(made) == {
        "Seldom": State.FILTERED,
        "Jazzy": State.FILTERED,
        "Off": State.FILTERED,
        "Rocky": State.NEW,
        "Unsaid": State.FILTERED,
        "Various Artists": State.FILTERED,
    }
    assert row_of(made, "Seldom").data["why"] == "Played 3 times; the list takes 10 and more."

    import_choices.tick(made.id, [row_of(made, "Seldom").id], True)
    read(made)
    assert states(made)["Seldom"] == State.NEW


def test_what_the_service_says_of_an_entry_is_renewed_and_choices_stay(shelf: Shelf) -> None:
    factories.make_artist("Air", disambiguation="French")
    factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    shelf.has(entry("Air", external_id="1", plays=1), entry("Other", external_id="2"))
    made = make()
    read(made)
    import_choices.choose(made.id, row_of(made, "Air").id, 0)
    import_choices.tick(made.id, [row_of(made, "Air").id], True)  # it is known: nothing to tick
    shelf.has(entry("AIR", external_id="1", plays=7), entry("Other", external_id="2"))
    read(made)

    row = row_of(made, "AIR")
    assert (row.data["plays"], row.state) == (7, State.KNOWN)
    assert row.data["choice"]["disambiguation"] == "French"


def test_searches_wait_while_enough_of_them_run(shelf: Shelf) -> None:
    for number in range(import_apply.SEARCHES):
        jobs.add("discover", str(number))

    assert import_apply.search_waiting() == 0


def test_settled_entries_and_states_cannot_be_chosen(shelf: Shelf) -> None:
    shelf.has(entry("Air"))
    made = make()
    read(made)
    apply(made)

    with pytest.raises(Conflict):
        import_choices.choose(made.id, row_of(made, "Air").id, 0)
    with pytest.raises(Invalid):
        import_choices.tick_all(made.id, State.ADDED, True)


def test_other_filters_judge_the_entries_anew(shelf: Shelf) -> None:
    shelf.has(entry("Seldom", plays=3))
    made = make(filters={"min_plays": 10, "monitored_only": False})
    read(made)

    imports.change(made.id, {"filters": {"min_plays": 2}}, None)
    assert jobs.of("list_read", str(made.id)).state == WorkState.QUEUED  # type: ignore[union-attr]
    read(made)

    assert states(made) == {"Seldom": State.NEW}


# -- applying


def test_running_twice_adds_nothing_twice(shelf: Shelf) -> None:
    shelf.has(entry("Björk"), entry("björk", external_id="x"), entry("Bjork", external_id="y"))
    made = make()

    for _ in range(2):
        read(made)
        apply(made)

    assert len(names()) == 1
    assert ImportRow.select().count() == 3
    assert sorted(states(made).values()) == [State.ADDED, State.KNOWN, State.KNOWN]


def test_new_artists_are_searched_one_after_the_other(shelf: Shelf, set_clock: SetClock) -> None:
    shelf.has(*(entry(f"Band {n:03}") for n in range(120)))
    made = make()

    read(made)
    apply(made)

    due = [artist.next_check_at for artist in Artist.select().order_by(Artist.name)]
    assert len(set(due)) == 120
    assert max(due) - min(due) == 119 * import_apply.SPREAD
    assert Job.select().where(Job.kind == "discover").count() == 0
    assert Job.select().where(Job.kind == "sweep").count() == 1


def test_unticked_entries_stay_out_until_they_are_ticked(shelf: Shelf) -> None:
    shelf.has(entry("Yes"), entry("No"))
    made = make()
    read(made)
    import_choices.tick(made.id, [row_of(made, "No").id], False)
    apply(made)
    read(made)
    apply(made)

    assert names() == ["Yes"]
    assert states(made) == {"Yes": State.ADDED, "No": State.SKIPPED}

    import_choices.tick_all(made.id, State.SKIPPED, True)
    apply(made)
    assert names() == ["No", "Yes"]


def test_an_artist_that_a_person_deleted_does_not_come_back(shelf: Shelf) -> None:
    from mvidarr.library import artists

    shelf.has(entry("Björk"))
    made = make()
    read(made)
    apply(made)
    artists.delete(Artist.get(Artist.name == "Björk").id)

    read(made)
    apply(made)

    assert names() == []
    assert states(made) == {"Björk": State.SKIPPED}
    assert "removed" in row_of(made, "Björk").data["why"]


def test_a_choice_is_remembered(shelf: Shelf, services: dict[str, FakeService]) -> None:
    services["musicbrainz"].finds(
        found("Air", MBID, disambiguation="French duo", country="FR"),
        found("Air", OTHER, disambiguation="German"),
    )
    shelf.has(entry("Air"))
    made = make()
    read(made)

    import_choices.choose(made.id, row_of(made, "Air").id, 1)
    read(made)
    apply(made)

    artist = Artist.get()
    assert artist.disambiguation == "German"
    assert words.ids_of_artist(artist.id) == {"mb_artist": OTHER}


def test_a_choice_of_the_library_links_and_adds_nobody(shelf: Shelf) -> None:
    factories.make_artist("Air", disambiguation="French")
    second = factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    shelf.has(entry("Air"))
    made = make()
    read(made)

    row = import_choices.choose(made.id, row_of(made, "Air").id, 1)
    apply(made)

    assert (row.state, row.artist_id) == (State.KNOWN, second.id)
    assert len(names()) == 2


def test_a_choice_that_was_not_offered_is_refused(shelf: Shelf) -> None:
    shelf.has(entry("Air"))
    made = make()
    read(made)

    with pytest.raises(Invalid):
        import_choices.choose(made.id, row_of(made, "Air").id, 3)
    with pytest.raises(NotFound):
        import_choices.choose(made.id, 999_999, 0)


def test_the_likeliest_can_be_taken_for_all(shelf: Shelf, services: dict[str, FakeService]) -> None:
    services["musicbrainz"].finds(
        found("Air", MBID, disambiguation="French duo"),
        found("Air", OTHER, disambiguation="German"),
    )
    shelf.has(entry("Air"))
    made = make()
    read(made)

    assert import_choices.take_likeliest(made.id) == 1
    apply(made)

    assert Artist.get().disambiguation == "French duo"


def test_somebody_else_of_the_same_name_is_told_apart(shelf: Shelf) -> None:
    mine = factories.make_artist("Nirvana")
    words.set_artist_ids(mine.id, {"mb_artist": MBID})
    shelf.has(entry("Nirvana", ids={"mb_artist": OTHER}))
    made = make()

    read(made)
    apply(made)

    apart = [artist.disambiguation for artist in Artist.select().order_by(Artist.id)]
    assert apart == ["", "MusicBrainz 11111111"]


def _is_killed(step: Callable[[Any], object], tell: Any) -> bool:
    try:
        step(tell)
    except KeyboardInterrupt:
        return True
    return False


def test_what_others_added_in_the_meantime_is_known(
    shelf: Shelf, services: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library is read once: an artist may come while a list is being added."""
    from mvidarr.discovery import import_library

    shelf.has(entry("Björk", ids={"mb_artist": MBID}), entry("Air"))
    made = make()
    read(made)
    stale = import_library.artists()
    factories.make_artist("Air")
    words.set_artist_ids(factories.make_artist("Bjork G.").id, {"mb_artist": MBID})
    monkeypatch.setattr(import_library, "artists", lambda: stale)

    apply(made)

    assert names() == ["Air", "Bjork G."]
    assert set(states(made).values()) == {State.KNOWN}


def test_an_entry_that_cannot_be_added_does_not_stop_the_others(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvidarr.library import artists

    real = artists.add

    def add(new: Any) -> Any:
        if new.name == "Bad":
            raise Invalid({"name": "This cannot be a name."})
        if new.name == "Late":
            raise Conflict("Late was added in the meantime.")
        return real(new)

    monkeypatch.setattr(artists, "add", add)
    shelf.has(entry("Bad"), entry("Late"), entry("Good"))
    made = make()
    read(made)
    apply(made)

    assert names() == ["Good"]
    assert states(made) == {"Bad": State.FILTERED, "Late": State.NEW, "Good": State.ADDED}
    assert row_of(made, "Bad").data["why"] == "This cannot be a name."


def test_a_list_that_is_too_long_is_cut_and_nothing_counts_as_gone(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.has(*(entry(f"Band {n}") for n in range(8)))
    made = make(followed=True, removal="remove")
    read(made)
    monkeypatch.setattr(import_read, "MOST", 5)
    read(made)

    assert State.GONE not in states(made).values()
    assert "more than 5 entries" in str(factories.fresh(made).last_error)


def test_a_kill_between_two_transactions_loses_and_doubles_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_apply, "AT_ONCE", 3)
    monkeypatch.setattr(import_apply, "BREATH", 0)
    monkeypatch.setattr(import_store, "AT_ONCE", 4)
    shelf.has(*(entry(f"Band {n}") for n in range(10)))
    made = make()

    def killing(after: int) -> Callable[[int, int | None, str], None]:
        left = after

        def tell(done: int, total: int | None, note: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        return tell

    for step in (
        lambda tell: import_read.read(made.id, VAULT, tell),
        lambda tell: import_apply.apply(made.id, tell),
    ):
        kills = 0
        while _is_killed(step, killing(kills)):
            kills += 1
        assert kills >= 2

    assert names() == [f"Band {n}" for n in range(10)]
    assert ImportRow.select().count() == 10
    assert set(states(made).values()) == {State.ADDED}


# -- songs


def test_songs_are_wanted_once_under_their_artist(shelf: Shelf) -> None:
    known = factories.make_artist("Björk")
    factories.make_video(known, "Jóga")
    shelf.has(
        entry("Björk", "Joga - 2012 Remaster"),
        entry("Björk", "Army of Me", album="Post", year=1995),
        entry("Björk", "Army of me (Radio Edit)", external_id="z"),
        entry("Portishead", "Glory Box"),
    )
    made = make(mode="videos")

    for _ in range(2):
        read(made)
        apply(made)

    wanted = {(video.title, video.status, video.wish) for video in Video.select()}
    assert ("Army of Me", "wanted", "want") in wanted
    assert len(wanted) == 3
    assert Video.get(Video.title == "Army of Me").album == "Post"
    assert Artist.get(Artist.name == "Portishead").monitored is False
    assert states(made)["Joga - 2012 Remaster"] == State.KNOWN


def test_artists_of_wanted_songs_are_searched_though_nobody_follows_them(shelf: Shelf) -> None:
    shelf.has(entry("Portishead", "Glory Box"))
    made = make(mode="videos")
    read(made)
    apply(made)

    artist = Artist.get(Artist.name == "Portishead")
    found = jobs.of("discover", str(artist.id))
    assert found is not None
    Job.update(state="done", active_key=None).execute()
    Artist.update(checked_at=clock.now() + 1000).execute()
    assert import_apply.search_waiting() == 0


def test_a_list_of_songs_in_artist_mode_gives_each_artist_once(shelf: Shelf) -> None:
    shelf.has(
        entry("Björk", "Jóga", plays=2), entry("BJÖRK", "Hunter", plays=3), entry("Air", "Kelly")
    )
    made = make(mode="artists", filters={"min_plays": 5, "monitored_only": False})

    read(made)

    assert states(made) == {"Björk": State.NEW, "Air": State.FILTERED}


def test_exactly_the_upload_of_the_list_is_taken(shelf: Shelf) -> None:
    exact = upload("aaaaaaaaaa1", "Björk - Jóga (Official Video)", channel="Björk")
    shelf.has(entry("Björk", "Jóga", upload=exact))
    made = make(mode="videos")

    for _ in range(2):
        read(made)
        apply(made)

    video = Video.get()
    [source] = sources.of(video.id)
    assert (video.title, video.type, video.wish) == ("Jóga", "official", "want")
    assert (source.source_id, source.verdict, source.channel) == (
        "aaaaaaaaaa1",
        "accepted",
        "Björk",
    )
    assert states(made) == {"Jóga": State.ADDED}


def test_an_upload_of_a_song_that_is_there_joins_it(shelf: Shelf) -> None:
    video = factories.make_video(factories.make_artist("Björk"), "Jóga", source=True)
    shelf.has(entry("Björk", "Jóga", upload=upload("aaaaaaaaaa1", "Björk - Jóga")))
    made = make(mode="videos")
    read(made)
    apply(made)

    assert Video.select().count() == 1
    assert "aaaaaaaaaa1" in {source.source_id for source in sources.of(video.id)}


def test_a_blocked_upload_is_left_out(shelf: Shelf) -> None:
    Block.create(provider="youtube", source_id="aaaaaaaaaa1")
    shelf.has(entry("Björk", "Jóga", upload=upload("aaaaaaaaaa1", "Björk - Jóga")))
    made = make(mode="videos")
    read(made)
    apply(made)

    assert states(made) == {"Jóga": State.FILTERED}
    assert Video.select().count() == 0


def test_an_upload_that_is_blocked_after_the_reading_is_left_out(shelf: Shelf) -> None:
    shelf.has(entry("Björk", "Jóga", upload=upload("aaaaaaaaaa1", "Björk - Jóga")))
    made = make(mode="videos")
    read(made)
    Block.create(provider="youtube", source_id="aaaaaaaaaa1")
    apply(made)

    assert states(made) == {"Jóga": State.FILTERED}
    assert VideoSource.select().count() == 0


def test_an_upload_in_use_elsewhere_is_known(shelf: Shelf) -> None:
    video = factories.make_video(factories.make_artist("Björk"), "Jóga")
    factories.make_source(video=video, source_id="aaaaaaaaaa1")
    shelf.has(entry("bjork music", "x", upload=upload("aaaaaaaaaa1", "bjork music - x")))
    made = make(mode="videos")
    read(made)

    row = row_of(made, "x")
    assert (row.state, row.video_id) == (State.KNOWN, video.id)


def test_an_upload_that_a_person_refused_stays_out_until_it_is_ticked(shelf: Shelf) -> None:
    artist = factories.make_artist("Björk")
    mine = factories.make_source(artist=artist, source_id="aaaaaaaaaa1")
    sources.refuse(mine.id, factories.make_user().id)
    shelf.has(entry("Björk", "Jóga", upload=upload("aaaaaaaaaa1", "Björk - Jóga")))
    made = make(mode="videos")
    read(made)
    assert row_of(made, "Jóga").data["why"] == "You refused this upload."
    ImportRow.update(state=State.NEW).execute()
    apply(made)
    assert states(made) == {"Jóga": State.FILTERED}

    import_choices.tick(made.id, [row_of(made, "Jóga").id], True)
    apply(made)

    assert states(made) == {"Jóga": State.ADDED}
    assert sources.get(mine.id).verdict == "accepted"


@pytest.mark.parametrize("mode", ["artists", "videos"])
def test_a_name_that_is_taken_asks_again(shelf: Shelf, mode: str) -> None:
    factories.make_artist("Air")
    shelf.has(entry("Air", "Kelly" if mode == "videos" else ""))
    made = make(mode=mode)
    read(made)
    row = ImportRow.get()
    ImportRow.update(state=State.AMBIGUOUS, artist=None).execute()

    assert import_choices.choose(made.id, row.id, import_choices.BY_NAME).state == State.NEW
    apply(made)

    asked = factories.fresh(row)
    assert asked.state == State.AMBIGUOUS
    assert [one.name for one in import_rows.choices(asked)] == ["Air"]
    assert import_choices.choose(made.id, row.id, 0).artist_id is not None
    assert len(names()) == 1


@pytest.mark.parametrize("mode", ["artists", "videos"])
def test_a_namesake_that_came_since_the_reading_asks_too(shelf: Shelf, mode: str) -> None:
    shelf.has(entry("Air", "Kelly" if mode == "videos" else ""))
    made = make(mode=mode)
    read(made)
    factories.make_artist("Air", disambiguation="French")
    factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    apply(made)

    assert set(states(made).values()) == {State.AMBIGUOUS}
    assert len(names()) == 2


def test_a_country_tells_namesakes_apart(shelf: Shelf, services: dict[str, FakeService]) -> None:
    services["musicbrainz"].finds(found("Air", OTHER, country="CA"), found("Air", MBID))
    mine = factories.make_artist("Air")
    words.set_artist_ids(mine.id, {"mb_artist": MBID})
    factories.make_artist("AIR", disambiguation="x", folder="Air 2")
    shelf.has(entry("Air"))
    made = make()
    read(made)
    row = row_of(made, "Air")
    import_rows.write(
        row, data={"choice": import_lookup.choice(found("Air", OTHER, country="CA")).stored()}
    )
    ImportRow.update(state=State.NEW).execute()
    apply(made)

    assert "CA" in {artist.disambiguation for artist in Artist.select()}


def test_an_upload_of_a_list_that_is_in_use_by_now_is_known(shelf: Shelf) -> None:
    shelf.has(entry("Björk", "Jóga", upload=upload("aaaaaaaaaa1", "Björk - Jóga")))
    made = make(mode="videos")
    read(made)
    video = factories.make_video(factories.make_artist("Bjork G."), "Jóga")
    factories.make_source(video=video, source_id="aaaaaaaaaa1")
    apply(made)

    assert (row_of(made, "Jóga").state, row_of(made, "Jóga").video_id) == (State.KNOWN, video.id)


def test_songs_that_are_there_by_now_and_entries_without_one_add_nothing(shelf: Shelf) -> None:
    shelf.has(entry("Björk", "Jóga"), entry("Nobody"))
    made = make(mode="videos")
    read(made)
    factories.make_video(factories.make_artist("Björk"), "Jóga")
    ImportRow.update(state=State.NEW).execute()
    apply(made)

    assert states(made) == {"Jóga": State.KNOWN, "Nobody": State.FILTERED}
    assert Video.select().count() == 1


# -- failures, schedule, removal


def test_a_failed_reading_changes_nothing_but_the_problem(shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = make(followed=True, removal="remove")
    read(made)
    apply(made)
    shelf.fails(ServiceError("youtube", "YouTube cannot be reached."))

    with pytest.raises(ServiceError):
        read(made)

    assert factories.fresh(made).last_error == "YouTube cannot be reached."
    assert states(made) == {"Björk": State.ADDED}


def test_a_pause_of_hours_is_kept_and_not_slept(shelf: Shelf, set_clock: SetClock) -> None:
    made = make()
    shelf.fails(ServiceError("youtube", "Come back later.", retry_after=7200))

    with pytest.raises(ServiceError) as failure:
        read(made)

    assert failure.value.permanent
    assert factories.fresh(made).next_check_at == clock.now() + 7200 * clock.SECOND
    set_clock.forward(7201 * clock.SECOND)
    assert imports.read_due() == 1
    assert factories.fresh(made).next_check_at == 0


def test_followed_lists_are_read_when_their_time_has_come(
    shelf: Shelf, set_clock: SetClock
) -> None:
    mine = make(followed=True, every=5)
    usual = make(followed=True)
    make()

    assert imports.read_due() == 0
    set_clock.forward(5 * clock.HOUR)
    assert imports.read_due() == 1
    assert jobs.of("list_read", str(mine.id)).args == {"apply": True}  # type: ignore[union-attr]
    assert factories.fresh(mine).next_check_at == clock.now() + 5 * clock.HOUR
    assert factories.fresh(usual).next_check_at == clock.now() + 19 * clock.HOUR


def test_a_due_reading_adds_what_is_new(shelf: Shelf) -> None:
    made = make(followed=True)
    read(made, apply=True)

    assert jobs.of("list_apply", str(made.id)) is not None


def test_an_empty_answer_is_no_removal(shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = make(followed=True, removal="remove")
    read(made)
    apply(made)
    shelf.has()

    read(made)
    apply(made)

    assert names() == ["Björk"]
    assert "came back empty" in str(factories.fresh(made).last_error)


@pytest.mark.parametrize(
    ("removal", "left", "monitored"),
    [
        ("keep", ["A", "B", "F"], ["A", "B", "F"]),
        ("unmonitor", ["A", "B", "F"], ["A"]),
        ("remove", ["A", "F"], ["A"]),
    ],
)
def test_what_left_the_list_is_settled_as_chosen(
    shelf: Shelf, removal: str, left: list[str], monitored: list[str]
) -> None:
    shelf.has(entry("A"), entry("B"), entry("F"))
    made = make(followed=True, removal=removal)
    read(made)
    apply(made)
    factories.make_file(factories.make_video(Artist.get(Artist.name == "F")))
    shelf.has(entry("A"))

    for _ in range(2):
        read(made)
        apply(made)

    assert names() == left
    assert sorted(one.name for one in Artist.select().where(Artist.monitored)) == monitored
    assert states(made)["B"] == State.GONE


def test_what_was_there_before_or_is_elsewhere_is_never_removed(shelf: Shelf) -> None:
    factories.make_artist("Mine")
    shelf.has(entry("Mine"), entry("Shared"), entry("Stays"))
    made, other = make(followed=True, removal="remove"), make()
    read(made)
    apply(made)
    shelf.has(entry("Shared"), entry("Stays"))
    read(other)
    shelf.has(entry("Stays"))
    read(made)
    apply(made)

    assert names() == ["Mine", "Shared", "Stays"]


def test_what_the_list_removed_comes_back_with_the_list(shelf: Shelf) -> None:
    shelf.has(entry("A"), entry("B"))
    made = make(followed=True, removal="remove")
    read(made)
    apply(made)
    for now in (["A"], ["A", "B"]):
        shelf.has(*map(entry, now))
        read(made)
        apply(made)
        assert names() == now


def test_songs_that_left_are_not_wanted_any_more_or_removed(shelf: Shelf) -> None:
    for removal, status in (("unmonitor", ["ignored", "wanted"]), ("remove", ["wanted"])):
        shelf.has(entry("A", f"One {removal}"), entry("A", f"Two {removal}"))
        made = make(mode="videos", followed=True, removal=removal)
        read(made)
        apply(made)
        shelf.has(entry("A", f"One {removal}"))
        read(made)
        apply(made)
        mine = Video.select().where(Video.title.endswith(removal))
        assert sorted(video.status for video in mine) == status


def test_what_is_gone_from_the_library_already_needs_no_removal(shelf: Shelf) -> None:
    for mode in ("artists", "videos"):
        shelf.has(entry("A", "One"), entry("B", "Two"))
        made = make(mode=mode, followed=True, removal="remove")
        read(made)
        apply(made)
        shelf.has(entry("A", "One"))
        read(made)
        Artist.delete().where(Artist.name == "B").execute()
        apply(made)

        assert names() == ["A"]
        Artist.delete().execute()


def test_songs_with_a_file_or_on_another_list_stay(shelf: Shelf) -> None:
    shelf.has(entry("A", "One"), entry("A", "Two"), entry("A", "Three"), entry("A", "Four"))
    made = make(mode="videos", followed=True, removal="remove")
    read(made)
    apply(made)
    shelf.has(entry("A", "Three", external_id="elsewhere"))
    other = make(mode="videos")
    read(other)
    factories.make_file(Video.get(Video.title == "Two"))
    shelf.has(entry("A", "One"))
    read(made)
    apply(made)

    assert sorted(video.title for video in Video.select()) == ["One", "Three", "Two"]


# -- making and changing


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"options": {"place": ""}}, "place"),
        ({"options": {"size": "many"}}, "size"),
        ({"options": {"size": 101}}, "size"),
        ({"options": {"colour": "red"}}, "colour"),
        ({"filters": {"min_plays": -1}}, "min_plays"),
        ({"filters": {"genres": 7}}, "genres"),
        ({"filters": {"genres": ["x" * 101]}}, "genres"),
        ({"filters": {"monitored_only": "perhaps"}}, "monitored_only"),
        ({"options": {"place": "x" * 256}}, "place"),
        ({"options": {"place": 7}}, "place"),
        ({"mode": "albums"}, "mode"),
        ({"removal": "burn"}, "removal"),
        ({"every": 0}, "every"),
        ({"connection_id": 7}, "connection_id"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    shelf: Shelf, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as problem:
        imports.make(NewList(kind="shelf", **given), None)

    assert list(problem.value.fields) == [field]
    assert ImportList.select().count() == 0


def test_text_is_given_once_and_read_again_from_its_rows(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    entries = from_text("Björk\nPortishead - Glory Box\nBJÖRK\n")
    made = imports.make(NewList(kind="text", entries=entries), None)
    read(made)
    read(made)
    apply(made)

    assert names() == ["Björk", "Portishead"]
    with pytest.raises(Invalid):
        imports.make(NewList(kind="text"), None)
    with pytest.raises(Invalid):
        imports.make(NewList(kind="text", entries=entries, followed=True), None)
    assert imports.change(made.id, {"name": "Mine"}, None).name == "Mine"


def test_text_of_songs_wants_them(shelf: Shelf) -> None:
    entries = from_text("Portishead - Glory Box\nBjörk\n")
    made = imports.make(NewList(kind="text", mode="videos", entries=entries), None)
    read(made)
    apply(made)

    assert [video.title for video in Video.select()] == ["Glory Box"]
    assert row_of(made, "Björk").data["why"] == "It names no song."


def test_reading_and_importing_take_turns(shelf: Shelf) -> None:
    made = imports.make(NewList(kind="shelf"), None)

    with pytest.raises(Conflict):
        imports.apply_now(made.id, None)
    Job.update(state="done", active_key=None).execute()
    imports.apply_now(made.id, None)
    with pytest.raises(Conflict):
        imports.read_now(made.id, None)


def test_deleting_a_list_keeps_what_it_brought(shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = make()
    read(made)
    apply(made)
    imports.read_now(made.id, None)

    imports.delete(made.id)

    assert names() == ["Björk"]
    assert ImportRow.select().count() == 0
    assert jobs.of("list_read", str(made.id)).state == WorkState.CANCELLED  # type: ignore[union-attr]
    assert import_read.read(made.id, VAULT, silent) is None
    assert import_apply.apply(made.id, silent) is None


def test_a_list_deleted_while_it_is_read_ends_quietly(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    shelf.has(entry("Björk"))
    made = make()
    services["musicbrainz"].meanwhile = lambda: ImportList.delete().execute()

    assert import_read.read(made.id, VAULT, silent) is None


def test_changes_are_checked_and_schedule_follows(shelf: Shelf, set_clock: SetClock) -> None:
    made = make()
    changed = imports.change(made.id, {"followed": True, "every": 3, "name": "New"}, None)
    assert changed.next_check_at == clock.now() + 3 * clock.HOUR
    assert imports.change(made.id, {"followed": False}, None).next_check_at == 0
    with pytest.raises(Invalid):
        imports.change(made.id, {"kind": "text"}, None)
    with pytest.raises(Invalid):
        imports.change(made.id, {"options": {"place": ""}}, None)


def test_events_tell_what_was_read_and_added(shelf: Shelf) -> None:
    shelf.has(entry("Björk"), entry("Air"))
    made = make()
    read(made)
    apply(made)

    told = {event.kind: event.data for event in Event.select()}
    assert (told["list.read"]["entries"], told["list.read"]["new"]) == (2, 2)
    assert told["list.applied"]["artists"] == 2


def test_ten_thousand_entries_take_few_statements(
    shelf: Shelf, services: dict[str, FakeService]
) -> None:
    factories.make_artist("Band 00001")
    shelf.has(*(entry(f"Band {n:05}", ids={"spotify_artist": f"{n:022}"}) for n in range(10_000)))
    made = make()

    with db.counting() as first:
        read(made)
    with db.counting() as again:
        read(made)

    assert services["musicbrainz"].asked == []
    assert imports.show(made.id).counts[State.NEW] == 9_999
    # per share of 300: is it there, what is known, insert, read again, mark, change, commit
    assert len(first) < 34 * 12 + 100
    assert len(again) < 34 * 12 + 100


def test_applying_takes_a_bounded_number_of_statements_for_each_artist(shelf: Shelf) -> None:
    shelf.has(*(entry(f"Band {n:05}", ids={"spotify_artist": f"{n:022}"}) for n in range(200)))
    made = make()
    read(made)

    with db.counting() as counted:
        apply(made)

    assert len(names()) == 200
    assert len(counted) < 200 * 30


def test_videos_are_restated(shelf: Shelf) -> None:
    shelf.has(entry("A", "One"))
    made = make(mode="videos")
    read(made)
    apply(made)
    video = Video.get()

    assert videos.restate([video.id]) == []
    assert Artist.get().wanted == 1
