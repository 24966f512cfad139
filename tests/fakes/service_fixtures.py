"""Fixtures of the catalogues' fakes; tests/conftest.py lists this module in `pytest_plugins`."""

import pytest

from tests.fakes.deezer import FakeDeezer
from tests.fakes.fanarttv import FakeFanartTv
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz
from tests.fakes.theaudiodb import FakeTheAudioDb


@pytest.fixture
def musicbrainz(fake_internet: FakeInternet) -> FakeMusicBrainz:
    """MusicBrainz on the fake internet; `base_url` is its address without a proxy."""
    return FakeMusicBrainz(fake_internet)


@pytest.fixture
def imvdb(fake_internet: FakeInternet) -> FakeImvdb:
    """IMVDb on the fake internet; `base_url` is its address without a proxy, `key` its key."""
    return FakeImvdb(fake_internet)


@pytest.fixture
def theaudiodb(fake_internet: FakeInternet) -> FakeTheAudioDb:
    """TheAudioDB on the fake internet, with its public key and one of its own."""
    return FakeTheAudioDb(fake_internet)


@pytest.fixture
def deezer(fake_internet: FakeInternet) -> FakeDeezer:
    """Deezer on the fake internet."""
    return FakeDeezer(fake_internet)


@pytest.fixture
def fanarttv(fake_internet: FakeInternet) -> FakeFanartTv:
    """fanart.tv on the fake internet; `key` is its key."""
    return FakeFanartTv(fake_internet)
