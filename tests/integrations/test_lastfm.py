"""Last.fm over HTTP against its fake, and on what the real one answered."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import clock, errors
from mvidarr.core.http import Conf, Kept, NotThere
from mvidarr.integrations import lastfm
from mvidarr.integrations.protocols import Checks, DescribesArtist, FoundFacts, Wanted
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet
from tests.fakes.lastfm import FakeLastfm

RECORDED = Path(__file__).parents[2] / "../shared/recorded/lastfm"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")

CAN_CHECK: Checks = lastfm.check
CAN_DESCRIBE: DescribesArtist = lastfm.describe

MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
STALE = "00000000-371d-4a53-9f7f-80522fb7f3cb"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakeLastfm:
    return FakeLastfm(fake_internet)


def conf(fake: FakeLastfm, **changes: Any) -> Conf:
    known = Conf(service="lastfm", base_url=fake.base_url, key=fake.key, backoff=0.001)
    return replace(known, **changes)


def top(fake: FakeLastfm, limit: int = 0, user: str = "anna") -> list[Any]:
    return list(lastfm.top_artists(conf(fake), user, "overall", limit))


def loved(fake: FakeLastfm, user: str = "anna") -> list[Any]:
    return list(lastfm.loved(conf(fake), user))


@dataclass
class Shelf:
    """Keeps answers in memory."""

    kept: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    def find(self, request: str, /) -> Kept | None:
        known = self.kept.get(request)
        return Kept(body=known[0], etag=None, is_fresh=True) if known else None

    def keep(self, request: str, body: bytes, etag: str | None, keep: int, /) -> None:
        self.kept[request] = (body, keep)


# lists


@pytest.mark.parametrize("is_old", [True, False])
def test_top_artists_come_with_their_plays(fake: FakeLastfm, is_old: bool) -> None:
    fake.is_old = is_old
    fake.play("Anna", "Björk", 5216, MBID)
    fake.play("Anna", "Air", 20, None)
    fake.play("Anna", "Tool", 3, "no-id")

    bjork, air, tool = top(fake)

    assert (bjork.artist, bjork.plays, bjork.ids) == ("Björk", 5216, {"mb_artist": MBID})
    assert (air.artist, air.plays, air.ids, air.image_url) == ("Air", 20, {}, None)
    assert (tool.plays, tool.ids) == (3, {})


def test_period_and_user_are_sent(fake: FakeLastfm) -> None:
    fake.play("anna", "Björk")

    list(lastfm.top_artists(conf(fake), " anna ", "7day", 30))

    (asked,) = fake.internet.asked(fake.host)
    assert (asked.arg("user"), asked.arg("period"), asked.arg("limit")) == ("anna", "7day", "30")


def test_all_pages_are_read(fake: FakeLastfm) -> None:
    for number in range(450):
        fake.play("anna", f"Artist {number}", 1000 - number)

    found = top(fake)

    assert [entry.artist for entry in found] == [f"Artist {n}" for n in range(450)]
    assert len(fake.asked) == 3


def test_limit_is_kept(fake: FakeLastfm) -> None:
    fake.play("anna", "[unknown]", 9000)
    for number in range(450):
        fake.play("anna", f"Artist {number}", 1000 - number)

    assert len(top(fake, 250)) == 250
    assert [entry.artist for entry in top(fake, 2)] == ["Artist 0", "Artist 1"]


def test_entries_stream_page_by_page(fake: FakeLastfm) -> None:
    for number in range(450):
        fake.play("anna", f"Artist {number}", 1000 - number)

    next(lastfm.top_artists(conf(fake), "anna", "overall", 0))

    assert len(fake.asked) == 1


@pytest.mark.parametrize("is_old", [True, False])
def test_loved_songs_name_their_artist_in_two_ways(fake: FakeLastfm, is_old: bool) -> None:
    fake.is_old = is_old
    fake.love("anna", "Björk", "Jóga", MBID)

    (song,) = loved(fake)

    assert (song.artist, song.title, song.ids) == ("Björk", "Jóga", {"mb_artist": MBID})
    assert (song.image_url, song.plays) == (None, None)


@pytest.mark.parametrize("empty", ["list", "text", "nothing"])
def test_empty_list_is_empty_in_every_shape(fake: FakeLastfm, empty: str) -> None:
    fake.empty = empty
    fake.played["anna"] = []

    assert top(fake) == []
    assert loved(fake) == []


@pytest.mark.parametrize(
    "rubbish",
    [
        [],
        {},
        {"topartists": ""},
        {"topartists": []},
        {"topartists": {"artist": ""}},
        {"topartists": {"artist": [None, 5, {}, {"name": None}, {"name": "", "mbid": []}]}},
        {"lovedtracks": {"track": {"name": "Song", "artist": "Björk"}}},
        {"lovedtracks": {"track": [{"name": "Song", "artist": {"name": "", "#text": ""}}]}},
        {"lovedtracks": {"track": [], "@attr": {"totalPages": "many"}}},
    ],
)
def test_rubbish_is_empty(fake: FakeLastfm, rubbish: Any) -> None:
    fake.fails(answers.json_of(rubbish))

    assert top(fake) == []
    assert loved(fake) == []


def test_nobody_is_left_out(fake: FakeLastfm) -> None:
    fake.play("anna", "[unknown]", 5)
    fake.play("anna", "Various Artists", 4)
    fake.play("anna", "Björk", 3)

    assert [entry.artist for entry in top(fake)] == ["Björk"]


def test_id_of_an_entry_is_that_of_its_name(fake: FakeLastfm) -> None:
    fake.play("anna", "Björk", 5, MBID)
    fake.play("bert", "BJÖRK", 2, "")
    fake.play("bert", "Bjork", 1, "")
    fake.love("anna", "Björk", "Jóga")

    (anna,), (same, other) = top(fake), top(fake, user="bert")

    assert anna.external_id == same.external_id
    assert anna.external_id != other.external_id
    assert loved(fake)[0].external_id != anna.external_id


def test_list_that_becomes_shorter_ends(fake: FakeLastfm) -> None:
    for number in range(250):
        fake.love("anna", "Björk", f"Song {number}")
    found = lastfm.loved(conf(fake), "anna")
    next(found)
    del fake.loved["anna"][150:]

    assert len(list(found)) == 199


def test_service_that_never_ends_is_left(fake: FakeLastfm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvidarr.integrations.lastfm.lists.MOST_PAGES", 4)
    listed = {"artist": {"name": "Björk"}, "@attr": {"totalPages": "99999999"}}
    fake.fails(answers.json_of({"topartists": listed}))

    assert len(top(fake)) == 1
    assert len(fake.asked) == 4


def test_unknown_user_is_told(fake: FakeLastfm) -> None:
    with pytest.raises(NotThere, match="nobody called nobody"):
        top(fake, user="nobody")


def test_private_list_is_told(fake: FakeLastfm) -> None:
    fake.private.add("anna")

    with pytest.raises(NotThere, match="privacy settings") as caught:
        loved(fake)
    assert caught.value.permanent


# facts


def described(fake: FakeLastfm, name: str = "Björk", mbid: str = "", **changes: Any) -> Any:
    wanted = Wanted(name=name, ids={"mb_artist": mbid} if mbid else {})
    return lastfm.describe(conf(fake, **changes), wanted)


def test_artist_is_described(fake: FakeLastfm) -> None:
    bio = "Björk is &quot;one&quot; of a kind.<br/>She <b>sings</b>.\n\n\n\nI <3 it &amp; more."
    tags = ("electronic", "seen live", "Björk", "art pop", "electronic")
    fake.add_artist("Björk", mbid=MBID, tags=tags, bio=bio)

    assert described(fake, mbid=MBID) == FoundFacts(
        found_by="lastfm",
        bio='Björk is "one" of a kind.\nShe sings.\n\nI <3 it & more.',
        genres=("electronic", "art pop"),
    )
    assert len(fake.asked) == 1


def test_stale_id_leads_to_the_name(fake: FakeLastfm) -> None:
    fake.add_artist("Björk", mbid=MBID, tags=("pop",))

    assert described(fake, mbid=STALE).genres == ("pop",)
    assert [bool(r.arg("mbid")) for r in fake.internet.asked(fake.host)] == [True, False]


def test_misspelt_name_is_corrected(fake: FakeLastfm) -> None:
    fake.add_artist("Björk", misspelt=("Bjoerk",), bio="Sings.")

    assert described(fake, "Bjoerk").bio == "Sings."


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("tags", [(), ("pop",)])
def test_few_tags_are_read_in_every_shape(
    fake: FakeLastfm, is_old: bool, tags: tuple[str, ...]
) -> None:
    fake.is_old = is_old
    fake.add_artist("Björk", tags=tags)

    found = described(fake)

    assert found.genres == tags
    assert found.bio is None
    assert found.pictures == ()


def test_unknown_artist_has_no_facts(fake: FakeLastfm) -> None:
    fake.add_artist("[unknown]", tags=("noise",), misspelt=("x",))

    assert described(fake, "Nobody at all", STALE) is None
    assert described(fake, "x") is None
    asked = len(fake.asked)
    assert described(fake, "[unknown]") is None
    assert described(fake, "  ") is None
    assert len(fake.asked) == asked


@pytest.mark.parametrize(
    "item",
    [
        {"name": "Björk", "bio": None, "tags": None},
        {"name": "Björk", "bio": {"content": 5, "summary": []}, "tags": {"tag": ""}},
        {"name": "Björk", "bio": {"content": "<p> </p>", "summary": "<!-- -->"}, "tags": []},
        {"name": "Björk", "bio": "", "tags": {"tag": [None, 5, {}, {"name": ""}]}},
    ],
)
def test_odd_pages_have_no_facts(item: dict[str, Any]) -> None:
    assert lastfm.to_facts(item) == FoundFacts(found_by="lastfm")


def test_facts_are_asked_once(fake: FakeLastfm) -> None:
    fake.add_artist("Björk", tags=("pop",))
    shelf = Shelf()

    first = described(fake, mbid=STALE, answers=shelf)
    asked = len(fake.asked)
    again = described(fake, mbid=STALE, answers=shelf)

    assert first == again
    assert first.genres == ("pop",)
    assert len(fake.asked) == asked == 2  # also that the id is not known
    assert all(fake.key not in name for name in shelf.kept)
    assert {keep for _, keep in shelf.kept.values()} == {7 * clock.DAY}


def test_failures_and_private_lists_are_not_kept(fake: FakeLastfm) -> None:
    shelf = Shelf()
    fake.play("anna", "Björk")
    list(lastfm.top_artists(conf(fake, answers=shelf), "anna", "overall", 0))
    for code in (8, 10, 29):
        fake.internet.heal()
        fake.says(code)
        with pytest.raises(errors.ServiceError):
            described(fake, answers=shelf)
    fake.internet.heal()
    fake.fails(404)  # of another server
    assert described(fake, answers=shelf) is None

    assert shelf.kept == {}


# errors


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
@pytest.mark.parametrize(
    ("code", "word", "permanent", "wait"),
    [
        (2, "did not accept", True, None),
        (3, "did not accept", True, None),
        (4, "refused the key", True, None),
        (5, "did not accept", True, None),
        (6, "does not have that", True, None),
        (7, "does not have that", True, None),
        (8, "not available", False, None),
        (9, "refused the key", True, None),
        (10, "refused the key", True, None),
        (11, "not available", False, None),
        (13, "refused the key", True, None),
        (16, "not available", False, None),
        (17, "privacy settings", True, None),
        (26, "suspended the key", True, None),
        (29, "pause", False, 300.0),
        (99, "error 99", True, None),
    ],
)
def test_errors_are_told_whatever_the_status(
    fake: FakeLastfm, status: int, code: int, word: str, permanent: bool, wait: float | None
) -> None:
    fake.says(code, status=status)

    with pytest.raises(errors.ServiceError, match=word) as caught:
        lastfm.check(conf(fake, retries=0))
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)
    assert fake.key not in str(caught.value)


def test_number_of_an_error_may_be_a_text(fake: FakeLastfm) -> None:
    fake.fails(answers.json_of({"error": "10", "message": "x"}))

    with pytest.raises(errors.ServiceError, match="refused the key"):
        lastfm.check(conf(fake))


def test_pause_that_is_asked_for_is_told(fake: FakeLastfm) -> None:
    reply = answers.json_of({"error": 29}, status=429, headers={"Retry-After": "7"})
    fake.fails(reply)

    with pytest.raises(errors.ServiceError) as caught:
        lastfm.check(conf(fake))
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("key", ["wrong", ""])
def test_errors_in_xml_are_understood(fake: FakeLastfm, key: str) -> None:
    fake.speaks_xml = True
    ask: Callable[[], str] = lambda: lastfm.check(conf(fake, key=key or fake.key))  # noqa: E731
    if key:
        with pytest.raises(errors.ServiceError, match="refused the key"):
            ask()
    else:
        assert ask() == "Last.fm answers and accepts the key."
        with pytest.raises(NotThere, match="nobody called ghost"):
            top(fake, user="ghost")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (answers.invalid_json(), "damaged"),
        (answers.html_with_200(), "web page"),
        (answers.text_of('<lfm status="ok"></lfm>', kind="text/xml"), "web page"),
        (answers.forbidden_html(), "forbids access"),
        (answers.server_error(503), "not available"),
        (answers.too_many(5), "pause"),
    ],
)
def test_faults_are_sentences(fake: FakeLastfm, answer: Answer, word: str) -> None:
    fake.fails(answer)

    with pytest.raises(errors.ServiceError, match=word):
        lastfm.check(conf(fake))


def test_check_needs_a_key(fake: FakeLastfm) -> None:
    assert lastfm.check(conf(fake)) == "Last.fm answers and accepts the key."
    with pytest.raises(errors.ServiceError, match="refused the key"):
        lastfm.check(conf(fake, key="wrong"))
    with pytest.raises(errors.NotConfigured):
        lastfm.check(conf(fake, key=""))


# recordings


def body(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def artist_page(name: str) -> FoundFacts | None:
    return lastfm.to_facts(json.loads(body(name).decode("utf-8-sig"))["artist"])


@recordings
def test_recorded_top_artists_are_read(fake: FakeLastfm) -> None:
    fake.fails(Answer(body=body("if_UserGetTopArtistsSingle.json")))
    (single,) = top(fake, 1)
    assert (single.artist, single.plays) == ("Anathema", 5216)
    assert single.ids == {"mb_artist": "20aa23e3-3532-42ca-acf6-e8c2e9df2688"}
    fake.internet.heal()
    fake.fails(Answer(body=body("if_UserGetTopArtistsMultiple.json")))
    assert [entry.artist for entry in top(fake, 2)] == ["Anathema", "Insomnium"]
    fake.internet.heal()
    fake.fails(Answer(body=body("if_UserGetTopArtistsEmpty.json")))
    assert top(fake) == []


@recordings
def test_recorded_loved_songs_are_read(fake: FakeLastfm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvidarr.integrations.lastfm.lists.MOST_PAGES", 1)
    fake.fails(Answer(body=body("if_UserGetLovedTracksMultiple.json")))

    found = loved(fake)

    assert (found[0].artist, found[0].title) == ("Santana", "No One to Depend On")
    assert (found[0].album, found[1].artist) == ("Santana (III)", "The Rolling Stones")
    assert all(entry.artist and entry.title for entry in found)


@recordings
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("if_UserGetTopArtistsError.json", "nobody called anna"),
        ("if_LibraryGetArtistsError.json", "nobody called anna"),
    ],
)
def test_recorded_errors_are_told(fake: FakeLastfm, name: str, word: str) -> None:
    fake.fails(Answer(body=body(name)))

    with pytest.raises(NotThere, match=word):
        top(fake)


@recordings
def test_recorded_artists_are_described() -> None:
    rabbit = artist_page("if_ArtistGetInfoSuccess.json")
    assert rabbit is not None
    assert rabbit.genres == ("indie", "scottish", "indie rock", "folk", "folk rock")
    assert rabbit.bio is not None
    assert rabbit.bio.endswith('"Pedestrian Verse" (2013).')
    for name in ("lastfm.artist.getinfo.json", "lastfm.artist.getinfo.en.json"):
        found = artist_page(name)
        assert found is not None
        assert found.bio is not None
        assert len(found.genres) == 5
        assert not any(
            word in found.bio for word in ("<a", "Read more", "Creative Commons", "&quot;")
        )
    empty = artist_page("lastfm.artist.getinfo.empty.json")
    assert empty is not None
    assert empty.bio is None


@recordings
def test_recorded_missing_artist_has_no_facts(fake: FakeLastfm) -> None:
    fake.fails(Answer(body=body("if_ArtistGetInfoMissing.json")))

    assert described(fake, mbid=MBID) is None


@recordings
def test_no_recorded_answer_does_harm(fake: FakeLastfm) -> None:
    for path in sorted(RECORDED.glob("*.json")):
        fake.internet.heal()
        fake.fails(Answer(body=path.read_bytes()), times=1)
        fake.fails(answers.json_of({}))
        for ask in (top, loved, described):
            with contextlib.suppress(errors.ServiceError):
                ask(fake)
