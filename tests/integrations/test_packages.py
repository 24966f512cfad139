"""The real pip asks a package index on loopback, and installs from it into a folder."""

import contextlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr.core.errors import NotConfigured, ServiceError, Unavailable
from mvidarr.integrations import packages, pip_child
from mvidarr.integrations.packages import Way
from tests.conftest import until
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet
from tests.fakes.package_index import NEWER, NEWEST, PackageIndex, wheel

pytestmark = pytest.mark.skipif(pip_child.find_pip() is None, reason="there is no pip")


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex() as made:
        yield made


def small(index: PackageIndex, *versions: str) -> None:
    """Wheels of a few bytes: what is in them does not matter here."""
    for version in versions:
        files = {"yt_dlp/__init__.py": b""}
        requires = ('yt-dlp-ejs; extra == "default"',)
        index.add("yt-dlp", version, wheel("yt-dlp", version, files, requires))
    index.add("yt-dlp-ejs", "1.0", wheel("yt-dlp-ejs", "1.0", {"yt_dlp_ejs/__init__.py": b""}))


def newest(index: PackageIndex, **more: object) -> str:
    return packages.newest("yt-dlp", "default", Way(index=index.url, **more))  # type: ignore[arg-type]


def test_the_newest_version_is_asked_for_and_nothing_is_installed(
    index: PackageIndex, tmp_path: Path
) -> None:
    small(index, NEWER, NEWEST)

    assert newest(index) == NEWEST
    assert {path.split("/")[2] for path in index.asked if "simple" in path} == {
        *("yt-dlp", "yt-dlp-ejs")
    }


def test_a_version_whose_needs_cannot_be_met_is_passed_over(index: PackageIndex) -> None:
    small(index, NEWER)
    impossible = wheel("yt-dlp", NEWEST, {}, ('nowhere-to-be-found; extra == "default"',))
    index.add("yt-dlp", NEWEST, impossible)

    assert newest(index) == NEWER


def test_it_is_installed_into_the_folder_with_what_it_needs(
    index: PackageIndex, tmp_path: Path
) -> None:
    small(index, NEWER, NEWEST)
    folder = tmp_path / "a folder with spaces & ümlauts"

    packages.install(f"yt-dlp[default]=={NEWER}", folder, Way(index=index.url))

    found = {path.name for path in folder.iterdir()}
    assert {"yt_dlp", "yt_dlp_ejs", f"yt_dlp-{NEWER}.dist-info"} <= found


def test_nothing_else_is_asked_when_an_index_is_set(
    index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one in pip's own configuration could offer a package of that name as newer."""
    small(index, NEWER)
    with PackageIndex() as other:
        small(other, NEWEST)
        file = tmp_path / "pip.conf"
        file.write_text(f"[global]\nextra-index-url = {other.url}\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.url)

        assert newest(index) == NEWER
        assert other.asked == []


def test_without_an_index_it_is_the_one_that_pip_is_set_up_with(
    index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(index, NEWEST)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)

    assert packages.newest("yt-dlp", "default", Way()) == NEWEST


def test_a_password_in_the_address_is_used_and_never_among_the_arguments(
    index: PackageIndex,
) -> None:
    small(index, NEWER)
    index.password = "open-sesame"
    index.held.clear()
    seen: list[str] = []

    def look() -> None:
        index.handing_out.wait(60)
        seen.append(_arguments())
        index.held.set()

    watcher = threading.Thread(target=look)
    watcher.start()
    version = packages.newest("yt-dlp", "default", Way(index=index.url_with_password))
    watcher.join(60)

    assert version == NEWER
    assert "pip_child" in seen[0]
    assert "open-sesame" not in seen[0]


def _arguments() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def _processes(index_url: str) -> list[str]:
    """Those that were told of this index."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and index_url.encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
    return found


# what goes wrong


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "none that fits"), (403, "refuses"), (401, "refuses"), (503, "cannot be reached")],
)
def test_an_index_that_does_not_answer_as_it_should(
    index: PackageIndex, status: int, sentence: str
) -> None:
    small(index, NEWER)
    index.status = status

    with pytest.raises(ServiceError, match=sentence) as caught:
        newest(index)
    assert str(caught.value).endswith(".")


def test_an_index_that_is_not_there(index: PackageIndex) -> None:
    with pytest.raises(ServiceError, match="cannot be reached"):
        packages.newest("yt-dlp", "default", Way(index="http://127.0.0.1:1/simple"))


def test_a_proxy_that_is_not_there(index: PackageIndex) -> None:
    with pytest.raises(ServiceError, match="outbound proxy"):
        newest(index, proxy="http://127.0.0.1:1")


def test_an_index_that_knows_no_yt_dlp(index: PackageIndex) -> None:
    with pytest.raises(ServiceError, match="none that fits this Python"):
        newest(index)


def test_a_file_that_is_not_what_was_promised(index: PackageIndex, tmp_path: Path) -> None:
    small(index, NEWER)
    index.lies = True

    with pytest.raises(ServiceError, match="not what the package index promised"):
        packages.install(f"yt-dlp[default]=={NEWER}", tmp_path / "new", Way(index=index.url))


def test_source_packages_are_never_built(index: PackageIndex) -> None:
    """Building one runs what it brings along."""
    index.files["yt-dlp"] = {f"yt_dlp-{NEWER}.tar.gz": b"not looked at"}

    with pytest.raises(ServiceError, match="none that fits"):
        newest(index)


def test_a_full_disk_is_named(index: PackageIndex) -> None:
    said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"

    failure = packages._failure(said)

    assert isinstance(failure, Unavailable)
    assert str(failure) == packages.NO_ROOM


def test_what_is_new_to_us_is_told_without_passwords(index: PackageIndex) -> None:
    failure = packages._failure("ERROR: odd thing at http://maren:sec@ret@host/simple\n")

    assert str(failure) == "pip failed: odd thing at http://host/simple."


def test_without_pip_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "CHILD", "tests.fakes.no_pip")

    with pytest.raises(NotConfigured, match="has no pip"):
        packages.newest("yt-dlp", "default", Way())


def test_it_stops_when_it_is_told_to_and_leaves_no_process(index: PackageIndex) -> None:
    small(index, NEWER)
    index.held.clear()

    with pytest.raises(packages.Stopped):
        newest(index, should_stop=index.handing_out.is_set)

    until(lambda: not _processes(index.url))


def test_a_pip_that_is_killed_leaves_nothing_on_the_disk(
    index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(index, NEWER)
    index.held.clear()
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setenv("TMPDIR", str(passing))
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    way = Way(index=index.url, should_stop=index.handing_out.is_set)

    with pytest.raises(packages.Stopped):
        packages.install("yt-dlp[default]", tmp_path / "new", way)

    assert list(passing.iterdir()) == []


def test_a_file_without_end_does_not_fill_the_disk(index: PackageIndex, tmp_path: Path) -> None:
    files = {"yt_dlp/__init__.py": bytes(pip_child.LARGEST + 1)}
    index.add("yt-dlp", NEWER, wheel("yt-dlp", NEWER, files))

    with pytest.raises(ServiceError, match="far larger than any yt-dlp"):
        packages.install("yt-dlp", tmp_path / "new", Way(index=index.url))


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py", "yt_dlp/../../outside.py"])
def test_a_package_writes_nowhere_else(index: PackageIndex, tmp_path: Path, name: str) -> None:
    index.add("yt-dlp", NEWER, wheel("yt-dlp", NEWER, {name: b"", "yt_dlp/__init__.py": b""}))

    with pytest.raises(ServiceError):
        packages.install("yt-dlp", tmp_path / "new", Way(index=index.url))
    assert not list(tmp_path.rglob("outside.py"))


# the proxy and the authorities that are set


def test_it_goes_through_the_proxy_and_trusts_the_authority_that_was_named(
    fake_internet: FakeInternet, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(index, NEWER)

    def answer(request: Request) -> Answer:
        status, body = index._answer(request.path)
        return Answer(status=status, body=body, headers={"Content-Type": "text/html"})

    fake_internet.add("packages.test", answer)
    for name in ("PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    way = Way(
        index="https://packages.test/simple",
        proxy=fake_internet.proxy_url,
        ca=fake_internet.ca_file,
    )

    assert packages.newest("yt-dlp", "default", way) == NEWER
    with pytest.raises(ServiceError, match="certificate"):
        packages.newest("yt-dlp", "default", replace(way, ca=None))
