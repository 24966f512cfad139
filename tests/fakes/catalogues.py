"""Every catalogue with one artist in it, and all that its adapter can be asked about her."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mvidarr.core.http import Conf
from mvidarr.integrations import deezer, fanarttv, imvdb, musicbrainz, theaudiodb
from mvidarr.integrations.protocols import Wanted
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.deezer import FakeDeezer
from tests.fakes.fanarttv import FakeFanartTv
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz
from tests.fakes.theaudiodb import FakeTheAudioDb

ARTIST = "Björk"
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
UPLOAD = "YykjpeuMNEk"
PICTURE = "https://images.example.org/bjork.jpg"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A fake, how to reach it, and what it is called in sentences."""

    fake: FakeCatalogue
    title: str
    conf: Conf
    wanted: Wanted


def _theaudiodb(internet: FakeInternet) -> Catalogue:
    fake = FakeTheAudioDb(internet)
    artist = fake.add_artist(
        ARTIST,
        mbid=MBID,
        alternate="Björk Guðmundsdóttir",
        bio="Sings.",
        genre="Electronic",
        country="IS",
        born=1965,
        thumb=PICTURE,
    )
    fake.add_video(artist, "Hyperballad", link=f"https://www.youtube.com/watch?v={UPLOAD}")
    conf = Conf(service="theaudiodb", base_url=fake.base_url, key=fake.key)
    return _catalogue(fake, "TheAudioDB", conf, {"mb_artist": MBID})


def _deezer(internet: FakeInternet) -> Catalogue:
    fake = FakeDeezer(internet)
    fake.add_artist(ARTIST, fans=5, picture="97fae13b2b30e4aec2e8c9e0c7839d92")
    return _catalogue(fake, "Deezer", Conf(service="deezer", base_url=fake.base_url), {})


def _fanarttv(internet: FakeInternet) -> Catalogue:
    fake = FakeFanartTv(internet)
    fake.add_artist(ARTIST, mbid=MBID, thumbs=((PICTURE, 5),))
    conf = Conf(service="fanarttv", base_url=fake.base_url, key=fake.key)
    return _catalogue(fake, "fanart.tv", conf, {"mb_artist": MBID})


def _musicbrainz(internet: FakeInternet) -> Catalogue:
    fake = FakeMusicBrainz(internet)
    artist = fake.add_artist(ARTIST, mbid=MBID, aliases=("Gling-Gló",), genres=("art pop",))
    fake.add_video(artist, "Hyperballad", youtube=(UPLOAD,), released="1996-02-12")
    conf = Conf(service="musicbrainz", base_url=fake.base_url)
    return _catalogue(fake, "MusicBrainz", conf, {"mb_artist": MBID})


def _imvdb(internet: FakeInternet) -> Catalogue:
    fake = FakeImvdb(internet)
    artist = fake.add_artist(ARTIST, slug="bjork", discogs_id=5)
    fake.add_video(artist, "Hyperballad", youtube=(UPLOAD,), directors=("Michel Gondry",))
    conf = Conf(service="imvdb", base_url=fake.base_url, key=fake.key)
    return _catalogue(fake, "IMVDb", conf, {"imvdb_entity": str(artist.id)})


def _catalogue(fake: FakeCatalogue, title: str, conf: Conf, ids: Mapping[str, str]) -> Catalogue:
    return Catalogue(fake=fake, title=title, conf=conf, wanted=Wanted(name=ARTIST, ids=ids))


OPEN: Mapping[str, Callable[[FakeInternet], Catalogue]] = {
    "theaudiodb": _theaudiodb,
    "deezer": _deezer,
    "fanarttv": _fanarttv,
    "musicbrainz": _musicbrainz,
    "imvdb": _imvdb,
}
ADAPTERS: Mapping[str, Any] = {
    "theaudiodb": theaudiodb,
    "deezer": deezer,
    "fanarttv": fanarttv,
    "musicbrainz": musicbrainz,
    "imvdb": imvdb,
}
VERBS = ("find_videos", "find_artists", "describe")
ASKS = tuple(
    (name, verb) for name, adapter in ADAPTERS.items() for verb in VERBS if hasattr(adapter, verb)
)


def ask(name: str, verb: str, conf: Conf, wanted: Wanted) -> list[Any]:
    """All that the adapter answers."""
    adapter = ADAPTERS[name]
    if verb == "check":
        return [adapter.check(conf)]
    if verb == "describe":
        return [facts for facts in [adapter.describe(conf, wanted)] if facts is not None]
    if verb == "find_artists":
        return list(adapter.find_artists(conf, wanted.name))
    return list(adapter.find_videos(conf, wanted))
