"""Every page in both themes, wide and narrow: axe-core finds nothing, nothing sticks out.

A picture of each is kept in pytest's folder, and where MVIDARR_SHOTS says.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import (
    DESKTOP,
    NARROW,
    PHONE,
    Tabs,
    overflow,
    shoot,
    sign_in,
    turn,
    violations,
)
from tests.program import PASSWORD
from tests.world import ARMY_GONE, ARTIST, HUMAN, HUNTER, NAMESAKE, VENUS, World, world

pytestmark = pytest.mark.ffmpeg
LOOKS = [("dark", DESKTOP), ("light", PHONE)]  # as they are served; `check` turns to the other
OTHER_THEME = {"dark": "light", "light": "dark"}
CRAWL = 12_000  # bytes a second: downloads that are still there when the last page was seen
READER = "Reader"


@dataclass(frozen=True)
class View:
    """A page, and what is done on it before it is looked at."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda page: None
    wide: bool = True  # whether it exists on a desktop
    narrow: bool = True  # whether it exists on a phone


def opened(name: str, role: str = "link") -> Callable[[Page], None]:
    """Press what opens a dialog."""

    def act(page: Page) -> None:
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        expect(page.locator("dialog[open]")).to_be_visible()

    return act


def menu(name: str, role: str = "link") -> Callable[[Page], None]:
    """Press what opens a menu."""

    def act(page: Page) -> None:
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        expect(page.locator(".menu:popover-open")).to_be_visible()

    return act


def ticked(page: Page) -> None:
    page.get_by_role("checkbox", name="Select Jóga").check()
    expect(page.locator(".bulkbar")).to_be_visible()


def told(page: Page) -> None:
    page.get_by_role("button", name="Test IMVDb").click()
    expect(page.locator("#test-imvdb[data-state=bad]")).to_be_visible()
    page.locator("#download_retries").fill("4")
    expect(page.get_by_text("1 unsaved change")).to_be_visible()


def refused(page: Page) -> None:
    """A form that was sent with something wrong in it."""
    page.locator("form").evaluate_all("(forms) => forms.forEach((form) => form.noValidate = true)")
    page.locator("#download_retries").fill("99")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Nothing was saved yet")).to_be_visible()
    page.locator("main a[href='#download_retries']").click()
    expect(page.locator("#download_retries")).to_be_focused()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where the save bar covers nothing


def no_names(page: Page) -> None:
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()


def asked_many(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#shortcuts[open]")).to_be_visible()


def toasted(page: Page) -> None:
    page.get_by_role("button", name="Run now: Clean up").click()
    expect(page.locator(".toast")).to_be_visible()


def lost(page: Page) -> None:
    page.route("**/artists/find*", lambda route: route.abort())
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("MVidarr did not answer")).to_be_visible()


VIEWS = [
    View("videos", "/videos"),
    View("videos-list", "/videos?view=list"),
    View("videos-ticked", "/videos?view=list", ticked),
    View("videos-filter", "/videos?status=downloaded", menu("Status", "button")),
    View("videos-menu", "/videos", menu("Actions for Jóga")),
    View("videos-none", "/videos?q=nothing+like+it"),
    View("video-file", "/videos/{Jóga}"),
    View("video-menu", "/videos/{Jóga}", menu("More actions", "button")),
    View("video-wanted", "/videos/{Hidden Place}"),
    View("video-failed", "/videos/{Hyperballad}"),
    View("video-edit", "/videos/{Jóga}", opened("Edit")),
    View("video-edit-page", "/videos/{Jóga}/edit"),
    View("video-delete", "/videos/{Jóga}/delete"),
    View("videos-bulk", "/videos/bulk"),
    View("video-new", "/artists/1", opened("Add video")),
    View("artists", "/artists"),
    View("artist", "/artists/1"),
    View("artist-edit", "/artists/1", opened("Edit")),
    View("artist-delete", "/artists/1", opened("Delete")),
    View("artist-edit-page", "/artists/1/edit"),
    View("artist-new", "/artists/new"),
    View("artist-find", "/artists/find?q=Bj%C3%B6rk"),
    View("search", "/search?q=bj"),
    View("search-none", "/search?q=zzz"),
    View("wanted", "/wanted"),
    View("wanted-failed", "/wanted?tab=failed"),
    View("wanted-ignored", "/wanted?tab=ignored"),
    View("cutoff", "/wanted/cutoff"),
    View("cutoff-none", "/wanted/cutoff?finding=silent"),
    View("profiles", "/profiles"),
    View("profile", "/profiles/1"),
    View("profile-new", "/profiles/new"),
    View("profile-delete", "/profiles/2/delete"),
    View("lists", "/lists"),
    View("lists-new", "/lists/new"),
    View("list-new-spotify", "/lists/new?kind=spotify_playlist"),
    View("list-new-text", "/lists/new?kind=text", no_names),
    View("list", "/lists/1"),
    View("list-decide", "/lists/1?state=ambiguous"),
    View("list-empty", "/lists/2?state=gone"),
    View("list-edit", "/lists/2", opened("Edit")),
    View("list-delete", "/lists/2/delete"),
    View("list-offers", "/lists/offers?kind=spotify_playlist"),
    View("connections", "/connections"),
    View("duplicates", "/duplicates"),
    View("artist-merge", "/artists/1/merge"),
    View("artist-picture", "/artists/1/picture"),
    View("artist-menu", "/artists/1", menu("More actions", "button")),
    View("video-picture", "/videos/{Jóga}/picture"),
    View("jobs", "/jobs"),
    View("jobs-none", "/jobs?kind=merge"),
    View("activity", "/activity"),
    View("history", "/activity/history"),
    View("blocked", "/activity/blocked"),
    View("settings", "/settings"),
    View("settings-told", "/settings", told),
    View("settings-refused", "/settings", refused),
    View("names", "/settings/naming/preview?naming_template=%7BArtist%7D/%7BNo%7D"),
    View("system", "/system"),
    View("system-toast", "/system", toasted),
    View("health", "/system/health"),
    View("api", "/api/docs"),
    View("account", "/account"),
    View("shortcuts", "/videos", asked_many),
    View("user-menu", "/videos", menu("Account and appearance", "button")),
    View("more-menu", "/videos", menu("More", "button"), wide=False),
    View("lost", "/artists/new?q=Air", lost),
    View("not-found", "/videos/99999"),
    View("setup-folder", "/setup/library"),
    View("setup-services", "/setup/services"),
    View("setup-artist", "/setup/artist"),
    View("setup-done", "/setup/done?artist=1"),
]
EXCUSED = (
    "status of 404",  # the page that is not there
    "status of 422",  # the form that is refused
    "net::ERR_FAILED",  # the request that is cut, and htmx's report of it
    "htmx:error",
)


@pytest.fixture(scope="module")
def busy(filled: World) -> Iterator[World]:
    """Two downloads that crawl, one that waits, a block, and somebody who may only look."""
    filled.slow_down(CRAWL)
    candidates = filled.program.api("GET", "/artists/1/candidates")["items"]
    numbers = {one["source_id"]: one["id"] for one in candidates}
    for name in (HUNTER, VENUS, HUMAN):
        filled.program.api("POST", f"/sources/{numbers[name]}/accept")
    until(lambda: len([one for one in filled.downloads() if one["percent"]]) == 2, seconds=60)
    army = filled.program.api("GET", f"/videos/{filled.videos()['Army of Me']['id']}")
    gone = [one["id"] for one in army["sources"] if one["source_id"] == ARMY_GONE]
    filled.program.api("POST", f"/sources/{gone[0]}/block", {"reason": "Not the video"})
    _bring_lists(filled)
    filled.program.run("user", "create", READER, typed=f"{PASSWORD}\n")
    yield filled
    filled.hurry()


def _bring_lists(made: World) -> None:
    """A list with every state of entries, one that fails, a sign-in at Spotify, a duplicate."""
    made.add_namesakes()
    names = f"{ARTIST}\n{NAMESAKE}\nPortishead\n{'A very long name ' * 9}"
    link = "https://www.youtube.com/@nobody"
    spotify = {"spotify_client_id": "of-the-tests"}
    for method, path, body in (
        ("POST", "/artists", {"name": "Bjork", "search": False, "monitored": False}),
        ("POST", "/videos", {"artist_id": 1, "title": "Joga"}),
        ("POST", "/duplicates/look", {}),
        ("POST", "/lists", {"kind": "text", "text": names, "monitor": False}),
        (
            "POST",
            "/lists",
            {"kind": "youtube_channel", "mode": "videos", "options": {"address": link}},
        ),
        ("PATCH", "/settings", spotify),
    ):
        made.program.api(method, path, body)
    made.program.post("/connections/spotify", {})
    until(made.is_idle, seconds=60)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_page(busy: World, tabs: Tabs, tmp_path: Path, view: View) -> None:
    tabs.excuse(*EXCUSED)
    numbers = {title: str(one["id"]) for title, one in busy.videos().items()}
    path = view.path
    for title, number in numbers.items():
        path = path.replace(f"{{{title}}}", number)
    for theme, size in LOOKS:
        if not (view.wide if size == DESKTOP else view.narrow):
            continue
        page = tabs.open(busy.program, path, theme=theme, size=size)
        view.act(page)
        check(page, view.name, tmp_path)
        page.context.close()


def check(page: Page, name: str, folder: Path) -> None:
    """Fails for whatever is wrong with the page as it stands, in both themes."""
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    whole = page.locator("dialog[open], .menu:popover-open").count() == 0
    width = page.viewport_size["width"] if page.viewport_size else 0
    name, theme = f"{name}-{width}", theme_of(page)
    shoot(page, f"{name}-{theme}", folder, whole=whole)
    assert violations(page) == [], name
    assert overflow(page) == [], name
    assert page.locator("h1").count() == 1, name
    assert page.title().endswith(" · MVidarr"), name
    turn(page, OTHER_THEME[theme])
    shoot(page, f"{name}-{OTHER_THEME[theme]}", folder, whole=whole)
    assert violations(page, colours_only=True) == [], f"{name} {OTHER_THEME[theme]}"
    if width == PHONE[0]:
        page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert overflow(page) == [], f"{name} at {NARROW[0]}"


def theme_of(page: Page) -> str:
    return page.locator("html").get_attribute("data-theme") or ""


def looked(tabs: Tabs, made: World, name: str, act: Callable[[Page], None], folder: Path) -> None:
    """The same for somebody who is not signed in, or not as the administrator."""
    for theme, size in LOOKS:
        page = tabs.open(made.program, theme=theme, size=size, signed_in=False)
        act(page)
        check(page, name, folder)
        page.context.close()


def visit(path: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.goto(path)

    return act


def test_login(busy: World, tabs: Tabs, tmp_path: Path) -> None:
    tabs.excuse("status of 422")

    def wrong(page: Page) -> None:
        page.goto("/login")
        sign_in(page, password="not the one of " + theme_of(page))
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()

    looked(tabs, busy, "login", visit("/login"), tmp_path)
    looked(tabs, busy, "login-refused", wrong, tmp_path)


def test_what_a_role_may_not_see(busy: World, tabs: Tabs, tmp_path: Path) -> None:
    tabs.excuse("status of 403")

    def forbidden(page: Page) -> None:
        page.goto("/login?next=/videos")
        sign_in(page, READER)
        expect(page.get_by_role("heading", level=1)).to_have_text("Videos")
        page.goto("/settings")
        expect(page.get_by_role("heading", level=1)).to_have_text("Scrambled")

    def readable(page: Page) -> None:
        page.goto("/login?next=/activity")
        sign_in(page, READER)
        expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
        assert page.get_by_role("button", name="Cancel").count() == 0

    looked(tabs, busy, "forbidden", forbidden, tmp_path)
    looked(tabs, busy, "activity-reader", readable, tmp_path)


def test_what_broke(busy: World, tabs: Tabs, tmp_path: Path) -> None:
    """A table that is missing breaks one page for real."""
    tabs.excuse("status of 500", "status of 503")
    with _renamed(busy.program.data / "mvidarr.db", "block"):
        for theme, size in LOOKS:
            page = tabs.open(busy.program, "/activity/blocked", theme=theme, size=size)
            expect(page.get_by_role("link", name="Back to the start")).to_be_visible()
            check(page, "broken", tmp_path)
            page.context.close()


@contextmanager
def _renamed(file: Path, table: str) -> Iterator[None]:
    def rename(old: str, new: str) -> None:
        connection = sqlite3.connect(file, timeout=30)
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        connection.close()

    rename(table, f"{table}_away")
    try:
        yield
    finally:
        rename(f"{table}_away", table)


def test_empty_pages(ready: World, tabs: Tabs, tmp_path: Path) -> None:
    paths = [
        *("videos", "artists", "wanted", "review", "lists", "duplicates"),
        *("activity", "activity/history", "activity/blocked", "activity/decisions"),
    ]
    for theme, size in LOOKS:
        page = tabs.open(ready.program, theme=theme, size=size)
        for path in paths:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto(f"/{path}")
            expect(page.locator(".empty").first).to_be_visible()
            check(page, f"empty-{path}", tmp_path)
        page.context.close()


def test_the_first_page_of_all(tabs: Tabs, tmp_path: Path) -> None:
    tabs.excuse("status of 422", "status of 403")

    def differing(page: Page) -> None:
        page.goto("/setup")
        page.get_by_label("Set-up token").fill("wrong")
        page.get_by_label("Name", exact=True).fill("Maren")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()

    with world(tmp_path / "world") as untouched:
        looked(tabs, untouched, "setup-account", visit("/"), tmp_path)
        looked(tabs, untouched, "setup-account-refused", differing, tmp_path)
