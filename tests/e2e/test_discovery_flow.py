"""Finding: which artist of a name, with services that fail, and what becomes of what was found."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mvidarr.governor import services
from mvidarr.integrations.youtube import feeds
from tests.conftest import until
from tests.e2e.browsing import Tabs, pictures, stay, stayed, tab_to, texts
from tests.fakes import answers, media
from tests.fakes.emby import FakeEmby
from tests.fakes.fanarttv import FakeFanartTv
from tests.fakes.jellyfin import FakeJellyfin
from tests.fakes.kodi import FakeKodi
from tests.fakes.lastfm import FakeLastfm
from tests.fakes.lidarr import FakeLidarr
from tests.fakes.plex import FakePlex
from tests.fakes.spotify import FakeSpotify
from tests.fakes.youtube_api import FakeDataApi
from tests.world import ARTIST, NAMESAKE, NAMESAKES, World, world

pytestmark = pytest.mark.ffmpeg
SEEN_AS = "/data/mv"  # the library, as media servers call it
REST = 3  # seconds that a service asks for


@pytest.fixture(scope="module")
def searching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The program, with artists to be found and nothing that downloads."""
    with world(tmp_path_factory.mktemp("world")) as made:
        made.add_namesakes()
        made.program.set_up()
        made.program.api("PATCH", "/settings", {"automatic_download": False})
        yield made


def test_one_of_three_is_chosen_by_keyboard_while_a_service_is_down(
    searching: World, tabs: Tabs
) -> None:
    page = tabs.open(searching.program, "/artists/new")
    page.keyboard.press("/")
    page.keyboard.type(NAMESAKE.lower())
    page.keyboard.press("Enter")
    _see_three_candidates(page)
    busy = answers.Answer(status=503, headers={"Retry-After": str(REST)}, body=b"{}")
    searching.musicbrainz.fails(busy)
    tab_to(page, page.get_by_role("button", name=f"Add {NAMESAKE}, American grunge band"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(NAMESAKE)
    stay(page)
    for title in ("Come as You Are", "In Bloom"):
        expect(page.get_by_role("link", name=title, exact=True)).to_be_visible(timeout=60_000)
    assert stayed(page)
    system = page.context.new_page()
    system.goto("/system")
    service = system.locator("#service-musicbrainz")
    expect(service.locator(".status")).to_have_text("Broken")
    expect(service).to_contain_text("next try")

    searching.internet.heal()
    until(searching.is_done, seconds=60)
    until(lambda: _rested(searching, "musicbrainz"), seconds=REST + 10)
    page.bring_to_front()
    page.get_by_role("button", name="Find videos").click()
    expect(page.get_by_role("link", name="Lithium", exact=True)).to_be_visible(timeout=60_000)
    system.bring_to_front()
    expect(service.locator(".status")).to_have_text("Working")


def _see_three_candidates(page: Page) -> None:
    rows = page.locator("#candidates article").filter(has_text="MusicBrainz")
    expect(rows).to_have_count(3, timeout=60_000)
    for number, (country, disambiguation, begin) in enumerate(NAMESAKES):
        row = rows.nth(number)
        for fact in (country, disambiguation, begin):
            expect(row).to_contain_text(fact)
    until(lambda: pictures(page, "#candidates article .avatar img") == 3)


def _rested(made: World, name: str) -> bool:
    """Whether the service may be asked again."""
    again = datetime.fromisoformat(service(made, name)["next_try_at"])
    return again < datetime.now(UTC)


def service(made: World, name: str) -> dict[str, Any]:
    items = made.program.api("GET", "/services")["items"]
    found: dict[str, Any] = next(one for one in items if one["name"] == name)
    return found


def test_a_service_that_answers_a_web_page_is_degraded_and_heals(
    searching: World, tabs: Tabs
) -> None:
    searching.theaudiodb.fails(answers.html_with_200())
    artist = searching.add_artist()
    page = tabs.open(searching.program, f"/artists/{artist}")

    expect(page.get_by_role("link", name="Jóga", exact=True)).to_be_visible(timeout=60_000)
    until(searching.is_done, seconds=60)
    assert service(searching, "theaudiodb")["state"] == "degraded"
    system = page.context.new_page()
    system.goto("/system")
    row = system.locator("#service-theaudiodb")
    expect(row.locator(".status")).to_have_text("Degraded")
    expect(row).to_contain_text("Degraded since")

    searching.internet.heal()
    page.bring_to_front()
    page.get_by_role("button", name="Find videos").click()
    until(lambda: service(searching, "theaudiodb")["state"] == "working", seconds=60)
    system.bring_to_front()
    expect(row.locator(".status")).to_have_text("Working")
    until(searching.is_done, seconds=60)


def test_two_spellings_of_a_song_are_joined(searching: World, tabs: Tabs) -> None:
    artist = searching.artists()[ARTIST]
    searching.program.api("POST", "/videos", {"artist_id": artist, "title": "Joga"})
    page = tabs.open(searching.program, "/duplicates")
    page.get_by_role("button", name="Look again").click()
    until(searching.is_done, seconds=30)
    page.reload()
    pair = page.locator("#results > section")
    expect(pair).to_have_count(1)
    expect(pair).to_contain_text("The same song and version")
    pair.get_by_role("article").filter(has_text="Better").get_by_role("button").click()
    expect(pair).to_have_count(0)
    assert not {"Jóga", "Joga"} <= set(searching.videos())


def test_an_artist_under_two_names_is_joined(searching: World, tabs: Tabs) -> None:
    kept = searching.artists()[ARTIST]
    new = {"name": "Bjork", "search": False, "monitored": False}
    searching.program.api("POST", "/artists", new)
    page = tabs.open(searching.program, f"/artists/{kept}")
    dialog = _opened(page, "Join with another artist…")
    dialog.get_by_role("radio", name="Bjork").check()
    dialog.get_by_role("button", name="Join").click()
    expect(page.locator("#toasts")).to_contain_text("Bjork is part of Björk now.")
    expect(page.locator(f"#artist-{kept}-about")).to_contain_text("Bjork")
    assert "Bjork" not in searching.artists()


def _opened(page: Page, action: str) -> Locator:
    """The dialog behind an entry of the menu."""
    page.get_by_role("main").get_by_role("button", name="More actions").click()
    page.get_by_role("link", name=action).click()
    dialog = page.locator("#dialog[open]")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("what", ["video", "artist"])
def test_a_file_becomes_the_picture(searching: World, tabs: Tabs, what: str) -> None:
    number = searching.videos()["Jóga"]["id"] if what == "video" else searching.artists()[ARTIST]
    page = tabs.open(searching.program, f"/{what}s/{number}")
    shown = page.locator("main .thumb img").first
    before = shown.get_attribute("src")
    dialog = _opened(page, "Change the picture…")
    chosen = {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": media.jpeg("mine")}
    dialog.get_by_label("Or a file").set_input_files(chosen)  # type: ignore[arg-type]
    dialog.get_by_role("button", name="Use it").click()
    until(lambda: shown.get_attribute("src") != before)
    expect(page.locator("#toasts")).to_contain_text("picture now")


def test_every_service_has_a_test_that_asks_it(searching: World, tabs: Tabs) -> None:
    searching.youtube.add_channel("Google for Developers", channel_id=feeds.GOOGLE)
    keys = services_with_keys(searching)
    page = tabs.open(searching.program, "/settings")
    for label, value in keys.items():
        page.get_by_label(label, exact=True).fill(value)
    names = texts(page, "[id^=service-] h4")
    assert len(names) == len(services.ALL)
    for name in names:
        page.get_by_role("button", name=f"Test {name}", exact=True).click()
    good = page.locator(".test-result[data-state=ok]")
    expect(good).to_have_count(len(services.ALL), timeout=60_000)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text(f"Saved {len(keys)} changes")
    ends = ("key", "secret", "token", "password")
    secrets = [value for label, value in keys.items() if label.endswith(ends)]
    assert len(secrets) == 10
    assert not [secret for secret in secrets if secret in page.content()]


def services_with_keys(made: World) -> dict[str, str]:
    """The fakes that are asked with a key only; what is entered for them, by label."""
    api, lastfm = FakeDataApi(made.internet), FakeLastfm(made.internet)
    fanarttv, spotify = FakeFanartTv(made.internet), FakeSpotify(made.internet)
    lidarr, plex = FakeLidarr(made.internet), FakePlex(made.internet)
    jellyfin, emby = FakeJellyfin(made.internet), FakeEmby(made.internet)
    kodi = FakeKodi(made.internet)
    kodi.sources.append(SEEN_AS)
    for server in (jellyfin, emby):
        server.add_library("Music videos", SEEN_AS)
    return {
        "YouTube Data API key": api.key,
        "IMVDb key": made.imvdb.key,
        "Last.fm key": lastfm.key,
        "fanart.tv key": fanarttv.key,
        "Spotify client id": spotify.client_id,
        "Spotify client secret": spotify.client_secret,
        "Address of Lidarr": f"http://{lidarr.host}",
        "Lidarr key": lidarr.key,
        "Address of Plex": f"http://{plex.host}",
        "Plex token": plex.token,
        "Address of Jellyfin": f"http://{jellyfin.host}",
        "Jellyfin key": jellyfin.key,
        "The library folder as Jellyfin sees it": SEEN_AS,
        "Address of Emby": f"http://{emby.host}",
        "Emby key": emby.key,
        "The library folder as Emby sees it": SEEN_AS,
        "Address of Kodi": f"http://{kodi.host}",
        "Kodi password": kodi.password,
        "The library folder as Kodi sees it": SEEN_AS,
    }


def test_a_scheduled_job_is_run_now_and_stands_in_the_history(searching: World, tabs: Tabs) -> None:
    page = tabs.open(searching.program, "/system")
    stay(page)
    row = page.locator("#task-housekeeping")
    before = searching.program.api("GET", "/jobs?kind=housekeeping")["items"]
    page.get_by_role("button", name="Run now: Clean up").click()
    expect(page.locator("#toasts")).to_contain_text("Started.")
    until(lambda: len(_done(searching, "housekeeping")) > len(before))
    expect(row).to_contain_text("took")
    assert stayed(page)
    page.get_by_role("link", name="All jobs").click()
    page.get_by_label("Kind").select_option("housekeeping")
    expect(page.locator("#results article").first).to_contain_text("Done")
    expect(page.locator("#results article")).to_have_count(len(before) + 1)


def _done(made: World, kind: str) -> list[Any]:
    items = made.program.api("GET", f"/jobs?kind={kind}")["items"]
    return [one for one in items if one["state"] == "done"]
