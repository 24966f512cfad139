"""Import lists in a browser: Spotify's consent, playlists, pasted names, files; nothing twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, texts, violations
from tests.fakes.spotify import FakeSpotify
from tests.world import BACHELORETTE, HUNTER, JOGA, NAMESAKE, World, world

pytestmark = pytest.mark.ffmpeg
PLAYLIST = "https://www.youtube.com/playlist?list=PLfavourites1"
UPLOADS = [JOGA, BACHELORETTE, HUNTER, "teardrop__1"]
ARTISTS = {"Björk", "Massive Attack"}


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The program with nothing in it, and playlists elsewhere; nothing is downloaded."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.add_namesakes()
        made.youtube.add_playlist("PLfavourites1", UPLOADS, title="Favourites")
        made.program.set_up()
        made.program.api("PATCH", "/settings", {"automatic_download": False})
        yield made


@pytest.fixture(scope="module")
def spotify(listing: World) -> FakeSpotify:
    fake = FakeSpotify(listing.internet)
    fake.follow("Portishead", "Massive Attack")
    songs = [fake.add_song("Massive Attack", "Teardrop"), fake.add_song("Tricky", "Overcome")]
    fake.add_playlist("Trip hop", *songs)
    return fake


@pytest.fixture(autouse=True)
def _no_lists(listing: World) -> Iterator[None]:
    """Each test begins without lists and with an empty library."""
    yield
    for one in listing.program.api("GET", "/lists")["items"]:
        listing.program.api("DELETE", f"/lists/{one['id']}")
    until(listing.is_idle, seconds=60)
    for number in listing.artists().values():
        listing.program.api("DELETE", f"/artists/{number}")


def test_spotify_is_connected_and_what_the_account_follows_is_imported(
    listing: World, tabs: Tabs, spotify: FakeSpotify
) -> None:
    tabs.excuse("favicon.ico")
    page = _with_an_app(listing, tabs, spotify).new_page()
    page.goto("/connections")
    redirect = page.get_by_label("Redirect URI").input_value()
    assert redirect == f"{listing.program.url}/connections/spotify/callback"
    spotify.redirect_uris = {redirect}

    _agree(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Finish connecting")
    expect(page.get_by_role("button", name="Finish connecting")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("main article")).to_contain_text("Anna Connected")

    page.goto("/lists/new?kind=spotify_followed")
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("#results article")).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Import 2 new").click()
    until(lambda: set(listing.artists()) == {"Portishead", "Massive Attack"}, seconds=30)

    page.goto("/lists/new?kind=spotify_playlist")
    page.get_by_role("link", name="Choose among what is there").click()
    page.get_by_role("link", name="Trip hop").click()
    page.get_by_text("Want exactly its songs").click()
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trip hop")
    expect(page.locator("#results article")).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Import 2 new").click()
    until(lambda: {"Teardrop", "Overcome"} <= set(listing.videos()), seconds=30)
    _see_no_token(listing, page, spotify)

    page.goto("/connections")
    page.get_by_role("link", name="Disconnect").click()
    page.locator("#dialog[open]").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No account is connected.")).to_be_visible()
    page.goto("/lists")
    expect(page.locator("#lists")).to_contain_text("Its account is not connected any more")


def _with_an_app(made: World, tabs: Tabs, fake: FakeSpotify) -> BrowserContext:
    """A browser that reaches Spotify; its client id is entered in the settings."""
    context = tabs.context(made.program, internet=made.internet)
    page = context.new_page()
    page.goto("/connections")
    page.get_by_role("link", name="settings", exact=True).click()
    page.get_by_label("Spotify client id").fill(fake.client_id)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text("Saved one change.")
    page.close()
    return context


def _agree(page: Page, button: str = "Agree") -> None:
    page.get_by_role("button", name="Connect an account").click()
    page.get_by_role("link", name="Open Spotify and agree").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("MVidarr wants to see")
    page.get_by_role("button", name=button).click()


def _see_no_token(made: World, page: Page, fake: FakeSpotify) -> None:
    """Neither a page nor JSON, the log or the database holds a token as it is."""
    tokens = [*fake.tokens, *fake.refreshes]
    assert tokens
    page.goto("/connections")
    said = [page.content(), str(made.program.api("GET", "/connections")), made.program.log()]
    files = [path for path in made.program.data.rglob("*") if path.is_file()]
    stored = b"".join(path.read_bytes() for path in files)
    for token in tokens:
        assert not [text for text in said if token in text]
        assert token.encode() not in stored


def test_a_sign_in_that_was_not_begun_here_is_refused(
    listing: World, tabs: Tabs, spotify: FakeSpotify
) -> None:
    tabs.excuse("status of 409", "favicon.ico")
    listing.program.api("PATCH", "/settings", {"spotify_client_id": spotify.client_id})
    page = tabs.context(listing.program, internet=listing.internet).new_page()
    page.goto("/connections")
    _agree(page, "Cancel")
    expect(page.get_by_role("main")).to_contain_text("Spotify was not allowed to show the lists")
    page.goto("/connections/spotify/callback?code=code-1&state=somebody-else")
    expect(page.get_by_role("main")).to_contain_text("This sign-in was not begun here")
    page.goto("/connections")
    expect(page.get_by_text("No account is connected.")).to_be_visible()


@pytest.mark.parametrize("mode", ["Follow its artists", "Want exactly its songs"])
def test_a_playlist_that_is_imported_twice_leaves_nothing_twice(
    listing: World, tabs: Tabs, mode: str
) -> None:
    page = tabs.open(listing.program, "/lists")
    page.get_by_role("main").get_by_role("link", name="Add list").first.click()
    page.get_by_role("link", name="YouTube: playlist").click()
    _read_playlist(page, mode)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("main .tabs")).to_contain_text("Imported")
    until(lambda: listing.is_idle() and listing.artists(), seconds=60)
    [made] = listing.program.api("GET", "/lists")["items"]
    assert made["name"] == "Favourites"
    before = _counts(listing)
    assert set(listing.artists()) == ARTISTS
    assert before["uploads"] >= (len(UPLOADS) if mode.startswith("Want") else 0)

    page.get_by_role("button", name="Read now").click()
    until(listing.is_idle, seconds=60)
    page.goto("/lists/new?kind=youtube_playlist")
    _read_playlist(page, mode)
    expect(page.get_by_text("Nothing is new")).to_be_visible(timeout=60_000)
    assert page.get_by_role("button", name="Import").count() == 0
    listing.program.api("POST", f"/lists/{page.url.rpartition('/')[2]}/apply")
    until(listing.is_idle, seconds=60)
    assert _counts(listing) == before


def _read_playlist(page: Page, mode: str) -> None:
    page.get_by_label("Address of the playlist").fill(PLAYLIST)
    page.get_by_text(mode).click()
    page.get_by_label("Monitor new artists").uncheck()
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("main .tabs")).to_contain_text("New")
    expect(page.get_by_role("button", name="Read now")).to_be_visible(timeout=60_000)


def _counts(made: World) -> dict[str, int]:
    uploads = [
        source["source_id"]
        for one in made.videos().values()
        for source in made.program.api("GET", f"/videos/{one['id']}")["sources"]
    ]
    assert len(uploads) == len(set(uploads))
    titles = [one["title"] for one in made.program.api("GET", "/videos")["items"]]
    assert len(titles) == len(set(titles))
    return {"artists": len(made.artists()), "videos": len(titles), "uploads": len(uploads)}


def test_pasted_names_are_previewed_ticked_decided_and_imported(listing: World, tabs: Tabs) -> None:
    new = {"name": "Massive Attack", "search": False, "monitored": False}
    listing.program.api("POST", "/artists", new)
    page = tabs.open(listing.program, "/lists/new?kind=text")
    names = ["Massive Attack", "Portishead", "Tricky", "Morcheeba", NAMESAKE]
    page.get_by_label("Names, one on each line").fill("\n".join(names))
    page.get_by_label("Monitor new artists").uncheck()
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_role("button", name="Import 3 new")).to_be_visible(timeout=60_000)
    new_names = ["Morcheeba", "Portishead", "Tricky"]
    until(lambda: sorted(texts(page, "#results .row-title")) == new_names)

    for name in ("Tricky", "Morcheeba"):
        _row(page, name).get_by_role("checkbox").uncheck()
        expect(page.locator("#toasts")).to_contain_text(f"{name}: unticked")
    expect(page.get_by_role("button", name="Import 1 new")).to_be_visible()
    page.get_by_role("link", name="Unticked 2").click()
    _row(page, "Morcheeba").get_by_role("checkbox").check()
    expect(page.get_by_role("button", name="Import 2 new")).to_be_visible()
    page.get_by_role("link", name="In the library 1").click()
    expect(_row(page, "Massive Attack")).to_be_visible()
    page.get_by_role("link", name="To decide 1").click()
    _row(page, NAMESAKE).get_by_role("button", name="American grunge band").click()
    page.get_by_role("button", name="Import 3 new").click()
    until(lambda: listing.is_idle() and len(listing.artists()) == 4, seconds=30)
    assert set(listing.artists()) == {"Massive Attack", "Portishead", "Morcheeba", NAMESAKE}
    chosen = listing.program.api("GET", f"/artists/{listing.artists()[NAMESAKE]}")
    assert chosen["disambiguation"] == "American grunge band"
    page.get_by_role("link", name="Imported 3").click()
    expect(page.locator("#results article")).to_have_count(3)


def _row(page: Page, name: str) -> Locator:
    return page.locator("#results article").filter(has_text=name)


def test_a_file_is_read_and_a_bad_one_is_refused_beside_its_field(
    listing: World, tabs: Tabs
) -> None:
    tabs.excuse("status of 422")
    page = tabs.open(listing.program, "/lists/new?kind=text")
    page.get_by_label("Name", exact=True).or_(page.locator("#name")).fill("From a file")
    _choose_file(page, b"\x00\x01\x02" * 50)
    expect(page.locator("#file-error")).to_be_visible()
    expect(page.locator("#name")).to_have_value("From a file")
    _choose_file(page, b"Artist,Title\nAir,Kelly Watch the Stars\nZero 7,Destiny\n")
    expect(page.get_by_role("heading", level=1)).to_have_text("From a file")
    expect(page.locator("#results article")).to_have_count(2, timeout=60_000)


def _choose_file(page: Page, content: bytes) -> None:
    chosen: Any = {"name": "mine.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Or a file").set_input_files(chosen)
    page.get_by_role("button", name="Read the list").click()


def test_a_list_is_followed_and_what_leaves_it_goes_as_chosen(
    listing: World, tabs: Tabs, spotify: FakeSpotify
) -> None:
    app = {
        "spotify_client_id": spotify.client_id,
        "spotify_client_secret": spotify.client_secret,
    }
    listing.program.api("PATCH", "/settings", app)  # of which public playlists can be read
    page = tabs.open(listing.program, "/lists/new?kind=spotify_playlist")
    page.get_by_label("Playlist", exact=True).fill(spotify.playlists[0].id)
    page.get_by_label("Follow this list").check()
    page.get_by_label("Read it every").fill("6")
    page.get_by_label("When something leaves the list").select_option("unmonitor")
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator(".page-head")).to_contain_text("Followed")
    page.get_by_role("button", name="Import 2 new").click(timeout=60_000)
    until(lambda: set(listing.artists()) == {"Massive Attack", "Tricky"}, seconds=30)
    page.get_by_role("link", name="Edit").click()
    page.locator("#dialog[open]").get_by_label("Name").fill("Mine")
    page.locator("#dialog[open]").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")

    left = spotify.playlists[0].songs.pop()
    number = page.url.rpartition("/")[2]
    page.goto("/lists")
    row = page.locator(f"#import-list-{number}")
    expect(row).to_contain_text("Followed")
    row.get_by_role("button", name="Read now: Mine").click()
    until(listing.is_idle, seconds=60)
    listing.program.api("POST", f"/lists/{number}/apply")
    until(lambda: not _artist(listing, "Tricky")["monitored"], seconds=30)
    assert _artist(listing, "Massive Attack")["monitored"]
    spotify.playlists[0].songs.append(left)
    row.get_by_role("button", name="Stop following").click()
    expect(row.get_by_role("button", name="Follow")).to_be_visible()

    page.goto(f"/lists/{number}?state=gone")
    expect(_row(page, "Tricky")).to_contain_text("not monitored any more")
    page.get_by_role("link", name="Delete").click()
    page.locator("#dialog[open]").get_by_role("button", name="Delete list").click()
    expect(page.get_by_text("No list yet")).to_be_visible()
    assert set(listing.artists()) == {"Massive Attack", "Tricky"}


def _artist(made: World, name: str) -> Any:
    return made.program.api("GET", f"/artists/{made.artists()[name]}")


def test_without_scripts_a_list_is_made_ticked_and_imported(listing: World, tabs: Tabs) -> None:
    page = tabs.open(listing.program, "/lists/new?kind=text", script=False)
    page.get_by_label("Names, one on each line").fill(f"Portishead\nTricky\n{NAMESAKE}")
    page.get_by_role("button", name="Read the list").click()
    until(listing.is_idle, seconds=60)
    page.reload()
    row = _row(page, "Tricky")
    row.get_by_role("checkbox").uncheck()
    row.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="To decide 1").click()
    page.get_by_role("button", name="60s band from the UK").click()
    page.get_by_role("button", name="Import 2 new").click()
    until(lambda: set(listing.artists()) == {"Portishead", NAMESAKE}, seconds=30)
