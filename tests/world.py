"""A small world around the real program: one artist, known to several services."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import until
from tests.fakes import media
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.deezer import FakeDeezer
from tests.fakes.imvdb import FakeImvdb
from tests.fakes.internet import FakeInternet
from tests.fakes.musicbrainz import FakeMusicBrainz
from tests.fakes.theaudiodb import FakeTheAudioDb
from tests.fakes.youtube import FakeYouTube, channel_id_of
from tests.program import Program

ARTIST = "Björk"
CHANNEL = channel_id_of(ARTIST)
SECONDS = 65  # what every upload lasts; less than a minute would be taken for a short
HEIGHTS = (360, 240)

JOGA = "joga_OFFICI"
BACHELORETTE = "bacheloret1"
ARMY_GONE, ARMY = "army_gone_1", "army_here_2"
FAILING = "Hyperballad"
HUNTER = "hunter_fan1"  # on somebody's channel: waits for a verdict
HUMAN, VENUS, HIDDEN = "human_fan_1", "venus_fan_1", "hidden_fan1"  # the same
OTHER = "Massive Attack"  # nobody adds them unless asked
NAMESAKE = "Nirvana"  # three have this name, see `add_namesakes`
NAMESAKES = (
    ("GB", "60s band from the UK", "1965"),
    ("US", "American grunge band", "1988"),
    ("FI", "Finnish death metal band", "1991"),
)
PICTURES = "r2.theaudiodb.com"


class World:
    """The fakes and the program that asks them."""

    def __init__(self, internet: FakeInternet, program: Program) -> None:
        self.internet = internet
        self.program = program
        self._slow: list[Fault] = []
        self.youtube = FakeYouTube(internet)
        self.musicbrainz = FakeMusicBrainz(internet)
        self.imvdb = FakeImvdb(internet)
        self.theaudiodb = FakeTheAudioDb(internet)
        self.deezer = FakeDeezer(internet)

    def populate(self) -> None:
        """What the services know: three artists with alike names, five songs of the first."""
        for height in HEIGHTS:
            media.video(height, seconds=SECONDS)
        media.audio(seconds=SECONDS)
        artist = self.musicbrainz.add_artist(
            ARTIST,
            kind="Person",
            country="IS",
            disambiguation="Icelandic singer-songwriter",
            begin="1965",
            genres=("art pop", "electronic"),
            links=(
                ("youtube", f"https://www.youtube.com/channel/{CHANNEL}"),
                ("IMDb", "https://imvdb.com/n/bjork"),
            ),
        )
        self.musicbrainz.add_artist("Bjork", country="US", disambiguation="noise band")
        self.musicbrainz.add_artist("Bjørk", kind="Person", country="DK")
        for title, year, uploads, directors in (
            ("Jóga", 1997, (JOGA,), ("Michel Gondry",)),
            ("Bachelorette", 1997, (), ("Michel Gondry",)),
            ("Army of Me", 1995, (ARMY_GONE, ARMY), ("Michel Gondry",)),
            ("Hunter", 1998, (), ("Paul White",)),
            ("Human Behaviour", 1993, (), ("Michel Gondry",)),
            ("Venus as a Boy", 1993, (), ("Sophie Muller",)),
            ("Hidden Place", 2001, (), ("Inez & Vinoodh",)),
        ):
            self.musicbrainz.add_video(
                artist,
                title,
                released=f"{year}-09-22",
                length=SECONDS * 1000,
                youtube=uploads,
                directors=directors,
            )
        known = self.imvdb.add_artist(ARTIST, slug="bjork")
        self.imvdb.add_video(
            known, "Jóga", year=1997, youtube=(JOGA,), directors=("Michel Gondry",)
        )
        self.imvdb.add_video(known, "Possibly Maybe", year=1996)
        self.upload(JOGA, "Björk - Jóga (Official Music Video)", captions=("en",))
        self.upload(BACHELORETTE, "Björk - Bachelorette (Official Music Video)")
        self.upload(ARMY_GONE, "Björk - Army of Me (Official Video)", availability="removed")
        self.upload(ARMY, "Björk - Army of Me (Official Video)", channel="90s clips", views=0)
        for video_id, name in (
            (HUNTER, "Hunter"),
            (HUMAN, "Human Behaviour"),
            (VENUS, "Venus as a Boy"),
            (HIDDEN, "Hidden Place"),
        ):
            self.upload(video_id, f"Björk - {name} (Official Video)", channel="90s clips")
        title = f"Björk - {FAILING} (Official Video)"
        self.upload("hyperballa1", title, availability="geo_blocked")
        self.musicbrainz.add_artist(OTHER, country="GB")
        self.upload("teardrop__1", f"{OTHER} - Teardrop (Official Video)", channel=OTHER)

    def upload(self, video_id: str, title: str, *, channel: str = ARTIST, **facts: Any) -> None:
        facts = {"duration": SECONDS, "seconds": SECONDS, "heights": HEIGHTS, **facts}
        own = channel in {ARTIST, OTHER}
        self.youtube.add_video(video_id, title=title, channel=channel, verified=own, **facts)

    def add_namesakes(self) -> None:
        """Three artists of one name with a picture each; the second has videos."""
        self.internet.add(PICTURES, self._picture)
        for country, disambiguation, begin in NAMESAKES:
            known = self.musicbrainz.add_artist(
                NAMESAKE, country=country, disambiguation=disambiguation, begin=begin
            )
            told = self.theaudiodb.add_artist(
                NAMESAKE,
                mbid=known.mbid,
                country=country,
                bio=f"A {disambiguation}.",
                thumb=f"https://{PICTURES}/images/{known.mbid}.jpg",
            )
            if country == "US":
                self.musicbrainz.add_video(
                    known, "Lithium", length=SECONDS * 1000, released="1992-07-13"
                )
                link = "https://www.youtube.com/watch?v=come_as_you"
                self.theaudiodb.add_video(told, "Come as You Are", link=link)
        for video_id, title in (
            ("come_as_you", "Come as You Are"),
            ("in_bloom__1", "In Bloom"),
        ):
            self.youtube.add_video(
                video_id,
                title=f"{NAMESAKE} - {title} (Official Music Video)",
                channel=NAMESAKE,
                verified=True,
                duration=SECONDS,
                seconds=SECONDS,
                heights=HEIGHTS,
            )

    def _picture(self, request: Request) -> Answer:
        return Answer(body=media.jpeg(request.path), kind="image/jpeg")

    def slow_down(self, bytes_per_s: int) -> None:
        """Have all media come so slowly, until `hurry`."""
        self._slow.append(Fault(host=self.youtube.MEDIA, bytes_per_s=bytes_per_s))
        self.internet.fault(self._slow[-1])

    def hurry(self) -> None:
        """What is under way comes at full speed from here on, too."""
        for fault in self._slow:
            fault.bytes_per_s = None

    def fill(self) -> None:
        """Set the program up, add the artist and wait until all that is wanted is here."""
        self.program.set_up()
        self.add_artist()
        until(self.is_done, seconds=180)

    def add_artist(self, name: str = ARTIST) -> int:
        [known] = [one for one in self.musicbrainz.artists if one.name == name]
        ids = {"mb_artist": known.mbid, "youtube_channel": channel_id_of(name)}
        made = self.program.api("POST", "/artists", {"name": name, "ids": ids})
        number: int = made["id"]
        return number

    def is_done(self) -> bool:
        """Whether something was searched for, and no job and no download is left to do."""
        return bool(self._jobs("kind=discover")) and self.is_idle() and not self.downloads()

    def is_idle(self) -> bool:
        """Whether no job waits or runs."""
        return not self._jobs("state=queued") and not self._jobs("state=running")

    def _jobs(self, which: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.program.api("GET", f"/jobs?{which}")["items"]
        return found

    def downloads(self, state: str = "active") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.program.api("GET", f"/downloads?state={state}")["items"]
        return found

    def artists(self) -> dict[str, int]:
        """Numbers of the library's artists by their names."""
        return {one["name"]: one["id"] for one in self.program.api("GET", "/artists")["items"]}

    def videos(self) -> dict[str, dict[str, Any]]:
        """The library's videos by their titles."""
        return {one["title"]: one for one in self.program.api("GET", "/videos")["items"]}


@contextlib.contextmanager
def world(folder: Path, *, database_url: str = "", start: bool = True) -> Iterator[World]:
    """A populated world with the program running in an empty folder of its own."""
    with FakeInternet(folder / "internet") as internet:
        program = Program(folder / "program", internet, database_url=database_url)
        made = World(internet, program)
        made.populate()
        with program:
            yield made
    assert internet.unknown == []
