"""The cookies of an account: saved in the settings, used by a download that needs them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import until
from tests.e2e.browsing import DESKTOP, PHONE, Tabs, overflow, shoot, violations
from tests.world import JOGA, World

pytestmark = pytest.mark.ffmpeg
COOKIES = "# Netscape HTTP Cookie File\n" + "".join(
    f".youtube.com\tTRUE\t/\tTRUE\t2000000000\t{name}\t{value}\n"
    for name, value in (("LOGIN_INFO", "AFmmF2swRQ:QUQ3"), ("SAPISID", "abc/def"))
)


def section(page: Page, made: World) -> Page:
    page.goto("/settings#service-youtube")
    return page


def test_an_upload_behind_the_age_gate_comes_with_saved_cookies(
    ready: World, tabs: Tabs, tmp_path: Path
) -> None:
    ready.youtube.videos[JOGA].availability = "age_restricted"
    ready.youtube.videos[JOGA].opens_to_account = True
    page = section(tabs.open(ready.program, script=False), ready)
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)

    page.get_by_label("A file", exact=True).set_input_files(file)
    page.get_by_role("button", name="Save cookies").click()
    expect(page.locator("#service-youtube")).to_contain_text("Saved: 2 cookies")
    ready.add_artist()
    until(ready.is_done, seconds=120)

    assert ready.videos()["Jóga"]["status"] == "downloaded"
    asked = ready.internet.asked(ready.youtube.SITE, "/watch")
    with_cookies = {
        request.arg("v") for request in asked if "LOGIN_INFO" in request.headers.get("cookie", "")
    }
    assert with_cookies == {JOGA}
    assert "AFmmF2swRQ" not in ready.program.log()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_cookies_are_pasted_and_removed(
    ready: World, tabs: Tabs, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    page = section(tabs.open(ready.program, size=size, theme=theme), ready)
    box = page.get_by_label("Cookies of a YouTube account")

    box.fill("nothing of YouTube")
    tabs.excuse("422")
    page.get_by_role("button", name="Save cookies").click()
    expect(page.locator("#youtube_cookies-error")).to_be_visible()
    box.fill(COOKIES)
    page.get_by_role("button", name="Save cookies").click()
    saved = page.get_by_text("Saved: 2 cookies")
    expect(saved).to_be_visible()
    assert overflow(page) == []
    assert violations(page) == []
    box.scroll_into_view_if_needed()
    shoot(page, f"cookies {size[0]} {theme}", tmp_path, whole=False)

    page.get_by_role("button", name="Remove cookies").click()
    expect(saved).to_have_count(0)
