"""YouTube on loopback, and orders for it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.http import Conf
from mvidarr.integrations.youtube import tools
from mvidarr.integrations.youtube.download import Order
from tests.fakes.internet import FakeInternet

MakeOrder = Callable[..., Order]


@pytest.fixture
def conf(fake_internet: FakeInternet) -> Conf:
    return Conf(
        service="youtube", base_url="", proxy=fake_internet.proxy_url, ca=fake_internet.ca_file
    )


@pytest.fixture
def make_order(fake_internet: FakeInternet, tmp_path: Path) -> MakeOrder:
    """An order for a video, through the fake internet, into a folder with a difficult name."""
    staging = tmp_path / "50% of $HOME ~ [stage] %(id)s"
    staging.mkdir()

    def make(source_id: str, **more: Any) -> Order:
        usual = {
            "staging": staging,
            "proxy": fake_internet.proxy_url,
            "ca": fake_internet.ca_file,
            "ffmpeg": tools.find_ffmpeg(),
            "js_runtime": tools.find_js_runtime(),
            "pause": 0,
            "retries": 2,
        }
        return Order(source_id=source_id, **{**usual, **more})

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make a real file system of a size (`2m`)."""
    mounted: list[Path] = []

    def make(size: str) -> Path:
        folder = tmp_path / f"disk of {size}"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small file system cannot be mounted here")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)
