"""Renaming in a browser: typed, looked at, approved, taken back, with and without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mvidarr import settings
from mvidarr.core import db
from tests.conftest import SECRET, until
from tests.e2e.browsing import DESKTOP, NARROW, PHONE, Tabs, overflow, shoot, violations
from tests.factories import make_artist, make_file, make_video
from tests.program import Program

ENDINGS = (".mp4", ".nfo", "-poster.jpg")
SONGS = {"Björk": ["Jóga", "Hunter", "Army of Me"], "AC/DC": ["T.N.T.", "What's Next to the Moon?"]}


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program with a library of files that are called after another template."""
    with Program(tmp_path_factory.mktemp("filed")) as program:
        program.set_up()
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session(), db.atomic():
            for name, titles in SONGS.items():
                folder = name.replace("/", "-")
                artist = make_artist(name, monitored=False, folder=folder)
                (program.library / folder).mkdir()
                for title in titles:
                    stem = f"{folder}/{title.lower().strip('?.')}"
                    for ending in ENDINGS:
                        (program.library / f"{stem}{ending}").write_text(title)
                    make_file(make_video(artist, title, year=1997), path=f"{stem}.mp4")
        db.disconnect()
        yield program


@pytest.fixture(autouse=True)
def _as_before(filed: Program) -> Iterator[None]:
    """Each test finds the files where they were at first."""
    before = names(filed)
    yield
    assert names(filed) == before


def names(program: Program) -> list[str]:
    files = (path for path in program.library.rglob("*") if path.is_file())
    found = (path.relative_to(program.library).as_posix() for path in files)
    return sorted(name for name in found if not name.startswith(".mvidarr"))


def look(page: Page) -> None:
    page.goto("/renaming")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("button", name="Rename 5 files")).to_be_visible()


def test_a_difference_is_approved_and_taken_back_by_keyboard(filed: Program, tabs: Tabs) -> None:
    page = tabs.open(filed)
    look(page)
    lines = page.locator("#results li")
    expect(lines).to_have_count(5)
    expect(lines.first.locator("del")).to_have_text("Björk/jóga.mp4")
    expect(lines.first.locator("b")).to_have_text("Björk/Jóga (1997)/Björk - Jóga (1997).mp4")
    expect(lines.first).to_contain_text("With 2 more files")

    page.get_by_role("button", name="Rename 5 files").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#renaming")).to_contain_text("5 renamed.")
    assert "Björk/Jóga (1997)/Björk - Jóga (1997)-poster.jpg" in names(filed)
    assert "AC-DC/T.N.T. (1997)/AC-DC - T.N.T. (1997).nfo" in names(filed)
    expect(lines.first).to_contain_text("Renamed")

    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#renaming")).to_contain_text("5 taken back")
    page.get_by_role("link", name="All renamings").click()
    expect(page.locator("article").first).to_contain_text("Taken back")


def test_the_same_without_a_script(filed: Program, tabs: Tabs) -> None:
    page = tabs.open(filed, "/renaming?q=joga", script=False)

    def comes(button: str) -> bool:
        page.reload()
        return bool(page.get_by_role("button", name=button).count())

    page.get_by_role("button", name="Show what would change").click()
    until(lambda: comes("Rename 1 file"), seconds=60, every=0.5)
    page.get_by_role("button", name="Rename 1 file").click()
    until(lambda: comes("Undo"), seconds=60, every=0.5)
    expect(page.locator("#renaming")).to_contain_text("1 renamed.")
    page.get_by_role("button", name="Undo").click()
    until(lambda: page.reload() and page.get_by_text("1 taken back").count(), seconds=60)


def test_names_change_while_a_template_is_typed(filed: Program, tabs: Tabs) -> None:
    page = tabs.open(filed, "/settings")
    preview = page.locator("#naming-preview")
    expect(preview).to_contain_text("Björk/Hunter (1997)/Björk - Hunter (1997).mp4")

    page.get_by_label("File names").fill("{Artist}/{Artist} - {Title}")
    expect(preview).to_contain_text("as versions of one")
    expect(preview).to_contain_text("Björk/Björk - Hunter.mp4")
    page.get_by_label("Characters that some disks forbid").select_option("lookalike")
    expect(preview).to_contain_text("What's Next to the Moon？.mp4")
    page.get_by_label("File names").fill("{Nothing}")
    expect(preview).to_contain_text("is not known")

    page.get_by_role("link", name="Choose A folder for each artist").click()
    expect(page.get_by_label("File names")).to_have_value("{Artist}/{Title}{ (Version)}-video")
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROW], ids=["desktop", "phone", "narrow"])
def test_the_pages_fit_and_can_be_read_by_all(
    filed: Program, tabs: Tabs, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    page = tabs.open(filed, size=size, theme=theme)
    look(page)
    shoot(page, f"renaming-{theme}-{size[0]}", tmp_path)
    assert violations(page) == []
    assert overflow(page) == []
    page.get_by_role("button", name="Drop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rename files")
    shoot(page, f"renamings-{theme}-{size[0]}", tmp_path)
    assert violations(page) == []
    assert overflow(page) == []
    page.goto("/settings#naming_template")
    page.locator("#naming-preview").scroll_into_view_if_needed()
    shoot(page, f"naming-{theme}-{size[0]}", tmp_path, whole=False)
    assert overflow(page) == []
