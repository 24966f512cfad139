"""From an empty folder to a playing music video, as somebody does it for the first time."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import peewee
import pytest
from mutagen.mp4 import MP4
from PIL import Image
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, goes_on, sign_in, stay, stayed
from tests.fakes import answers, media
from tests.program import ADMIN, PASSWORD
from tests.world import ARTIST, SECONDS, World, world

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
SLOW = 400_000  # bytes a second: slow enough to be seen, and taken back when it was
BASE = "Björk/Jóga (1997)/Björk - Jóga (1997)"
DONE = 120  # seconds for everything to be found and fetched


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The program in an empty folder, before anybody has an account; once for each database."""
    url = ""
    if request.param == "mariadb":
        url = _database(request.getfixturevalue("mariadb"), "first_run")
    with world(tmp_path, database_url=url) as made:
        yield made


def _database(mariadb: str, name: str) -> str:
    socket = parse_qs(urlsplit(mariadb).query)["unix_socket"][0]
    server = peewee.MySQLDatabase("mysql", user="root", unix_socket=socket)
    server.execute_sql(f"CREATE DATABASE {name}")  # type: ignore[no-untyped-call]
    server.close()
    return mariadb.format(name=name)


def test_from_an_empty_folder_to_a_playing_video(fresh: World, tabs: Tabs) -> None:
    page = tabs.open(fresh.program, "/", signed_in=False)
    tabs.excuse("status of 403")  # the wrong token
    _create_the_administrator(page, fresh)
    _choose_the_folder(page, fresh)
    _send_everything_through_the_proxy(page, fresh)
    _test_the_services(page, fresh)
    fresh.slow_down(SLOW)
    _add_the_artist(page)
    _watch_it_being_found(page)
    _watch_it_come_in_two_tabs(page)
    fresh.hurry()
    nothing_left = re.compile(r"0 downloading\s*0 waiting")
    expect(page.locator("#queue-head")).to_contain_text(nothing_left, timeout=DONE * 1000)
    assert stayed(page)
    _check_what_is_on_disk(fresh.program.library)
    _play(page)
    _leave_and_come_back(page)


def _create_the_administrator(page: Page, fresh: World) -> None:
    expect(page).to_have_url(f"{fresh.program.url}/setup")
    printed = re.search(r"set-up token:\s+(\S+)", fresh.program.log())
    assert printed
    stored = fresh.program.data / "setup-token"
    assert stored.read_text().strip() == printed[1]
    assert stored.stat().st_mode & 0o777 == 0o600

    page.get_by_label("Set-up token").fill("wrong")
    _fill_account(page)
    expect(page.get_by_text("This is not the set-up token")).to_be_visible()
    page.get_by_label("Set-up token").fill(printed[1])
    _fill_account(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Where are your videos?")
    assert not stored.exists()


def _fill_account(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


def _choose_the_folder(page: Page, fresh: World) -> None:
    """The answer appears while one types, and only a folder that is there is taken."""
    field, said = page.get_by_label("Music video folder"), page.locator("#library-check")
    field.fill(str(fresh.program.library / "away"))
    expect(said.locator("[data-state=bad]")).to_be_visible()
    field.fill(str(fresh.program.library))
    expect(said).to_contain_text("MVidarr can write here.")
    expect(said).to_contain_text("free of")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Better data, if you like")


def _send_everything_through_the_proxy(page: Page, fresh: World) -> None:
    """Set-up was left; it goes on where it was."""
    page.goto("/settings")
    page.get_by_label("Proxy for everything that goes out").fill(fresh.internet.proxy_url)
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text("Saved one change.")
    for title in ("YouTube", "MusicBrainz"):
        page.get_by_role("button", name=f"Test {title}", exact=True).click()
        said = page.locator(f"#test-{title.lower()}[data-state=ok]")
        expect(said).to_contain_text(f"{title} answers", timeout=60_000)
    page.goto("/setup")


def _test_the_services(page: Page, fresh: World) -> None:
    key = page.get_by_label("IMVDb key")
    key.fill("a key that nobody gave out")
    page.get_by_role("button", name="Test IMVDb").click()
    expect(page.locator("#test-imvdb[data-state=bad]")).to_be_visible()
    key.fill(fresh.imvdb.key)
    page.get_by_role("button", name="Test IMVDb").click()
    expect(page.locator("#test-imvdb[data-state=ok]")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who do you want to watch?")


def _add_the_artist(page: Page) -> None:
    page.get_by_role("textbox", name="Artist").fill("björk")
    page.get_by_role("button", name="Find artist").click()
    known = page.locator("#candidates article").filter(has_text="MusicBrainz")
    expect(known).to_have_count(3)
    expect(known.first).to_contain_text("Icelandic singer-songwriter")
    page.get_by_role("button", name="Add Björk, Icelandic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ARTIST)
    stay(page)


def _watch_it_being_found(page: Page) -> None:
    for title in ("Jóga", "Bachelorette", "Army of Me", "Hunter", "Human Behaviour"):
        card = page.locator(".vcard").get_by_role("link", name=title, exact=True)
        expect(card).to_be_visible(timeout=60_000)
    review = page.locator("#artist-1-candidates article")
    expect(review.get_by_text("Channel of somebody else").first).to_be_visible()
    assert stayed(page)


def _watch_it_come_in_two_tabs(page: Page) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/activity")
        stay(tab)
    for tab in (page, other):
        assert goes_on(tab)
        expect(tab.locator(".deck .deck-foot").first).to_contain_text(re.compile(r"MB.+/s.+left"))
        expect(tab.locator(".stages [aria-current=step]").first).to_have_text("Fetch")
    assert stayed(page)
    other.close()


def _check_what_is_on_disk(library: Path) -> None:
    found = {path.relative_to(library).as_posix() for path in library.rglob("*") if path.is_file()}
    wanted = {BASE + end for end in (".mp4", ".nfo", "-poster.jpg", "-thumb.jpg", "-fanart.jpg")}
    assert wanted <= found
    assert not [path for path in found if path.startswith(".mvidarr/staging/")]

    nfo = ElementTree.parse(library / f"{BASE}.nfo").getroot()
    assert nfo.tag == "musicvideo"
    assert [nfo.findtext(name) for name in ("title", "artist", "year")] == ["Jóga", ARTIST, "1997"]
    assert nfo.findtext("director") == "Michel Gondry"

    file = library / f"{BASE}.mp4"
    facts = _measured(file)
    assert [stream["codec_name"] for stream in facts["streams"]] == ["h264", "aac", "mjpeg"]
    assert "mp4" in facts["format"]["format_name"]
    assert abs(float(facts["format"]["duration"]) - SECONDS) < 1

    tags = MP4(file).tags
    assert tags is not None
    assert (tags["\xa9nam"], tags["\xa9ART"], len(tags["covr"])) == (["Jóga"], [ARTIST], 1)
    with Image.open(library / f"{BASE}-thumb.jpg") as picture:
        assert picture.width > 300


def _measured(file: Path) -> Any:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(file)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _play(page: Page) -> None:
    statuses: list[int] = []
    page.on("response", lambda got: statuses.extend([got.status] * ("/media/" in got.url)))
    page.goto("/videos")
    page.get_by_role("link", name="Jóga", exact=True).click()
    page.get_by_role("button", name="Play Jóga").click()
    until(lambda: _at(page) > 0.5)

    seek = page.get_by_role("slider", name="Position")
    seek.evaluate("(bar) => { bar.value = 50; bar.dispatchEvent(new Event('input')); }")
    until(lambda: _at(page) > 50)

    assert page.locator("video").evaluate("(video) => video.videoHeight") == 360
    assert page.locator("#player").get_attribute("data-state") == "playing"
    assert 206 in statuses
    assert set(statuses) <= {200, 206}


def _at(page: Page) -> float:
    seconds: float = page.locator("video").evaluate("(video) => video.currentTime")
    return seconds


def _leave_and_come_back(page: Page) -> None:
    page.get_by_role("complementary", name="Sidebar").get_by_role("button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.goto("/artists")
    expect(page).to_have_url(re.compile(r"/login\?next=/artists$"))
    sign_in(page)
    expect(page.get_by_role("link", name=ARTIST, exact=True)).to_be_visible()


def test_failing_services_spoil_nothing(ready: World, tabs: Tabs) -> None:
    ready.program.api("PUT", "/settings/imvdb_api_key", {"value": ready.imvdb.key})
    ready.imvdb.fails(answers.forbidden_html())
    ready.musicbrainz.fails(500)
    page = tabs.open(ready.program, "/artists/new")

    page.get_by_role("textbox", name="Artist").fill(ARTIST)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("One service did not answer")).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name=f"Add {ARTIST} by name alone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ARTIST)
    until(ready.is_done, seconds=DONE)

    expect(page.get_by_role("link", name="Jóga", exact=True)).to_be_visible()
    found = ready.videos()
    assert {found[title]["status"] for title in ("Jóga", "Bachelorette")} == {"downloaded"}
    assert (ready.program.library / "Björk/Jóga/Björk - Jóga.mp4").is_file()
    page.goto("/system")
    state = {
        name: page.locator(f"#service-{name} .status").inner_text()
        for name in ("youtube", "musicbrainz", "imvdb")
    }
    assert state["youtube"] == "Working"
    assert "Working" not in {state["musicbrainz"], state["imvdb"]}
