"""Fixtures of the fakes; tests/conftest.py lists this module in `pytest_plugins`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube


@pytest.fixture
def fake_internet(tmp_path: Path) -> Iterator[FakeInternet]:
    """A loopback internet; an unknown request fails the test at its end."""
    with FakeInternet(tmp_path / "internet") as internet:
        yield internet
    assert internet.unknown == []


@pytest.fixture
def fake_youtube(fake_internet: FakeInternet) -> FakeYouTube:
    return FakeYouTube(fake_internet)
