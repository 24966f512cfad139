"""Fixtures of the catalogues' fakes; tests/conftest.py lists this module in `pytest_plugins`."""

import pytest

from tests.fakes.imvdb import FakeImvdb
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz


@pytest.fixture
def musicbrainz(fake_internet: FakeInternet) -> FakeMusicBrainz:
    """MusicBrainz on the fake internet; `base_url` is its address without a proxy."""
    return FakeMusicBrainz(fake_internet)


@pytest.fixture
def imvdb(fake_internet: FakeInternet) -> FakeImvdb:
    """IMVDb on the fake internet; `base_url` is its address without a proxy, `key` its key."""
    return FakeImvdb(fake_internet)
