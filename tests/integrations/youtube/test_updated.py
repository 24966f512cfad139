"""An updated yt-dlp in the tools folder: which one is taken, and that children do take it."""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from mvidarr.core import child
from mvidarr.core.http import Conf
from mvidarr.integrations.youtube import calls, download, search, selftest, tools, updated
from mvidarr.integrations.youtube.updated import INSTALLED, Choice
from tests.fakes import package_index
from tests.fakes.package_index import NEWER, NEWEST
from tests.fakes.youtube import FakeYouTube
from tests.integrations.youtube.conftest import MakeOrder


def unpack(folder: Path, content: bytes) -> Path:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def put(tools_folder: Path, version: str, content: bytes | None = None) -> Path:
    """A version in its folder, as an update leaves it."""
    folder = tools_folder / updated.name_of(version)
    unpack(folder, content or package_index.wheel("yt-dlp", version, {}))
    return folder


def test_before_any_update_it_is_the_installed_one(tmp_path: Path) -> None:
    assert updated.current(tmp_path) is None
    assert updated.current(tmp_path / "nowhere") is None
    assert updated.current(None) is None
    assert updated.choice(tmp_path) == Choice(used=INSTALLED, before="")
    assert updated.previous(tmp_path) is None


def test_what_was_chosen_is_taken_and_one_can_go_back(tmp_path: Path) -> None:
    first, second = put(tmp_path, NEWER), put(tmp_path, NEWEST)
    updated.choose(tmp_path, first.name)
    assert updated.current(tmp_path) == first
    assert updated.previous(tmp_path) == INSTALLED

    updated.choose(tmp_path, second.name)
    assert updated.current(tmp_path) == second
    assert updated.previous(tmp_path) == first.name
    assert tools.ytdlp_version(updated.current(tmp_path)) == NEWEST

    updated.choose(tmp_path, first.name)
    assert (updated.current(tmp_path), updated.previous(tmp_path)) == (first, second.name)


def test_an_upgrade_of_the_program_that_brings_a_newer_one_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated.choose(tmp_path, put(tmp_path, "2026.9.1").name)
    for installed, takes_own in (("2026.8.19", True), ("2026.9.1", False), ("2026.10.1", False)):
        monkeypatch.setattr(tools, "ytdlp_version", lambda found=installed: found)
        assert (updated.current(tmp_path) is not None) is takes_own, installed

    monkeypatch.setattr(tools, "ytdlp_version", lambda: None)
    assert updated.current(tmp_path) is not None


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n\n", "../../etc\n", "yt-dlp-2099.1.2\n", "yt-dlp-2099.1.2-py2.7\n"),
        *("yt-dlp-../x-py3.11\n", "\0", "installed", "yt-dlp-2099.9.9-pyX\nyt-dlp-1-py3"),
    ],
)
def test_a_damaged_choice_is_the_installed_one(tmp_path: Path, text: str) -> None:
    put(tmp_path, NEWER)
    (tmp_path / updated.CURRENT).write_text(text)

    assert updated.current(tmp_path) is None
    assert updated.previous(tmp_path) is None


def test_what_was_made_for_another_python_is_not_taken(tmp_path: Path) -> None:
    """Some of its parts are compiled."""
    name = updated.name_of(NEWER).replace(f"py3.{sys.version_info.minor}", "py3.5")
    unpack(tmp_path / name, package_index.wheel("yt-dlp", NEWER, {}))
    updated.choose(tmp_path, name)

    assert updated.current(tmp_path) is None


def test_a_folder_that_went_away_is_the_installed_one(tmp_path: Path) -> None:
    updated.choose(tmp_path, updated.name_of(NEWER))

    assert updated.current(tmp_path) is None


def test_versions_are_compared_as_numbers() -> None:
    assert updated.is_newer("2026.10.1", "2026.9.30")
    assert updated.is_newer("2026.10.1.232841.dev0", "2026.10.1")
    assert not updated.is_newer("2026.08.19", "2026.8.19")


def test_leftovers_go_and_what_one_can_go_back_to_stays(tmp_path: Path) -> None:
    for version in ("2090.1.1", NEWER, NEWEST):
        updated.choose(tmp_path, put(tmp_path, version).name)
    (tmp_path / f"{updated.UNDER_WAY}abc" / "yt_dlp").mkdir(parents=True)
    (tmp_path / f".{updated.CURRENT}-12ab").write_text("half")
    (tmp_path / "cache").mkdir()

    updated.clear(tmp_path)

    left = {path.name for path in tmp_path.iterdir()}
    assert left == {updated.name_of(NEWER), updated.name_of(NEWEST), "current", "cache"}


# the test of a version, and its use


def test_a_whole_version_passes(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "new", package_index.good(NEWER))
    unpack(folder, package_index.solver())

    selftest.check(folder, NEWER)


@pytest.mark.parametrize(
    ("init", "said"),
    [
        ("raise RuntimeError('half an update')", "half an update"),
        ("import sys; sys.exit(3)", "without a word|ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended"),
        ("class version: __version__ = '1999.01.01'", "does not start"),
        ("", "does not start"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_broken_version_does_not_pass(tmp_path: Path, init: str, said: str) -> None:
    folder = unpack(tmp_path / "new", package_index.broken(NEWER, init))

    with pytest.raises(selftest.Broken, match=said) as caught:
        selftest.check(folder, NEWER)
    assert str(caught.value).endswith(".")


def test_one_that_calls_itself_otherwise_does_not_pass(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "new", package_index.good(NEWER))

    with pytest.raises(selftest.Broken, match=r"calls itself 2099\.01\.02, not 2099\.3\.4"):
        selftest.check(folder, NEWEST)


def test_an_empty_folder_does_not_pass_for_the_installed_one(tmp_path: Path) -> None:
    version = str(tools.ytdlp_version())

    with pytest.raises(selftest.Broken, match="another one comes first"):
        selftest.check(tmp_path, version)


def test_one_without_what_we_need_does_not_pass(tmp_path: Path) -> None:
    folder = unpack(tmp_path / "new", package_index.good(NEWER))
    loader = folder / "yt_dlp" / "YoutubeDL.py"
    loader.write_text(loader.read_text("utf-8").replace("def __init__(self, params", "def x(self"))

    with pytest.raises(selftest.Broken, match="cannot work with it"):
        selftest.check(folder, NEWER)


@pytest.mark.ffmpeg
def test_the_next_call_takes_what_was_chosen_without_a_restart(
    fake_youtube: FakeYouTube, make_order: MakeOrder, tmp_path: Path, conf: Conf
) -> None:
    fake_youtube.add_video("Joga0000001", title="Björk - Jóga (Official Video)", duration=3)
    folder = tmp_path / "tools"
    folder.mkdir()
    installed = str(tools.ytdlp_version())
    seen = []
    for name in (None, put(folder, NEWER, package_index.good(NEWER)).name, INSTALLED):
        if name:
            updated.choose(folder, name)
        order = make_order("Joga0000001", tools_dir=updated.current(folder))
        fetched = download.fetch(order, on_progress=lambda _: None, should_stop=lambda: False)
        seen.append(fetched.ytdlp)
        fetched.path.unlink()

    assert [package_index.plain(one) for one in seen] == [installed, NEWER, installed]


def test_searches_take_what_was_chosen_too(
    fake_youtube: FakeYouTube, conf: Conf, tmp_path: Path
) -> None:
    from dataclasses import replace

    broken = put(tmp_path, NEWER, package_index.broken(NEWER, "raise ImportError('half')"))
    updated.choose(tmp_path, broken.name)

    with pytest.raises(search.YouTubeFailed) as caught:
        search.check(replace(conf, tools=tmp_path))

    assert "half" in caught.value.detail


def test_a_version_stays_as_long_as_a_child_loads_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(tmp_path, NEWER)
    meanwhile: list[bool] = []

    def work(*_: object, **__: object) -> child.Exit:
        updated.clear(tmp_path)
        meanwhile.append(folder.is_dir())
        return child.Exit(code=0)

    monkeypatch.setattr(child, "run", work)
    way = calls.Way(tools_dir=folder)
    calls.call({}, way=way, folder=tmp_path, on_message=lambda _: None)

    assert meanwhile == [True]
    updated.clear(tmp_path)
    assert not folder.exists()


def test_a_version_that_is_gone_is_held_by_nobody(tmp_path: Path) -> None:
    with updated.held(tmp_path / "gone"), updated.held(None):
        updated.clear(tmp_path)
